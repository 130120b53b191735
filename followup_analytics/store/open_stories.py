"""The stories that a store still follows: interviews without an outcome, read alone and not with all the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from followup_analytics.log.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.encoding import decode, stored_types
from followup_analytics.store.records import FILLED, read_setting, to_us

#: What a story is told by; the others say how somebody spoke, not where things stand.
_TOLD_BY = {
    "interviews": (
        "interview_id", "applicant_id", "interviewed_at", "observed_until", "cohort", "employer", "industry",
        "job_level", "interview_format", "self_rating", "referral", "decision_promised_at", "time_zone",
        "do_not_contact", "previous_interview_id", "coach", "snoozed_until", "at_precision", "applicant_bucket",
        "zone_at_reading",
    ),
    "contacts": (
        "contact_id", "interview_id", "at", "direction", "channel", "party", "purpose", "duration_s", "at_precision",
        "callback_at", "call_promised_at", "reply_by", "wants_answer", "automatic",
    ),
    "outcomes": ("interview_id", "outcome", "decided_at", "at_precision"),
}  # fmt: skip


def read_open_stories(connection: Connection, decided_by: datetime) -> dict[str, pl.DataFrame]:
    """Interviews, contacts and outcomes of interviews that had no outcome by a moment, typed, without covariates.

    Interviews of a later round come too, whatever became of them, since they say that an earlier one went on.
    """
    # Our own names and a whole number alone.
    followed = (
        "NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.interview_id = interviews.interview_id "  # noqa: S608
        f"AND outcomes.decided_at <= {to_us(decided_by)}) OR previous_interview_id IS NOT NULL"
    )
    used = _filled(connection, "interviews")
    stored = bulk_of(connection).read(tables.current["interviews"], used, followed)
    interviews = _typed("interviews", stored)
    ids = interviews["interview_id"].to_list()
    return {"interviews": interviews} | {name: _of(connection, name, ids) for name in ("contacts", "outcomes")}


def latest_record(connection: Connection) -> datetime | None:
    """Up to when a store's rows are known: the latest observed_until, else the latest time; None of an empty store."""
    latest = connection.value("SELECT max(observed_until) FROM interviews")
    if latest is None:
        clocks = {"interviews": "interviewed_at", "contacts": "at", "outcomes": "decided_at"}
        found = [connection.value(f'SELECT max("{clock}") FROM {table}') for table, clock in clocks.items()]  # noqa: S608
        latest = max((one for one in found if one is not None), default=None)
    return None if latest is None else datetime.fromtimestamp(latest / 1_000_000, UTC)


def _of(connection: Connection, name: str, ids: Sequence[str]) -> pl.DataFrame:
    found = bulk_of(connection).find(tables.current[name], "interview_id", ids, _filled(connection, name))
    return _typed(name, found)


def _filled(connection: Connection, name: str) -> dict[str, pl.DataType]:
    """The columns that were ever filled: most optional ones are empty, and reading them would take most of the time."""
    filled = {TABLES[name].key, "interview_id", *(read_setting(connection, FILLED + name) or "").split(",")}
    return {
        column: kind for column, kind in stored_types(name).items() if column in filled and column in _TOLD_BY[name]
    }


def _typed(name: str, stored: pl.DataFrame) -> pl.DataFrame:
    types = stored_types(name)
    missing = [column for column in _TOLD_BY[name] if column not in stored.columns]
    return decode(name, stored.with_columns(pl.lit(None, types[column]).alias(column) for column in missing), {})
