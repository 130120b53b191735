"""Worlds by another hand than the simulator's: a conversation the day after the interview, smiling in it, an advance.

Who did well smiles more and advances more (all of it recorded as the self-rating); what smiling does is given, for each
group of `group`. Everything is drawn with numpy alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from followup_analytics import read_log
from followup_analytics.log.followup_log import FollowUpLog

START = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)


def smiling_log(
    interviews: int, seed: int, effects: Mapping[str, float], *, each: int = 3, liked: float = 0.0
) -> FollowUpLog:
    """A log in which smiling adds `effects[group]` to the probability of advancing.

    Args:
        interviews: how many; each: of every applicant, who has some in every group; seed: of everything.
        effects: by group, of equal probability; liked: standard deviation of what an applicant's interviews share, in
            probability.
    """
    rng = np.random.default_rng(seed)
    n = interviews
    names = np.array(list(effects))
    group = rng.integers(0, len(names), n)
    applicant = np.arange(n) // each
    rating = rng.integers(1, 6, n)
    smiled = rng.random(n) < 0.2 + 0.12 * rating
    own = rng.normal(0, liked, n)[applicant]
    risk = np.clip(0.10 + 0.08 * rating + own + smiled * np.array(list(effects.values()))[group], 0.01, 0.99)
    advanced = rng.random(n) < risk
    at = [START + dt.timedelta(days=int(day)) for day in rng.integers(0, 60, n)]
    ids = [f"i{k:05}" for k in range(n)]
    tables = {
        "interviews": pl.DataFrame(
            {
                "interview_id": ids,
                "applicant_id": [f"p{k}" for k in applicant],
                "interviewed_at": at,
                "observed_until": [one + dt.timedelta(days=60) for one in at],
                "self_rating": rating,
                "group": names[group],
            }
        ),
        "contacts": pl.DataFrame(
            {
                "interview_id": ids,
                "contact_id": ids,
                "at": [one + dt.timedelta(days=1) for one in at],
                "direction": "outbound",
                "channel": "phone",
                "party": "interviewer",
                "smiled": smiled,
            }
        ),
        "outcomes": pl.DataFrame(
            {
                "interview_id": np.array(ids)[advanced].tolist(),
                "outcome": "advanced",
                "decided_at": [one + dt.timedelta(days=8) for one, yes in zip(at, advanced, strict=True) if yes],
            }
        ),
    }
    return read_log(tables, time_zone="UTC")
