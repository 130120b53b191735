"""What calibration by a log's own negative controls would bring: false verdicts avoided, and true ones lost.

Empirical calibration takes the differences of negative controls, whose truth is nought, as a sample of what bends a
log: d_i ~ N(mu, tau^2 + se_i^2), fitted by likelihood, and judges each claim by d - mu with the error
sqrt(se^2 + tau^2). Source: M. Schuemie and others (2014), Statistics in Medicine 33, 209-218; (2018) PNAS 115,
2571-2577. Four rules on the same logs: no controls; calibration alone; the package's (a control that fails, or too many
that do, make verdicts inconclusive); and the package's on calibrated numbers.

    nice python benchmarks/calibration.py [--logs 40] [--world unmeasured] [--applicants 500]

writes benchmarks/results/calibration.json; a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from followup_analytics.claims.catalogue import own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.finding import Finding, finding_of
from followup_analytics.claims.judging import judge
from followup_analytics.claims.running import run_all
from followup_analytics.claims.verdict import test_difference
from followup_analytics.simulate import simulate_log
from followup_analytics.simulate.truth import world_truth
from followup_analytics.simulate.world import load_world
from followup_analytics.statistics.clusters import Estimated

RESULTS = Path(__file__).parent / "results" / "calibration.json"
WORLDS = ("unmeasured", "null", "etiquette", "contrary")
RULES = ("no controls", "calibrated", "controls", "calibrated and controls")
#: Seeds that no other study uses.
FIRST = 700_000
#: Fewer controls tell no spread.
LEAST = 5


def fitted_null(findings: Sequence[Finding]) -> tuple[float, float]:
    """Mean and spread of what bends this log, from the first control of each claim; nought where there are too few."""
    found = [one.controls[0] for one in findings if one.test is not None and one.controls]
    if len(found) < LEAST:
        return 0.0, 0.0
    value = np.array([one.estimate for one in found])
    error = np.array([(one.high - one.low) / (2 * 1.97) for one in found])

    def cost(at: np.ndarray[Any, Any]) -> float:
        variance = error**2 + np.exp(2 * at[1])
        return float(0.5 * (np.log(variance) + (value - at[0]) ** 2 / variance).sum())

    best = minimize(cost, np.array([value.mean(), np.log(max(value.std(), 1e-3))]), method="Nelder-Mead")
    return float(best.x[0]), float(np.exp(best.x[1]))


def calibrated(finding: Finding, mean: float, spread: float) -> Finding:
    """A finding whose numbers are judged by what bends the log."""
    if finding.effect is None or finding.test is None:
        return finding

    def moved(one: Estimated) -> Estimated:
        return replace(one, estimate=one.estimate - mean, se=np.sqrt(one.se**2 + spread**2))

    effect = replace(finding.effect, tested=moved(finding.effect.tested), difference=moved(finding.effect.difference))
    return replace(finding, effect=effect, test=test_difference(finding.claim, effect.tested))


def one_log(world: str, applicants: int, seed: int) -> dict[str, Any]:
    """Verdicts of a log by each rule, and the null that was fitted."""
    claims = own_catalogue().claims
    log = simulate_log(interviews=3 * applicants, world=world, seed=seed)
    context = Context.of(log, claims, min_cell=1)
    findings = run_all(claims, context, partial(finding_of, context=context, min_cell=1, bare=True))
    mean, spread = fitted_null(findings)
    moved = [calibrated(one, mean, spread) for one in findings]
    cases = {"no controls": findings, "calibrated": moved, "controls": findings, "calibrated and controls": moved}
    verdicts = {}
    for rule, these in cases.items():
        judged = these if "controls" in rule and rule != "no controls" else [replace(one, controls=()) for one in these]
        verdicts[rule] = {row["claim"]: row["verdict"] for row in judge(judged, context, 1)}
    return {"world": world, "seed": seed, "mean": mean, "spread": spread, "verdicts": verdicts}


def is_false(claim: str, verdict: str, truth: float) -> bool:
    """Whether a verdict of a difference says what is not so."""
    if claim in ("move-on", "ask-when-positive"):
        return verdict == "contradicted" and abs(truth) < 1e-9
    return (verdict == "supported" and truth <= 0) or (verdict == "contradicted" and truth >= 0)


def summary(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By world and rule: logs with a false verdict, and supported or contradicted verdicts that are true, a log."""
    made = []
    for world in WORLDS:
        mine = [line for line in lines if line["world"] == world]
        if not mine:
            continue
        truths = {name: float(one["estimate"]) for name, one in world_truth(load_world(world))["claims"].items()}
        if world in ("null", "unmeasured"):
            truths = dict.fromkeys(truths, 0.0)
        for rule in RULES:
            false = [[n for n, v in line["verdicts"][rule].items() if is_false(n, v, truths[n])] for line in mine]
            true = [
                sum(
                    v in ("supported", "contradicted") and not is_false(n, v, truths[n])
                    for n, v in line["verdicts"][rule].items()
                )
                for line in mine
            ]
            made.append(
                {
                    "world": world,
                    "rule": rule,
                    "logs": len(mine),
                    "with_a_false_verdict": sum(bool(one) for one in false),
                    "false_verdicts": sum(map(len, false)),
                    "true_verdicts_a_log": round(float(np.mean(true)), 2),
                    "mean_of_null": round(float(np.mean([line["mean"] for line in mine])), 4),
                    "spread_of_null": round(float(np.mean([line["spread"] for line in mine])), 4),
                }
            )
    return made


def main() -> None:
    """Run what is missing and sum up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logs", type=int, default=40)
    parser.add_argument("--applicants", type=int, default=500)
    parser.add_argument("--world", action="append", choices=WORLDS, help="these worlds alone")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"lines": []}
    lines = known["lines"]
    done = {(line["world"], line["seed"]) for line in lines}
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for number in range(given.logs):
            wanted = [(world, given.applicants, FIRST + number) for world in given.world or WORLDS]
            missing = [one for one in wanted if (one[0], one[2]) not in done]
            lines += pool.starmap(one_log, missing)
            made = {"applicants": given.applicants, "summary": summary(lines), "lines": lines}
            RESULTS.write_text(json.dumps(made) + "\n", encoding="utf-8")
    for row in summary(lines):
        print(row)


if __name__ == "__main__":
    main()
