"""Which interviews there are and which of them are open, by what people know them: without reading whole tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from followup_analytics.store import tables
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
    """All interviews of a store, or the open ones, the latest first; an outcome that is dated ahead is none yet."""
    interviews, outcomes = tables.current["interviews"].c, tables.current["outcomes"].c
    decided = sa.and_(outcomes.interview_id == interviews.interview_id, outcomes.decided_at <= to_us(store.now()))
    query = (
        sa.select(
            interviews.interview_id,
            interviews.applicant_id,
            interviews.employer,
            interviews.interviewed_at,
            outcomes.outcome,
            sa.func.coalesce(interviews.time_zone, interviews.zone_at_reading),
        )
        .select_from(tables.current["interviews"].outerjoin(tables.current["outcomes"], decided))
        .order_by(interviews.interviewed_at.desc(), interviews.interview_id)
    )
    if only_open:
        query = query.where(outcomes.outcome.is_(None))
    with store.reading() as connection:
        return tuple(
            Story(one, who, employer, datetime.fromtimestamp(at // 1_000_000, UTC), outcome, zone)
            for one, who, employer, at, outcome, zone in connection.execute(query)
        )


def _clock_of(zone: str | None) -> tzinfo:
    if zone and zone[0] in "+-":
        return datetime.strptime(zone, "%z").tzinfo or UTC
    try:
        return ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
