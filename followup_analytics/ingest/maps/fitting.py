"""Whether a map fits a sheet, and a sentence that helps where it doesn't: what was wanted, found and missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from followup_analytics.errors import DataError
from followup_analytics.ingest.maps.mapping import FileMap, TableMap
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.tabular import RawTable, header_key
from followup_analytics.text import counted, listed, nearest, shorten

_MOST_HEADINGS = 16
_NEEDED_OF_CALLS = ("at", "direction")
_OWN_MAP = "Copy the map, put your own headers in and give it with --map (docs/sources.md shows how)."


def lacking(table: TableMap, raw: RawTable) -> list[str]:
    """The headers that the table needs and the sheet doesn't have, as written in the map."""
    keys = raw.keys
    return [name for key, name in table.wanted.items() if key not in keys]


def fits(table: TableMap, raw: RawTable, *, several: bool) -> bool:
    """Whether a map's table is made from this sheet: by the sheet's name, else, among several, by its columns."""
    if table.sheet is not None and raw.sheet is not None:
        return header_key(table.sheet) == header_key(raw.sheet)
    return not several or not lacking(table, raw)


def require_columns(table: TableMap, raw: RawTable, map_: FileMap) -> None:
    """Raise DataError when a sheet lacks headers that the map names, or the map says nothing of a needed column."""
    missing = lacking(table, raw)
    if missing:
        raise DataError(
            f"{raw.place}: the map {map_.name} names {_quoted(missing)} for {table.table}; this sheet has: "
            f"{_headings(raw)}.{_likely(missing, raw)}{_unseen(map_)}"
        )
    unnamed = [name for name in _needed(table) if name not in {*table.columns, *table.constants, *table.defaults}]
    if unnamed:
        one = unnamed[0]
        raise DataError(
            f"{raw.place}: {table.table} need {listed(unnamed, 'and')}, and the map {map_.name} says nothing of "
            f"{'it' if len(unnamed) == 1 else 'them'}; this sheet has: {_headings(raw)}. Name the column under "
            f'[columns] ({one} = "..."), or one value for all rows under [constants].'
        )


def refuse_unmade(unmade: Sequence[TableMap], raws: Sequence[RawTable], map_: FileMap) -> NoReturn:
    """Raise DataError for tables of a map that no sheet has the columns of, with the sheet that comes closest."""
    named = [table for table in unmade if table.sheet is not None]
    sheets = [raw.sheet for raw in raws if raw.sheet]
    if named and sheets:
        raise DataError(
            f"{raws[0].file}: the map {map_.name} names a sheet {named[0].sheet!r}; the workbook has: "
            f"{listed(sheets, 'and')}."
        )
    closest = max(raws, key=lambda raw: sum(_found(table, raw) for table in unmade))
    wanted = {key: name for table in unmade for key, name in table.wanted.items()}
    found = [name for key, name in wanted.items() if key in closest.keys]
    missing = [name for key, name in wanted.items() if key not in closest.keys]
    what = listed(dict.fromkeys(table.table for table in unmade), "and")
    which = f"sheet {closest.sheet}" if closest.sheet else "it"
    closeness = f"{which} comes closest: it has {_quoted(found)}, but not" if found else f"{which} has none of"
    hints = f"{_likely(missing, closest, found)}{_unseen(map_) or ' ' + _OWN_MAP}"
    raise DataError(
        f"{closest.file}: no sheet has the columns that the map {map_.name} names for {what}; {closeness} "
        f"{_quoted(missing)}. Its columns are: {_headings(closest)}.{hints}"
    )


def _needed(table: TableMap) -> Iterable[str]:
    """The columns without which no row of the table is good; keys of interviews and contacts can be made."""
    if table.table == "calls":
        return _NEEDED_OF_CALLS
    made = TABLES[table.table].key if table.table in ("interviews", "contacts") else ""
    return (name for name in TABLES[table.table].required if name != made)


def _found(table: TableMap, raw: RawTable) -> int:
    return sum(key in raw.keys for key in table.wanted)


def _quoted(names: Sequence[str]) -> str:
    shown = [repr(name) for name in names[:_MOST_HEADINGS]]
    more = len(names) - len(shown)
    return listed([*shown, counted(more, "other")] if more else shown, "and")


def _headings(raw: RawTable) -> str:
    names = [shorten(name, 40) for name in raw.columns]
    more = len(names) - _MOST_HEADINGS
    return ", ".join(names[:_MOST_HEADINGS]) + (f" and {more} more" if more > 0 else "")


def _likely(missing: Sequence[str], raw: RawTable, found: Sequence[str] = ()) -> str:
    """Which of the sheet's own headers, besides those that were found, look like missing ones."""
    taken = {raw.keys[header_key(name)] for name in found}
    others = [name for name in raw.columns if name not in taken]
    pairs = [(name, guess) for name in missing if (guess := nearest(name, others))][:4]
    if not pairs:
        return ""
    said = listed([f"{guess!r} looks like {name!r}" for name, guess in pairs], "and")
    return f" {said[0].upper()}{said[1:]}."


def _unseen(map_: FileMap) -> str:
    return f" No real export of this kind has been seen. {_OWN_MAP}" if map_.unverified else ""
