"""How often the rule gives a verdict: the rule itself, run on drawn studies that resemble a log, at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.trial import Trial
from followup_analytics.statistics.clusters import Estimated

FloatArray = NDArray[np.float64]

#: Drawn studies; the share of them with a verdict is known to a percentage point.
STUDIES = 2_000
#: Sizes that are looked through: from a hundredth of the log to ten thousand times as many.
_LEAST, _MOST = 0.01, 10_000.0


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
    pilot: Pilot, family: Sequence[Pilot], effect: float, *, power: float, alpha: float, seed: int
) -> float | None:
    """How many times as many interviews as in the log give the verdict aimed at as often as `power` says.

    The verdict aimed at is "supported": of a claim that more is gained, at the difference `effect`; of a one-sided
    claim, where there is no difference. None where no size does it. The other claims of the family have no effect then,
    which leaves this one the least of alpha.
    """
    draws = _Draws.of(pilot, family, seed)
    low, high = np.log(_LEAST), np.log(_MOST)
    if draws.share_found(np.exp(high), effect, alpha) < power:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if draws.share_found(np.exp(middle), effect, alpha) >= power:
            high = middle
        else:
            low = middle
    return float(np.exp(high))


@dataclass(frozen=True)
class _Draws:
    """Errors of drawn studies: of the estimates, in standard errors, and of the standard errors themselves."""

    pilot: Pilot
    own: int
    errors: FloatArray
    spread: FloatArray
    se: FloatArray
    df: FloatArray
    one_sided: NDArray[np.bool_]

    @classmethod
    def of(cls, pilot: Pilot, family: Sequence[Pilot], seed: int) -> _Draws:
        draw = np.random.default_rng(seed)
        known = [one for one in family if one.difference is not None and one.moves is not None]
        moves = np.stack([one.moves for one in known if one.moves is not None])
        norm = np.sqrt((moves**2).sum(axis=1, keepdims=True))
        alike = moves / np.maximum(norm, 1e-300)
        together = alike @ alike.T
        root = np.linalg.cholesky(together + 1e-9 * np.eye(len(known)))
        df = np.array([float(one.difference.df) for one in known if one.difference is not None])
        return cls(
            pilot=pilot,
            own=next(place for place, one in enumerate(known) if one.claim.id == pilot.claim.id),
            errors=draw.standard_normal((STUDIES, len(known))) @ root.T,
            spread=draw.chisquare(df, (STUDIES, len(known))) / df,
            se=np.array([float(one.difference.se) for one in known if one.difference is not None]),
            df=df,
            one_sided=np.array([one.claim.one_sided for one in known]),
        )

    def share_found(self, times: float, effect: float, alpha: float) -> float:
        """Share of studies of so many times the size in which the claim is supported."""
        claim = self.pilot.claim
        # Clusters grow with the study, and their number is what an error is known by.
        df = np.maximum(self.df * times, 1.0)
        se = self.se / np.sqrt(times)
        scatter = 1 + (self.spread - 1) / np.sqrt(times)
        errors = se * np.sqrt(np.maximum(scatter, 1e-3))
        truth = np.zeros(len(se))
        truth[self.own] = effect if claim.direction == "more" else 0.0
        estimates = truth + self.errors * se
        mine, error = estimates[:, self.own], errors[:, self.own]
        reach = stdtrit(df[self.own], 0.95) * error
        if claim.direction == "gain_below_margin":
            return float((mine + reach < claim.margin).mean())
        if claim.direction == "harm_below_margin":
            return float((mine - reach > -claim.margin).mean())
        t = np.abs(estimates) / errors
        p = np.where(self.one_sided, 1.0, 2.0) * stdtr(df, -t)
        found = _holm_below(p, self.own, alpha)
        inside = (mine + reach < claim.margin) & (mine - reach > -claim.margin)
        wanted = mine * np.sign(effect) >= claim.margin
        return float((found & wanted & ~inside).mean())


def _holm_below(p: FloatArray, own: int, alpha: float) -> NDArray[np.bool_]:
    """Whether Holm's adjusted p of one column is below alpha, shape (studies,)."""
    order = np.argsort(p, axis=1)
    ranked = np.take_along_axis(p, order, axis=1)
    adjusted = np.maximum.accumulate(ranked * np.arange(p.shape[1], 0, -1), axis=1)
    place = np.argmax(order == own, axis=1)
    return np.asarray(adjusted[np.arange(len(p)), place] < alpha, dtype=np.bool_)
