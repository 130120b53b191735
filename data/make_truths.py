"""Work out the truth of every world that ships with the package, which takes some minutes for each.

Run  python data/make_truths.py [--interviews N] [WORLD ...]  after a change of a world or of the simulation (then raise
simulate.truth.VERSION too); the tests say when it is due.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from followup_analytics.simulate.truth import SHIPPED_INTERVIEWS, work_out_truth, world_key
from followup_analytics.simulate.world import load_world, world_names

FOLDER = Path(__file__).parent.parent / "followup_analytics" / "simulate" / "truths"


def main(names: list[str], interviews: int) -> None:
    """Write truths/NAME.json for each world."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or world_names():
        began = time.perf_counter()
        world = load_world(name)
        found = {"key": world_key(world), **work_out_truth(world, interviews)}
        text = json.dumps(found, indent=None, separators=(",", ":"), ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text.replace("},{", "},\n{") + "\n", encoding="utf-8")
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*")
    parser.add_argument("--interviews", type=int, default=SHIPPED_INTERVIEWS)
    given = parser.parse_args()
    main(given.worlds, given.interviews)
