"""A stored row with some of its columns changed, checked as if it had been entered so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.log.schema import CLOCKS, INTERVIEWS, Table
from followup_analytics.track.checking import checked_entry
from followup_analytics.track.times import local_time, zone_frame

if TYPE_CHECKING:
    from followup_analytics.store import Store

#: What a row keeps whatever is corrected in it: columns that the package works out when it first sees the row.
_KEPT = ("applicant_id", "_bucket")


def changed_row(
    store: Store, table: Table, key: str, changes: Mapping[str, Any], zone: str | None, given_zone: str | None = None
) -> pl.DataFrame:
    """The row in force with a key, with other values in some columns (None clears one), typed and with its covariates.

    zone: of times without offset. given_zone: one that the person gave; an interview without a zone of its own then has
    it. Raises UsageError for a value that the log doesn't take.
    """
    held = store.find(table.name, [key], covariates=True)
    row = {name: _as_text(held[name][0]) for name in table.names}
    clock = CLOCKS[table.name]
    row["at_precision"] = None
    if held["at_precision"][0] == "day":
        row[clock] = f"{local_time(held[clock][0], _zone(held, zone)):%Y-%m-%d}"
    interviews = table is INTERVIEWS
    known = zone_frame(held, zone) if not interviews else None
    frame = checked_entry(table, row | dict(changes), given_zone or _zone(held, zone), known)
    own = [name for name in held.columns if name not in table.names and not name.startswith("_")]
    return frame.with_columns(held[name] for name in (*_KEPT, *own) if name in held.columns)


def changes_in_words(changes: Mapping[str, Any]) -> str:
    """The columns of a change as words."""
    return ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in changes.items())


def _zone(held: pl.DataFrame, zone: str | None) -> str:
    return str((held["_zone"][0] if "_zone" in held.columns else None) or zone or "UTC")


def _as_text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


def _shown(value: Any) -> str:
    return "cleared" if value is None else "yes" if value is True else "no" if value is False else str(value)
