"""A simulated log: a follow-up log that knows its truth."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.followup_log import FollowUpLog, build_log
from followup_analytics.log.settings import LOG_FILE, Settings, settings_text
from followup_analytics.simulate.decisions import decide
from followup_analytics.simulate.draws import Draws
from followup_analytics.simulate.people import invite
from followup_analytics.simulate.record import Tables, write_down
from followup_analytics.simulate.story import tell
from followup_analytics.simulate.truth import world_truth
from followup_analytics.simulate.world import World, load_world

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
        target = Path(folder)
        tables = {"interviews": self.interviews, "contacts": self.contacts, "outcomes": self.outcomes}
        if self.applicants is not None:
            tables["applicants"] = self.applicants
        zones = self.interviews.select("interview_id", "_zone")
        try:
            target.mkdir(parents=True, exist_ok=True)
            for name, table in tables.items():
                (target / f"{name}.csv").write_text(_csv(table, zones), encoding="utf-8", newline="")
            (target / LOG_FILE).write_text(self._settings(), encoding="utf-8", newline="")
            text = json.dumps(self.truth, indent=1, ensure_ascii=False) + "\n"
            (target / "truth.json").write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise UnreadableError(f"{target}: can't be written ({error.strerror}).") from None
        return target

    def _settings(self) -> str:
        name = self.world.name if self.world else "unknown"
        told = f"Simulated: world {name}, seed {self.seed}. Nobody in this log exists."
        settings = Settings(self.time_zone, self.data_date, simulated=True, notes=told)
        return f"# Simulated: nobody in this log exists.\n{settings_text(settings)}"


def _csv(table: pl.DataFrame, zones: pl.DataFrame) -> str:
    """A table as CSV: times on the interview's local clock with their offset, empty columns left out."""
    frame = table.select(name for name in table.columns if not name.startswith("_"))
    if "interview_id" in frame.columns:
        frame = frame.join(zones, on="interview_id", how="left", maintain_order="left")
    else:
        frame = frame.with_columns(_zone=pl.lit("UTC"))
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    names = [name for name in frame.columns if name != "_zone" and frame[name].null_count() < frame.height]
    return frame.with_columns(_local(frame, name) for name in times).select(names).write_csv()


def _local(frame: pl.DataFrame, name: str) -> pl.Series:
    text = pl.lit(None, pl.String)
    for zone in frame["_zone"].unique().sort():
        there = pl.col(name).dt.convert_time_zone(zone).dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
        text = pl.when(pl.col("_zone") == zone).then(there).otherwise(text)
    return frame.select(text.alias(name))[name]


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
    return write_down(world, story, decide(world, story, seed), seed)
