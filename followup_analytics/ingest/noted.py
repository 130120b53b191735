"""What the log itself keeps about its ingests: how many rows were set aside, and why, so that every report can say it.

Counts are kept by file, under a pseudonym of its name: a file that is read again, or whose mended rejects come back,
takes the place of its own earlier rows instead of adding to them. The counts are of rows that are lost now.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.ingest.registry import FURTHER
from followup_analytics.ingest.rule_words import in_words
from followup_analytics.ingest.run import FileOnItsWay, Run
from followup_analytics.ingest.summing import keep_note
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.tabular import ROW, header_key
from followup_analytics.text import counted, listed

_SETTING = "set_aside"
_REJECTS = ".rejects"
#: What a second rejects file of one name is called.
_NUMBERED = re.compile(r"-\d+$")
#: Rules about the key itself: that the log has it says nothing of the row.
_OF_THE_KEY = ("first_of_its_key", "damaged_id", "unknown_interview")
#: Records of other people's lives in a telephone's or mailbox's export: nothing is wrong with them.
STRAYS = ("unmatched", "withheld_number", "not_a_contact", "not_sent", "bounce", "recurring")


def keep_set_aside(run: Run, file: FileOnItsWay, tx: Any) -> None:
    """Write into the log how many rows of all files are set aside now and why, with this file's rows anew.

    A row is lost until it comes back mended, whatever the file is called by then: rejects files say where their rows
    came from, and a key that the log has got by now is not lost.
    """
    held = _held(tx)
    before = json.dumps(held, sort_keys=True)
    name = file.sample.path.name.partition(_REJECTS)[0] if _REJECTS in file.sample.path.name else file.sample.path.stem
    name = _NUMBERED.sub("", name) if _REJECTS in file.sample.path.name else name
    origins = {
        row: (Path(one).stem, there) for table in file.tables for row, (one, there) in table.batch.origins.items()
    }
    if origins:
        for stem, row in origins.values():
            for place in [place for place in held.get(_key(run, stem), {}) if place.split("|")[0] == str(row)]:
                del held[_key(run, stem)][place]
    else:
        held[_key(run, name)] = {}
    for number, place, rule, key in _lost(run, file):
        origin, there = origins.get(number, (name, number))
        held.setdefault(_key(run, origin), {})[f"{there}|{place}"] = [rule, key]
    if file.aside is not None:
        counted_ = {f"all|{rule.rule}": [rule.rule, rule.n] for rule in file.aside.rules if rule.rule not in STRAYS}
        held.setdefault(_key(run, name), {}).update(counted_)
    _without_known(run, file, held)
    held = {one: rows for one, rows in held.items() if rows}
    if json.dumps(held, sort_keys=True) == before:
        return
    tx.set(_SETTING, json.dumps(held))
    together: Counter[str] = Counter()
    for rows in held.values():
        for place, (rule, n) in rows.items():
            together[rule] += n if place.startswith("all|") else 1
    keep_note(tx, set_aside_note(together))


def _held(tx: Any) -> dict[str, dict[str, list[Any]]]:
    """What earlier ingests set aside; logs of before this form had counts alone."""
    found = json.loads(tx.setting(_SETTING) or "{}")
    return {
        key: {
            place if isinstance(told, list) else f"all|{place}": told if isinstance(told, list) else [place, told]
            for place, told in rows.items()
        }
        for key, rows in found.items()
    }


def _key(run: Run, name: str) -> str:
    return next(iter(run.pseudonyms.of_each("call", [f"file|{name}"])))


def _lost(run: Run, file: FileOnItsWay) -> list[tuple[int, str, str, str | None]]:
    """Row, table, first broken rule and, where the row has one, its key under a pseudonym, of each row set aside."""
    found = []
    for table in file.tables:
        first = table.checked.rejects.unique(ROW, keep="first", maintain_order=True).select(
            ROW, pl.col("rule").cast(pl.String)
        )
        key = TABLES[table.name].key
        name = next((one for one in table.raw.columns if header_key(one) == key), None)
        if name is not None:
            cells = table.raw.select(ROW, key=pl.col(name).cast(pl.String)).unique(ROW, keep="first")
            first = first.join(cells, on=ROW, how="left", maintain_order="left")
        else:
            first = first.with_columns(key=pl.lit(None, pl.String))
        rows = [
            (row % FURTHER if row else 0, rule, text) for row, rule, text in first.iter_rows() if rule not in STRAYS
        ]
        # A key that stands in an earlier row is in the log, and this row is not.
        texts = [f"{table.name}|{text}" for _, rule, text in rows if text and rule not in _OF_THE_KEY]
        names = iter(run.pseudonyms.of_each("call", texts))
        found += [
            (row, table.name, rule, next(names)[:16] if text and rule not in _OF_THE_KEY else None)
            for row, rule, text in rows
        ]
    return found


def _without_known(run: Run, file: FileOnItsWay, held: dict[str, dict[str, list[Any]]]) -> None:
    """Take out the rows whose key has come in by now."""
    waiting = {told[1] for rows in held.values() for told in rows.values() if isinstance(told[1], str)}
    if not waiting:
        return
    come: set[str] = set()
    for table in file.tables:
        keys = table.checked.frame[TABLES[table.name].key].cast(pl.String).drop_nulls().to_list()
        come |= {one[:16] for one in run.pseudonyms.of_each("call", [f"{table.name}|{key}" for key in keys])} & waiting
    for rows in held.values() if come else ():
        for place in [place for place, told in rows.items() if told[1] in come]:
            del rows[place]


def set_aside_note(counts: Mapping[str, int]) -> Note:
    """The note that reports repeat: the commonest reasons in words."""
    by_words: Counter[str] = Counter()
    for rule, n in counts.items():
        by_words[in_words(rule)] += n
    shown = [f"{words} ({n:,})" for words, n in by_words.most_common(5)]
    more = len(by_words) - len(shown)
    reasons = listed([*shown, counted(more, "further reason")] if more > 0 else shown, "and")
    return Note(
        "set_aside", f"rows of the files that were read are not in this log, for {reasons}", sum(counts.values())
    )
