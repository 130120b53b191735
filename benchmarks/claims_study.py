"""How often verdicts and intervals are right: many simulated logs of worlds whose truth is known.

Run:  nice python benchmarks/claims_study.py null --applicants 500 --seeds 1000 --jobs 2
      python benchmarks/claims_study.py --summary

One line a log goes to benchmarks/results/claims_study/ as it is made (not committed; a run that was interrupted goes
on where it stopped), and every few logs benchmarks/results/claims_study.json is made from all lines: by world and size
the coverage of the plain 95% interval by design and by claim, the verdicts, and in how many logs any verdict was false,
with exact binomial intervals. docs/verdicts.md is made from it (docs/make_verdicts_page.py).
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from followup_analytics.claims.catalogue import own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import CONTROLS, Claim
from followup_analytics.claims.finding import Finding, finding_of
from followup_analytics.claims.judging import judge
from followup_analytics.claims.running import run_all
from followup_analytics.claims.verdict import ALPHA, is_confounded
from followup_analytics.simulate import simulate_log
from followup_analytics.simulate.truth import world_truth
from followup_analytics.simulate.world import World, load_world
from followup_analytics.statistics import clopper_pearson, t_quantile
from followup_analytics.statistics.clusters import Estimated

HERE = Path(__file__).parent / "results"
RESULTS, LINES = HERE / "claims_study.json", HERE / "claims_study"
PER_APPLICANT = 3
#: Logs between two summaries.
EVERY = 20
Row = dict[str, Any]


def true_differences(world: World) -> dict[str, float]:
    """Each claim's true difference; exactly nought for all where actions have no effects and a tone tells nothing.

    What a tone foretells is no effect but a difference of two groups, so that its truth is known to 0.002 alone.
    """
    truths = {name: float(truth["estimate"]) for name, truth in world_truth(world)["claims"].items()}
    if not world.tone and not any(truth for name, truth in truths.items() if name != "tone-tells"):
        return dict.fromkeys(truths, 0.0)
    return truths


def is_false(row: Row, truth: float) -> bool:
    """Whether a verdict says what is not so; inconclusive and not testable never do."""
    margin, verdict = row["margin"], row["verdict"]
    if row["claim"] == "move-on":
        return (verdict == "supported" and truth >= margin) or (verdict == "contradicted" and truth <= 0)
    if row["claim"] == "ask-when-positive":
        return (verdict == "supported" and truth <= -margin) or (verdict == "contradicted" and truth >= 0)
    if verdict == "no_meaningful_difference":
        return abs(truth) >= margin
    return (verdict == "supported" and truth <= 0) or (verdict == "contradicted" and truth >= 0)


def one_log(world: str, applicants: int, seed: int) -> Row:
    """Everything that is kept of one log: each claim's verdict and numbers, by their ids."""
    log = simulate_log(interviews=PER_APPLICANT * applicants, world=world, seed=seed)
    own = {claim.id: claim for claim in own_catalogue().claims}
    claims = tuple(replace(claim, controls=CONTROLS if claim.controls else ()) for claim in own.values())
    context = Context.of(log, claims)
    started = time.process_time()
    findings = run_all(claims, context, partial(finding_of, context=context, min_cell=1))
    # All controls are kept to be looked at; the verdicts are by those that the catalogue names.
    rows = judge([_with_own_controls(one, own[one.claim.id]) for one in findings], context, min_cell=1)
    seconds = time.process_time() - started
    kept = {row["claim"]: _kept(row, one) for row, one in zip(rows, findings, strict=True)}
    return {"seed": seed, "seconds": round(seconds, 2), "claims": kept}


def _with_own_controls(finding: Finding, claim: Claim) -> Finding:
    controls = tuple(control for control in finding.controls if control.name in claim.controls)
    return replace(finding, claim=claim, controls=controls)


def _kept(row: Row, finding: Finding) -> Row:
    kept: Row = {"verdict": row["verdict"], "applicants": finding.n_applicants}
    if finding.effect is not None:
        difference = finding.effect.difference
        kept["difference"] = _numbers(difference)
        kept["tested_error"] = _short(float(finding.effect.tested.se))
        kept["weighted"] = _short(float(finding.effect.weighted.estimate))
        kept["risks"] = [_short(risk) for risk in finding.effect.risks]
    if finding.second_way is not None:
        kept["sequential"] = _numbers(finding.second_way)
    if finding.test is not None:
        kept |= {name: _short(row[name]) for name in ("p_value", "p_adjusted", "ess_strategy", "ess_alternative")}
        kept["label"] = row["label"]
        kept["controls"] = {control.name: _short(control.p_value) for control in finding.controls}
    return kept


def _numbers(difference: Estimated) -> list[float | None]:
    return [_short(float(difference.estimate)), _short(float(difference.se)), float(difference.df)]


