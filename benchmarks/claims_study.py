"""How often verdicts and intervals are right: many simulated logs of worlds whose truth is known.

Run:  python benchmarks/claims_study.py --interviews 1500 --seeds 30 null etiquette
Writes benchmarks/results/claims_study.json: coverage of the plain 95% interval by world and design, verdicts, and in
how many logs any verdict was false.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from followup_analytics.claims import test_claims
from followup_analytics.simulate import simulate_log
from followup_analytics.simulate.truth import world_truth
from followup_analytics.simulate.world import load_world

RESULTS = Path(__file__).parent / "results" / "claims_study.json"


def is_false(row: dict[str, Any], truth: float) -> bool:
    """Whether a verdict says what is not so; inconclusive and not testable never do."""
    margin, verdict = row["margin"], row["verdict"]
    if row["claim"] == "move-on":
        return (verdict == "supported" and truth >= margin) or (verdict == "contradicted" and truth <= 0)
    if row["claim"] == "ask-when-positive":
        return (verdict == "supported" and truth <= -margin) or (verdict == "contradicted" and truth >= 0)
    if verdict == "no_meaningful_difference":
        return abs(truth) >= margin
    return (verdict == "supported" and truth <= 0) or (verdict == "contradicted" and truth >= 0)


def study(world: str, interviews: int, seeds: int, first: int) -> dict[str, Any]:
    """Verdicts on `seeds` logs of a world."""
    truths = world_truth(load_world(world))["claims"]
    verdicts: Counter[str] = Counter()
    held: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    false_logs, started = 0, time.perf_counter()
    for seed in range(first, first + seeds):
        rows = test_claims(simulate_log(interviews=interviews, world=world, seed=seed), min_cell=1).rows
        false = 0
        for row in rows:
            truth = truths[row["claim"]]["estimate"]
            verdicts[row["verdict"]] += 1
            false += is_false(row, truth)
            if row["estimate"] is not None and row["conf_low"] is not None:
                held[row["design"]][0] += row["conf_low"] <= truth <= row["conf_high"]
                held[row["design"]][1] += 1
        false_logs += false > 0
    return {
        "world": world,
        "interviews": interviews,
        "seeds": [first, first + seeds - 1],
        "coverage": {name: {"held": a, "of": b, "share": round(a / b, 4)} for name, (a, b) in held.items()},
        "verdicts": dict(verdicts),
        "logs_with_a_false_verdict": false_logs,
        "seconds": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    """Run the study and keep what was found, one entry for each world and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="+")
    parser.add_argument("--interviews", type=int, default=1_500)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first", type=int, default=1_000)
    given = parser.parse_args()
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else []
    for world in given.worlds:
        found = study(world, given.interviews, given.seeds, given.first)
        known = [one for one in known if (one["world"], one["interviews"]) != (world, given.interviews)] + [found]
        print(json.dumps(found))
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
