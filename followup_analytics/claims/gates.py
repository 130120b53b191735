"""Gates: what must hold before an estimate is looked at. A claim that fails one is not testable, and told why."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.assigned import MISMATCH, SampleRatio, missing_assignment
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.estimates import Estimate
from followup_analytics.claims.recording import bent_record
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import ARMS
from followup_analytics.results.disclosure import MIN_CELL
from followup_analytics.text import listed

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Applicants and events that each arm needs, and the least number of interviews that weights may leave it worth.
MIN_APPLICANTS, MIN_EVENTS, MIN_EFFECTIVE, MAX_SHARE = 10, 5, 10.0, 0.10
#: Distance, in standard deviations, of an arm's weighted mean of a number from everybody's: beyond the first a claim is
#: inconclusive at most, beyond the second it can't be tested.
FAR, TOO_FAR = 0.1, 0.2
#: From so many applicants on a claim may have a verdict other than inconclusive.
MIN_FOR_VERDICT = 100
#: A stratum in which nobody took an arm, although chance alone would leave it empty less often than this.
_EMPTY_BY_CHANCE = 1e-3
_STRATUM_SHARE = 0.03
#: Of a strategy that a smaller share than this took nobody can say how large a log it needs.
LEAST_SHARE_TOLD = 0.002


@dataclass(frozen=True)
class Gate:
    """One gate: a code, the arm it is about, whether it holds, the figure, its limit, a sentence where it does not."""

    code: str
    arm: str
    passed: bool
    value: float | None
    limit: float
    sentence: str = ""


def missing_records(claim: Claim, log: FollowUpLog) -> str | None:
    """What must be logged, or logged otherwise, before this claim can be tested, as a sentence; None where it can."""
    contacts = log.contacts
    items = claim.choice.items if claim.choice else ()
    needed = [name for name in items if name not in contacts.columns or contacts[name].is_null().all()]
    about_party = bool(claim.moment.parties) or claim.moment.nobody or bool(claim.choice and claim.choice.party)
    if about_party and contacts["party"].is_null().all():
        needed.append("party (who was reached)")
    if (claim.moment.tone or (claim.choice and claim.choice.tone)) and contacts["tone"].is_null().all():
        needed.append("tone (how they sounded)")
    if claim.choice and claim.choice.seconds_at_most and contacts["duration_s"].is_null().all():
        needed.append("duration_s (talk time)")
    if "thank_you" in (claim.strategy.act, claim.alternative.act) and not (contacts["purpose"] == "thank_you").any():
        needed.append("thank-you notes (purpose thank_you)")
    if claim.assigned is not None and (why := missing_assignment(claim.assigned, log)):
        return why
    absent = [name for name in claim.adjust if name not in log.interviews.columns]
    if absent:
        return (
            f"Not logged: {listed(absent, 'and')}; record {'it' if len(absent) == 1 else 'them'} with each interview."
        )
    if needed:
        return f"Not logged: {listed(needed, 'and')}; record {'it' if len(needed) == 1 else 'them'} with each contact."
    if claim.outcome == "advanced" and not log.outcomes.height:
        return "Not logged: outcomes; record which interviews led to a further round or an offer, and when."
    if not contacts.filter(pl.col("direction") == "outbound").height:
        return "Not logged: what applicants did; record their calls, messages and notes as contacts."
    return bent_record(claim, log)


def run_gates(
    claim: Claim,
    estimate: Estimate,
    applicant: IntArray,
    min_cell: int = MIN_CELL,
    ratio: SampleRatio | None = None,
) -> tuple[Gate, ...]:
    """All gates of a claim, in the order in which they are named when they fail.

    Args:
        claim: the claim; estimate: its numbers, of which only sizes and weights are read.
        applicant: shape (m,), the applicant of each eligible interview.
        min_cell: no sentence tells apart, or names, groups of fewer applicants.
        ratio: of arms that were assigned, the numbers of both.
    """
    arms = tuple(zip(ARMS, (claim.strategy.words, claim.alternative.words), estimate.done, estimate.arms, strict=True))
    gates: list[Gate] = []
    if ratio is not None:
        gates.append(Gate("sample_ratio", "both", not ratio.is_off, ratio.p_value, MISMATCH, _off(ratio)))
    for name, words, done, _ in arms:
        n = _people(applicant, done)
        few = _too_few(words, done, n, min_cell)
        gates.append(Gate("applicants", name, n >= MIN_APPLICANTS, n, MIN_APPLICANTS, few))
    for name, words, done, _ in arms:
        n = _people(applicant, done & estimate.emulation.followed)
        gates.append(Gate("followed", name, n >= MIN_APPLICANTS, n, MIN_APPLICANTS, _too_short(claim, words)))
    if estimate.emulation.follow_up.entry is not None:
        for name, words, done, _ in arms:
            n = _people(applicant, done & estimate.from_the_start)
            gates.append(Gate("from_the_start", name, n >= MIN_APPLICANTS, n, MIN_APPLICANTS, _too_late(words)))
    gates.append(_positivity(claim, estimate, applicant, min_cell))
    for name, words, done, _ in arms:
        events = int((done & estimate.happened).sum())
        rare = _too_rare(claim, words, len(done), events, min_cell)
        gates.append(Gate("events", name, events >= MIN_EVENTS, events, MIN_EVENTS, rare))
    for place, (name, words, _, arm) in enumerate(arms):
        size = estimate.effective_size(place)
        gates.append(Gate("effective_size", name, size >= MIN_EFFECTIVE, size, MIN_EFFECTIVE, too_uneven(words, size)))
        largest = arm.largest_share()
        heavy = _too_heavy(words, len(applicant), largest)
        gates.append(Gate("largest_weight", name, largest <= MAX_SHARE, largest, MAX_SHARE, heavy))
    worst = farthest(estimate)
    far = "" if worst is None else _too_far(worst)
    distance = 0.0 if worst is None else worst.distance
    gates.append(Gate("balance", "both", distance <= TOO_FAR, distance, TOO_FAR, far))
    return tuple(gates)


def _off(ratio: SampleRatio) -> str:
    return (
        f"Of the {ratio.unit}s that were assigned too many are in one arm for {100 * ratio.share:g}% to have been "
        f"meant for the strategy (chi-square, p below {MISMATCH:g}): find out who is missing."
    )


def _people(applicant: IntArray, mask: BoolArray) -> int:
    # Applicants are numbered from 0: counting is far quicker than sorting.
    return int(np.count_nonzero(np.bincount(applicant[mask])))


def _too_few(words: str, done: BoolArray, people: int, min_cell: int) -> str:
    more = _more(len(done), MIN_APPLICANTS, _untold(people, min_cell))
    return f"Fewer than {MIN_APPLICANTS} applicants did this: {words}; {more}, of other applicants than these."


def _untold(count: int, min_cell: int) -> float:
    """A count as it may enter a sentence: of those below the least that is shown all are the same."""
    return float(count) if count == 0 or count >= min_cell else min_cell / 2


def _more(eligible: int, wanted: int, have: float) -> str:
    """How many more eligible interviews would do, if things go on as they did.

    Where hardly anybody did it no number is given: it would be made of chance.
    """
    if have < LEAST_SHARE_TOLD * eligible or not eligible:
        return "it hardly ever happens here, so that a far larger log would be needed"
    return _further(eligible, wanted * eligible / have)


def _further(eligible: int, enough: float) -> str:
    """How many interviews are missing to half as many again as would be enough, in tens."""
    needed = math.ceil(1.5 * enough / 10) * 10
    more = max(needed - eligible // 10 * 10, needed // 20 * 10, 10)
    return f"some {more:,} more eligible interviews would be needed"


def _too_short(claim: Claim, words: str) -> str:
    return (
        f"Fewer than {MIN_APPLICANTS} applicants who did this were followed for {claim.horizon} days: {words}; "
        "keep the record going, or wait."
    )


def _too_late(words: str) -> str:
    return (
        f"Fewer than {MIN_APPLICANTS} applicants who did this have a record that begins in time: {words}; what "
        "happened before the others' began can't be told."
    )


def _too_rare(claim: Claim, words: str, eligible: int, events: int, min_cell: int) -> str:
    more = _more(eligible, MIN_EVENTS, min(_untold(events, min_cell), MIN_EVENTS))
    return f"Fewer than {MIN_EVENTS} of those who did this had {claim.outcome_words()}: {words}; {more}."


def too_uneven(words: str, size: float) -> str:
    """The sentence of an arm whose weights leave it worth too few interviews."""
    # 9.98 is not 10, and 10 is not fewer than 10.
    shown = f"{size:.0f}" if round(size) < MIN_EFFECTIVE else f"{math.floor(10 * size) / 10:.1f}"
    return (
        f"After weighting, those who did this are worth only {shown} interviews, fewer than {MIN_EFFECTIVE:g}: "
        f"{words}; they are too unlike the others to stand for them."
    )


def _too_heavy(words: str, eligible: int, share: float) -> str:
    heavy = f"One interview would carry more than {100 * MAX_SHARE:.0f}% of the weight of those who did this: {words}"
    # The largest share falls with the number of interviews.
    return f"{heavy}; {_further(eligible, eligible * share / MAX_SHARE)}."


@dataclass(frozen=True)
class Distance:
    """How far an arm's weighted mean of a number is from everybody's, in everybody's standard deviations."""

    covariate: str
    arm: str
    distance: float


