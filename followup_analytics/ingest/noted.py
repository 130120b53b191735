"""What the log itself keeps about its ingests: how many rows were set aside, and why, so that every report can say it.

Counts are kept by file, under a pseudonym of its name: a file that is read again, or whose mended rejects come back,
takes the place of its own earlier counts instead of adding to them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from followup_analytics.ingest.rule_words import rule_in_words
from followup_analytics.ingest.run import FileOnItsWay, Run
from followup_analytics.ingest.summing import keep_note
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import counted, listed

_SETTING = "set_aside"
_REJECTS = ".rejects"
#: Records of other people's lives in a telephone's or mailbox's export: nothing is wrong with them.
STRAYS = ("unmatched", "withheld_number", "not_a_contact", "not_sent", "bounce", "recurring")


def keep_set_aside(run: Run, file: FileOnItsWay, tx: Any) -> None:
    """Write into the log how many rows of all files were set aside and why, with this file's counts anew."""
    name = file.sample.path.name.partition(_REJECTS)[0] if _REJECTS in file.sample.path.name else file.sample.path.stem
    key = next(iter(run.pseudonyms.of_each("call", [f"file|{name}"])))
    held: dict[str, dict[str, int]] = json.loads(tx.setting(_SETTING) or "{}")
    before = held.get(key)
    counts = _counts(file)
    if not counts and before is None:
        return
    held[key] = counts
    tx.set(_SETTING, json.dumps({one: rules for one, rules in held.items() if rules}))
    together: Counter[str] = Counter()
    for rules in held.values():
        together.update(rules)
    keep_note(tx, set_aside_note(together))


def _counts(file: FileOnItsWay) -> dict[str, int]:
    """Rows of a file that were set aside, by the first rule that each broke."""
    counts: Counter[str] = Counter()
    for table in file.tables:
        first = table.checked.rejects.unique(ROW, keep="first", maintain_order=True)
        counts.update(dict(first.group_by(pl.col("rule").cast(pl.String)).len().rows()))
    for rule in file.aside.rules if file.aside is not None else ():
        counts[rule.rule] += rule.n
    return {rule: n for rule, n in counts.items() if rule not in STRAYS}


def set_aside_note(counts: Mapping[str, int]) -> Note:
    """The note that reports repeat: the commonest reasons in words."""
    by_words: Counter[str] = Counter()
    for rule, n in counts.items():
        by_words[rule_in_words(rule)] += n
    shown = [f"{words} ({n:,})" for words, n in by_words.most_common(5)]
    more = len(by_words) - len(shown)
    reasons = listed([*shown, counted(more, "further reason")] if more > 0 else shown, "and")
    return Note(
        "set_aside", f"rows of the files that were read are not in this log, for {reasons}", sum(counts.values())
    )
