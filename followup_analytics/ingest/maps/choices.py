"""Cells in which several ways were ticked ("Email, Phone call"): a row for each, where every part is a known word."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from followup_analytics.ingest.maps.mapping import TableMap
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import header_key

#: Which of a cell's parts a row is about, counted from 0.
PIECE = "_piece"
#: What people, and forms with boxes to tick, write between several ways.
MARKS = (",", ";", "/", "&", "+", " and ", " und ", " et ", " y ")


def parts_of(cell: str, marks: Sequence[str]) -> list[str]:
    """The parts of a cell between marks, each once, as they are written."""
    parts = re.split("|".join(map(re.escape, marks)), " ".join(cell.split()), flags=re.IGNORECASE)
    return list({part.strip().casefold(): part.strip() for part in parts if part.strip()}.values())


def with_choices(
    frame: pl.DataFrame, table: TableMap, header: str, marks: Sequence[str], headers: Mapping[str, str]
) -> tuple[pl.DataFrame, int]:
    """The rows with one for each way that a cell names, the way's place as `PIECE`, and how many cells were parted.

    A cell that is a word of the map itself, or that has a part which is none, stays whole: the checks name it.
    """
    name = headers[header_key(header)]
    channels = {" ".join(word.casefold().split()): means for word, means in table.values.get("channel", {}).items()}
    known = {*channels, *(word.casefold() for word in table.skip.get(header, ()))}
    cells = frame[name].cast(pl.String)
    parted = {
        cell: parts
        for cell in cells.drop_nulls().unique()
        if len(parts := _known_parts(cell, marks, known, channels)) > 1
    }
    n = int(cells.is_in(list(parted)).sum())
    if not n:
        return frame.with_columns(pl.lit(0).alias(PIECE)), 0
    lists = pl.Series(name, [parted.get(cell, [cell]) for cell in cells], dtype=pl.List(pl.String))
    places = pl.Series(PIECE, [list(range(len(parted.get(cell, [cell])))) for cell in cells], dtype=pl.List(pl.Int64))
    return frame.with_columns(lists, places).explode(name, PIECE, empty_as_null=True), n


def _known_parts(cell: str, marks: Sequence[str], known: Collection[str], channels: Mapping[str, str]) -> list[str]:
    if " ".join(cell.casefold().split()) in known:
        return [cell]
    parts = parts_of(cell, marks)
    if any(part.casefold() not in known for part in parts):
        return [cell]
    # Whoever left a voicemail had called for it: that is one contact.
    left = any(channels.get(part.casefold()) == "voicemail" for part in parts)
    return [part for part in parts if not (left and channels.get(part.casefold()) == "phone")]


def numbered(keys: pl.Series, pieces: pl.Series) -> pl.Series:
    """Keys of the rows of several ways: the first keeps its own, the others get their number behind it."""
    frame = pl.DataFrame({"key": keys, "piece": pieces})
    more = pl.format("{}+{}", "key", pl.col("piece") + 1)
    return frame.select(key=pl.when(pl.col("piece") > 0).then(more).otherwise("key"))["key"]


def choice_notes(header: str, n: int, place: str) -> tuple[Note, ...]:
    """That cells name several ways, each of which is a contact."""
    text = f"{place}, column {header}: cells name several ways of contact; each is taken as a contact of its own"
    return (Note("several_ways", text, n),) if n else ()
