"""What was recorded about an interview, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from followup_analytics.log.schema import CLOCKS, TABLES
from followup_analytics.track.checking import require_interview
from followup_analytics.track.finding import find_interview
from followup_analytics.track.places import opened
from followup_analytics.track.times import local_time, to_the_minute, zone_of

if TYPE_CHECKING:
    from followup_analytics.store import Store

_HIDDEN = ("interview_id", "applicant_id", "contact_id", "direction", "channel", "outcome", "at_precision", "time_zone")


def track_history(place: str | Store, interview: str) -> tuple[str, ...]:
    """Everything recorded about an interview as lines, oldest event first, with what was replaced or taken back.

    Raises UsageError when the store has never had the interview.
    """
    from followup_analytics.store.journal import interview_history

    store = opened(place)
    interview = find_interview(store, interview)
    versions = interview_history(store, interview)
    if not versions["interviews"].height:
        require_interview(store, interview)
    zone = zone_of(store, versions["interviews"].tail(1), None) or "UTC"
    lines = [
        (row[CLOCKS[name]], row["_recorded_at"], _line(name, row, zone))
        for name, frame in versions.items()
        for row in frame.iter_rows(named=True)
    ]
    return tuple(line for _, _, line in sorted(lines, key=lambda item: item[:2]))


def entry_told(name: str, row: Mapping[str, Any], zone: str) -> str:
    """What an entry said, in a few words: `outbound voicemail of 2026-11-30 09:00`."""
    what = {
        "interviews": "interview",
        "contacts": f"{row.get('direction')} {str(row.get('channel')).replace('_', ' ')}",
        "outcomes": f"outcome {row.get('outcome')}",
    }[name]
    return f"{what} of {_moment(name, row, zone)}"


def changes_told(changed: Mapping[str, Any], zone: str) -> str:
    """Columns with their values, as people read them."""
    return ", ".join(
        f"{name.replace('_', ' ')} {'empty' if value is None else _value(value, zone)}"
        for name, value in changed.items()
    )


def _moment(name: str, row: Mapping[str, Any], zone: str) -> str:
    at = row[CLOCKS[name]]
    return f"{local_time(at, zone):%Y-%m-%d}" if row["at_precision"] == "day" else to_the_minute(at, zone)


def _line(name: str, row: Mapping[str, Any], zone: str) -> str:
    when = _moment(name, row, zone)
    what = {
        "interviews": lambda: f"interview {row['interview_id']}",
        "contacts": lambda: f"{row['contact_id']} {row['direction']} {row['channel']}",
        "outcomes": lambda: f"outcome {row['outcome']}",
    }[name]()
    details = [
        f"{column.name}={_value(row[column.name], zone)}"
        for column in TABLES[name].columns
        if column.name not in (*_HIDDEN, CLOCKS[name]) and row[column.name] is not None
    ]
    ended = {None: "", "undo": "taken back"}.get(row["_ended_by"], "replaced")
    fate = f"; {ended} {to_the_minute(row['_superseded_at'], zone)}" if ended else ""
    return "  ".join(
        [
            when,
            what,
            *([", ".join(details)] if details else []),
            f"(recorded {to_the_minute(row['_recorded_at'], zone)}{fate})",
        ]
    )


def _value(value: Any, zone: str) -> str:
    if isinstance(value, datetime):
        # A day alone is kept as its midnight.
        return to_the_minute(value, zone).removesuffix(" 00:00")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
