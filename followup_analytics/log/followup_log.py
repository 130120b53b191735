"""The follow-up log in memory: three checked tables (and applicants), a data date and a zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeVar

import polars as pl

from followup_analytics.errors import DataError, UsageError
from followup_analytics.log import clock
from followup_analytics.log.asked import asked, in_frames
from followup_analytics.log.casting import POLARS_TYPES
from followup_analytics.log.checks import CheckedTable, check_table, refuse, reject_unknown_interviews
from followup_analytics.log.columns import ColumnTable
from followup_analytics.log.ids import places_of
from followup_analytics.log.resaved import order_of_tables
from followup_analytics.log.schema import (
    APPLICANTS,
    CLOCKS,
    CONTACTS,
    INTERVIEWS,
    OUTCOME_TABLE,
    OUTCOMES,
    TABLES,
    Table,
)
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.zone_names import zone_given
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import listed, nearest

Native = Literal["polars", "pandas"]
T = TypeVar("T")


#: Code of the note that the record's end is a guess; reports then speak of its last entry.
OPEN_END = "open_end"
_SPAN_NOTES = {
    "fixed_offsets": "interviews whose zone is known by a written offset alone: their days and hours don't follow "
    "changes of the clock, which a time_zone would",
    "interviews_after_data_date": "interviews took place after the data date, which is the latest observed_until: "
    "nothing of them is counted; say until when they were observed, as ingest --observed-until does",
    "observed_after_data_date": "interviews are said to be observed beyond the data date: what came until then counts",
}


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


def build_log(
    *,
    interviews: Any,
    contacts: Any = None,
    outcomes: Any = None,
    applicants: Any = None,
    time_zone: str | None = None,
    data_date: dt.datetime | dt.date | str | None = None,
    simulated: bool = False,
    notes: Sequence[Note] = (),
    like: Any = None,
) -> FollowUpLog:
    """Check frames and make a log of them.

    Frames are polars or pandas (anything Narwhals takes), with values as text or typed. time_zone: for timestamps
    without an offset. data_date: when the record ends; else the latest observed_until, else the latest time in it.
    like: a frame of the kind that answers come in; else the interviews are.
    Raises DataError for the first row that breaks a rule of the log.
    """
    given = {"interviews": interviews, "contacts": contacts, "outcomes": outcomes, "applicants": applicants}
    frames = {name: as_raw(frame) for name, frame in given.items() if frame is not None}
    checked = check_tables(frames, dict.fromkeys(frames, ""), time_zone=time_zone)
    for one in checked.values():
        refuse(one)
    return assemble(
        {name: one.frame for name, one in checked.items()},
        time_zone=time_zone,
        data_date=data_date,
        simulated=simulated,
        notes=(*notes, *midnight_notes(frames), *clock_notes(checked.values())),
        native=native_kind(interviews if like is None else like),
    )


def as_raw(frame: Any) -> pl.DataFrame:
    """Any frame that Narwhals takes, or a mapping of columns, as polars with `_row` counted as a spreadsheet does.

    Raises UsageError for anything else.
    """
    import narwhals as nw

    if isinstance(frame, dict):
        frame = pl.DataFrame(frame, strict=False)
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        raise UsageError(f"a table must be a pandas or polars frame, not {type(frame).__name__}.") from None
    eager = wrapped.collect() if isinstance(wrapped, nw.LazyFrame) else wrapped
    native = eager.to_native()
    table = native if isinstance(native, pl.DataFrame) else _from_foreign(native, eager)
    if ROW in table.columns:
        return table
    return table.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))


def _from_foreign(native: Any, eager: Any) -> pl.DataFrame:
    import pandas as pd

    if isinstance(native, pd.DataFrame):
        # Columns of mixed objects (True and "yes" and 1) are what people's frames hold: they are read as text.
        mixed = {
            name: native[name].map(lambda cell: None if cell is None or cell is pd.NA or cell != cell else str(cell))
            for name in native.columns
            if native[name].dtype == object
        }
        native = native.assign(**mixed).reset_index(drop=True)
        native.columns = [str(name) for name in native.columns]
        return pl.from_pandas(native, nan_to_null=True)
    return pl.from_arrow(eager.to_arrow())  # type: ignore[return-value]


def native_kind(frame: Any) -> Native:
    """Whether a frame is pandas' or (anything else) polars'."""
    return "pandas" if type(frame).__module__.startswith("pandas") else "polars"


def check_tables(
    frames: Mapping[str, pl.DataFrame],
    files: Mapping[str, str],
    *,
    time_zone: str | None = None,
    parts: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, CheckedTable]:
    """Check the tables of one log together: interviews first, since contacts and outcomes refer to them.

    files: what each table's file is called. parts: of tables that lie in several, the names of these.
    """
    time_zone = zone_given(time_zone)
    checked: dict[str, CheckedTable] = {}
    zones = known = None
    # Tables that one computer saved anew are in one order: what one of them tells holds for all.
    day_first = order_of_tables(frames.values())
    for table in TABLES.values():
        if table.name not in frames:
            continue
        one = check_table(
            frames[table.name],
            table,
            file=files[table.name] or table.name,
            time_zone=time_zone,
            interview_zones=zones,
            day_first=day_first,
        )
        if table.name == INTERVIEWS.name:
            zones, known = known_zones(one.frame, time_zone), one.frame["interview_id"]
        elif "interview_id" in table.names and known is not None:
            one = reject_unknown_interviews(one, known)
        checked[table.name] = replace(one, parts=(parts or {}).get(table.name, ()))
    return checked


def known_zones(interviews: pl.DataFrame, time_zone: str | None) -> pl.DataFrame:
    """The zone of each interview; null where a bare date says none, so that times without offset can't lean on it."""
    if time_zone is not None:
        return interviews.select("interview_id", "_zone")
    unsaid = (pl.col("at_precision") == "day") & pl.col("time_zone").is_null() & (pl.col("_zone") == "UTC")
    return interviews.select("interview_id", _zone=pl.when(~unsaid.fill_null(value=False)).then("_zone"))