def distances(estimate: Estimate) -> list[Distance]:
    """The distance of each arm's weighted mean of each adjusted number (self_rating, calendar time, further numbers).

    What comes to be known only after time zero can't be set side by side at it, and is left out.
    """
    made = []
    for covariate in estimate.emulation.baseline:
        if covariate.line is None or covariate.later is not None or covariate.history:
            continue
        value = covariate.line[covariate.codes]
        known = np.isfinite(value) & estimate.from_the_start
        spread = float(value[known].std()) if known.any() else 0.0
        if spread <= 0:
            continue
        for name, arm in zip(ARMS, estimate.arms, strict=True):
            weight = arm.weight[known]
            if weight.sum() > 0:
                off = float(weight @ value[known] / weight.sum() - value[known].mean())
                made.append(Distance(covariate.name, name, abs(off) / spread))
    return made


def farthest(estimate: Estimate) -> Distance | None:
    """The largest of `distances`; None where no number is adjusted for."""
    return max(distances(estimate), key=lambda one: one.distance, default=None)


def _too_far(worst: Distance) -> str:
    return (
        f"Even weighted, the {worst.arm}'s {worst.covariate.replace('_', ' ')} lies {worst.distance:.2f} standard "
        f"deviations from everybody's, more than {TOO_FAR:g}: who did this can't stand for all."
    )


