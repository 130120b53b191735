"""The follow-up log in memory: three checked tables (and applicants), a data date and a zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeVar

import polars as pl

from followup_analytics.log.columns import ColumnTable
from followup_analytics.log.ids import places_of

Native = Literal["polars", "pandas"]
T = TypeVar("T")


@dataclass(frozen=True)
class Note:
    """Something that the reader of an answer must know: a code for programs, a sentence for people, a count.

    Example:
        >>> sorted(note.code for note in response_rates(log, by="attempt").notes)[0]
        'attempts_not_at_risk'
    """

    code: str
    text: str
    n: int | None = None


class HasTables(Protocol):
    """What has the tables of a log to look at: a log in memory, or one in parts."""

    @property
    def has_applicants(self) -> bool:
        """Whether there is a table of applicants."""

    def held(self, table: str) -> Any:
        """A table with `columns`, and `select(names)` that gives a frame in which each value occurs."""


@dataclass(frozen=True)
class FollowUpLog:
    """What applicants did after their interviews and what came back, checked and with its times worked out.

    Frames hold all columns of the contract, typed, the user's further columns, and derived integers:
    interviews `_at_us`, `_until_us` (UTC microseconds), `_day`, `_until_day` (local days since 1970-01-01), `_zone`,
    `_bucket` (SHA-256 of the applicant id modulo 1000); contacts `_at_us`, `_order_us`, `_day`, `_weekday` (Monday 1),
    `_hour` (null where only the date is known); outcomes `_at_us`, `_order_us`, `_day`.
    `read_at`: the present moment, for a log read from a store as it stands; None for files and for a past day.
    `_order_us` is the instant that orders rows of day precision: attempts at the start of their day, then responses,
    then ends of the story at its end. `outcomes_recorded`: any outcome was written down in the log that this is, or
    is a part of; where none was, nobody can tell that nobody advanced.

    Example:
        >>> log.interviews.height, log.simulated, log.has_applicants
        (300, True, True)
    """

    interviews: pl.DataFrame
    contacts: pl.DataFrame
    outcomes: pl.DataFrame
    applicants: pl.DataFrame | None
    data_date: dt.datetime
    time_zone: str | None = None
    simulated: bool = False
    notes: tuple[Note, ...] = ()
    native: Native = "polars"
    title: str | None = field(default=None)
    outcomes_recorded: bool = True
    read_at: dt.datetime | None = None

    def __repr__(self) -> str:
        """A line that counts instead of dumping rows."""
        kind = "simulated " if self.simulated else ""
        sizes = ", ".join(f"{self.held(name).height:,} {name}" for name in _LAZY[:3])
        return f"<{kind}FollowUpLog: {sizes}, data date {self.data_date:%Y-%m-%d}>"

    @property
    def has_applicants(self) -> bool:
        """Whether there is a table of applicants."""
        return vars(self)[_HELD + "applicants"] is not None

    @property
    def n_applicants(self) -> int:
        """How many applicants have an interview in the log."""
        return self.remembered("n_applicants", lambda: _n_distinct(self.held("interviews"), "applicant_id"))

    def held(self, table: str) -> pl.DataFrame | ColumnTable:
        """A table as the log holds it: `height`, `columns` and `select(names)` read no more than they need."""
        found: pl.DataFrame | ColumnTable = vars(self)[_HELD + table]
        return found

    def remembered(self, question: Hashable, answer: Callable[[], T]) -> T:
        """What was worked out of this log before for the same question, else `answer()`, kept with the log.

        A log never changes, so that an answer to a question about it never does; a log cut or changed is another one.
        """
        kept: dict[Hashable, Any] = vars(self).setdefault("_remembered", {})
        if question not in kept:
            kept[question] = answer()
        found: T = kept[question]
        return found

    def places(self, table: str) -> pl.Series:
        """The place of each row's interview among the interviews; a reader may have looked it up already."""
        return self.remembered(("places", table), lambda: _places(self.held(table), self.held("interviews")))

    def with_group(self, name: str, values: pl.Expr) -> FollowUpLog:
        """The log with a further column of interviews, by which to group; what was worked out of it stays known.

        Raises ValueError for a column that the interviews have.
        """
        if name in self.held("interviews").columns:
            raise ValueError(f"interviews have a column {name!r} already")
        made = replace(self, interviews=self.interviews.with_columns(values.alias(name)))
        vars(made)["_remembered"] = vars(self).setdefault("_remembered", {})
        return made


def _places(rows: pl.DataFrame | ColumnTable, interviews: pl.DataFrame | ColumnTable) -> pl.Series:
    if "_story" in rows.columns and "_story" in interviews.columns:
        numbers = interviews.select(["_story"])["_story"]
        # What was looked up holds only as long as no interview has gone since.
        if (numbers == pl.int_range(len(numbers), eager=True)).all():
            return rows.select(["_story"])["_story"]
    return places_of(*(table.select(["interview_id"])["interview_id"] for table in (rows, interviews)))


def _n_distinct(table: pl.DataFrame | ColumnTable, name: str) -> int:
    return table.select([name])[name].n_unique()


_HELD = "_held_"
_LAZY = ("interviews", "contacts", "outcomes", "applicants")


class _Table:
    """An attribute that holds a frame, or a table of columns of which the whole is made when it is asked for."""

    def __init__(self, name: str) -> None:
        self._key = _HELD + name

    def __get__(self, log: FollowUpLog | None, owner: type | None = None) -> Any:
        if log is None:
            return self
        held = vars(log)[self._key]
        return held.whole() if isinstance(held, ColumnTable) else held

    def __set__(self, log: FollowUpLog, value: pl.DataFrame | ColumnTable) -> None:
        vars(log)[self._key] = value


# After the dataclass was made, so that its fields have no defaults: reading a large log must not read every column.
for _name in _LAZY:
    setattr(FollowUpLog, _name, _Table(_name))