def midnight_notes(frames: Mapping[str, pl.DataFrame]) -> tuple[Note, ...]:
    """Columns of timestamps in which every time is midnight, as parsing dates without a time makes them."""
    told = []
    for name, frame in frames.items():
        columns = [column.name for column in TABLES[name].columns if column.type == "timestamp"]
        for column in (one for one in columns if one in frame.columns):
            times = frame[column].drop_nulls()
            if isinstance(times.dtype, pl.Datetime) and len(times) and (times.dt.time() == dt.time()).all():
                text = (
                    f"{name}.{column} holds nothing but midnights, which count as that instant; where only the dates "
                    "are known, give them as dates or texts (2026-03-05), or set at_precision to day"
                )
                told.append(Note("midnights", text, len(times)))
    return tuple(told)


def clock_notes(checked: Any) -> tuple[Note, ...]:
    """How many local times a clock change made doubtful, and by which rule they were resolved."""
    twice = sum(one.ambiguous_hours for one in checked)
    never = sum(one.missing_hours for one in checked)
    notes = []
    if twice:
        notes.append(
            Note(
                "ambiguous_hour",
                "local times that occur twice when clocks go back were taken as the earlier one",
                twice,
            )
        )
    if never:
        notes.append(
            Note("missing_hour", "local times that are skipped when clocks go forward were moved on by an hour", never)
        )
    return tuple(notes)


