"""Work out the truth of every world that ships with the package, which takes a minute or two for each.

Run  python data/make_truths.py [--interviews N] [WORLD ...]  after a change of a world or of the simulation (then raise
simulate.truth.VERSION too); the tests say when it is due. Where a change concerns some claims alone, name them with
--claim: those are worked out again, each with the number of its interviews beside it, and the rest is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from followup_analytics.simulate.draws import Draws
from followup_analytics.simulate.people import invite
from followup_analytics.simulate.strategies import CONTRASTS, SECOND_LINES
from followup_analytics.simulate.truth import (
    SHIPPED_INTERVIEWS,
    TRUTH_SEED,
    VERSION,
    true_contrast,
    work_out_truth,
    world_key,
)
from followup_analytics.simulate.world import World, load_world, world_names

FOLDER = Path(__file__).parent.parent / "followup_analytics" / "simulate" / "truths"


def main(names: list[str], interviews: int, claims: list[str]) -> None:
    """Write truths/NAME.json for each world; where claims are named, work out those alone and keep the rest."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or world_names():
        began = time.perf_counter()
        world = load_world(name)
        found = renewed(world, interviews, claims) if claims else work_out_truth(world, interviews)
        found = {**found, "key": world_key(world)}
        text = json.dumps(found, indent=None, separators=(",", ":"), ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text.replace("},{", "},\n{") + "\n", encoding="utf-8")
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


def renewed(world: World, interviews: int, claims: list[str]) -> dict[str, Any]:
    """The truth that there is, of this version of the simulation or the one before, with some claims worked out again.

    A claim whose numbers rest on other interviews than the rest's says on how many.
    """
    found: dict[str, Any] = json.loads((FOLDER / f"{world.name}.json").read_text("utf-8"))
    if found["key"] not in (world_key(world), world_key(world, VERSION - 1)):
        sys.exit(f"{world.name}: the world has changed, so all of its truth is due.")
    people = invite(world, Draws(TRUTH_SEED), interviews)
    for claim in claims:
        second = SECOND_LINES.get(claim)
        found["claims"][claim] = {
            **true_contrast(world, people, CONTRASTS[claim], TRUTH_SEED),
            "second_line": true_contrast(world, people, second, TRUTH_SEED) if second else None,
            **({"interviews": interviews} if interviews != found["interviews"] else {}),
        }
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*")
    parser.add_argument("--interviews", type=int, default=SHIPPED_INTERVIEWS)
    parser.add_argument("--claim", action="append", default=[])
    given = parser.parse_args()
    main(given.worlds, given.interviews, given.claim)
