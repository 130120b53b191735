"""What the ledger of releases keeps of a claim: the interviews that it is about, and whether its outcome came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.own_time import follow_up_of
from followup_analytics.claims.trial import eligible
from followup_analytics.results.disclosure.released import Units
from followup_analytics.results.row import Row

IntArray = NDArray[np.int64]


def units_of(
    name: str, claim: Claim, context: Context, rows: Mapping[str, Row], group: IntArray | None = None
) -> Units:
    """The interviews behind a claim's published counts: confidential.

    Args:
        name: of the table; claim: the claim; context: the log.
        rows: what is published, by the words of the row.
        group: of each interview of the log the place of its row; None: there is one row.
    """
    moments, histories = eligible(claim, context), context.histories
    follow_up = follow_up_of(claim, histories, moments, claim.outcome, claim.intervals)
    row = moments.at.row
    frame = pl.DataFrame(
        {
            "unit": histories.interview_id.gather(row),
            "person": histories.applicant_id.gather(row),
            "cell": np.zeros(len(row), dtype=np.int64) if group is None else group[row],
            "happened": follow_up.happened,
        }
    )
    n, events = (tuple(one[field] for one in rows.values()) for field in ("n_interviews", "n_events"))
    return Units(name, "interviews", tuple(rows), n, events, frame)


def each_once(tables: Iterable[Units]) -> tuple[Units, ...]:
    """The tables without those that say of the same interviews what an earlier one says.

    Many claims are about the same conversations and the same outcome.
    """
    kept: dict[tuple[object, ...], Units] = {}
    for one in tables:
        same = one.n, one.events, tuple(one.frame.hash_rows().to_list())
        kept.setdefault(same, one)
    return tuple(kept.values())