def assemble(
    frames: Mapping[str, pl.DataFrame],
    *,
    time_zone: str | None = None,
    data_date: dt.datetime | dt.date | str | None = None,
    simulated: bool = False,
    notes: Sequence[Note] = (),
    native: Native = "polars",
    title: str | None = None,
    until: dt.datetime | None = None,
    latest_end: dt.datetime | None = None,
) -> FollowUpLog:
    """Make a log of frames that were checked already (by `check_tables` or by the store).

    Interviews need `_zone` (else the time_zone column, else time_zone, else UTC is taken) and `_bucket`. until,
    latest_end: where the frames are a part of a log, its data date and the latest end of a record in it; then of the
    notes only those on spans are made.
    """
    interviews = _with_missing_columns(frames["interviews"], INTERVIEWS)
    contacts = _with_missing_columns(frames.get("contacts", pl.DataFrame()), CONTACTS)
    outcomes = _with_missing_columns(frames.get("outcomes", pl.DataFrame()), OUTCOME_TABLE)
    if "_zone" not in interviews.columns:
        interviews = interviews.with_columns(_zone=pl.coalesce("time_zone", pl.lit(time_zone or "UTC")))
    whole = until is None
    if until is None:
        until = data_date_of(interviews, {"contacts": contacts, "outcomes": outcomes}, data_date, time_zone)
        latest_end = latest_end_of(interviews)
    spans = span_notes(interviews, until, time_zone, latest_end)
    notes = [*notes, *(open_end_note(interviews, data_date) if whole else ()), *spans]
    notes += ahead_note(until) if whole and not simulated else ()
    interviews = _derive_interviews(interviews, record_ends(interviews, until, data_date))
    zones = interviews.select("interview_id", "_zone")
    applicants = frames.get("applicants")
    return FollowUpLog(
        interviews=interviews,
        contacts=_derive_contacts(contacts, zones),
        outcomes=_derive_outcomes(outcomes, zones),
        applicants=None if applicants is None else _with_missing_columns(applicants, APPLICANTS),
        data_date=until,
        time_zone=time_zone,
        simulated=simulated,
        notes=tuple(notes),
        native=native,
        title=title,
        outcomes_recorded=outcomes.height > 0,
    )


def _with_missing_columns(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    frame = frame.drop(ROW, strict=False)
    empty = {column.name: POLARS_TYPES[column.type] for column in table.columns if column.name not in frame.columns}
    if not frame.width:
        return pl.DataFrame(schema={column.name: POLARS_TYPES[column.type] for column in table.columns})
    return frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in empty.items())


def open_end_note(interviews: pl.DataFrame | ColumnTable, given: object) -> tuple[Note, ...]:
    """What to say where nobody told until when the record is complete, so that its last entry has to stand for it."""
    if given is not None or interviews.select(["observed_until"])["observed_until"].count():
        return ()
    return (
        Note(
            OPEN_END,
            "Nobody said until when the record is complete: it is taken to end with its last entry. Silence after that "
            "day is not counted; observed_until, or data_date in log.toml, would say more.",
        ),
    )


def span_notes(
    interviews: pl.DataFrame | ColumnTable, until: dt.datetime, time_zone: str | None, latest_end: dt.datetime | None
) -> tuple[Note, ...]:
    """What is unusual about zones and ends of the record: said, since days, hours and windows rest on it.

    latest_end: the latest end of a record that any interview of the log says.
    """
    ends = interviews.select(["observed_until"])["observed_until"]
    found = {
        "fixed_offsets": _fixed_offsets(interviews) if time_zone is None else 0,
        "observed_after_data_date": int((ends > until).sum()),
        "interviews_after_data_date": _beyond_all_ends(interviews, until) if latest_end == until else 0,
    }
    return tuple(Note(code, text, found[code] or None) for code, text in _SPAN_NOTES.items() if found[code])


def latest_end_of(interviews: pl.DataFrame | ColumnTable) -> dt.datetime | None:
    """The latest end of a record that any interview says, None where none does."""
    latest = interviews.select(["observed_until"])["observed_until"].max()
    return latest if isinstance(latest, dt.datetime) else None


def _fixed_offsets(interviews: pl.DataFrame | ColumnTable) -> int:
    frame = interviews.select(["_zone", "time_zone", "at_precision"])
    fixed = pl.col("_zone").cast(pl.String).str.contains(r"^[+-]|^UTC$") & pl.col("time_zone").is_null()
    fixed &= (pl.col("at_precision") != "day").fill_null(value=True)
    return int(frame.select(fixed.sum()).item())


