"""Review files that a person filled in and gave back: of calls, and of a calendar's events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from followup_analytics.errors import UsageError
from followup_analytics.ingest.linking.by_name import MATCHED, accepted_in, is_match_sheet
from followup_analytics.ingest.parsing.telephone import contact_key
from followup_analytics.sheets.headings import header_key
from followup_analytics.sheets.tabular import RawTable, read_raw_tables
from followup_analytics.text import undo_formula_safe

_YES = ("yes", "y", "true", "1", "x", "interview", "ja", "j", "sí", "si", "oui", "o")
_NO = ("no", "n", "false", "0", "none", "nein", "non")


@dataclass(frozen=True)
class Decisions:
    """What a person decided: by call, or by number, the interview (or `none`); by event whether it is an interview."""

    calls: dict[str, str] = field(default_factory=dict)
    events: dict[str, bool] = field(default_factory=dict)


def read_reviews(paths: Sequence[Path], region: str | None) -> Decisions:
    """The decisions of one or several review files.

    Raises UsageError for a file that is none, and for a word that is neither yes nor no.
    """
    found = Decisions()
    for path in paths:
        for table in read_raw_tables(path, ("call", "number", "interview_id", "event", "interview", "key", "accept")):
            names = {header_key(name): name for name in table.columns}
            if is_match_sheet(list(names)):
                accepted = accepted_in(table.frame.rename({name: key for key, name in names.items()}))
                found.calls.update({MATCHED + key: interview for key, interview in accepted.items()})
            elif "event" in names and "interview" in names:
                found.events.update(_of_events(table, names))
            elif "interview_id" in names and {"call", "number"} & set(names):
                found.calls.update(_of_calls(table, names, region))
            else:
                raise UsageError(
                    f"{table.place}: this is not a review file; give back the one that ingest wrote, with interview_id "
                    "(or interview, for the events of a calendar) filled in."
                )
    return found


def _of_calls(table: RawTable, names: dict[str, str], region: str | None) -> dict[str, str]:
    decisions: dict[str, str] = {}
    for row in table.frame.iter_rows(named=True):
        chosen = (row[names["interview_id"]] or "").strip()
        if not chosen:
            continue
        call = (row.get(names.get("call", "")) or "").strip()
        number = undo_formula_safe((row.get(names.get("number", "")) or "").strip())
        decisions[call or contact_key(number, region) or number] = chosen
    return decisions


def _of_events(table: RawTable, names: dict[str, str]) -> dict[str, bool]:
    decisions: dict[str, bool] = {}
    for row in table.frame.iter_rows(named=True):
        event = (row[names["event"]] or "").strip()
        word = (row[names["interview"]] or "").strip().casefold()
        if not event or not word:
            continue
        if word not in (*_YES, *_NO):
            raise UsageError(
                f"{table.place}, row {row['_row']}, column {names['interview']}: this is neither yes nor no; write one "
                "of them, or leave the cell empty."
            )
        decisions[event] = word in _YES
    return decisions
