"""A log that is read in parts: what is known of the whole, and the parts as logs of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.assembling import assemble, check_tables, clock_notes
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.followup_log import FollowUpLog, Native, Note
from followup_analytics.log.record_end import ahead_note, data_date_of, open_end_note
from followup_analytics.log.resaved import is_resaved
from followup_analytics.log.schema import CLOCKS, TABLES
from followup_analytics.log.settings import Settings
from followup_analytics.log.unrecorded import Labels, groups_without, outcomes_in, watched_in
from followup_analytics.parted.spread import Here, Spread
from followup_analytics.sheets.tabular import ROW

_REFUSALS = {"data": DataError, "usage": UsageError, "unreadable": UnreadableError}


#: Of such dates all rows together tell the order, and no part sees them all.
_NOT_ISO = (
    "a log that is read in parts needs its times as 2026-03-05T14:00+01:00 or 2026-03-05, not in another form; ingest "
    "the file first, or write them so."
)


@dataclass(frozen=True)
class Fault:
    """Why a part was refused: the kind of the refusal and its sentence."""

    kind: str
    sentence: str
    n: int = 1


@dataclass(frozen=True)
class CheckedPart:
    """The tables of a part, checked: or the first fault in them, and how many there are."""

    frames: Mapping[str, pl.DataFrame]
    ambiguous_hours: int = 0
    missing_hours: int = 0
    fault: Fault | None = None


@dataclass(frozen=True)
class Digest:
    """What the whole needs to know of a checked part: the latest times, zones, sizes and columns."""

    latest: Mapping[str, pl.DataFrame]
    sizes: Mapping[str, int]
    n_applicants: int
    n_people: int
    ambiguous_hours: int
    missing_hours: int
    columns: Mapping[str, Mapping[str, pl.DataType]]
    fault: Fault | None


@dataclass(frozen=True)
class PartedLog:
    """A log in parts, each of all that some applicants have; or one that is in memory, as its only part.

    Attributes:
        logs: the parts; `_at_us`, `_until_us` and all else as if they had been read together.
        sizes: rows of interviews, contacts, outcomes and applicants in all. n_applicants: those with an interview;
            n_people: with those of the table of applicants.
        columns: names and types of each table's columns.
        zones: zones of the interviews.
        where: what holds the parts, in words: "Spark, in 8 parts".
        checked: the parts' tables, from which the whole can be put together.
        one: the log itself where it is in memory.
        data_date, time_zone, simulated, notes, outcomes_recorded: as a FollowUpLog has them.
    """

    logs: Spread[FollowUpLog]
    sizes: Mapping[str, int]
    n_applicants: int
    data_date: dt.datetime
    n_people: int = 0
    columns: Mapping[str, Mapping[str, pl.DataType]] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    where: str = "memory"
    checked: Spread[CheckedPart] | None = None
    one: FollowUpLog | None = None
    given_date: Any = None
    time_zone: str | None = None
    simulated: bool = False
    outcomes_recorded: bool = True
    notes: tuple[Note, ...] = field(default=())

    @classmethod
    def of(cls, log: FollowUpLog) -> PartedLog:
        """A log in memory as a log of one part."""
        return cls(
            logs=Here([log]),
            sizes={name: log.held(name).height for name in ("interviews", "contacts", "outcomes")},
            n_applicants=log.n_applicants,
            data_date=log.data_date,
            one=log,
            time_zone=log.time_zone,
            simulated=log.simulated,
            outcomes_recorded=log.outcomes_recorded,
            notes=log.notes,
        )

    @property
    def has_applicants(self) -> bool:
        """Whether there is a table of applicants."""
        return "applicants" in self.columns if self.one is None else self.one.has_applicants

    @property
    def native(self) -> Native:
        """The kind of frames that answers come in."""
        return "polars" if self.one is None else self.one.native

    @property
    def single(self) -> FollowUpLog:
        """The log in memory. Raises UsageError of one in parts: rows of single interviews are not brought together."""
        if self.one is None:
            raise not_together()
        return self.one

    def held(self, table: str) -> Any:
        """A table for looking at its columns and their distinct values: `columns`, and `select(names)`."""
        return _Outline(self, table) if self.one is None else self.one.held(table)

    def gathered(self) -> FollowUpLog:
        """The whole log in this process's memory, its rows in the order of their ids."""
        if self.one is not None or self.checked is None:
            return self.single
        parts = [part.frames for part in self.checked]
        names = [name for name in TABLES if any(name in part for part in parts)]
        frames = {
            name: pl.concat([part[name] for part in parts if name in part], how="diagonal_relaxed").sort(
                TABLES[name].key
            )
            for name in names
        }
        log = assemble(frames, time_zone=self.time_zone, data_date=self.given_date, simulated=self.simulated)
        return replace(log, notes=self.notes)


