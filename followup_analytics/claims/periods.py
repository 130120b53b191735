"""A log in the long form that programs for sequential trials take: one row an interview and day at risk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from followup_analytics.claims.covariates import baseline_covariates
from followup_analytics.claims.histories import NEVER, read_histories
from followup_analytics.log.followup_log import FollowUpLog


def person_periods(log: FollowUpLog, *, days: int = 14, covariates: Sequence[str] = ()) -> pl.DataFrame:
    """Lay a log out as "the first attempt today, or not today" for SEQTaRget, TrialEmulation and their like.

    Args:
        log: the log; days: the last local day after the interview; covariates: columns of the interviews, as level
            numbers (text in alphabetical order, missing values a level of their own).

    Returns:
        Rows sorted by interview and day, up to the response, the end of the story or of the record: `person`
        (number of the interview), `day` (local day), `eligible` (no attempt before this day), `treated` (the first
        attempt is on this day), `outcome` (the response is on it) and the covariates. Of what happened on the day of
        the response only an attempt before it counts. Working data about single interviews: confidential.

    Example:
        >>> person_periods(log, days=3).select("person", "day", "treated").head(2).rows()
        [(0, 0, 0), (0, 1, 0)]
    """
    histories = read_histories(log, ())
    start = histories.start.day
    response = np.where(histories.response.order == NEVER, days + 1, histories.response.day - start)
    ended = np.where(histories.ended.order == NEVER, days + 1, histories.ended.day - start)
    last = np.minimum(np.minimum(np.minimum(response, ended), histories.until.day - start), days)
    attempts = histories.attempts
    first = np.full(histories.interviews, days + 1, dtype=np.int64)
    opening = attempts.number == 1
    first[attempts.at.row[opening]] = attempts.at.day[opening] - start[attempts.at.row[opening]]
    lengths = np.maximum(last + 1, 0)
    person = np.repeat(np.arange(histories.interviews), lengths)
    period = np.arange(len(person)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    made = [one for name in covariates for one in baseline_covariates(log, name, histories.response.us)]
    return pl.DataFrame(
        {
            "person": person,
            "day": period,
            "eligible": (period <= first[person]).astype(np.int64),
            "treated": (period == first[person]).astype(np.int64),
            "outcome": ((period == response[person]) & (response <= ended)[person]).astype(np.int64),
            **{one.name: one.codes[person] for one in made},
        }
    )
