"""From decisions in long form to the steps of a trial: what each arm asks, and designs of what was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.covariates import Covariate
from followup_analytics.claims.definition import Claim, Course
from followup_analytics.claims.terms import CONSTANT_APART, term_of
from followup_analytics.statistics.designs import Design, Term
from followup_analytics.trials.steps import FORBID, MUST, NATURAL, WITHIN, Grace, Ints, Step

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Small = NDArray[np.int16]

#: What of the call history the model of acting again in one interval knows.
_TOLD_AGAIN = ("acts", "tone", "tone since")
#: Families of steps: the choice at time zero, the first act of an interval, and acting again in it.
CHOICE, FIRST, AGAIN = "choice", "first", "again"


@dataclass(frozen=True)
class Rows:
    """Decisions in long form: person and interval of each, which of the interval it is, acts made before it and after.

    Whoever acts decides anew whether to act again in the same interval (rank 1, 2, ...), as long as the arms ask.
    """

    person: Ints
    interval: Small
    rank: Small
    before: Small
    made: Small

    def only(self, keep: BoolArray) -> Rows:
        """The decisions marked."""
        return Rows(*(getattr(self, name)[keep] for name in ("person", "interval", "rank", "before", "made")))


def rules_of(course: Course, interval: Ints, before: Ints) -> Ints:
    """What a course asks of each decision: NATURAL, FORBID or WITHIN (a grace period), each of shape (m,)."""
    rule = np.full(len(interval), NATURAL, dtype=np.int8)
    if course.some_in:
        first, last = course.some_in
        rule[(interval >= first) & (interval <= last) & (before < course.at_least)] = WITHIN
    if course.none_in:
        first, last = course.none_in
        inside = (interval >= first) & (interval <= last)
        rule[inside & (before >= course.at_most)] = FORBID
    return rule


def grace_of(course: Course) -> Grace | None:
    """The grace period of a course, None where it asks for no act."""
    return Grace(course.some_in[1], course.at_least) if course.act and course.some_in else None


def lay_out(
    claim: Claim,
    rows: Rows,
    seen: FloatArray,
    covariates: Sequence[Covariate],
    first: Sequence[Covariate],
    choice: IntArray | None,
    entry: IntArray | None = None,
) -> tuple[Step, ...]:
    """Put decisions into steps, in order of time.

    Args:
        claim: the claim; rows: decisions in long form; seen: shape (m,), how much of each was seen.
        covariates: of the rows, as they were known in each row's interval.
        first: of all people at time zero; choice: shape (n,), what each chose at it, None where nothing is chosen.
        entry: shape (n,), interval in which each record begins; None: all begin at time zero.
    """
    made = []
    if choice is not None:
        people = np.arange(len(choice))
        asks = np.full(len(people), MUST, np.int8), np.full(len(people), FORBID, np.int8)
        chosen = _Long(people, people * 0, choice == 1, np.ones(len(people)), people * 0, asks, entry)
        made += _steps(chosen, [(-1, 0, people)], first, CHOICE)
    strategy, alternative = (
        rules_of(course, rows.interval, rows.before) if course.act else np.full(len(rows.person), NATURAL, np.int8)
        for course in (claim.strategy, claim.alternative)
    )
    long = _Long(rows.person, rows.rank, rows.made > 0, seen, rows.before, (strategy, alternative), entry)
    order = np.lexsort((rows.rank, rows.interval))
    key = rows.interval[order].astype(np.int64) * (int(rows.rank.max(initial=0)) + 1) + rows.rank[order]
    bounds = [0, *(np.flatnonzero(np.diff(key)) + 1), len(order)] if len(order) else [0, 0]
    parts = [order[begin:end] for begin, end in pairwise(bounds) if end > begin]
    told = [one for one in covariates if not one.history or one.name in _TOLD_AGAIN]
    for family, known in ((FIRST, covariates), (AGAIN, told)):
        mine = [
            (int(rows.interval[part[0]]), int(rows.rank[part[0]]), part)
            for part in parts
            if (rows.rank[part[0]] > 0) == (family == AGAIN)
        ]
        made += _steps(long, mine, known, family)
    return tuple(sorted(made, key=lambda step: (step.interval, step.rank)))


@dataclass(frozen=True)
class _Long:
    person: Ints
    rank: Ints
    acted: BoolArray
    seen: FloatArray
    before: Ints
    asks: tuple[Ints, Ints]
    entry: IntArray | None

    def watched(self, rows: IntArray, interval: int) -> BoolArray | None:
        """Whose record had begun by an interval, of these rows; None where all had at time zero."""
        return None if self.entry is None else self.entry[self.person[rows]] <= max(interval, 0)


def _steps(
    long: _Long, parts: Sequence[tuple[int, int, IntArray]], known: Sequence[Covariate], family: str
) -> list[Step]:
    """One step a part, with the same columns in all of them."""
    if not parts:
        return []
    every = np.concatenate([rows for _, _, rows in parts])
    terms: list[Term] = []
    used: list[Covariate] = []
    for one in known:
        codes = one.codes if len(every) == len(one.codes) else one.codes[every]
        term = term_of(one, np.bincount(codes, minlength=len(one.levels)))
        if term is not None:
            terms.append(term)
            used.append(one)
    common, apart = penalties(terms)
    return [
        Step(
            interval=interval,
            rank=rank,
            person=long.person[rows],
            acted=long.acted[rows],
            seen=long.seen[rows],
            before=long.before[rows],
            asks=(long.asks[0][rows], long.asks[1][rows]),
            design=Design.of(terms, [one.codes[rows] for one in used], len(rows)),
            common=common,
            apart=apart,
            family=family,
            watched=long.watched(rows, interval),
        )
        for interval, rank, rows in parts
    ]


def penalties(terms: Sequence[Term]) -> tuple[FloatArray, FloatArray]:
    """Penalties of a design's columns, the constant's first: of the common coefficients, and of being apart."""
    return (
        np.concatenate([[0.0], *(term.common for term in terms)]),
        np.concatenate([[CONSTANT_APART], *(term.apart for term in terms)]),
    )


def design_and_penalties(known: Sequence[Covariate], rows: int) -> tuple[Design, FloatArray]:
    """A design of all rows of some covariates, and the ridge penalties of its columns."""
    terms, used = [], []
    for one in known:
        term = term_of(one, np.bincount(one.codes, minlength=len(one.levels)))
        if term is not None:
            terms.append(term)
            used.append(one)
    return Design.of(terms, [one.codes for one in used], rows), penalties(terms)[0]
