"""A log in Parquet, of which each rule is checked as one figure a column, and only what is asked for is kept.

`read_log` comes here first. What is typed and sound costs a look; columns that are not (texts for times, capitals in a
vocabulary, days without a time) are cast by the same functions as everything else. Where any cell breaks a rule there
is no answer here: then the careful way reads the tables again and says which row it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.log import clock
from followup_analytics.log.assembling import clock_notes, zones_said
from followup_analytics.log.casting import POLARS_TYPES, UNCLEAN, cast_simple, clean_text
from followup_analytics.log.columns import ColumnTable, Maker
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.ids import all_distinct, places_of
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.record_end import (
    ahead_note,
    data_date_of,
    latest_end_of,
    open_end_note,
    record_ends,
    span_notes,
)
from followup_analytics.log.schema import CLOCKS, CONTACTS, INTERVIEWS, TABLES, Column, Table
from followup_analytics.log.settings import Settings
from followup_analytics.reading.column_times import (
    NotHere,
    Sound,
    Zones,
    epoch_us,
    local_days,
    local_hours,
    order_us,
    require_ends_after_starts,
    times_of,
    zone_of_clock,
    zones_to_read_in,
)
from followup_analytics.reading.parts import named_as_ours, scan_parts
from followup_analytics.sheets.headings import header_key, unique_names

_SECOND_SEED = 7_919


def quick_log(
    tables: Mapping[str, Sequence[Path]],
    settings: Settings,
    *,
    time_zone: str | None = None,
    columns: Mapping[str, str] | None = None,
    notes: Sequence[Note] = (),
) -> FollowUpLog | None:
    """The log of Parquet tables, or None where the careful way must look at them.

    tables: the files of each table, interviews among them. columns: the reader's names of columns and ours. notes: what
    is to be said before anything else. Raises UnreadableError for a file that is no Parquet, UsageError for names of
    columns that don't fit.
    """
    zone = time_zone or settings.time_zone
    if zone is not None and not clock.is_zone(zone):
        return None
    scans = {name: scan_parts(paths) for name, paths in tables.items()}
    try:
        scans = {name: _named(scan, TABLES[name], columns or {}) for name, scan in scans.items()}
        if columns and _unused(scans, columns):
            return None
        return _read(scans, settings, zone, notes)
    except NotHere:
        return None


def _unused(scans: Mapping[str, pl.LazyFrame], columns: Mapping[str, str]) -> bool:
    names = {header_key(name) for scan in scans.values() for name in scan.collect_schema()}
    return any(header_key(ours) not in names for ours in columns.values())


def _named(scan: pl.LazyFrame, table: Table, columns: Mapping[str, str]) -> pl.LazyFrame:
    """The scan with the columns' names as `checks.check_table` would have them."""
    given = scan.collect_schema().names()
    if unique_names(given) != given:
        raise NotHere
    ours = {name: columns[theirs] for name, theirs in named_as_ours(given, columns).items()}
    names = {}
    for name in given:
        named = ours.get(name, name)
        key = header_key(named)
        stripped = named if named == "_bucket" else named.lstrip("_") or "column"
        names[name] = key if key in table.names else stripped
    if len(set(names.values())) < len(names) or not set(table.required) <= set(names.values()):
        raise NotHere
    return scan.rename(names)


