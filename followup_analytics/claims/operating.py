"""How often the rule gives a verdict: the rule itself, run on drawn studies that resemble a log, at any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.statistics.clusters import Estimated
from followup_analytics.statistics.threads import one_thread_each

FloatArray = NDArray[np.float64]

#: Drawn studies; the share of them with a verdict is known to a percentage point.
STUDIES = 2_000
#: Sizes that are looked through: from a hundredth of the log to ten thousand times as many.
_LEAST, _MOST = 0.01, 10_000.0
#: Studies up to this part of the log are looked at in parts of the log: so many parts, of so many applicants at least.
LARGEST_PART, PARTS, LEAST_PART = 0.5, 4, 30


@dataclass(frozen=True)
class Pilot:
    """A claim in a log, as a further study is planned from it.

    Attributes:
        claim: the claim; n_interviews, n_applicants: eligible.
        n_done, n_done_applicants: interviews and applicants in one of the arms; sizes: interviews of each arm.
        difference: None where it can't be tested; risks: of both arms.
        moves: shape (applicants of the log,), each applicant's influence on the difference.
    """

    claim: Claim
    n_interviews: int
    n_applicants: int
    n_done: int = 0
    n_done_applicants: int = 0
    sizes: tuple[int, int] = (0, 0)
    difference: Estimated | None = None
    risks: tuple[float, float] | None = None
    moves: FloatArray | None = None


def pilot_of(trial: Trial, context: Context) -> Pilot:
    """What planning needs of a trial."""
    estimate = trial.estimate
    if estimate is None:
        return Pilot(trial.claim, trial.n_interviews, trial.n_applicants)
    applicant = context.histories.applicant[estimate.emulation.row]
    done = estimate.done.any(axis=0)
    made = Pilot(
        trial.claim,
        trial.n_interviews,
        trial.n_applicants,
        n_done=int(done.sum()),
        n_done_applicants=len(np.unique(applicant[done])),
        sizes=(int(estimate.done[0].sum()), int(estimate.done[1].sum())),
    )
    if trial.test is None:
        return made
    people = int(context.histories.applicant.max(initial=-1)) + 1
    moves = np.bincount(applicant, weights=estimate.contrast.moves()[:, 0], minlength=people)
    return Pilot(
        **{name: getattr(made, name) for name in ("claim", "n_interviews", "n_applicants", "n_done")},
        n_done_applicants=made.n_done_applicants,
        sizes=made.sizes,
        difference=estimate.effect.tested,
        risks=estimate.effect.risks,
        moves=moves.astype(np.float64),
    )


def times_as_many(
    pilot: Pilot,
    family: Sequence[Pilot],
    effect: float,
    *,
    power: float,
    alpha: float,
    seed: int,
    error_in_parts: Callable[[float], float] | None = None,
) -> float | None:
    """How many times as many interviews as in the log give the verdict aimed at as often as `power` says.

    The verdict aimed at is "supported": of a claim that more is gained, at the difference `effect`; of a one-sided
    claim, where there is no difference. None where no size does it. The other claims of the family have the effects
    that the log shows of them, as far as they are known by it (see `_truths`): those that are found leave more of alpha
    to this one.

    error_in_parts: of a size (in times of the log) by how much more than the square root of the size says standard
        errors are larger there (see `error_in_parts`); None: by no more.
    """
    draws = _Draws.of(pilot, family, seed)
    found = draws.least_size(effect, power, alpha)
    if found is None or found > LARGEST_PART or error_in_parts is None:
        return found
    return draws.with_errors_times(error_in_parts(found)).least_size(effect, power, alpha)


def error_in_parts(pilot: Pilot, context: Context, times: float, *, seed: int) -> float:
    """How much larger errors are in parts of the log of a given size than the square root of that size says.

    In small studies weights and outcome models are less sure than the errors of the whole log tell. Parts are of some
    applicants each; as many as there are share none. 1.0 where a claim can't be tested in parts of that size.
    """
    if pilot.difference is None:
        return 1.0
    applicant = context.histories.applicant
    people = int(applicant.max(initial=-1)) + 1
    size = round(people * times)
    if size < LEAST_PART:
        return 1.0
    draw, parts = np.random.default_rng(seed), list[NDArray[np.int64]]()
    while len(parts) < PARTS:
        order = draw.permutation(people)
        parts += [order[first : first + size] for first in range(0, people - size + 1, size)]
    with one_thread_each():
        trials = [
            run_trial(pilot.claim, context, extras=False, among=np.isin(applicant, part, kind="table"))
            for part in parts[:PARTS]
        ]
    errors = [float(one.estimate.effect.tested.se) for one in trials if one.estimate is not None and one.test]
    if not errors:
        return 1.0
    by_size = float(pilot.difference.se) / (size / people) ** 0.5
    return float(max(1.0, np.mean(errors) / by_size))


@dataclass(frozen=True)
class _Draws:
    """Drawn studies: what is true in them, errors of the estimates in standard errors, and of these themselves.

    Columns are the claims of the family, rows the studies; `own` is the claim that is planned for.
    """

    pilot: Pilot
    own: int
    truths: FloatArray
    errors: FloatArray
    spread: FloatArray
    se: FloatArray
    df: FloatArray
    #: 0: either way; 1: more than nothing, -1: less.
    side: NDArray[np.int64]

    @classmethod
    def of(cls, pilot: Pilot, family: Sequence[Pilot], seed: int) -> _Draws:
        draw = np.random.default_rng(seed)
        known = [one for one in family if one.difference is not None and one.moves is not None]
        own = next(place for place, one in enumerate(known) if one.claim.id == pilot.claim.id)
        moves = np.stack([one.moves for one in known if one.moves is not None])
        norm = np.sqrt((moves**2).sum(axis=1, keepdims=True))
        alike = moves / np.maximum(norm, 1e-300)
        together = alike @ alike.T
        root = np.linalg.cholesky(together + 1e-9 * np.eye(len(known)))
        found = [one.difference for one in known if one.difference is not None]
        estimates, se, df = (np.array([float(getattr(one, name)) for one in found]) for name in _NUMBERS)
        return cls(
            pilot=pilot,
            own=own,
            errors=draw.standard_normal((STUDIES, len(known))) @ root.T,
            spread=draw.chisquare(df, (STUDIES, len(known))) / df,
            truths=_truths(estimates, se, own, draw),
            se=se,
            df=df,
            side=np.array([_SIDES[one.claim.direction] for one in known]),
        )

    def with_errors_times(self, factor: float) -> _Draws:
        """The same with larger standard errors of the claim that is planned for."""
        se = self.se.copy()
        se[self.own] *= factor
        return replace(self, se=se)

    def least_size(self, effect: float, power: float, alpha: float) -> float | None:
        """The least size, in times of the log, with the power; None where none has it.

        To a whole interview and applicant, which are what is planned: a closer search would find as many of them.
        """
        low, high = np.log(_LEAST), np.log(_MOST)
        if self.share_found(np.exp(high), effect, alpha) < power:
            return None
        people = 0 if self.pilot.moves is None else len(self.pilot.moves)

        def in_whole(size: float) -> tuple[int, int]:
            return math.ceil(np.exp(size) * self.pilot.n_done), round(np.exp(size) * people)

        while in_whole(low) != in_whole(high):
            middle = (low + high) / 2
            if self.share_found(np.exp(middle), effect, alpha) >= power:
                high = middle
            else:
                low = middle
        return float(np.exp(high))

    def share_found(self, times: float, effect: float, alpha: float) -> float:
        """Share of studies of so many times the size in which the claim is supported."""
        claim = self.pilot.claim
        # Clusters grow with the study, and their number is what an error is known by.
        df = np.maximum(self.df * times, 1.0)
        se = self.se / np.sqrt(times)
        scatter = 1 + (self.spread - 1) / np.sqrt(times)
        errors = se * np.sqrt(np.maximum(scatter, 1e-3))
        truths = self.truths.copy()
        truths[:, self.own] = effect if claim.direction == "more" else 0.0
        estimates = truths + self.errors * se
        mine, error = estimates[:, self.own], errors[:, self.own]
        reach = stdtrit(df[self.own], 0.95) * error
        if claim.direction == "gain_below_margin":
            return float((mine + reach < claim.margin).mean())
        if claim.direction == "harm_below_margin":
            return float((mine - reach > -claim.margin).mean())
        t = estimates / errors
        p = np.where(self.side == 0, 2 * stdtr(df, -np.abs(t)), stdtr(df, -t * self.side))
        found = _holm_below(p, self.own, alpha)
        inside = (mine + reach < claim.margin) & (mine - reach > -claim.margin)
        wanted = mine * np.sign(effect) >= claim.margin
        return float((found & wanted & ~inside).mean())


_NUMBERS = ("estimate", "se", "df")
_SIDES = {"more": 0, "gain_below_margin": 1, "harm_below_margin": -1}


def _truths(estimates: FloatArray, se: FloatArray, own: int, draw: np.random.Generator) -> FloatArray:
    """What may be true of the claims by the log, a row a study: normal about the estimates, shrunk to nothing.

    How far they are shrunk goes by how far the estimates of the other claims lie from nothing beyond their errors;
    where they don't, all truths are nothing. Source: B. Efron and C. Morris (1973), JASA 68, 117-130.
    """
    others = np.arange(len(se)) != own
    between = max(0.0, float(np.mean(estimates[others] ** 2 - se[others] ** 2))) if others.any() else 0.0
    kept = between / (between + se**2) if between else np.zeros_like(se)
    return np.asarray(kept * estimates + np.sqrt(kept) * se * draw.standard_normal((STUDIES, len(se))))


def _holm_below(p: FloatArray, own: int, alpha: float) -> NDArray[np.bool_]:
    """Whether Holm's adjusted p of one column is below alpha, shape (studies,)."""
    order = np.argsort(p, axis=1)
    ranked = np.take_along_axis(p, order, axis=1)
    adjusted = np.maximum.accumulate(ranked * np.arange(p.shape[1], 0, -1), axis=1)
    place = np.argmax(order == own, axis=1)
    return np.asarray(adjusted[np.arange(len(p)), place] < alpha, dtype=np.bool_)
