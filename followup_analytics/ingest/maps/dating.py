"""The dates of a mapped sheet: which of day and month comes first, and where a date without a year gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from followup_analytics.ingest.maps.cells import first_header, own_name
from followup_analytics.ingest.maps.hours import OfficeTimes, hour_notes, in_office_hours
from followup_analytics.ingest.maps.mapping import FileMap, TableMap, headers_of
from followup_analytics.ingest.registry import Batch, ReadOptions
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.dates import iso_times, order_of, read_dates
from followup_analytics.sheets.tabular import RawTable, header_key
from followup_analytics.sheets.years import Years, year_in
from followup_analytics.text import listed, shorten

_CLOCKS = ("interviewed_at", "at", "decided_at", "destination_known_at")
_IN_OFFICE = ("interviewed_at", "at", "decided_at", "callback_at")
_LOOKED_AT = 5_000
_MOST_SHOWN = 3


def years_told(raw: RawTable, made: Iterable[list[Batch]]) -> list[Note]:
    """How many dates of a sheet got their year by rule, and from where: one note for all tables that are made of it."""
    found = [batch.completed for batches in made for batch in batches if batch.sheet == raw.sheet and batch.completed]
    if not found:
        return []
    # Touches say most: they look at the interview's date first, and else where interviews get their year.
    why = max((why for _, why in found), key=len)
    text = f"{raw.place}: dates are written without a year, and got {why}"
    return [Note("year_completed", text, sum(count for count, _ in found))]


def year_words(years: Years) -> str:
    """Where years come from, in words."""
    end = f"/{(years.given + 1) % 100:02d}" if years.given is not None and years.academic else ""
    where = [f"{years.given}{end} from {years.source}"] if years.given is not None else []
    return listed([*(["that of the interview in the same row"] if years.rows is not None else []), *where], "or else")


def years_of(raw: RawTable, map_: FileMap) -> Years:
    """Where dates without a year get it, besides the interview's own: the map, what stands above the table, names."""
    if map_.year is not None:
        return Years(map_.year, source="the map")
    for texts, source in (
        (raw.above, "the sheet's title"),
        ((raw.sheet or "",), "the sheet's name"),
        ((raw.file,), "the file's name"),
    ):
        found = year_in(texts, source)
        if found.known:
            return found
    return _commonest(raw, map_)


def _commonest(raw: RawTable, map_: FileMap) -> Years:
    """The one year that all whole dates of the sheet are in; none where there are several."""
    headers = raw.keys
    names = {
        first_header(given, headers)
        for table in map_.tables
        for ours, given in table.columns.items()
        if ours in _CLOCKS
    }
    texts = [str(cell) for name in names if name for cell in raw.frame[name].drop_nulls().unique().head(_LOOKED_AT)]
    return year_in(texts, "the sheet's other dates")


def years_of_interviews(
    frame: pl.DataFrame,
    table: TableMap,
    map_: FileMap,
    headers: Mapping[str, str],
    place: str,
    day_first: bool | None,
    years: Years,
) -> Years:
    """The same, for touches and results with the date of the interview that stands in the same row."""
    given = next((one.columns.get("interviewed_at") for one in map_.tables if one.table == "interviews"), None)
    name = first_header(given, headers) if given is not None else None
    if table.table == "interviews" or name is None:
        return years
    texts = frame[name].cast(pl.String)
    iso = iso_times(texts, file=place, column=name, day_first=day_first, years=years, keep_days=True)
    return years.by(iso.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))


def with_iso_times(
    made: pl.DataFrame,
    table: TableMap,
    headers: Mapping[str, str],
    place: str,
    day_first: bool | None,
    years: Years,
) -> tuple[pl.DataFrame, int, tuple[Note, ...]]:
    """Times as ISO text, how many dates got their year, and notes; a cell that is no date stays for the check."""
    completed = 0
    notes: list[Note] = []
    for column in TABLES[table.table].columns:
        if column.type == "timestamp" and column.name in made.columns:
            texts = made[column.name]
            theirs = table.columns.get(column.name)
            heading = (own_name(theirs, headers) if theirs is not None else "") or column.name
            apart = headers_of(theirs)[1:] if isinstance(theirs, tuple) else ()
            read = read_dates(
                texts, file=place, column=heading, day_first=day_first, years=years, keep_days=True,
                times_apart=bool(apart),
            )  # fmt: skip
            completed += read.completed
            of_times = listed([headers[header_key(one)] for one in apart], "and") or heading
            notes += _bad_time_notes(read.bad_times, place, of_times)
            timed = in_office_hours(read.iso, texts) if column.name in _IN_OFFICE else OfficeTimes(read.iso)
            notes += hour_notes(timed, place, heading)
            made = made.with_columns(timed.iso.zip_with(timed.iso.is_not_null(), texts).alias(column.name))
    return made, completed, tuple(notes)


def _bad_time_notes(bad: pl.Series, place: str, heading: str) -> tuple[Note, ...]:
    """That rows count by their day alone, since what stands in the place of a time is none."""
    told = bad.drop_nulls()
    if not len(told):
        return ()
    # Words alone may be anybody's name.
    figures = told.filter(told.str.contains(r"\d")).unique(maintain_order=True)[:_MOST_SHOWN]
    shown = f" (such as {listed([repr(shorten(one, 16)) for one in figures], 'and')})" if len(figures) else ""
    text = (
        f"{place}, column {heading}: what stands in the place of a time of day can't be read as one{shown}, so that "
        "these rows count by their day alone; correct it where the time matters"
    )
    return (Note("bad_times", text, len(told)),)


def day_comes_first(looked: Sequence[tuple[TableMap, RawTable]], map_: FileMap, options: ReadOptions) -> bool | None:
    """The order of day and month: the user's, the map's, else what the sheet's dates tell together."""
    if options.day_first is not None or map_.day_first is not None:
        return options.day_first if options.day_first is not None else map_.day_first
    found = []
    for table, raw in looked:
        headers = raw.keys
        clocks = (
            {"at"} if table.table == "calls" else {c.name for c in TABLES[table.table].columns if c.type == "timestamp"}
        )
        for ours in clocks & set(table.columns):
            name = first_header(table.columns[ours], headers)
            if name is not None:
                found.append(raw.frame[name])
    return order_of(found, file=looked[0][1].place)