def _beyond_all_ends(interviews: pl.DataFrame | ColumnTable, until: dt.datetime) -> int:
    """How many interviews say nothing of their record and lie after that of all others, which gave the data date."""
    ends = interviews.select(["observed_until"])["observed_until"]
    if not ends.null_count():
        return 0
    return int((ends.is_null() & (interviews.select(["interviewed_at"])["interviewed_at"] > until)).sum())


def ahead_note(until: dt.datetime) -> tuple[Note, ...]:
    """What to say where a log claims to be complete up to a day that is still to come; a day is let pass for zones."""
    if until <= dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
        return ()
    text = (
        f"The data date, {until:%Y-%m-%d}, lies in the future. Most likely a date in the log is wrong; all silence up "
        "to that day is counted. followup check names rows that are dated in the future."
    )
    return (Note("data_date_ahead", text),)


def data_date_of(
    interviews: pl.DataFrame | ColumnTable,
    others: Mapping[str, pl.DataFrame | ColumnTable],
    given: dt.datetime | dt.date | str | None,
    time_zone: str | None,
) -> dt.datetime:
    """When the record ends: as given, else the latest observed_until, else the latest time in any table.

    others: contacts and outcomes. Raises DataError for a log without interviews.
    """
    if given is not None:
        return parse_moment(given, time_zone or _only_zone(interviews))
    latest = interviews.select(["observed_until"])["observed_until"].max()
    if latest is None:
        times = [_latest(table, CLOCKS[name]) for name, table in (("interviews", interviews), *others.items())]
        latest = max((time for time in times if isinstance(time, dt.datetime)), default=None)
    if not isinstance(latest, dt.datetime):
        raise DataError("interviews: the table has no rows; a log needs at least one interview.")
    return latest


def _latest(table: pl.DataFrame | ColumnTable, name: str) -> Any:
    """The latest time in a column; where only the date is known, the end of that day."""
    by_day = (pl.col("at_precision") == "day").fill_null(value=False)
    return (
        table.select([name, "at_precision"])
        .select(pl.when(by_day).then(pl.col(name) + pl.duration(microseconds=clock.DAY_US - 1)).otherwise(name).max())
        .item()
    )


def parse_moment(given: dt.datetime | dt.date | str, time_zone: str | None) -> dt.datetime:
    """A date or time from a person as an instant in UTC; a bare date is the end of that day in the zone (else UTC).

    Raises UsageError when it is neither.
    """
    moment: dt.datetime = parse_moments(given, pl.Series([time_zone or "UTC"]))[0]
    return moment.astimezone(dt.UTC)


def parse_moments(given: dt.datetime | dt.date | str, zones: pl.Series) -> pl.Series:
    """The same date or time in each of n zones, as instants (Datetime, UTC, of shape (n,)); a bare date is its end.

    Raises UsageError when it is neither a date nor a time.
    """
    value = given if isinstance(given, str) else given.isoformat()
    different = zones.unique(maintain_order=True).append(pl.Series(["UTC"] * (not len(zones)), dtype=pl.String))
    parsed = clock.parse_times(pl.Series([value]).new_from_index(0, len(different)), different)
    if parsed.us.null_count():
        raise UsageError(f"{value!r} is not a date; write it as 2026-03-05 or 2026-03-05T14:00+01:00.")
    us = parsed.us
    if parsed.is_date[0]:
        us = clock.local_midnight(clock.local_times(us, different).dt.date().cast(pl.Int32) + 1, different) - 1
    found = zones.replace_strict(different, us, return_dtype=pl.Int64)
    return pl.from_epoch(found, time_unit="us").dt.replace_time_zone("UTC")


