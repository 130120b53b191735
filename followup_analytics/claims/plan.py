"""Planning: how many interviews each claim needs, and what a log could detect; by formula or by running the claim."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from followup_analytics.claims.catalogue import find_claim, own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.evaluate import run_all
from followup_analytics.claims.trial import Trial
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import HIDDEN_REASON, SUPPRESSED, require_enough
from followup_analytics.results.result import NO_LOG, LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import require_numbers, scope
from followup_analytics.statistics import (
    DESIGN_EFFECT,
    detectable_from_se,
    equivalence_sample_size,
    minimum_detectable_effect,
    sample_size,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What is assumed where there is no log to say better.
BASELINE, EFFECT, POWER, ALPHA, PER_APPLICANT = 0.30, 10.0, 0.80, 0.05, 3.0


@dataclass(frozen=True)
class Assumptions:
    """What the size of one claim's study rests on.

    Attributes:
        baseline: risk of the outcome under the alternative; share: of the strategy among those in either arm.
        design_effect: variance over that of independent interviews; per_applicant: interviews an applicant.
        mde: minimum detectable effect in the log; None without a log, or where the claim can't be tested there.
        reach: share of the log's interviews that are in one of the arms; None where that is unknown or about few.
    """

    baseline: float
    share: float = 0.5
    design_effect: float = DESIGN_EFFECT
    per_applicant: float = PER_APPLICANT
    mde: float | None = None
    from_log: bool = False
    reach: float | None = None


@answer_row
class PlanRow(Row):
    """What it takes to test one claim."""

    claim: str = col.column("text", "", "Id of the claim.", role="key")
    advice: str = col.column("text", "Advice", "The advice.", importance=col.ALWAYS)
    n_interviews: int | None = col.column(
        "count",
        "Interviews in the arms",
        "Interviews needed in both arms together.",
        role="derived",
        importance=col.ALWAYS,
    )
    n_applicants: int | None = col.column("count", "Applicants", "Applicants needed.", role="derived")
    n_logged: int | None = col.column(
        "count",
        "Interviews to log",
        "Interviews to log until so many are in an arm, if as many of them are as in this log.",
        role="derived",
    )
    mde: float | None = col.column(
        "points",
        "Smallest difference to be found",
        "Smallest difference that would be found.",
        role="derived",
        short="Can find",
    )
    baseline: float | None = col.column(
        "share", "Without it", "Risk of the outcome without the strategy.", role="estimate", importance=col.RARELY
    )
    effect: float = col.column(
        "points", "", "Difference planned for; of a one-sided claim its margin, which is to be ruled out."
    )
    aim: str = col.column("text", "", "`find` the difference or `rule out` the margin.")
    design_effect: float | None = col.column(
        "number", "", "Variance over that of independent interviews.", role="estimate"
    )
    share_strategy: float | None = col.column(
        "share", "", "Share of the interviews in the strategy's arm.", role="estimate"
    )
    status: str = col.status(default="ok")
    reason: str | None = col.column("sentence", "Remark", "Why the status is not ok; null where it is.", default=None)

    in_table = ("advice", "n_interviews", "n_applicants", "n_logged", "baseline", "mde", "reason")


@dataclass(frozen=True, repr=False)
class PlanResult(Result):
    """Interviews and applicants needed per claim at an effect, and the effect that a log could find; a PlanRow each."""

    rows: tuple[PlanRow, ...]

    command: ClassVar[str] = "plan"
    title: ClassVar[str] = "What it takes to test the advice"
    row_type: ClassVar[type[Row]] = PlanRow

    def summary(self) -> str:
        """The range of sizes, in a sentence."""
        # One-sided claims are planned to rule their margin out, whatever difference was asked for.
        asked = [row for row in self.rows if row.aim == self.rows[0].aim]
        sizes = [row.n_interviews for row in asked if row.n_interviews is not None]
        if not sizes:
            return "No size can be given: the effect asked for leads out of 0 to 100%."
        effect = 100 * self.rows[0].effect
        low, high = min(sizes), max(sizes)
        size = f"{low:,}" if low == high else f"between {low:,} and {high:,}"
        aim = f"{self.rows[0].aim} a difference of {effect:g} in 100"
        return f"To {aim} takes {size} interviews in both arms of a claim together."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Interviews needed per claim, as bars."""
        from followup_analytics.charts.style import BLUE, COLUMN_WIDTH, give_words, house_style, new_axes

        rows = [row for row in self.rows if row.n_interviews is not None]
        with house_style():
            axes = ax or new_axes(COLUMN_WIDTH, 0.85 + 0.235 * max(len(rows), 2))
            axes.barh(range(len(rows)), [row.n_interviews or 0 for row in rows], color=BLUE)
            axes.set_yticks(range(len(rows)), [row.claim.replace("-", " ") for row in rows])
            axes.invert_yaxis()
            axes.set_xlabel("Interviews needed, both arms")
            return give_words(
                axes, f"Bar chart: {self.summary()}", "Interviews needed", simulated=self.counts.simulated
            )