def _positivity(claim: Claim, estimate: Estimate, applicant: IntArray, min_cell: int) -> Gate:
    """The worst stratum in which nobody took an arm, though chance would hardly leave it empty."""
    worst = ""
    for words, done in zip((claim.strategy.words, claim.alternative.words), estimate.done, strict=True):
        share = float(done.mean()) if len(done) else 0.0
        for covariate in estimate.emulation.baseline:
            size = np.bincount(covariate.codes, minlength=len(covariate.levels))
            took = np.bincount(covariate.codes[done], minlength=len(covariate.levels))
            for level in np.flatnonzero((took == 0) & (size >= max(20, _STRATUM_SHARE * len(done)))):
                if size[level] * math.log1p(-min(share, 0.999)) < math.log(_EMPTY_BY_CHANCE):
                    place = covariate.name.replace("_", " ")
                    # A level of few applicants is not named.
                    if _people(applicant, covariate.codes == level) >= min_cell:
                        place = f"{place} {covariate.levels[level]}"
                    else:
                        place = f"one {place} of few applicants"
                    empty = f"Of those with {place} nobody did this: {words}; so there is nothing to compare them with."
                    worst = worst or empty
    return Gate("positivity", "both", not worst, 1.0 if worst else 0.0, 0.0, worst)