def _short(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")


def run(world: str, applicants: int, seeds: int, first: int, jobs: int) -> None:
    """Make the logs that are missing of so many, and the summary now and then."""
    place = LINES / f"{world}_{applicants}.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    known = {line["seed"] for line in read_lines(place)}
    wanted = [seed for seed in range(first, first + seeds) if seed not in known]
    # Started afresh, processes read these: one thread each, or they would get in each other's way.
    os.environ |= dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for number, made in enumerate(pool.imap_unordered(partial(one_log, world, applicants), wanted), start=1):
            with place.open("a", encoding="utf-8") as file:
                file.write(json.dumps(made, separators=(",", ":")) + "\n")
            if number % EVERY == 0 or number == len(wanted):
                summarise(place)
                print(f"{world}, {applicants} applicants: {number} of {len(wanted)} logs", flush=True)


def read_lines(place: Path) -> list[Row]:
    """All whole lines of a file; a line that was cut off when a run was ended is left out."""
    found = []
    for text in place.read_text(encoding="utf-8").splitlines() if place.is_file() else ():
        try:
            found.append(json.loads(text))
        except json.JSONDecodeError:
            continue
    return found


def summarise(place: Path) -> None:
    """Put the summary of one file of lines in place of the one that was there."""
    world, applicants = place.stem.rsplit("_", 1)
    found = summary(world, int(applicants), read_lines(place))
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else []
    same = (found["world"], found["applicants"])
    kept = [one for one in known if (one["world"], one["applicants"]) != same]
    ordered = sorted([*kept, found], key=lambda one: (one["world"], one["applicants"]))
    RESULTS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def as_judged_now(line: Row, claims: dict[str, Claim]) -> Row:
    """A line by the present rule for whole logs (`is_confounded`), which is younger than some of the lines."""
    rows = line["claims"]
    controls = [
        rows[name]["controls"][one]
        for name, claim in claims.items()
        for one in claim.controls
        if rows[name].get("controls", {}).get(one) is not None
    ]
    if not is_confounded(sum(p < ALPHA for p in controls), len(controls)):
        return line
    changed = {
        name: {**row, "verdict": "inconclusive"}
        for name, row in rows.items()
        if claims[name].controls and row["verdict"] != "not_testable"
    }
    return {**line, "claims": {**rows, **changed}, "confounded": True}


def summary(world: str, applicants: int, lines: Sequence[Row]) -> Row:
    """What the logs of one world and size say."""
    claims = {claim.id: claim for claim in own_catalogue().claims}
    lines = [as_judged_now(line, claims) for line in lines]
    truths = true_differences(load_world(world))
    verdicts: Counter[str] = Counter()
    false: Counter[str] = Counter()
    false_logs = 0
    for line in lines:
        wrong = {
            f"{name}: {row['verdict']}"
            for name, row in line["claims"].items()
            if is_false({**row, "claim": name, "margin": claims[name].margin}, truths[name])
        }
        verdicts.update(row["verdict"] for row in line["claims"].values())
        false.update(wrong)
        false_logs += bool(wrong)
    return {
        "world": world,
        "applicants": applicants,
        "interviews": PER_APPLICANT * applicants,
        "logs": len(lines),
        "seeds": [min(line["seed"] for line in lines), max(line["seed"] for line in lines)],
        "logs_with_a_false_verdict": _share(false_logs, len(lines)),
        "false_verdicts": dict(sorted(false.items())),
        "verdicts": dict(sorted(verdicts.items())),
        "taken_for_confounded": _share(sum(line.get("confounded", False) for line in lines), len(lines)),
        "controls_below_05": _controls(lines),
        "designs": _designs(lines, claims, truths),
        "claims": {name: _claim(name, lines, truths[name]) for name in claims},
        "cpu_seconds_a_log": round(sum(line["seconds"] for line in lines) / len(lines), 2),
    }


def _controls(lines: Sequence[Row]) -> Row:
    seen: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for row in line["claims"].values():
            for name, p in row.get("controls", {}).items():
                seen[name].append(p)
    return {name: _share(sum(p < 0.05 for p in values), len(values)) for name, values in sorted(seen.items())}


def _designs(lines: Sequence[Row], claims: dict[str, Claim], truths: dict[str, float]) -> Row:
    held: dict[str, list[bool]] = defaultdict(list)
    for line in lines:
        for name, row in line["claims"].items():
            if row["verdict"] == "not_testable":
                continue
            held[claims[name].design].append(_holds(row["difference"], truths[name]))
            if row.get("sequential") and name == "move-on":
                held["sequential trials"].append(_holds(row["sequential"], truths[name]))
    return {name: _share(sum(values), len(values)) for name, values in sorted(held.items())}


def _holds(numbers: Sequence[float], truth: float) -> bool:
    estimate, error, freedom = numbers
    return bool(abs(estimate - truth) <= float(t_quantile(0.95, freedom)) * error)


def _claim(name: str, lines: Iterable[Row], truth: float) -> Row:
    rows = [line["claims"][name] for line in lines]
    tested = [row["difference"] for row in rows if row["verdict"] != "not_testable"]
    made: Row = {"truth": round(truth, 4), "tested": len(tested), "verdicts": dict(Counter(r["verdict"] for r in rows))}
    if len(tested) < 2:
        return made
    estimates = [one[0] for one in tested]
    mean = sum(estimates) / len(tested)
    spread = math.sqrt(sum((one - mean) ** 2 for one in estimates) / (len(tested) - 1))
    error = math.sqrt(sum(one[1] ** 2 for one in tested) / len(tested))
    made |= {"mean": round(mean, 4), "spread": round(spread, 4), "mean_error": round(error, 4)}
    return made | {"coverage": _share(sum(_holds(one, truth) for one in tested), len(tested))}


def _share(number: int, of: int) -> Row:
    """A share with Clopper and Pearson's 95% limits."""
    if not of:
        return {"number": 0, "of": 0, "share": None, "low": None, "high": None}
    low, high = (float(limit) for limit in clopper_pearson(number, of))
    return {"number": number, "of": of, "share": round(number / of, 4), "low": round(low, 4), "high": round(high, 4)}


def main() -> None:
    """Run the study, or make its summary from the lines that are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*")
    parser.add_argument("--applicants", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--summary", action="store_true", help="make the summary of all that was run, and no logs")
    given = parser.parse_args()
    for world in given.worlds:
        run(world, given.applicants, given.seeds, given.first, given.jobs)
    if given.summary:
        for place in sorted(LINES.glob("*.jsonl")):
            summarise(place)


if __name__ == "__main__":
    main()