def plan_study(
    log: FollowUpLog | None = None,
    *,
    claim: str | None = None,
    claims: Catalogue | None = None,
    baseline: float = BASELINE,
    effect: float = EFFECT,
    power: float = POWER,
    alpha: float = ALPHA,
    design_effect: float = DESIGN_EFFECT,
    per_applicant: float = PER_APPLICANT,
    min_cell: int = 10,
) -> PlanResult:
    """Plan a study: interviews and applicants per claim, and the minimum detectable effect in a log.

    Args:
        log: where given, its own base rates, arms and design effects are used, and `mde` is what it could find.
        claim: plan this claim alone.
        claims: a catalogue in place of the package's.
        baseline: risk of the outcome without the strategy; effect: points, difference to be found (10: ten in 100).
        power, alpha: of a two-sided test; design_effect: of clustering and weighting; per_applicant: interviews each.
        min_cell: as everywhere.

    Returns:
        A PlanResult, one row a claim (see there for its columns and units). Source of the formula: J. Fleiss (1981),
        Statistical Methods for Rates and Proportions, ch. 3.

    Raises:
        UsageError: a share outside 0 to 1, an effect of less than one point. WithheldError: a log of too few people.
    """
    given = {"design_effect": design_effect, "per_applicant": per_applicant}
    require_numbers(baseline=baseline, effect=effect, power=power, alpha=alpha, **given)
    log = None if log is None else scope(log, None, min_cell)
    _check(baseline, effect, power, alpha, design_effect, per_applicant)
    effect = effect / 100
    catalogue = claims or own_catalogue()
    assumed = Assumptions(baseline, design_effect=design_effect, per_applicant=per_applicant)
    shown = catalogue.claims if claim is None else (find_claim(catalogue, claim),)
    if log is None:
        rows = [_row(one, assumed, effect, power, alpha) for one in shown]
        return PlanResult(rows=tuple(rows), counts=NO_LOG)
    require_enough(log.interviews["applicant_id"].n_unique(), min_cell)
    context = Context.of(log, shown, min_cell=min_cell)

    def planned(trial: Trial) -> PlanRow:
        row = _row(trial.claim, _from_trial(trial, context, assumed, power, alpha), effect, power, alpha)
        return _hide(row) if 0 < trial.n_applicants < min_cell else row

    found = run_all(shown, context, planned)
    return PlanResult(rows=found, counts=LogCounts.of(log), notes=log.notes, native=log.native)


def _check(baseline: float, effect: float, power: float, alpha: float, deff: float, per_applicant: float) -> None:
    for name, value in (("--baseline", baseline), ("--power", power), ("--alpha", alpha)):
        if not 0 < value < 1:
            raise UsageError(f"{name} {value:g} is no share; give a number between 0 and 1, such as 0.30.")
    if not 1 <= abs(effect) < 100:
        raise UsageError(f"--effect {effect:g} can't be planned for; give percentage points, such as 10 (ten in 100).")
    if deff < 1 or per_applicant < 1:
        raise UsageError("a design effect and the interviews of an applicant are 1 or more.")


def _row(claim: Claim, assumed: Assumptions, effect: float, power: float, alpha: float) -> PlanRow:
    given = {
        "power": power,
        "alpha": alpha,
        "design_effect": assumed.design_effect,
        "share_strategy": assumed.share,
    }
    if claim.direction == "more":
        n = sample_size(assumed.baseline, effect, **given)
    else:
        effect = claim.margin
        n = equivalence_sample_size(assumed.baseline, effect, one_sided=True, **given)
    mde = assumed.mde
    if mde is None and not assumed.from_log and n is not None:
        mde = minimum_detectable_effect(
            assumed.baseline, n / 2, n / 2, power=power, alpha=alpha, design_effect=assumed.design_effect
        )
    reason = None if n is not None else f"From {100 * assumed.baseline:.0f}% such a difference is impossible."
    if n is not None and assumed.from_log and mde is None:
        reason = _UNTESTABLE
    return PlanRow(
        claim=claim.id,
        advice=claim.advice,
        n_interviews=n,
        n_applicants=None if n is None else math.ceil(n / assumed.per_applicant),
        n_logged=None if n is None or not assumed.reach else max(n, math.ceil(n / assumed.reach)),
        mde=mde,
        baseline=assumed.baseline,
        effect=effect,
        aim="find" if claim.direction == "more" else "rule out",
        design_effect=assumed.design_effect,
        share_strategy=assumed.share,
        status="not_estimable" if n is None else "use_with_care" if reason else "ok",
        reason=reason,
    )


_UNTESTABLE = "It can't be tested in this log; its size is planned from general figures."


def _hide(row: PlanRow) -> PlanRow:
    gone = dict.fromkeys(PlanRow.hidden_with_row())
    return row.having(**gone, status=SUPPRESSED, reason=HIDDEN_REASON)


def _from_trial(trial: Trial, context: Context, general: Assumptions, power: float, alpha: float) -> Assumptions:
    """A claim's own base rate, arms and design effect in a log; general figures where it can't be tested there."""
    estimate = trial.estimate
    if estimate is None:
        return replace(general, from_log=True)
    sizes = [int(done.sum()) for done in estimate.done]
    applicants = context.histories.applicant[estimate.emulation.row[estimate.done.any(axis=0)]]
    enough = len(np.unique(applicants)) >= context.min_cell
    reach = float(estimate.done.any(axis=0).sum()) / context.histories.interviews if enough else None
    if trial.test is None:
        return replace(general, from_log=True, reach=reach)
    p, q = estimate.effect.risks
    se = float(estimate.effect.tested.se)
    simple = p * (1 - p) / sizes[0] + q * (1 - q) / sizes[1]
    return Assumptions(
        baseline=min(max(q, 0.001), 0.999),
        share=sizes[0] / sum(sizes),
        design_effect=max(1.0, se**2 / simple) if simple > 0 else general.design_effect,
        per_applicant=trial.n_interviews / max(trial.n_applicants, 1),
        mde=detectable_from_se(se, estimate.effect.difference.df, power=power, alpha=alpha),
        from_log=True,
        reach=reach,
    )
