"""How often verdicts are right in worlds that nobody made: many logs of random worlds, each seed used once.

Run:  nice python benchmarks/random_worlds.py --jobs 2       all that is missing, families in turn, small logs first
      python benchmarks/random_worlds.py --family season --size 500
      python benchmarks/random_worlds.py --tuning            to choose methods: seeds below 100,000
      python benchmarks/random_worlds.py --summary           the table and docs/random-worlds.md, and no logs

Nothing but the public `test_claims` is asked. Of every family 200 logs of 500 interviews, 100 of 2,000 and 20 of 20,000
in which nothing has an effect, and 10 of 2,000 with effects. A line a log goes to benchmarks/results/random_worlds/ as
it is made; a run that was interrupted goes on where it stopped. Methods are chosen on seeds below 100,000 (`--tuning`,
whose lines are not kept). Those above are for reporting: a round of them belongs to one state of the code that gives
verdicts, and after a change of it another round with fresh seeds begins (`--round`); the script refuses anything else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import followup_analytics as fa
from followup_analytics.simulate.random_worlds import FAMILIES, claim_truths, draw_world

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "random_worlds.json"
LINES = ROOT / "benchmarks" / "results" / "random_worlds"
PAGE = ROOT / "docs" / "random-worlds.md"
#: Logs of each size in which nothing matters, and of those with effects.
NULL_LOGS = {500: 200, 2_000: 100, 20_000: 20}
LOGS_WITH_EFFECTS = {2_000: 10}
#: Seeds below are for choosing methods, those from here on for reporting.
REPORTED_FROM = 100_000
_ROUND, _FAMILY, _TUNED_FAMILY, _KIND = 1_000_000, 10_000, 4_000, 1_000
ONE_SIDED = ("move-on", "ask-when-positive")
PREDICTION = "tone-tells"
#: Rooms of the package whose code decides on verdicts.
_DECIDING = ("cells", "statistics", "trials", "claims", "log/recording.py")
#: Goals of the study: logs with a false verdict, pooled and by family; coverage, pooled and by family.
MOST_FALSE, MOST_FALSE_IN_A_FAMILY = 0.05, 0.085
COVERAGE, LEAST_COVERAGE_IN_A_FAMILY = (0.93, 0.975), 0.91
_LETTERS = {"supported": "s", "contradicted": "c", "no_meaningful_difference": "n", "inconclusive": "i"}
_NOT_TESTABLE = "t"
#: Margin of every claim, in thousandths.
_MARGIN = 50.0
Line = dict[str, Any]


def seeds_of(family: str, interviews: int, *, null: bool, round_: int, tuning: bool) -> range:
    """The seeds of one sort of logs; no two sorts share any."""
    sizes = [*NULL_LOGS, *(-size for size in LOGS_WITH_EFFECTS)]
    kind = sizes.index(interviews if null else -interviews)
    number = (NULL_LOGS if null else LOGS_WITH_EFFECTS)[interviews]
    place = tuple(FAMILIES).index(family)
    begin = place * _TUNED_FAMILY if tuning else REPORTED_FROM + round_ * _ROUND + place * _FAMILY
    first = begin + kind * _KIND
    return range(first, first + number)


def code_fingerprint() -> str:
    """A hash of all code that has a say in a verdict."""
    found = hashlib.sha256()
    for name in _DECIDING:
        place = ROOT / "followup_analytics" / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in (".py", ".toml"):
                found.update(path.read_bytes())
    return found.hexdigest()[:12]


def one_log(family: str, interviews: int, null: bool, code: str, seed: int) -> Line:
    """What verdicts say of a log: of each claim `t` (not testable), or verdict, estimate and limits in thousandths."""
    world = draw_world(seed, family, null=null)
    log = fa.random_log(world, interviews=interviews, seed=seed)
    started = time.process_time()
    rows = fa.test_claims(log, min_cell=1).rows
    seconds = time.process_time() - started
    claims = {}
    for row in rows:
        if row["verdict"] == "not_testable":
            claims[row["claim"]] = _NOT_TESTABLE
            continue
        numbers = [round(1_000 * row[name]) for name in ("estimate", "conf_low", "conf_high")]
        claims[row["claim"]] = [_LETTERS[row["verdict"]], *numbers]
    asked = [name for name, found in claims.items() if found != _NOT_TESTABLE]
    truths = claim_truths(world, [name for name in asked if not null or name == PREDICTION])
    return {
        "seed": seed,
        "n": interviews,
        "null": int(null),
        "code": code,
        "s": round(seconds, 1),
        "claims": claims,
        "truth": {name: round(1_000 * one["estimate"], 1) for name, one in truths.items() if one["estimate"]},
    }


def is_false(claim: str, verdict: str, truth: float, margin: float = 50.0) -> bool:
    """Whether a verdict (its letter) says what is not so; inconclusive and not testable never do.

    truth, margin: in thousandths.
    """
    if claim == "move-on":
        return (verdict == "s" and truth >= margin) or (verdict == "c" and truth <= 0)
    if claim == "ask-when-positive":
        return (verdict == "s" and truth <= -margin) or (verdict == "c" and truth >= 0)
    if verdict == "n":
        return abs(truth) >= margin
    return (verdict == "s" and truth <= 0) or (verdict == "c" and truth >= 0)


def is_true(claim: str, verdict: str, truth: float) -> bool:
    """Whether a verdict other than inconclusive or not testable is right."""
    return verdict in "scn" and not is_false(claim, verdict, truth)


# ------------------------------------------------------------------------------------------------------- running


def read_lines(place: Path) -> list[Line]:
    """All whole lines of a file; one that was cut off when a run was ended is left out."""
    found: list[Line] = []
    names: list[str] = []
    for text in place.read_text(encoding="utf-8").splitlines() if place.is_file() else ():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        # Claims are named once in a file, in its first line, and stand in that order in all others.
        names = line.get("names", names)
        if "claims" in line:
            found.append({**line, "claims": dict(zip(names, line["claims"], strict=True))})
    return found


def add_line(place: Path, line: Line) -> None:
    """Write a line at the end of a file, under one that names the claims."""
    names, values = list(line["claims"]), list(line["claims"].values())
    fresh = not place.is_file()
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        if fresh:
            file.write(json.dumps({"names": names}, separators=(",", ":")) + "\n")
        file.write(json.dumps({**line, "claims": values}, separators=(",", ":")) + "\n")


def place_of(family: str, round_: int, *, tuning: bool) -> Path:
    """The file with the lines of a family."""
    return LINES / ("tuning" if tuning else f"round-{round_}") / f"{family}.jsonl"


def missing_seeds(lines: Sequence[Line], wanted: Iterable[int], code: str, *, tuning: bool, round_: int) -> list[int]:
    """Seeds that no log was made of yet.

    Raises SystemExit where seeds for reporting were used with other code: they have been seen.
    """
    others = {line["code"] for line in lines if line["code"] != code}
    if others and not tuning:
        raise SystemExit(
            f"The seeds of round {round_} were used with other code ({', '.join(sorted(others))}; now it is {code}). "
            f"Report on fresh ones: --round {round_ + 1}."
        )
    used = Counter(line["seed"] for line in lines if line["code"] == code)
    twice = [seed for seed, number in used.items() if number > 1]
    if twice and not tuning:
        raise SystemExit(f"Seed {twice[0]} was used twice: take its second line out.")
    return [seed for seed in wanted if seed not in used]


def run(family: str, interviews: int, *, null: bool, round_: int, tuning: bool, jobs: int, at_most: int | None) -> None:
    """Make the logs of one sort that are missing."""
    place, code = place_of(family, round_, tuning=tuning), code_fingerprint()
    wanted = seeds_of(family, interviews, null=null, round_=round_, tuning=tuning)
    seeds = missing_seeds(read_lines(place), wanted, code, tuning=tuning, round_=round_)[:at_most]
    if not seeds:
        return
    # Started afresh, processes read these: one thread each, or they would get in each other's way.
    os.environ |= dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for made in pool.imap_unordered(partial(one_log, family, interviews, null, code), seeds):
            add_line(place, made)
    print(f"{family}, {interviews:,} interviews{'' if null else ', with effects'}: {len(seeds)} more", flush=True)


# ------------------------------------------------------------------------------------------------------- summary


def summary(round_: int) -> Line:
    """What the lines of a round say, pooled and by family and size."""
    by_family = {family: read_lines(place_of(family, round_, tuning=False)) for family in FAMILIES}
    recorded = [line for family, lines in by_family.items() if FAMILIES[family].recorded for line in lines]
    codes = sorted({line["code"] for lines in by_family.values() for line in lines})
    return {
        "round": round_,
        "code": codes,
        "pooled": _of(recorded),
        "pooled_by_size": {str(n): _of([line for line in recorded if line["n"] == n]) for n in NULL_LOGS},
        "families": {family: _of(lines) for family, lines in by_family.items() if lines},
        "claims": _by_claim(recorded),
        "false_verdicts": _false_verdicts(recorded),
    }


def _of(lines: Sequence[Line]) -> Line:
    null = [line for line in lines if line["null"]]
    effects = [line for line in lines if not line["null"]]
    return {
        "null_logs": {str(n): sum(line["n"] == n for line in null) for n in NULL_LOGS},
        "with_a_false_verdict": _share(sum(bool(_wrong(line)) for line in null), len(null)),
        "coverage": _share(*_held(null)),
        "tested_a_log": _mean([sum(found != _NOT_TESTABLE for found in line["claims"].values()) for line in null]),
        "logs_with_effects": len(effects),
        "with_effects_a_false_verdict": _share(sum(bool(_wrong(line)) for line in effects), len(effects)),
        "with_effects_coverage": _share(*_held(effects)),
        "with_effects_true_verdicts_a_log": _mean([_true(line) for line in effects]),
        "with_effects_bias": _bias(effects),
        "with_effects_found": _share(*_found(effects)),
        "with_effects_found_if_large": _share(*_found(effects, sure=True)),
        "errors_against_spread": _errors(null),
        "cpu_seconds_a_log": {str(n): _mean([line["s"] for line in lines if line["n"] == n]) for n in NULL_LOGS},
    }


def _wrong(line: Line) -> list[str]:
    truth = line["truth"]
    return [
        f"{name}: {found[0]}"
        for name, found in line["claims"].items()
        if found != _NOT_TESTABLE and is_false(name, found[0], truth.get(name, 0.0))
    ]


def _true(line: Line) -> int:
    truth = line["truth"]
    return sum(
        found != _NOT_TESTABLE and is_true(name, found[0], truth.get(name, 0.0))
        for name, found in line["claims"].items()
    )


def _apart(line: Line) -> list[tuple[str, Any, float, float]]:
    """Of each claim that was tested its name, what was found, the truth, and the error (thousandths)."""
    return [
        (name, found, line["truth"].get(name, 0.0), (found[3] - found[2]) / 2 / 1.98)
        for name, found in line["claims"].items()
        if found != _NOT_TESTABLE
    ]


def _bias(lines: Iterable[Line]) -> float | None:
    """Mean of estimate less truth, in points, over all claims that were tested."""
    return _mean([(found[1] - truth) / 10 for line in lines for _, found, truth, _ in _apart(line)])


def _found(lines: Iterable[Line], *, sure: bool = False) -> tuple[int, int]:
    """Of differences beyond the margin how many are found, the right way round, where the claim could be tested.

    sure: only of those that are larger than the smallest that such an error would find in four of five logs: the margin
    or 3 errors (of a family of some fifteen claims), and .84 errors more.
    """
    there = [
        found[0] == ("s" if truth > 0 else "c")
        for line in lines
        for name, found, truth, error in _apart(line)
        if name not in ONE_SIDED
        and abs(truth) >= _MARGIN
        and (not sure or abs(truth) >= max(_MARGIN, 3 * error) + 0.84 * error)
    ]
    return sum(there), len(there)


def _errors(lines: Iterable[Line]) -> float | None:
    """Root mean square of (estimate - truth) / error where nothing matters: 1 where errors are just right."""
    squares = [
        ((found[1] - truth) / error) ** 2 for line in lines for _, found, truth, error in _apart(line) if error > 0
    ]
    return round((sum(squares) / len(squares)) ** 0.5, 2) if squares else None


def _held(lines: Iterable[Line], claim: str | None = None) -> tuple[int, int]:
    held = [
        found[2] <= line["truth"].get(name, 0.0) <= found[3]
        for line in lines
        for name, found in line["claims"].items()
        if found != _NOT_TESTABLE and claim in (None, name)
    ]
    return sum(held), len(held)


def _by_claim(lines: Sequence[Line]) -> Line:
    names = dict.fromkeys(name for line in lines for name in line["claims"])
    null = [line for line in lines if line["null"]]
    return {name: {"coverage": _share(*_held(null, name))} for name in names}


def _false_verdicts(lines: Sequence[Line]) -> Line:
    counted: dict[str, int] = defaultdict(int)
    for line in lines:
        for wrong in _wrong(line) if line["null"] else ():
            counted[wrong] += 1
    return dict(sorted(counted.items(), key=lambda one: -one[1]))


def _share(number: int, of: int) -> Line:
    """A share with Clopper and Pearson's 95% limits."""
    from scipy.stats import beta

    if not of:
        return {"number": 0, "of": 0, "share": None, "low": None, "high": None}
    low = float(beta.ppf(0.025, number, of - number + 1)) if number else 0.0
    high = float(beta.ppf(0.975, number + 1, of - number)) if number < of else 1.0
    return {"number": number, "of": of, "share": round(number / of, 4), "low": round(low, 4), "high": round(high, 4)}


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def shown(share: Line) -> str:
    """A share with its limits as percentages."""
    if share["share"] is None:
        return "–"
    return f"{100 * share['share']:.1f}% ({100 * share['low']:.1f} to {100 * share['high']:.1f}) of {share['of']:,}"


