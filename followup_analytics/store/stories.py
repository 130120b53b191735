"""Which interviews there are and which of them are open, by what people know them: without reading whole tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from followup_analytics.log.subsets import is_coach
from followup_analytics.store.records import to_us
from followup_analytics.store.store import Store


@dataclass(frozen=True)
class Story:
    """One interview as people know it: whose it is, where it was and when; `closed` is its outcome, None while open.

    zone: on whose clocks its day is told.
    """

    interview_id: str
    applicant_id: str
    employer: str | None
    interviewed_at: datetime
    closed: str | None
    zone: str | None = None

    @property
    def told(self) -> str:
        """How a sentence names it: by id, employer and day, never by person."""
        where = f"{self.employer}, " if self.employer else ""
        return f"{self.interview_id} ({where}{self.interviewed_at.astimezone(_clock_of(self.zone)):%Y-%m-%d})"


def read_stories(store: Store, *, only_open: bool = False) -> tuple[Story, ...]:
    """All interviews of a store, or the open ones, the latest first; an outcome that is dated ahead is none yet.

    Of a store that is opened for a coach those of the coach alone.
    """
    query = """
        SELECT i.interview_id, i.applicant_id, i.employer, i.interviewed_at, o.outcome,
               coalesce(i.time_zone, i.zone_at_reading), i.coach
        FROM interviews AS i LEFT JOIN outcomes AS o ON o.interview_id = i.interview_id AND o.decided_at <= :now
        """
    if only_open:
        query += "WHERE o.outcome IS NULL "
    with store.reading() as connection:
        found = connection.rows(query + "ORDER BY i.interviewed_at DESC, i.interview_id", now=to_us(store.now()))
    return tuple(
        Story(one, who, employer, datetime.fromtimestamp(at // 1_000_000, UTC), outcome, zone)
        for one, who, employer, at, outcome, zone, coach in found
        if store.coach is None or is_coach(coach, store.coach)
    )


def _clock_of(zone: str | None) -> tzinfo:
    if zone and zone[0] in "+-":
        return datetime.strptime(zone, "%z").tzinfo or UTC
    try:
        return ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