def _read(
    scans: Mapping[str, pl.LazyFrame], settings: Settings, zone: str | None, notes: Sequence[Note]
) -> FollowUpLog:
    interviews, zones = _interviews(scans["interviews"], zone)
    ids = interviews.table.select(["interview_id"])["interview_id"]
    sound = {"interviews": interviews}
    for name in ("contacts", "outcomes"):
        scan = scans.get(name)
        sound[name] = _absent_table(TABLES[name]) if scan is None else _events(scan, TABLES[name], ids, zones, zone)
    applicants = _applicants(scans["applicants"], zone) if "applicants" in scans else None
    end = data_date_of(
        interviews.table, {name: sound[name].table for name in ("contacts", "outcomes")}, settings.data_date, zone
    )
    ends = record_ends(interviews.table, end, settings.data_date).dt.epoch("us")
    whole = interviews.table.with_columns(
        _until_us=lambda t: t.select(["observed_until"])["observed_until"].dt.epoch("us").fill_null(ends),
        _until_day=lambda t: local_days(t.select(["_until_us"])["_until_us"], zones, None),
    )
    ahead = () if settings.simulated else ahead_note(end)
    checked = [one for one in (*sound.values(), applicants) if one is not None]
    return FollowUpLog(
        interviews=whole,  # type: ignore[arg-type]
        contacts=sound["contacts"].table,  # type: ignore[arg-type]
        outcomes=sound["outcomes"].table,  # type: ignore[arg-type]
        applicants=None if applicants is None else applicants.table,  # type: ignore[arg-type]
        data_date=end,
        time_zone=zone,
        simulated=settings.simulated,
        outcomes_recorded=sound["outcomes"].table.height > 0,
        notes=(
            *notes,
            *clock_notes(checked),
            *open_end_note(interviews.table, settings.data_date),
            *span_notes(interviews.table, end, zone, latest_end_of(interviews.table)),
            *ahead,
        ),
    )


def _absent_table(table: Table) -> Sound:
    frame = pl.LazyFrame(schema=dict.fromkeys(table.required, pl.String))
    makers: dict[str, Maker] = {column.name: _no_cells(column) for column in table.columns}
    derived = ("_at_us", "_order_us", "_story")
    makers |= {name: pl.Series(name, [], dtype=pl.Int64) for name in derived} | {"_day": pl.Series([], dtype=pl.Int32)}
    if table is CONTACTS:
        makers |= {name: pl.Series([], dtype=pl.Int8) for name in ("_weekday", "_hour")}
    return Sound(ColumnTable(frame, 0, makers))


# ------------------------------------------------------------------------------------------------------- the tables


def _interviews(scan: pl.LazyFrame, zone: str | None) -> tuple[Sound, Zones]:
    makers, height = _columns(scan, INTERVIEWS)
    _require_distinct(ColumnTable(scan, height, makers), INTERVIEWS.key)
    own = ColumnTable(scan, height, makers).select(["time_zone"])["time_zone"]
    if not all(clock.is_zone(name) for name in own.unique().drop_nulls()):
        raise NotHere
    given = own if zone is None else own.fill_null(zone)
    times, sound = times_of(scan, INTERVIEWS, height, makers, given)
    zones = times.pop("_zone") if "_zone" in times else given.fill_null(zone_of_clock(scan))
    if not isinstance(zones, pl.Series):
        raise NotHere
    makers |= times
    table = ColumnTable(scan, height, makers)
    require_ends_after_starts(table)
    found = _zones_of(table, zones, zone)
    # Zones are the first of what is derived, so that frames of both ways have their columns in one order.
    makers |= {
        "_zone": lambda _: found.texts(None),
        "_bucket": _buckets(makers),
        "_at_us": partial(epoch_us, CLOCKS[INTERVIEWS.name]),
        "_day": lambda t: local_days(t.select(["_at_us"])["_at_us"], found, None),
        "_story": lambda t: pl.int_range(t.height, dtype=pl.Int64, eager=True),
    }
    return Sound(ColumnTable(scan, height, makers), sound.ambiguous_hours, sound.missing_hours), found


def _zones_of(table: ColumnTable, zones: pl.Series, zone: str | None) -> Zones:
    names = tuple(zones.unique().sort())
    if len(names) == 1:
        codes = np.zeros(len(zones), dtype=np.intp)
    else:
        codes = zones.cast(pl.Enum(names)).to_physical().to_numpy().astype(np.intp)
    frame = pl.DataFrame(
        [*table.select(["at_precision", "time_zone"]), zones.alias("_zone"), zones.alias("interview_id")]
    )
    known = zones_said(frame.with_columns(pl.col("at_precision").cast(pl.String)), zone)["_zone"]
    return Zones(codes, names, known)


