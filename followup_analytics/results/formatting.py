"""Cells and notes as people read them, the same in every face of an answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from followup_analytics.log.followup_log import Note
from followup_analytics.log.unrecorded import is_not_recorded
from followup_analytics.results.columns import Field
from followup_analytics.results.disclosure.marked import SUPPRESSED, is_hidden
from followup_analytics.results.row import Row

#: A note that begins with the name of a file, which stays as it is.
_FILE_FIRST = re.compile(r"[^:]*\.\w{2,8}(?:[,:]| was taken )")
#: Cells that say nothing.
NOTHING = ("–", "")
_STATUS_WORDS = {SUPPRESSED: "hidden", "not_estimable": "no number", "use_with_care": "with care", "ok": ""}


def note_text(note: Note) -> str:
    """A note as a sentence for people; its count stands behind it, where any number goes with plural words."""
    text = note.text if _FILE_FIRST.match(note.text) else f"{note.text[:1].upper()}{note.text[1:]}"
    end = "" if text.endswith((".", "!", "?")) else "."
    return f"{text}{end}" if note.n is None else f"{text.rstrip('.')} ({note.n:,})."


def cell_text(row: Row, name: str) -> str:
    """One declared column of a row as people read it."""
    return format_cell(row, row.declaration(name))


def format_cell(row: Mapping[str, Any], one: Field) -> str:
    """One cell as people read it: `hidden` where it may not be shown, `not recorded` for a rate of what nobody wrote
    down, a dash where there is no other number."""
    value = row.get(one.name)
    if one.name == "status":
        return _STATUS_WORDS.get(str(value), str(value))
    if value is None:
        if is_hidden(row) and one.kind != "sentence":
            return "hidden"
        return "not recorded" if one.name == "estimate" and is_not_recorded(row.get("reason")) else "–"
    if one.kind.endswith("_interval"):
        upper = row.get(one.upper or "")
        if upper is None:
            return f"{_number(value, one.kind)} or more"
        return f"{_number(value, one.kind)} to {_number(upper, one.kind)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, one.kind)
    return str(value)


def _number(value: float, kind: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    if kind == "count":
        return f"{int(value):,}"
    if kind.startswith("share"):
        return f"{100 * value:.1f}%"
    if kind.startswith("points"):
        return _signed(100 * value)
    if kind.startswith("days"):
        return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
    if kind == "p":
        return "below .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
    if kind.startswith("number"):
        return f"{value:.2f}".replace("-", "\u2212")
    if kind.startswith("fine"):
        return f"{value:.3f}".replace("-", "\u2212")
    return f"{value:g}"


def _signed(points: float) -> str:
    """Percentage points with a true minus sign, and a plus where they are above zero."""
    rounded = f"{points:+.1f}"
    return "0.0" if float(rounded) == 0 else rounded.replace("-", "\u2212")