def page(found: Line) -> str:
    """docs/random-worlds.md."""
    pooled = found["pooled"]
    lines = [
        "# Verdicts in worlds that nobody made",
        "",
        "Made by `python benchmarks/random_worlds.py --summary`. Worlds are drawn from seeds",
        "([decision 090](decisions/090-random-worlds.md)); methods were chosen on seeds below 100,000, and what stands",
        f"here is about seeds above, each used once (round {found['round']}, by the code of fingerprint",
        f"{', '.join(found['code'])}; what decides on verdicts was not changed between its logs, and a later change",
        "of it is for another round to judge). Logs in which nothing has an effect: a verdict is false when it says",
        "supported or contradicted (of `move-on` and `ask-when-positive`, which claim just that, contradicted).",
        "Coverage is of the plain 95% intervals of all claims that could be tested.",
        "",
        "The goals: at most 5% of logs with any false verdict over families whose causes are recorded, in no family",
        "more than 8.5%; coverage of 93 to 97.5%, in no family below 91%. The study is not finished where a family has",
        "fewer than 200 logs of 500 interviews, 100 of 2,000 and 20 of 20,000.",
        "",
        f"Pooled over these families: **{shown(pooled['with_a_false_verdict'])}** logs with a false verdict; coverage",
        f"**{shown(pooled['coverage'])}** intervals.",
        "",
        "| family | what it is about | logs of 500, 2,000, 20,000 | with a false verdict | coverage | tested a log |",
        "|---|---|---|---|---|---|",
    ]
    for family, row in found["families"].items():
        numbers = ", ".join(str(number) for number in row["null_logs"].values())
        about = FAMILIES[family].about + ("" if FAMILIES[family].recorded else " (not pooled)")
        lines.append(
            f"| `{family}` | {about} | {numbers} | {shown(row['with_a_false_verdict'])} | {shown(row['coverage'])} | "
            f"{row['tested_a_log'] if row['tested_a_log'] is not None else '–'} |"
        )
    lines += [
        "",
        "Spread: root mean square of (estimate - truth) / error; 1 where errors are just right, below where they are",
        "too large.",
        "",
        "| size | with a false verdict | coverage | spread | processor seconds a log |",
        "|---|---|---|---|---|",
    ]
    for size, row in found["pooled_by_size"].items():
        seconds = row["cpu_seconds_a_log"][size]
        lines.append(
            f"| {int(size):,} | {shown(row['with_a_false_verdict'])} | {shown(row['coverage'])} | "
            f"{row['errors_against_spread'] or '–'} | {seconds if seconds is not None else '–'} |"
        )
    lines += ["", "| claim | coverage where nothing matters |", "|---|---|"]
    lines += [f"| `{name}` | {shown(row['coverage'])} |" for name, row in found["claims"].items()]
    if found["false_verdicts"]:
        told = ", ".join(f"`{name}` {number}" for name, number in found["false_verdicts"].items())
        lines += ["", f"False verdicts (s: supported, c: contradicted): {told}."]
    effects = {family: row for family, row in found["families"].items() if row["logs_with_effects"]}
    if effects:
        lines += [
            "",
            "With effects, logs of 2,000 interviews, truths by intervention. Found: of true differences of 5 points or",
            "more, where the claim could be tested, the share that is supported or contradicted the right way round;",
            "beside it the same of those that are large enough for the log's own errors to find them in four of five.",
            "",
            "| family | logs | with a false verdict | coverage | mean error (points) | true a log | found | if large |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_effects_line(f"`{family}`", row) for family, row in effects.items()]
        lines.append(_effects_line("all whose causes are recorded", pooled))
    return "\n".join(lines) + "\n"


def _effects_line(name: str, row: Line) -> str:
    bias, true = row["with_effects_bias"], row["with_effects_true_verdicts_a_log"]
    shares = [shown(row[f"with_effects_{one}"]) for one in ("a_false_verdict", "coverage")]
    power = [shown(row[f"with_effects_{one}"]) for one in ("found", "found_if_large")]
    told = "–" if bias is None else f"{bias:+.1f}"
    return " | ".join([f"| {name}", str(row["logs_with_effects"]), *shares, told, str(true), *power]) + " |"


def main() -> None:
    """Run what is missing, or sum up what is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", action="append", choices=tuple(FAMILIES))
    parser.add_argument("--size", action="append", type=int, choices=tuple(NULL_LOGS))
    parser.add_argument("--effects", action="store_true", help="logs with effects in place of null ones")
    parser.add_argument("--round", type=int, default=1)
    parser.add_argument("--tuning", action="store_true", help="seeds below 100,000, to choose methods")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--at-most", type=int, help="logs of each sort in this run")
    parser.add_argument("--summary", action="store_true", help="sum up, make no logs")
    given = parser.parse_args()
    families = given.family or tuple(FAMILIES)
    sizes = given.size or tuple(LOGS_WITH_EFFECTS if given.effects else NULL_LOGS)
    options = {"round_": given.round, "tuning": given.tuning, "jobs": given.jobs, "at_most": given.at_most}
    if not given.summary:
        for size in sizes:
            for family in families:
                run(family, size, null=not given.effects, **options)
    if not given.tuning:
        found = summary(given.round)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(found), encoding="utf-8")
        print(page(found))


if __name__ == "__main__":
    main()