def _events(scan: pl.LazyFrame, table: Table, ids: pl.Series, zones: Zones, zone: str | None) -> Sound:
    """Contacts or outcomes, each row with the place of its interview (`_story`)."""
    makers, height = _columns(scan, table)
    story = _places(scan, makers, ids)
    if table.key != "interview_id":
        _require_distinct(ColumnTable(scan, height, makers), table.key)
    elif not all_distinct_numbers(story):
        raise NotHere
    read_in = partial(zones_to_read_in, zones, story, zone)
    times, sound = times_of(scan, table, height, makers, read_in)
    at = CLOCKS[table.name]
    makers |= times
    makers |= {
        "_at_us": partial(epoch_us, at),
        "_order_us": partial(order_us, table, zones, story),
        "_day": lambda t: local_days(t.select(["_at_us"])["_at_us"], zones, story),
    }
    if table is CONTACTS:
        makers |= {
            "_weekday": lambda t: ((t.select(["_day"])["_day"] + 3) % 7 + 1).cast(pl.Int8),
            "_hour": partial(local_hours, zones, story),
        }
    return Sound(ColumnTable(scan, height, {**makers, "_story": story}), sound.ambiguous_hours, sound.missing_hours)


def _applicants(scan: pl.LazyFrame, zone: str | None) -> Sound:
    table = TABLES["applicants"]
    makers, height = _columns(scan, table)
    _require_distinct(ColumnTable(scan, height, makers), table.key)
    zones = pl.Series([zone], dtype=pl.String).new_from_index(0, height)
    times, sound = times_of(scan, table, height, makers, zones)
    makers |= {**times, "_bucket": _buckets(makers)}
    return Sound(ColumnTable(scan, height, makers), sound.ambiguous_hours, sound.missing_hours)


# ---------------------------------------------------------------------------------------------- columns but the times


def _columns(scan: pl.LazyFrame, table: Table) -> tuple[dict[str, Maker], int]:
    """How each column but the timestamps is come by, and how many rows there are; all their rules hold."""
    schema = scan.collect_schema()
    here = [column for column in table.columns if column.name in schema and column.type != "timestamp"]
    plain = {column.name: expr for column in here if (expr := _plain(schema[column.name], column)) is not None}
    further = [name for name in schema if name not in table.names and name != "_bucket"]
    texts = [name for name in further if schema[name] == pl.String]
    looks = {
        **{column.name: _looks(column, plain[column.name], table) for column in here if column.name in plain},
        **{name: {"unclean": pl.col(name).str.contains(UNCLEAN).any()} for name in texts},
    }
    asked = {f"{name}\t{rule}": expr for name, rules in looks.items() for rule, expr in rules.items()}
    seen = scan.select(pl.len().alias("\tlen"), **asked).collect(engine="streaming").row(0, named=True)
    height = int(seen["\tlen"])
    if not height:
        raise NotHere
    makers: dict[str, Maker] = {}
    for column in table.columns:
        if column.type == "timestamp" or column.name not in schema:
            makers[column.name] = _no_cells(column)
        elif column.name in plain and _is_sound(
            column, {rule: seen[f"{column.name}\t{rule}"] for rule in looks[column.name]}
        ):
            makers[column.name] = plain[column.name]
        else:
            makers[column.name] = _cast(scan, column)
    for name in further:
        unclean = name in texts and seen[f"{name}\tunclean"]
        makers[name] = clean_text(scan.select(name).collect()[name]) if unclean else pl.col(name)
    if "_bucket" in schema:
        makers["_bucket"] = pl.col("_bucket").cast(pl.Int16, strict=False)
    return makers, height


def _no_cells(column: Column) -> Callable[[ColumnTable], pl.Series]:
    kind = pl.Enum(column.values) if column.values else POLARS_TYPES[column.type]
    return lambda t: pl.Series(column.name, [None], dtype=kind).new_from_index(0, t.height)


