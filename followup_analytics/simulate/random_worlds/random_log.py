"""A log of a random world, which knows its truth."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from followup_analytics.errors import UsageError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.simulate.random_worlds.course import live
from followup_analytics.simulate.random_worlds.crowd import crowd_of
from followup_analytics.simulate.random_worlds.draw import draw_world
from followup_analytics.simulate.random_worlds.tables import write_down
from followup_analytics.simulate.random_worlds.truth import world_truth
from followup_analytics.simulate.random_worlds.world import RandomWorld
from followup_analytics.simulate.writing import write_folder

MOST_INTERVIEWS = 2_000_000


@dataclass(frozen=True, repr=False)
class RandomLog(FollowUpLog):
    """A log made by `random_log`: `simulated` is True, `truth` holds what an analysis of it should find."""

    random_world: RandomWorld | None = None
    seed: int = 0

    @cached_property
    def truth(self) -> dict[str, Any]:
        """The truth of the log's world, see `world_truth`; worked out on first use, which may take a minute."""
        if self.random_world is None:
            raise UsageError("this log was not made by random_log, so nobody knows its truth.")
        return world_truth(self.random_world)

    def write(self, folder: str | Path) -> Path:
        """Write the log as a folder of CSV files with `log.toml` and `truth.json`; give the folder's path."""
        name = self.random_world.name if self.random_world else "unknown"
        return write_folder(self, folder, f"world {name}, seed {self.seed}", self.truth)


def random_log(
    random: int | RandomWorld, *, interviews: int = 300, family: str | None = None, null: bool = False, seed: int = 0
) -> RandomLog:
    """Make a log of a world that is drawn from a seed.

    random: seed of the world, or a world drawn before (family and null are then its own). family: one of FAMILIES, by
    default drawn too. null: nothing that people do changes what comes back. seed: of the log; logs of one world differ
    by it in who is in them and in their luck. Raises UsageError for a family that there is not or a number of
    interviews below 1.

    Example:
        >>> made = random_log(3, interviews=50, null=True)
        >>> made.interviews.height
        50
    """
    if not 1 <= interviews <= MOST_INTERVIEWS:
        raise UsageError(f"a log of {interviews:,} interviews can't be made; ask for 1 to {MOST_INTERVIEWS:,}.")
    world = random if isinstance(random, RandomWorld) else draw_world(random, family, null=null)
    crowd = crowd_of(world, interviews, seed)
    tables = write_down(world, crowd, live(world, crowd, seed), seed)
    log = build_log(
        interviews=tables.interviews,
        contacts=tables.contacts,
        outcomes=tables.outcomes,
        time_zone=world.gathering.zone,
        data_date=tables.data_date,
        simulated=True,
    )
    given = {one.name: getattr(log, one.name) for one in fields(FollowUpLog)}
    return RandomLog(**given, random_world=world, seed=seed)
