"""Answers and results that say that something came back, but not when: no row of the log can hold them, which is said.

A response counts by the day on which it came. To make up a day would move it into some window or other, and to end the
record of these interviews would leave the silent ones alone: either gives rates that are wrong without a word.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from followup_analytics.ingest.maps.cells import spaced
from followup_analytics.ingest.maps.mapping import TableMap
from followup_analytics.ingest.maps.marks import of_marks
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import header_key
from followup_analytics.text import listed


def undated_notes(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str], place: str) -> tuple[Note, ...]:
    """How many rows say that something was done or came back while the columns of its date are empty or absent, and of
    how many it isn't known whether something came back."""
    return (*_undated(frame, table, headers, place), *_unknown(frame, table, headers, place))


def _unknown(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str], place: str) -> tuple[Note, ...]:
    names = {headers[header_key(name)]: words for name, words in table.unknown.items() if header_key(name) in headers}
    notes = []
    for name, words in names.items():
        cells = frame[name].cast(pl.String)
        plain = [" ".join(word.lower().split()) for word in words]
        marks = frame.select(of_marks(pl.col(name).cast(pl.String)))[name]
        n = int((spaced(cells).is_in(plain).fill_null(value=False) | marks).sum())
        text = (
            f"{place}, column {name}: cells don't say whether something came back ({listed(words, 'or')}). It stays "
            "unknown: no reply is stored, and these interviews count as waiting. Ask, or leave them as they are"
        )
        notes += [Note("unknown_replies", text, n)] if n else []
    return tuple(notes)


def _undated(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str], place: str) -> tuple[Note, ...]:
    told = {headers[header_key(name)]: words for name, words in table.undated.items() if header_key(name) in headers}
    dated = [headers[header_key(name)] for name in table.dated if header_key(name) in headers]
    said = pl.Series([False]).new_from_index(0, frame.height)
    for name, words in told.items():
        plain = [" ".join(word.lower().split()) for word in words]
        said |= spaced(frame[name].cast(pl.String)).is_in(plain).fill_null(value=False)
    for name in dated:
        said &= frame[name].cast(pl.String).str.strip_chars().fill_null("") == ""
    n = int(said.sum())
    if not n:
        return ()
    if table.table == "contacts" and table.constants.get("direction") != "inbound":
        text = (
            f"{place}: rows say in {listed([repr(name) for name in told], 'or')} that something was done, but no date "
            "says when, so that it isn't counted as a contact. Fill in the dates"
        )
        return (Note("undated_contacts", text, n),)
    text = (
        f"{place}: rows say in {listed([repr(name) for name in told], 'or')} that something came back, but no date "
        "says when, so that it can't be counted: these interviews look silent, and rates of replies are too low by "
        "them. Write the day on which it came, where it is known"
    )
    return (Note("undated_results", text, n),)
