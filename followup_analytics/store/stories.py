"""Which interviews there are and which of them are open, by what people know them: without reading whole tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from followup_analytics.store import tables
from followup_analytics.store.records import to_us
from followup_analytics.store.store import Store


@dataclass(frozen=True)
class Story:
    """One interview as people know it: whose it is, where it was and when; `closed` is its outcome, None while open."""

    interview_id: str
    applicant_id: str
    employer: str | None
    interviewed_at: datetime
    closed: str | None

    @property
    def told(self) -> str:
        """How a sentence names it: by id, employer and day, never by person."""
        where = f"{self.employer}, " if self.employer else ""
        return f"{self.interview_id} ({where}{self.interviewed_at:%Y-%m-%d})"


def read_stories(store: Store) -> tuple[Story, ...]:
    """All interviews of a store, the latest first; an outcome that is dated ahead is none yet."""
    interviews, outcomes = tables.current["interviews"].c, tables.current["outcomes"].c
    decided = sa.and_(outcomes.interview_id == interviews.interview_id, outcomes.decided_at <= to_us(store.now()))
    query = (
        sa.select(
            interviews.interview_id,
            interviews.applicant_id,
            interviews.employer,
            interviews.interviewed_at,
            outcomes.outcome,
        )
        .select_from(tables.current["interviews"].outerjoin(tables.current["outcomes"], decided))
        .order_by(interviews.interviewed_at.desc(), interviews.interview_id)
    )
    with store.reading() as connection:
        return tuple(
            Story(one, who, employer, datetime.fromtimestamp(at // 1_000_000, UTC), outcome)
            for one, who, employer, at, outcome in connection.execute(query)
        )
