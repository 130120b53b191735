"""What becomes of every column of the files of a run: stored, replaced by a pseudonym, or dropped, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from followup_analytics.ingest.registry import Batch, ReadOptions
from followup_analytics.ingest.result import ColumnFate
from followup_analytics.ingest.run import FileOnItsWay
from followup_analytics.log.personal import Fate, fate_of
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.headings import header_key
from followup_analytics.sheets.tabular import ROW

_APPLICANT = "it tells applicants apart"


def fates_of_columns(files: Sequence[FileOnItsWay], options: ReadOptions) -> tuple[ColumnFate, ...]:
    """Every column of the tables of files, in the order in which they stand there."""
    found: list[ColumnFate] = []
    for file in files:
        sheets = dict.fromkeys(batch.sheet for batch in file.batches)
        for sheet in sheets:
            batches = [batch for batch in file.batches if batch.sheet == sheet and batch.table in TABLES]
            found += [ColumnFate(file.sample.name, sheet, fate) for fate in _of_sheet(batches, options)]
    return tuple(found)


def _of_sheet(batches: Sequence[Batch], options: ReadOptions) -> Iterable[Fate]:
    """The columns of one sheet; one that several tables read has the fate that protects most."""
    best: dict[str, Fate] = {}
    for batch in batches:
        for fate in _mapped(batch, options) if batch.original is not None else _canonical(batch, options):
            held = best.get(fate.column)
            if held is None or _rank(fate) > _rank(held):
                best[fate.column] = fate
    return best.values()


def _rank(fate: Fate) -> int:
    """Which of two fates of one column is told: what is seen of it in the store counts before its part in a key."""
    if fate.becomes == "pseudonym":
        return 3 if fate.reason == _APPLICANT else 1
    return 2 if fate.becomes == "stored" else 0


def _canonical(batch: Batch, options: ReadOptions) -> Iterable[Fate]:
    names = TABLES[batch.table].names
    for name in (one for one in batch.rows.columns if one != ROW):
        if header_key(name) == "applicant_id":
            yield Fate(name, "pseudonym", _APPLICANT)
        elif header_key(name) in batch.personal_keys:
            yield Fate(name, "pseudonym", "some of its keys are made of people's ids")
        elif header_key(name) in names:
            yield Fate(name, "stored", f"a column of the log's {batch.table}")
        elif not name.startswith("_"):
            yield fate_of(batch.rows[name], keep=options.keep, keep_notes=options.keep_notes)


def _mapped(batch: Batch, options: ReadOptions) -> Iterable[Fate]:
    if batch.original is None:
        return
    for name in (one for one in batch.original.columns if one != ROW):
        ours = [one for one, theirs in batch.read_from.items() if name in theirs]
        plain = [one for one in ours if one not in batch.personal_keys and one != "applicant_id"]
        if "applicant_id" in ours:
            yield Fate(name, "pseudonym", _APPLICANT)
        elif plain:
            yield Fate(name, "stored", f"it goes into {plain[0]} in the table {batch.table}")
        elif ours:
            yield Fate(name, "pseudonym", f"part of the key {ours[0]}")
        elif name in batch.rows.columns:
            yield fate_of(batch.rows[name], keep=options.keep, keep_notes=options.keep_notes)
        else:
            yield Fate(name, "dropped", "the map doesn't read it")
