"""Whether a study that is planned for a power of .8 has it: planned from pilot logs, then simulated many times.

Run:  nice python benchmarks/planned_power.py [--pilots 20] [--studies 10]

Some pilot logs of a world whose truth is known are planned from (`plan_study`, at the true difference of a claim),
and from each of them studies of just the size that its plan asks for (`n_logged`) are simulated from the same world
and judged by `test_claims`, all claims in one family. Writes benchmarks/results/planned_power.json: the
share of studies in which the claim is supported, with 95% limits by pilot (studies of one pilot share its plan). The
goal is 75 to 85%. A line a study is kept beside it until all are there: a run that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

import followup_analytics as fa

RESULTS = Path(__file__).parent / "results" / "planned_power.json"
LINES = RESULTS.with_suffix(".jsonl")
#: Worlds and claims: one that waits (clone-censor-weight) and one that chooses (attempt contrast).
PLANS = (("etiquette", "wait-2-3-days"), ("etiquette", "vary-approach"))
PILOT_INTERVIEWS, FIRST_PILOT, FIRST_STUDY = 6_000, 700_000, 710_000
Line = dict[str, Any]


def planned(world: str, claim: str, seed: int) -> tuple[float, int]:
    """The true difference, and how many interviews the plan from one pilot asks for at it."""
    pilot = fa.simulate_log(interviews=PILOT_INTERVIEWS, world=world, seed=seed)
    truth = float(pilot.truth["claims"][claim]["estimate"])
    size = fa.plan_study(pilot, claim=claim, effect=100 * truth, min_cell=1).rows[0].n_logged
    if size is None:
        raise SystemExit(f"{claim} can't be planned for from pilot {seed}.")
    return truth, size


def study(world: str, claim: str, interviews: int, seed: int) -> str:
    """The claim's verdict in one study."""
    log = fa.simulate_log(interviews=interviews, world=world, seed=seed)
    return fa.test_claims(log, claim=claim, min_cell=1).verdict(claim)


def run(world: str, claim: str, pilots: int, studies: int) -> list[Line]:
    """The studies of one claim, those that are there already not again."""
    text = LINES.read_text(encoding="utf-8") if LINES.is_file() else ""
    there = [line for line in map(json.loads, text.splitlines()) if (line["world"], line["claim"]) == (world, claim)]
    done = {(line["pilot"], line["seed"]): line for line in there}
    for pilot in range(FIRST_PILOT, FIRST_PILOT + pilots):
        seeds = [FIRST_STUDY + (pilot - FIRST_PILOT) * 100 + number for number in range(studies)]
        missing = [seed for seed in seeds if (pilot, seed) not in done]
        if not missing:
            continue
        truth, size = planned(world, claim, pilot)
        for seed in missing:
            line = {"world": world, "claim": claim, "pilot": pilot, "seed": seed, "effect": round(truth, 4)}
            line |= {"interviews": size, "verdict": study(world, claim, size, seed)}
            done[pilot, seed] = line
            with LINES.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
    return list(done.values())


def summed_up(lines: Sequence[Line]) -> Line:
    """The share supported, with limits by pilot, and the sizes that were planned."""
    by_pilot: dict[int, list[bool]] = {}
    for line in lines:
        by_pilot.setdefault(line["pilot"], []).append(line["verdict"] == "supported")
    shares = np.array([np.mean(one) for one in by_pilot.values()])
    sizes = sorted({line["pilot"]: line["interviews"] for line in lines}.values())
    share = float(np.mean([line["verdict"] == "supported" for line in lines]))
    half = float(student.ppf(0.975, len(shares) - 1) * shares.std(ddof=1) / np.sqrt(len(shares)))
    verdicts = [line["verdict"] for line in lines]
    return {
        **{name: lines[0][name] for name in ("world", "claim", "effect")},
        "power": 0.8,
        "pilots": len(shares),
        "interviews": [sizes[0], sizes[len(sizes) // 2], sizes[-1]],
        "studies": len(lines),
        "supported": round(share, 3),
        "low": round(share - half, 3),
        "high": round(share + half, 3),
        "verdicts": {name: verdicts.count(name) for name in sorted(set(verdicts))},
    }


def main() -> None:
    """Plan, simulate and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pilots", type=int, default=20)
    parser.add_argument("--studies", type=int, default=10, help="from each pilot")
    given = parser.parse_args()
    found = []
    for world, claim in PLANS:
        found.append(summed_up(run(world, claim, given.pilots, given.studies)))
        print(json.dumps(found[-1]), flush=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    LINES.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