def _plain(kind: pl.DataType, column: Column) -> pl.Expr | None:
    """The column with its type, where the file has it in that type or one that says the same."""
    cell = pl.col(column.name)
    is_text = kind == pl.String
    is_word = isinstance(kind, pl.Categorical | pl.Enum)
    if column.values:
        return (cell if is_text else cell.cast(pl.String)).cast(pl.Enum(column.values)) if is_text or is_word else None
    if column.type in ("text", "zone"):
        return cell if is_text else cell.cast(pl.String) if is_word else None
    if column.type == "boolean":
        return cell if kind == pl.Boolean else None
    fits = kind.is_integer() if column.type == "integer" else kind.is_numeric()
    return cell.cast(POLARS_TYPES[column.type]) if fits else None


def _looks(column: Column, plain: pl.Expr, table: Table) -> dict[str, pl.Expr]:
    """What has to be seen of a column to know that its rules hold, one figure each."""
    cell = pl.col(column.name)
    found = {"nulls": cell.is_null().any()} if column.required else {}
    if column.values:
        found["words"] = cell.cast(pl.String).unique().implode()
    elif column.type in ("text", "zone") and (table is INTERVIEWS or column.name != "interview_id"):
        # An interview_id that is among the interviews' is as clean as theirs: it is looked up anyhow.
        found["unclean"] = cell.cast(pl.String).str.contains(UNCLEAN).any()
    elif column.type in ("number", "integer"):
        found |= {"low": plain.min(), "high": plain.max()}
        found |= {"nan": plain.is_nan().any()} if column.type == "number" else {}
    return found


def _is_sound(column: Column, seen: Mapping[str, Any]) -> bool:
    """Whether the cells are as they should be; False where casting may mend them. Raises NotHere where it can't."""
    low, high = seen.get("low"), seen.get("high")
    if (
        seen.get("nulls")
        or seen.get("nan")
        or (low is not None and not column.accepts(low))
        or (high is not None and not column.accepts(high))
    ):
        raise NotHere
    return not seen.get("unclean") and all(word is None or word in column.values for word in seen.get("words") or ())


def _cast(scan: pl.LazyFrame, column: Column) -> pl.Series:
    """A column that is not as it should be, cast as the careful way casts it; every rule then holds."""
    made, bad = cast_simple(scan.select(column.name).collect()[column.name], column)
    if bad.any() or (column.required and made.null_count()):
        raise NotHere
    if column.values:
        if not made.drop_nulls().is_in(column.values).all():
            raise NotHere
        return made.cast(pl.Enum(column.values))
    if column.type in ("number", "integer") and not all(column.accepts(one) for one in (made.min(), made.max())):
        raise NotHere
    return made


def _require_distinct(table: ColumnTable, key: str) -> None:
    if not all_distinct(table.read_once(key)):
        raise NotHere


def all_distinct_numbers(places: pl.Series) -> bool:
    """Whether no whole number (from 0) comes twice."""
    return bool(np.bincount(places.to_numpy()).max(initial=0) <= 1)


def _places(scan: pl.LazyFrame, makers: Mapping[str, Maker], ids: pl.Series) -> pl.Series:
    """The place of each row's interview. Two hashes of 64 bits stand for an id: that two ids share both, in the largest
    log that there could be, has a probability below 1e-20."""
    how = makers["interview_id"]
    if isinstance(how, pl.Expr):
        hashes = scan.select(one=how.hash(), two=how.hash(_SECOND_SEED)).collect()
    else:
        cells = ColumnTable(scan, 0, makers).select(["interview_id"])["interview_id"]
        hashes = pl.DataFrame({"one": cells.hash(), "two": cells.hash(_SECOND_SEED)})
    known = ids.hash()
    if not all_distinct(known):
        raise NotHere
    found = places_of(hashes["one"], known)
    if found.null_count() or not (ids.hash(_SECOND_SEED).gather(found) == hashes["two"]).all():
        raise NotHere
    return found


def _buckets(makers: Mapping[str, Maker]) -> Callable[[ColumnTable], pl.Series]:
    """The applicants' groups: those that the file has, else worked out, and only when somebody asks."""
    held = makers.get("_bucket")

    def made(table: ColumnTable) -> pl.Series:
        own = applicant_buckets(table.select(["applicant_id"])["applicant_id"])
        if not isinstance(held, pl.Expr):
            return own
        return table.read(held).fill_null(own)

    return made