def _us(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("us").cast(pl.Int64)


def _days(us: pl.Series, zones: pl.Series) -> pl.Series:
    return clock.local_times(us, zones).dt.date().cast(pl.Int32)


def record_ends(interviews: pl.DataFrame | ColumnTable, until: dt.datetime, given: object) -> pl.Series:
    """The end of each record that says none itself: the data date, which as a bare date ends where the row is."""
    if isinstance(given, dt.datetime) or not isinstance(given, str | dt.date):
        return pl.Series([until], dtype=pl.Datetime("us", "UTC")).new_from_index(0, interviews.height)
    return parse_moments(given, interviews.select(["_zone"])["_zone"].cast(pl.String))


def _only_zone(interviews: pl.DataFrame | ColumnTable) -> str | None:
    """The zone of all interviews, where they have one and the same."""
    zones = interviews.select(["_zone"])["_zone"].unique()
    return str(zones[0]) if len(zones) == 1 else None


def _derive_interviews(frame: pl.DataFrame, ends: pl.Series) -> pl.DataFrame:
    frame = frame.with_columns(
        _at_us=_us("interviewed_at"), _until_us=_us("observed_until").fill_null(ends.dt.epoch("us"))
    )
    return frame.with_columns(
        _day=_days(frame["_at_us"], frame["_zone"]), _until_day=_days(frame["_until_us"], frame["_zone"])
    )


#: Rows of day precision that stand at the end of their day: the column that tells, its words, and those of them that
#: stand behind the others.
DERIVED_WORDS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "contacts": ("direction", ("inbound",), ()),
    "outcomes": ("outcome", OUTCOMES, ("filled", "withdrawn")),
}


def _end_of_day(day: pl.Series, zones: pl.Series) -> pl.Series:
    return clock.local_midnight(day + 1, zones)


