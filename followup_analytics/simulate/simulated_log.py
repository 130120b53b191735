"""A simulated log: a follow-up log that knows its truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from followup_analytics.errors import UsageError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.simulate.decisions import decisions_of
from followup_analytics.simulate.draws import Draws
from followup_analytics.simulate.people import invite
from followup_analytics.simulate.record import Tables, write_down
from followup_analytics.simulate.teller import tell
from followup_analytics.simulate.truth import world_truth
from followup_analytics.simulate.world import World, load_world
from followup_analytics.simulate.writing import write_folder

MOST_INTERVIEWS = 20_000_000


@dataclass(frozen=True, repr=False)
class SimulatedLog(FollowUpLog):
    """A log made by `simulate_log`: `simulated` is True, and `truth` holds what an analysis of it should find."""

    world: World | None = None
    seed: int = 0

    @property
    def truth(self) -> dict[str, Any]:
        """The true contrasts of all claims, the true rates and the true incidences of the log's world.

        Population values (see `truth.world_truth`), not those of this sample. Worlds that ship with the package
        have theirs at hand; of others it is worked out on first use, which takes a minute or so.
        """
        if self.world is None:
            raise UsageError("this log was not made by simulate_log, so nobody knows its truth.")
        return world_truth(self.world)

    def write(self, folder: str | Path) -> Path:
        """Write the log as a folder of CSV files with `log.toml` and `truth.json`; give the folder's path.

        Raises UnreadableError where the folder can't be written.
        """
        name = self.world.name if self.world else "unknown"
        return write_folder(self, folder, f"world {name}, seed {self.seed}", self.truth)


def simulate_log(
    *,
    interviews: int = 300,
    world: str | Path | World = "office",
    seed: int = 0,
    quiet_from: dt.date | None = None,
) -> SimulatedLog:
    """Make a log whose truth is known, to try things on and to check answers against.

    interviews: how many; applicants have about three each. world: a name of `world_names()`, a path of a TOML file,
    or a World. seed: any whole number; the same arguments give the same log. 100,000 interviews take a few seconds.
    quiet_from: a day from which on nobody makes an attempt, the log being the same before it: what then comes is what
    would come if nothing further were done, against which predictions can be checked.
    Raises UsageError for a number below 1 or a world that there is not.

    Example:
        >>> made = simulate_log(interviews=50, world="null", seed=1)
        >>> made, made.truth["claims"]["thank-you-note"]["estimate"]
        (<simulated FollowUpLog: 50 interviews, 164 contacts, 39 outcomes, data date 2026-02-04>, 0.0)
    """
    if not 1 <= interviews <= MOST_INTERVIEWS:
        raise UsageError(f"a log of {interviews:,} interviews can't be made; ask for 1 to {MOST_INTERVIEWS:,}.")
    made = world if isinstance(world, World) else load_world(world)
    tables = simulate_tables(made, interviews, seed, quiet_from)
    log = build_log(
        interviews=tables.interviews,
        contacts=tables.contacts,
        outcomes=tables.outcomes,
        applicants=tables.applicants,
        time_zone=made.people.zones[0],
        data_date=tables.data_date,
        simulated=True,
    )
    given = {one.name: getattr(log, one.name) for one in fields(FollowUpLog)}
    return SimulatedLog(**given, world=made, seed=seed)


def simulate_tables(world: World, interviews: int, seed: int, quiet_from: dt.date | None = None) -> Tables:
    """The frames of a simulated log, unchecked."""
    people = invite(world, Draws(seed), interviews)
    quiet = np.inf if quiet_from is None else (quiet_from - dt.date(1970, 1, 1)).days
    story = tell(world, people, seed, quiet_from=quiet)
    return write_down(world, story, decisions_of(world, story, seed), seed)
