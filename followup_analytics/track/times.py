"""When an entry was: in which zone its time is read, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from followup_analytics import clock

if TYPE_CHECKING:
    from followup_analytics.store import Store

Clock = Callable[[], datetime]


def zone_of(store: Store, about: pl.DataFrame, given: str | None) -> str | None:
    """The zone in which a time about an interview is read: its own, the one given, the store's, its written offset."""
    zone: str | None = about["time_zone"][0] or given or store.setting("time_zone") or about["_zone"][0]
    return zone


def zone_frame(about: pl.DataFrame, zone: str | None) -> pl.DataFrame:
    """The zone as the checks want it."""
    return pl.DataFrame({"interview_id": about["interview_id"], "_zone": pl.Series([zone], dtype=pl.String)})


def now_as_text(now: Clock | None) -> str:
    """This moment with the computer's offset, so that the local day is known even without a zone."""
    moment = now() if now else datetime.now(UTC)
    return moment.astimezone().isoformat(timespec="seconds")


def moment_of(frame: pl.DataFrame, name: str, zone: str | None) -> str:
    """When the entry's event was, in its zone, for the sentence."""
    if frame["at_precision"][0] == "day":
        return f", {local_time(frame[name][0], zone or 'UTC'):%Y-%m-%d}"
    return f", {to_the_minute(frame[name][0], zone or 'UTC')} ({zone or 'UTC'})"


def is_early(contact: pl.DataFrame, about: pl.DataFrame, zone: str | None) -> bool:
    """Whether a contact lies before its interview: by instants, by days where one of them is only a date."""
    at, start = contact["at"][0], about["interviewed_at"][0]
    if "day" in (contact["at_precision"][0], about["at_precision"][0]):
        return local_time(at, zone or "UTC").date() < local_time(start, zone or "UTC").date()
    return bool(at < start)


def local_time(at: datetime, zone: str) -> datetime:
    """An instant on the clocks of a zone."""
    us = pl.Series([at], dtype=pl.Datetime("us", "UTC")).dt.epoch("us")
    local: datetime = clock.local_times(us, pl.Series([zone]))[0]
    return local


def to_the_minute(at: datetime, zone: str) -> str:
    """An instant as people of a zone write it."""
    return f"{local_time(at, zone):%Y-%m-%d %H:%M}"
