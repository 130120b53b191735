"""Worlds by another hand whose records begin late: whoever was heard from before is in no log (left truncation).

Drawn with numpy alone; the truths are worked out from the hazards, by formula or by giving everybody the strategy.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics import read_log
from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]
START = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)
#: Rate of advancing a day after a conversation without and with a smile, at a rating of 3.
RATES = (0.05, 0.3)
LATEST = 20.0


def _risk(rating: FloatArray, smiled: NDArray[Any], days: float) -> FloatArray:
    return 1 - np.exp(-days * _rate(rating, smiled))


def _rate(rating: FloatArray, smiled: NDArray[Any]) -> FloatArray:
    return np.where(smiled, RATES[1], RATES[0]) * np.exp(0.3 * (rating - 3))


def smiling_truth() -> tuple[float, float]:
    """The difference within 30 days, and what the interviews that are left give where that is ignored.

    Of an interview with rate r that is followed from U(0, 20) after the conversation on, in 4 of 5 cases, a share of
    s = .2 + .8 (1 - exp(-20 r)) / (20 r) is left, of which exp(-30 r) / s have not advanced by day 30.
    """
    ratings = np.arange(1, 6).astype(np.float64)
    smiles = 0.2 + 0.12 * ratings
    true, left = [], []
    kept_by_arm = []
    for smiled in (True, False):
        arm = np.full(5, smiled)
        rate = _rate(ratings, arm)
        share = 0.2 + 0.8 * (1 - np.exp(-LATEST * rate)) / (LATEST * rate)
        true.append(_risk(ratings, arm, 30.0).mean())
        left.append(1 - np.exp(-30 * rate) / share)
        kept_by_arm.append(share * (smiles if smiled else 1 - smiles))
    # An analysis that adjusts for the rating averages over the ratings of those who are left.
    who = sum(kept_by_arm) / np.sum(kept_by_arm)
    return float(true[0] - true[1]), float(who @ (left[0] - left[1]))


def smiling_late(interviews: int, seed: int) -> FollowUpLog:
    """Conversations the day after the interview; the record of 4 in 5 begins up to 20 days after them."""
    rng = np.random.default_rng(seed)
    rating = rng.integers(1, 6, interviews).astype(np.float64)
    smiled = rng.random(interviews) < 0.2 + 0.12 * rating
    advanced = rng.exponential(1 / _rate(rating, smiled))
    begins = np.where(rng.random(interviews) < 0.8, rng.uniform(0, LATEST, interviews), -2.0)
    return _log(
        keep=advanced > begins,
        rating=rating,
        begins=1 + begins,
        contacts=[(np.ones(interviews), {"direction": "outbound", "channel": "phone", "party": "interviewer"}, smiled)],
        advanced=1 + advanced,
    )


#: Rate of hearing back a day before a call, and how many times that after one made on day 2 or 3.
HEARS, HELPED = 0.06, 3.0
_DAYS = 40


def _course(
    rating: FloatArray, calls: NDArray[np.int64], rng: np.random.Generator
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """When people hear back who would call on these days (at noon), and whether they called before."""
    n = len(rating)
    heard = np.full(n, np.inf)
    for day in range(_DAYS):
        helped = (calls < day) & ((calls == 2) | (calls == 3))
        rate = HEARS * np.exp(0.3 * (rating - 3)) * np.where(helped, HELPED, 1.0)
        # The interview is at 9; a day lasts from midnight to midnight.
        length = 15 / 24 if day == 0 else 1.0
        begin = 0.0 if day == 0 else day - 9 / 24
        waits = rng.exponential(1 / rate)
        comes = np.isinf(heard) & (waits < length)
        heard[comes] = begin + waits[comes]
    return heard, heard > calls + 3 / 24


def _calls(rating: FloatArray, rng: np.random.Generator) -> NDArray[np.int64]:
    calls = np.full(len(rating), 99)
    for day in range(8):
        calls[(calls == 99) & (rng.random(len(rating)) < _calling(rating, day))] = day
    return calls


def _calling(rating: FloatArray, day: int) -> FloatArray:
    return np.clip(0.12 + (0.05 if day < 2 else -0.02) * (rating - 3), 0.02, 0.9)


def waiting_truth(seed: int = 1, people: int = 400_000) -> float:
    """By day 14 more hear back of a call on day 2 or 3 (as those alike who call then) than of one on day 0 or 1."""
    risks = []
    for first in (2, 0):
        rng = np.random.default_rng(seed)
        rating = rng.integers(1, 6, people).astype(np.float64)
        p, q = _calling(rating, first), _calling(rating, first + 1)
        calls = np.where(rng.random(people) < p / (1 - (1 - p) * (1 - q)), first, first + 1)
        heard, _ = _course(rating, calls, rng)
        risks.append(float((heard < 15 - 9 / 24).mean()))
    return risks[0] - risks[1]


def waiting_late(interviews: int, seed: int) -> FollowUpLog:
    """Calls by daily chances, answers by daily rates; the record of 3 in 4 begins up to 12 days after the interview."""
    rng = np.random.default_rng(seed)
    rating = rng.integers(1, 6, interviews).astype(np.float64)
    calls = _calls(rating, rng)
    heard, called = _course(rating, calls, rng)
    begins = np.where(rng.random(interviews) < 0.75, rng.uniform(0, 12, interviews), -1.0)
    called &= calls < 99
    answer = {"direction": "inbound", "channel": "email", "party": None}
    call = {"direction": "outbound", "channel": "phone", "party": "none"}
    return _log(
        keep=heard > begins,
        rating=rating,
        begins=begins,
        contacts=[
            (np.where(called, calls + 3 / 24, np.nan), call, None),
            (np.where(np.isfinite(heard), heard, np.nan), answer, None),
        ],
        advanced=None,
    )


def _log(
    *,
    keep: NDArray[np.bool_],
    rating: FloatArray,
    begins: FloatArray,
    contacts: list[tuple[FloatArray, dict[str, Any], NDArray[np.bool_] | None]],
    advanced: FloatArray | None,
) -> FollowUpLog:
    """The interviews that are kept, all at the same hour; times are in days since then."""
    rows = np.flatnonzero(keep)
    at = {k: START + dt.timedelta(days=int(k % 40)) for k in rows}

    def when(k: int, days: float) -> dt.datetime:
        return at[k] + dt.timedelta(days=float(days))

    touches = [
        {"interview_id": f"i{k}", "contact_id": f"i{k}-{place}", "at": when(k, times[k]), **how}
        | ({} if flag is None else {"smiled": bool(flag[k])})
        for place, (times, how, flag) in enumerate(contacts)
        for k in rows
        if np.isfinite(times[k])
    ]
    tables = {
        "interviews": pl.DataFrame(
            {
                "interview_id": [f"i{k}" for k in rows],
                "applicant_id": [f"p{k}" for k in rows],
                "interviewed_at": [at[k] for k in rows],
                "observed_until": [when(k, 60) for k in rows],
                "self_rating": rating[rows].astype(int),
                "logged_from": [when(k, begins[k]) if begins[k] >= 0 else None for k in rows],
            }
        ),
        "contacts": pl.DataFrame(touches, infer_schema_length=None),
    }
    if advanced is not None:
        known = [k for k in rows if advanced[k] < 60]
        tables["outcomes"] = pl.DataFrame(
            {
                "interview_id": [f"i{k}" for k in known],
                "outcome": "advanced",
                "decided_at": [when(k, advanced[k]) for k in known],
            }
        )
    return read_log(tables, time_zone="UTC")
