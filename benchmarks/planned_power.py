"""Whether a study that is planned for a power of .8 has it: planned from a pilot log, then simulated many times.

Run:  nice python benchmarks/planned_power.py [--studies 200] [--jobs 1]

For each claim a pilot log of a world whose truth is known is planned from (`plan_study`, at the true difference), and
studies of just the size that the plan asks for (`n_logged`) are simulated from the same world and judged by
`test_claims`, all claims of the catalogue in one family. Writes benchmarks/results/planned_power.json: the share of
studies in which the claim is supported, with Clopper and Pearson's 95% limits. The goal is 75 to 85%.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from functools import partial
from pathlib import Path
from typing import Any

import followup_analytics as fa
from followup_analytics.statistics import clopper_pearson

RESULTS = Path(__file__).parent / "results" / "planned_power.json"
#: Worlds and claims: one that waits (clone-censor-weight) and one that chooses (attempt contrast).
PLANS = (("etiquette", "wait-2-3-days"), ("etiquette", "vary-approach"))
PILOT_INTERVIEWS, PILOT_SEED, FIRST_SEED = 6_000, 77, 500_000


def planned(world: str, claim: str) -> dict[str, Any]:
    """What the plan asks for, at the true difference."""
    pilot = fa.simulate_log(interviews=PILOT_INTERVIEWS, world=world, seed=PILOT_SEED)
    truth = float(pilot.truth["claims"][claim]["estimate"])
    row = fa.plan_study(pilot, claim=claim, effect=100 * truth, min_cell=1).rows[0]
    return {"world": world, "claim": claim, "effect": round(truth, 4), "interviews": row.n_logged, "power": 0.8}


def verdict(world: str, claim: str, interviews: int, seed: int) -> str:
    """The claim's verdict in one study."""
    log = fa.simulate_log(interviews=interviews, world=world, seed=seed)
    return fa.test_claims(log, claim=claim, min_cell=1).verdict(claim)


def main() -> None:
    """Plan, simulate and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    found = []
    for world, claim in PLANS:
        plan = planned(world, claim)
        seeds = range(FIRST_SEED, FIRST_SEED + given.studies)
        with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
            verdicts = list(pool.imap_unordered(partial(verdict, world, claim, plan["interviews"]), seeds))
        supported = verdicts.count("supported")
        low, high = clopper_pearson(supported, len(verdicts))
        counts = {name: verdicts.count(name) for name in sorted(set(verdicts))}
        found.append(
            {
                **plan,
                "studies": len(verdicts),
                "supported": round(supported / len(verdicts), 3),
                "low": round(float(low), 3),
                "high": round(float(high), 3),
                "verdicts": counts,
            }
        )
        print(json.dumps(found[-1]), flush=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
