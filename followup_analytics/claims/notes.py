"""What is to be known of an answer on claims besides its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from followup_analytics.claims.context import Context
from followup_analytics.claims.finding import Finding
from followup_analytics.claims.histories import NEVER
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.statistics.clusters import FEW_CLUSTERS


def notes_on_claims(log: FollowUpLog, findings: Sequence[Finding], context: Context, post_hoc: str) -> tuple[Note, ...]:
    """Few clusters, the family that shares one adjustment, what makes verdicts post hoc, dates without times."""
    notes = [*log.notes]
    for kind in context.clusters.few():
        text = f"fewer than {FEW_CLUSTERS} {kind}s: errors by them are rough, and no difference is called causal"
        notes.append(Note("few_clusters", text))
    family = sum(one.test is not None for one in findings)
    notes.append(Note("family", "claims that could be tested share one adjustment for multiple testing (Holm)", family))
    notes += _never_followed(context)
    if post_hoc:
        notes.append(Note("post_hoc", post_hoc))
    _dated(log, notes)
    return tuple(notes)


def _never_followed(context: Context) -> list[Note]:
    """Interviews that heard back or ended before their record began."""
    histories = context.histories
    if histories.entry is None:
        return []
    over = np.minimum(np.minimum(histories.response.order, histories.ended.order), histories.until.order)
    gone = over < np.where(histories.entry.order == NEVER, -NEVER, histories.entry.order)
    people = len(np.unique(histories.applicant[gone]))
    if not people:
        return []
    text = "interviews heard back or ended before their record began; no claim about a response counts them"
    # Of a few it is told that there are some.
    return [Note("never_observed", text, int(gone.sum()) if people >= context.min_cell else None)]


def _dated(log: FollowUpLog, notes: list[Note]) -> None:
    frames: Mapping[str, Any] = {"interviews": log.interviews, "contacts": log.contacts, "outcomes": log.outcomes}
    dated = sum(int((frame["at_precision"] == "day").fill_null(value=False).sum()) for frame in frames.values())
    if dated:
        notes.append(
            Note(
                "day_precision",
                "rows with a date but no time: within a day attempts are taken to come before responses",
                dated,
            )
        )
