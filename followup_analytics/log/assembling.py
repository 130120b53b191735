"""From frames to a log: checked together, with missing columns and the integers that all counting rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log import clock
from followup_analytics.log.casting import POLARS_TYPES
from followup_analytics.log.checks import CheckedTable, check_table, refuse, reject_unknown_interviews
from followup_analytics.log.followup_log import FollowUpLog, Native, Note
from followup_analytics.log.record_end import (
    ahead_note,
    data_date_of,
    latest_end_of,
    open_end_note,
    record_ends,
    span_notes,
)
from followup_analytics.log.resaved import order_of_tables
from followup_analytics.log.schema import (
    APPLICANTS,
    CONTACTS,
    INTERVIEWS,
    OUTCOME_TABLE,
    OUTCOMES,
    TABLES,
    Table,
)
from followup_analytics.log.zone_names import zone_given
from followup_analytics.sheets.tabular import ROW


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
            zones, known = zones_said(one.frame, time_zone), one.frame["interview_id"]
        elif "interview_id" in table.names and known is not None:
            one = reject_unknown_interviews(one, known)
        checked[table.name] = replace(one, parts=(parts or {}).get(table.name, ()))
    return checked


def zones_said(interviews: pl.DataFrame, time_zone: str | None) -> pl.DataFrame:
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


def _us(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("us").cast(pl.Int64)


def _days(us: pl.Series, zones: pl.Series) -> pl.Series:
    return clock.local_times(us, zones).dt.date().cast(pl.Int32)


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
