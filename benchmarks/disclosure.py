"""Attack random tables in number: how often a hidden count is found, and how much is hidden for it.

    python benchmarks/disclosure.py --tables 100000 --minutes 30 --first-seed 100000

Writes benchmarks/results/disclosure.json. Tables are those of tests/attack (30 to 500 applicants; one column,
programmes in schools, two and three columns, contacts), the attacker is the independent one there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "attack")]

FIRST_SEED = 100_000


def attacked(task: tuple[str, int]) -> tuple[str, dict[str, int]]:
    """One table: its rows, small and hidden ones, and what was found."""
    from study import attack

    from followup_analytics.results.disclosure import policy_of

    shape, seed = task
    found = attack(seed, shape, policy_of())
    return shape, {
        "tables": 1,
        "rows": found.rows,
        "small": found.small,
        "hidden": found.hidden,
        "withheld": int(found.rows == found.hidden),
        "exact": len(found.exact),
        "narrow": len(found.narrow),
    }


def main() -> None:
    """Attack as many tables as were asked for, or as the time allows."""
    from random_tables import SHAPES

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tables", type=int, default=100_000)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--first-seed", type=int, default=FIRST_SEED, help="another one attacks other tables")
    given = asked.parse_args()
    names = list(SHAPES)
    tasks = ((names[k % len(names)], given.first_seed + k) for k in range(given.tables))
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    end, started = time.monotonic() + 60 * given.minutes, time.process_time()
    with ProcessPoolExecutor(given.processes) as pool:
        while time.monotonic() < end:
            batch = [task for _, task in zip(range(120), tasks, strict=False)]
            if not batch:
                break
            for shape, found in pool.map(attacked, batch, chunksize=10):
                counts[shape].update(found)
    every = sum(counts.values(), Counter())
    body = {
        "asked": given.tables,
        "first_seed": given.first_seed,
        "policy": "default",
        "all": dict(every) | {"exact": every["exact"], "narrow": every["narrow"]},
        "by_shape": {
            name: dict(found) | {"exact": found["exact"], "narrow": found["narrow"]} for name, found in counts.items()
        },
        "driver_seconds": round(time.process_time() - started, 1),
    }
    (ROOT / "benchmarks" / "results" / "disclosure.json").write_text(json.dumps(body, indent=1) + "\n")
    print(json.dumps(body, indent=1))


if __name__ == "__main__":
    main()
