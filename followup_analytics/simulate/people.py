"""Who interviews in a world: applicants, employers, interviews, and what about them is measured and what is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from followup_analytics.simulate.draws import Draws, Floats, Integers, logistic
from followup_analytics.simulate.world import Lean, World

INDUSTRIES = ("education", "finance", "health", "manufacturing", "public service", "technology")
_INDUSTRY_LIFT = np.array([-0.5, 0.8, 0.4, -0.3, -1.0, 0.6])
JOB_LEVELS = ("internship", "entry", "experienced")
FORMATS = ("in person", "video", "phone")


@dataclass(frozen=True)
class People:
    """n interviews as columns of length n, in the order of interview number.

    ids: the interview's number, the key of its random numbers. start: days from the local midnight of the interview's
    day to the interview, in office days (0 is opening, 1 closing). day: days since 1970-01-01, local. success:
    log-odds of being wanted, of which `hidden` (standard normal) nobody wrote down.
    """

    ids: Integers
    applicant: Integers
    employer: Integers
    cohort: Integers
    zone: Integers
    industry: Integers
    job_level: Integers
    format: Integers
    day: Integers
    start: Floats
    rating: Integers
    referral: Integers
    hidden: Floats
    success: Floats

    def __len__(self) -> int:
        """How many interviews there are."""
        return len(self.ids)


def invite(world: World, draws: Draws, interviews: int) -> People:
    """The interviews of a world, each applicant's share of them drawn around the mean."""
    ids = np.arange(interviews, dtype=np.int64)
    applicant = _applicants(draws, ids, world.people.interviews_per_applicant)
    employers = max(1, round(interviews / world.people.interviews_per_employer))
    employer = (draws.uniform("employer", ids) * employers).astype(np.int64)
    industry = (draws.uniform("industry", employer) * len(INDUSTRIES)).astype(np.int64)
    hidden = np.sqrt(0.5) * (draws.normal("hidden applicant", applicant) + draws.normal("hidden", ids))
    rating = _ratings(draws, ids, applicant)
    referral = (draws.uniform("referral", ids) < world.people.referral).astype(np.int64)
    cohort = (draws.uniform("cohort", applicant) * len(world.people.cohorts)).astype(np.int64)
    return People(
        ids=ids,
        applicant=applicant,
        employer=employer,
        cohort=cohort,
        zone=(draws.uniform("zone", employer) * len(world.people.zones)).astype(np.int64),
        industry=industry,
        job_level=draws.choice("job level", applicant, np.array([0.3, 0.55, 0.15])),
        format=draws.choice("format", ids, np.array([0.5, 0.35, 0.15])),
        day=_days(world, draws, ids, cohort),
        start=0.05 + 0.75 * draws.uniform("start", ids),
        rating=rating,
        referral=referral,
        hidden=hidden,
        success=_success(world, draws, rating, referral, industry, applicant, employer, hidden),
    )


def _applicants(draws: Draws, ids: Integers, mean: float) -> Integers:
    """Runs of interviews of one applicant: one at least, the rest by chance, `mean` on average."""
    new = draws.uniform("new applicant", ids) < 1.0 / max(mean, 1.0)
    new[:1] = True
    return np.cumsum(new).astype(np.int64) - 1


def _ratings(draws: Draws, ids: Integers, applicant: Integers) -> Integers:
    felt = 3.2 + 0.6 * draws.normal("rating applicant", applicant) + 0.9 * draws.normal("rating", ids)
    return np.clip(np.rint(felt), 1, 5).astype(np.int64)


def _days(world: World, draws: Draws, ids: Integers, cohort: Integers) -> Integers:
    """A working day of the cohort's term for each interview."""
    first = (world.people.first_day - world.people.first_day.fromordinal(719163)).days
    offset = (draws.uniform("day", ids) * world.people.term_days).astype(np.int64)
    day = first + offset - 364 * (len(world.people.cohorts) - 1 - cohort)
    weekday = (day + 3) % 7
    return np.where(weekday >= 5, day - (weekday - 4), day)


def _success(
    world: World,
    draws: Draws,
    rating: Integers,
    referral: Integers,
    industry: Integers,
    applicant: Integers,
    employer: Integers,
    hidden: Floats,
) -> Floats:
    made = world.success
    return (
        made.self_rating * (rating - 3)
        + made.referral * referral
        + made.industry * _INDUSTRY_LIFT[industry]
        + made.applicant * draws.normal("success applicant", applicant)
        + made.employer * draws.normal("success employer", employer)
        + made.interview * hidden
    )


def inclination(world: World, draws: Draws, people: People, name: str) -> Floats:
    """How much more than others each interview's applicant leans to something: n log-odds, without the tone's part."""
    lean: Lean = world.lean(name)
    if name not in world.leans and name in world.acts.items:
        lean = world.lean("items")
    return (
        lean.self_rating * (people.rating - 3)
        + lean.referral * people.referral
        + lean.hidden * people.hidden
        + lean.spread * draws.normal(f"spread {name}", people.applicant)
    )


def tone_lean(world: World, name: str) -> float:
    """The part of an inclination that follows the employer's tone so far."""
    if name not in world.leans and name in world.acts.items:
        return world.lean("items").tone
    return world.lean(name).tone


def shifted(share: float, lean: Floats) -> Floats:
    """A share moved by log-odds, so that it is `share` where the lean is 0."""
    if share <= 0.0 or share >= 1.0:
        return np.full(len(lean), share)
    return logistic(np.log(share / (1.0 - share)) + lean)
