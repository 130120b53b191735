"""The people of a random world: who interviews with whom, when, and what is known of each interview."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from followup_analytics.simulate.random_worlds.world import (
    FORMATS,
    INDUSTRIES,
    LEVELS,
    FloatArray,
    IntArray,
    Lean,
    RandomWorld,
)

#: Interviews take place at these hours, on working days.
_FIRST_HOUR, _LAST_HOUR = 9.0, 16.0
_RATING_SHARES = (0.08, 0.17, 0.30, 0.28, 0.17)


@dataclass(frozen=True)
class Crowd:
    """n interviews; every array has shape (n,).

    rating (0 not recorded, 1 to 5), referral (0 not recorded, 1 no, 2 yes), industry, job_level, interview_format:
    places of levels. calendar: -1 to 1 over the term. day: days since 1970; start: time of the interview as a part of
    its day. promised: days from the interview to the promised decision, -1 where nothing was promised. latent: the
    unmeasured chance of success, log-odds. habit: inclination to act of applicant and employer together.
    """

    applicant: IntArray
    employer: IntArray
    rating: IntArray
    referral: IntArray
    industry: IntArray
    job_level: IntArray
    interview_format: IntArray
    calendar: FloatArray
    day: IntArray
    start: FloatArray
    promised: IntArray
    latent: FloatArray
    habit: FloatArray

    def __len__(self) -> int:
        return len(self.rating)

    @property
    def weekday(self) -> IntArray:
        """Weekday of the interview, Monday 0."""
        return np.asarray((self.day + 3) % 7)  # 1970-01-01 was a Thursday

    def lean(self, lean: Lean) -> FloatArray:
        """What a lean makes of each interview, shape (n,)."""
        rated = np.where(self.rating > 0, (self.rating - 3.3) / 1.15, 0.0)
        referred = np.where(self.referral > 0, self.referral - 1.35, 0.0)
        total: FloatArray = (
            np.take(lean.rating, self.rating)
            + np.take(lean.referral, self.referral)
            + np.take(lean.industry, self.industry)
            + np.take(lean.job_level, self.job_level)
            + np.take(lean.interview_format, self.interview_format)
            + lean.product * rated * referred
            + lean.calendar * self.calendar
            + lean.wave * np.sin(2.5 * np.pi * self.calendar)
        )
        return total


def shares(kind: tuple[str, float], n: int, rng: np.random.Generator) -> IntArray:
    """Which applicant (or employer) each of n interviews belongs to.

    kind: ("number", k): k of them; ("each", m): so many that each has m on average, by chance;
    ("heavy", a): the r-th largest has a share that falls as r^-a, so that a few have very many.
    """
    name, value = kind
    if name == "number":
        return rng.integers(0, max(int(value), 1), n)
    if name == "each":
        return rng.integers(0, max(round(n / value), 1), n)
    ranks = np.arange(1, max(n // 3, 1) + 1, dtype=np.float64)
    weight = ranks**-value
    return rng.choice(len(ranks), size=n, p=weight / weight.sum())


def crowd_of(world: RandomWorld, n: int, seed: int) -> Crowd:
    """n interviews of a world; the same seed gives the same crowd."""
    rng, who = np.random.default_rng((seed, 1)), world.gathering
    applicant, employer = shares(who.applicants, n, rng), shares(who.employers, n, rng)
    # Ratings lean on the person: some rate themselves high, whatever happened.
    rating = 1 + _quantile(0.5 * _by(applicant, rng) + 0.87 * rng.standard_normal(n), _RATING_SHARES)
    rating = np.where(rng.random(n) < who.rating_missing, 0, rating)
    referral = np.where(rng.random(n) < 0.35, 2, 1)
    referral = np.where(rng.random(n) < who.referral_missing, 0, referral)
    industry = _quantile(0.7 * _by(employer, rng) + 0.71 * rng.standard_normal(n), (1 / INDUSTRIES,) * INDUSTRIES)
    day = _working_days(who.first_day, who.term_days, n, rng)
    first, last = int(day.min()), int(day.max())
    spread = world.answering.spread
    latent = spread[0] * _by(applicant, rng) + spread[1] * _by(employer, rng) + spread[2] * rng.standard_normal(n)
    habit = world.acting.habit[0] * _by(applicant, rng) + world.acting.habit[1] * _by(employer, rng)
    promised = 3 + rng.integers(0, 12, n)
    return Crowd(
        applicant=applicant,
        employer=employer,
        rating=rating,
        referral=referral,
        industry=industry,
        job_level=rng.integers(0, LEVELS, n),
        interview_format=rng.integers(0, FORMATS, n),
        calendar=2.0 * (day - first) / max(last - first, 1) - 1.0,
        day=day,
        start=rng.uniform(_FIRST_HOUR, _LAST_HOUR, n) / 24.0,
        promised=np.where(rng.random(n) < who.promised, promised, -1),
        latent=latent,
        habit=habit,
    )


def _by(group: IntArray, rng: np.random.Generator) -> FloatArray:
    """A standard normal number of each group, for its members."""
    return np.asarray(rng.standard_normal(int(group.max(initial=0)) + 1)[group])


def _quantile(values: FloatArray, share: tuple[float, ...]) -> IntArray:
    from scipy.special import ndtri

    return np.searchsorted(ndtri(np.cumsum(share)[:-1]), values)


def _working_days(first: dt.date, days: int, n: int, rng: np.random.Generator) -> IntArray:
    drawn = (first - dt.date(1970, 1, 1)).days + rng.integers(0, days, n)
    weekday = (drawn + 3) % 7
    # Weekends fall on the Monday or Friday beside them.
    return np.where(weekday == 5, drawn - 1, np.where(weekday == 6, drawn + 1, drawn))