def in_one_numbering(members: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The members of all parts; no applicant is in two, and `person`, a number in each part, is one of all."""
    found, first = [], 0
    for one in members:
        found.append(one.with_columns(pl.col("person") + first))
        first += int(one["person"].max() or 0) + 1  # type: ignore[arg-type]
    return pl.concat(found)


def unrecorded_in_parts(log: PartedLog, labels: Labels) -> frozenset[str]:
    """The groups that have no outcome while others have some, and more than chance would leave without one.

    labels: the group of each interview of a part. Empty where the whole log has no outcome, which is said of the whole.
    """
    if not log.outcomes_recorded:
        return frozenset()
    seen = list(log.logs.map(partial(outcomes_in, labels)))
    return groups_without(seen, lambda: list(log.logs.map(partial(watched_in, labels))))


def not_together() -> UsageError:
    """That an answer from a log in parts has no rows of single interviews."""
    return UsageError(
        "rows of single interviews are not brought together of a log that is read in parts: gather it, or ask for a "
        "part of it that fits into memory."
    )


def rows_of(rows: pl.DataFrame | None) -> pl.DataFrame:
    """The rows behind an answer; UsageError where it came from a log in parts."""
    if rows is None:
        raise not_together()
    return rows


@dataclass(frozen=True)
class _Outline:
    """A table of a log in parts, of which distinct values alone are brought together."""

    parted: PartedLog
    table: str

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.parted.columns.get(self.table, {}))

    def select(self, names: Sequence[str]) -> pl.DataFrame:
        """The distinct rows of these columns."""
        found = self.parted.logs.map(partial(_distinct, self.table, tuple(names)))
        return pl.concat(list(found), how="vertical_relaxed").unique()


def _distinct(table: str, names: tuple[str, ...], log: FollowUpLog) -> pl.DataFrame:
    return log.held(table).select(list(names)).unique()


def checked_part(
    raw: Mapping[str, pl.DataFrame],
    *,
    files: Mapping[str, str],
    time_zone: str | None,
    parts: Mapping[str, Sequence[str]] | None = None,
    by_key: bool = False,
) -> CheckedPart:
    """Check the tables of a part as a whole log's are; a fault becomes part of the answer and is raised by the whole.

    parts: of tables that lie in several files, the names of these. by_key: rows have no number,
    since nobody knows in which order a cluster reads them: the key says which it is.
    """
    from followup_analytics.errors import FollowUpError

    written = next((name for name, frame in raw.items() if is_resaved(frame)), None)
    if written is not None:
        return CheckedPart({}, fault=Fault("data", f"{files[written]}: {_NOT_ISO}"))
    try:
        several = {name: tuple(one) for name, one in (parts or {}).items() if len(one) > 1}
        checked = check_tables(raw, dict(files), time_zone=time_zone, parts=several)
    except FollowUpError as error:
        kind = next((name for name, one in _REFUSALS.items() if isinstance(error, one)), "unreadable")
        return CheckedPart({}, fault=Fault(kind, error.for_commands))
    bad = [table for table in checked.values() if table.rejects.height]
    if bad:
        n = sum(table.rejects.height for table in bad)
        return CheckedPart({}, fault=Fault("data", _first_fault(bad[0], raw[bad[0].table], by_key=by_key), n))
    return CheckedPart(
        {name: one.frame for name, one in checked.items()},
        sum(one.ambiguous_hours for one in checked.values()),
        sum(one.missing_hours for one in checked.values()),
    )


def _first_fault(checked: CheckedTable, raw: pl.DataFrame, *, by_key: bool) -> str:
    first = checked.problems(1)[0]
    if not by_key:
        return first.sentence()
    key = TABLES[checked.table].key
    cells = raw.filter(pl.col(ROW) == first.row)[key].to_list() if key in raw.columns else []
    named = f"{key} {cells[0]}" if len(cells) and cells[0] is not None else f"a row without {key}"
    return replace(first, file=f"{checked.file}, {named}", row=None).sentence()


def digest(part: CheckedPart) -> Digest:
    """What the whole needs to know of a part."""
    frames = part.frames
    latest: dict[str, pl.DataFrame] = {}
    if part.fault is None:
        own = frames["interviews"]
        latest["interviews"] = own.group_by("_zone", "at_precision").agg(
            pl.col("observed_until").max(), pl.col("interviewed_at").max()
        )
        for name in ("contacts", "outcomes"):
            if name in frames:
                latest[name] = frames[name].group_by("at_precision").agg(pl.col(CLOCKS[name]).max())
    ids = [frames[name]["applicant_id"] for name in ("interviews", "applicants") if name in frames]
    return Digest(
        latest,
        {name: frame.height for name, frame in frames.items()},
        ids[0].n_unique() if ids and "interviews" in frames else 0,
        pl.concat(ids).n_unique() if ids else 0,
        part.ambiguous_hours,
        part.missing_hours,
        {
            name: {column: kind for column, kind in frame.schema.items() if column != ROW}
            for name, frame in frames.items()
        },
        part.fault,
    )


def parted_log(
    checked: Spread[CheckedPart], settings: Settings, *, time_zone: str | None, where: str, told: Sequence[Note] = ()
) -> PartedLog:
    """The log of parts that were checked.

    Raises DataError, UsageError or UnreadableError for the first fault in any of them.
    """
    found = list(checked.map(digest))
    _refuse(found)
    zone = time_zone or settings.time_zone
    latest = {
        name: pl.concat([one.latest[name] for one in found if name in one.latest])
        for name in ("interviews", "contacts", "outcomes")
        if any(name in one.latest for one in found)
    }
    sizes = {name: sum(one.sizes.get(name, 0) for one in found) for name in TABLES}
    until = data_date_of(
        latest["interviews"], {name: latest[name] for name in ("contacts", "outcomes") if name in latest},
        settings.data_date, zone,
    )  # fmt: skip
    ends = latest["interviews"]["observed_until"].max()
    whole: dict[str, Any] = {
        "until": until,
        "given": settings.data_date,
        "time_zone": zone,
        "simulated": settings.simulated,
        "latest_end": ends if isinstance(ends, dt.datetime) else None,
        "outcomes_recorded": sizes["outcomes"] > 0,
    }
    logs = checked.map(partial(log_of_part, **whole))
    spans = summed_notes(notes for notes in logs.map(_notes_of))
    hours = [
        CheckedTable("", "", pl.DataFrame(), pl.DataFrame(), 0, one.ambiguous_hours, one.missing_hours) for one in found
    ]
    columns: dict[str, dict[str, pl.DataType]] = {}
    for one in found:
        for name, kinds in one.columns.items():
            columns.setdefault(name, {}).update(
                {k: v for k, v in kinds.items() if v != pl.Null or k not in columns.get(name, {})}
            )
    return PartedLog(
        logs=logs,
        checked=checked,
        sizes=sizes,
        n_applicants=sum(one.n_applicants for one in found),
        n_people=sum(one.n_people for one in found),
        columns=columns,
        zones=tuple(sorted(set(latest["interviews"]["_zone"].drop_nulls()))),
        where=where,
        data_date=until,
        given_date=settings.data_date,
        time_zone=zone,
        simulated=settings.simulated,
        outcomes_recorded=sizes["outcomes"] > 0,
        notes=(
            *told,
            *clock_notes(hours),
            *open_end_note(latest["interviews"], settings.data_date),
            *spans,
            *(() if settings.simulated else ahead_note(until)),
        ),
    )


def log_of_part(
    part: CheckedPart,
    *,
    until: dt.datetime,
    given: Any,
    time_zone: str | None,
    simulated: bool,
    latest_end: dt.datetime | None,
    outcomes_recorded: bool,
) -> FollowUpLog:
    """A part as a log: with the end of the record, and the notes on spans, that it has in the whole."""
    log = assemble(
        part.frames, time_zone=time_zone, data_date=given, simulated=simulated, until=until, latest_end=latest_end
    )
    return replace(log, outcomes_recorded=outcomes_recorded)


def _notes_of(log: FollowUpLog) -> tuple[Note, ...]:
    return log.notes


def summed_notes(parts: Iterable[Sequence[Note]]) -> tuple[Note, ...]:
    """The notes of parts, each once, with the sum of what it counts; in the order in which one part would have them."""
    found: dict[str, Note] = {}
    for notes in parts:
        for note in notes:
            before = found.get(note.code)
            n = note.n if before is None or before.n is None or note.n is None else before.n + note.n
            found[note.code] = replace(note, n=n)
    order = ("fixed_offsets", "interviews_after_data_date", "observed_after_data_date")
    return tuple(sorted(found.values(), key=lambda note: order.index(note.code) if note.code in order else len(order)))


def _refuse(found: Sequence[Digest]) -> None:
    faults = [one.fault for one in found if one.fault is not None]
    if not faults:
        if not sum(one.sizes.get("interviews", 0) for one in found):
            raise DataError("interviews: the table has no rows; a log needs at least one interview.")
        return
    first = min(faults, key=lambda one: one.sentence)
    more = sum(one.n for one in faults) - 1
    tail = f" (and {more:,} more {'problem' if more == 1 else 'problems'})" if more else ""
    raise _REFUSALS[first.kind](first.sentence + tail)