def _derive_contacts(frame: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    zone = clock.zones_of(frame["interview_id"], zones)
    frame = frame.with_columns(_at_us=_us("at"))
    local = clock.local_times(frame["_at_us"], zone)
    by_day = (frame["at_precision"] == "day").fill_null(value=False)
    frame = frame.with_columns(
        _order_us="_at_us",
        _day=local.dt.date().cast(pl.Int32),
        _weekday=local.dt.weekday(),
        _hour=local.dt.hour().set(by_day, None) if frame.height else local.dt.hour(),
    )
    if by_day.any():
        # Within a day whose hours are unknown: attempts first, then responses, then ends of the story.
        late = by_day & frame["direction"].is_in(DERIVED_WORDS["contacts"][1])
        end = _end_of_day(frame["_day"], zone) - 2
        frame = frame.with_columns(_order_us=frame["_at_us"].zip_with(~late, end))
    return frame


def _derive_outcomes(frame: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    zone = clock.zones_of(frame["interview_id"], zones)
    frame = frame.with_columns(_at_us=_us("decided_at"))
    frame = frame.with_columns(_order_us="_at_us", _day=_days(frame["_at_us"], zone))
    by_day = (frame["at_precision"] == "day").fill_null(value=False)
    if by_day.any():
        is_end = frame["outcome"].is_in(DERIVED_WORDS["outcomes"][2])
        end = _end_of_day(frame["_day"], zone) - 2 + is_end.cast(pl.Int64)
        frame = frame.with_columns(_order_us=frame["_at_us"].zip_with(~by_day, end))
    return frame


# ------------------------------------------------------------------------------------------------- parts of a log


def subset(
    log: FollowUpLog,
    *,
    cohort: str | Sequence[str] | None = None,
    where: Mapping[str, str] | Sequence[tuple[str, str]] = (),
) -> FollowUpLog:
    """The log of one cohort or several, or of interviews with given values; contacts, outcomes and applicants follow.

    where: values of columns of the interviews, as text, case aside; MISSING for none.
    Raises UsageError for a cohort or a column that the log does not have.

    Example:
        >>> subset(log, cohort="autumn 2025")
        <simulated FollowUpLog: 144 interviews, 323 contacts, 116 outcomes, data date 2026-01-01>
    """
    where = tuple(where.items()) if isinstance(where, Mapping) else where
    keep = log.interviews
    cohorts = [cohort] if isinstance(cohort, str) else list(cohort or ())
    if cohorts:
        for name in cohorts:
            _require_cohort(log, name)
        keep = keep.filter(pl.col("cohort").is_in(cohorts))
    for column, value in ((asked(name).column, value) for name, value in where):
        require_column(log, column, "--where")
        text = pl.col(column).cast(pl.String)
        keep = keep.filter(text.is_null() if value == MISSING else text.str.to_lowercase() == value.casefold())
    if not cohorts and not where:
        return log
    ids = keep.select("interview_id")
    applicants = log.applicants
    if applicants is not None:
        if cohorts:
            applicants = applicants.filter(pl.col("cohort").is_in(cohorts))
        if where:
            applicants = applicants.join(keep.select("applicant_id").unique(), on="applicant_id", how="semi")
    return replace(
        log,
        interviews=keep,
        contacts=log.contacts.join(ids, on="interview_id", how="semi", maintain_order="left"),
        outcomes=log.outcomes.join(ids, on="interview_id", how="semi", maintain_order="left"),
        applicants=applicants,
        title=listed(cohorts, "and") if cohorts else log.title,
    )


def _require_cohort(log: FollowUpLog, cohort: str) -> None:
    known = set(log.interviews["cohort"].drop_nulls())
    if log.applicants is not None:
        known |= set(log.applicants["cohort"].drop_nulls())
    if cohort not in known:
        guess = nearest(cohort, known)
        hint = (
            f"; did you mean {guess!r}?"
            if guess
            else f"; there are {listed(sorted(known), 'and')}."
            if known
            else "; no interview names a cohort."
        )
        raise UsageError(f"no cohort is called {cohort!r}{hint}")


def built_in_note(log: HasTables, key: str) -> Note | None:
    """What to say where a built-in key was asked for and the log has a column of that name; None where it hasn't."""
    theirs = (name for name in log.held("contacts").columns if name not in CONTACTS.names)
    own = [*log.held("interviews").columns, *theirs]
    if key not in own:
        return None
    return Note("built_in_key", f"{key} is built in; the log's column of that name is {in_frames(key)}")


def require_column(log: HasTables, column: str, option: str) -> None:
    """Raise UsageError, with the nearest name, unless interviews have the column."""
    names = [name for name in log.held("interviews").columns if not name.startswith("_")]
    if column not in names:
        guess = nearest(column, names)
        raise UsageError(
            f"{option}: interviews have no column {column!r}{f'; did you mean {guess!r}?' if guess else '.'}"
        )


def as_of(log: FollowUpLog, date: dt.date | dt.datetime | str) -> FollowUpLog:
    """The log as it stood at the end of a day: later rows dropped, observed_until cut to it, later facts unknown."""
    moment = parse_moment(date, log.time_zone or _only_zone(log.interviews))
    interviews = log.interviews.filter(pl.col("interviewed_at") <= moment).with_columns(
        observed_until=pl.min_horizontal("observed_until", pl.lit(moment)),
        self_rating=pl.when(pl.col("self_rated_at").is_null() | (pl.col("self_rated_at") <= moment)).then(
            "self_rating"
        ),
        self_rated_at=pl.when(pl.col("self_rated_at") <= moment).then("self_rated_at"),
    )
    ids = interviews.select("interview_id")
    frames = {
        "interviews": interviews,
        "contacts": log.contacts.filter(pl.col("at") <= moment).join(ids, on="interview_id", how="semi"),
        "outcomes": log.outcomes.filter(pl.col("decided_at") <= moment).join(ids, on="interview_id", how="semi"),
    }
    if log.applicants is not None:
        late = pl.col("destination_known_at") > moment
        frames["applicants"] = log.applicants.with_columns(
            destination=pl.when(late).then(None).otherwise("destination"),
            destination_known_at=pl.when(~late).then("destination_known_at"),
        )
    if not interviews.height:
        raise UsageError(f"--as-of {moment:%Y-%m-%d}: no interview had taken place by then; give a later date.")
    return assemble(
        frames,
        time_zone=log.time_zone,
        data_date=min(moment, log.data_date),
        simulated=log.simulated,
        notes=log.notes,
        native=log.native,
        title=log.title,
    )
