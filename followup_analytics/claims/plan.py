"""Planning: how many interviews each claim needs, and what a log could detect, by the rule that gives verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from followup_analytics.claims.catalogue import choose_catalogue, chosen_claims
from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.judging import smallest_found
from followup_analytics.claims.operating import Pilot, error_in_parts, pilot_of, times_as_many
from followup_analytics.claims.running import run_all
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import (
    Disclosure,
    disclosed_except,
    hidden_row,
    policy_of,
    require_enough,
    working_paper,
)
from followup_analytics.results.result import NO_LOG, LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import require_numbers, scope
from followup_analytics.statistics import (
    DESIGN_EFFECT,
    equivalence_sample_size,
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
        family: claims that are judged together.
        mde: minimum detectable effect in the log; None without a log, or where the claim can't be tested there.
        factor: how many times as many interviews as in the log are needed; None where that is for a formula to say.
        reach: share of the log's interviews that are in one of the arms; None where that is unknown or about few.
    """

    baseline: float
    share: float = 0.5
    design_effect: float = DESIGN_EFFECT
    per_applicant: float = PER_APPLICANT
    family: int = 1
    mde: float | None = None
    factor: float | None = None
    tested: int = 0
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
        short="Interviews",
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
    family: int = col.column("count", "", "Claims that are judged together (Holm).")
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
        family = max(row.family for row in self.rows)
        judged = "each claim tested alone" if family == 1 else f"{family} claims tested together"
        return f"To {aim} takes {size} interviews in both arms of a claim together ({judged})."

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
    claim: str | Sequence[str] | None = None,
    claims: str | Path | Catalogue | None = None,
    cohort: str | Sequence[str] | None = None,
    baseline: float = BASELINE,
    effect: float = EFFECT,
    power: float = POWER,
    alpha: float = ALPHA,
    design_effect: float = DESIGN_EFFECT,
    per_applicant: float = PER_APPLICANT,
    cluster: str | None = None,
    seed: int = 0,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> PlanResult:
    """Plan a study: interviews and applicants per claim until the verdict is as likely as `power` says.

    Args:
        log: where given, the whole rule (margin, Holm over the claims that can be tested in it, clusters) is run on
            drawn studies of several sizes whose errors hang together as in this log; `mde` is what it could find.
            Without a log each claim is a family of its own, by formula.
        claim: plan this claim alone, or these.
        claims: a catalogue in place of the package's, or its file.
        cohort: of a log, only this cohort, or several.
        baseline: risk of the outcome without the strategy; effect: points, difference to be found (10: ten in 100).
        power, alpha: of the verdict; design_effect: of clustering and weighting; per_applicant: interviews each.
        cluster: as in `test_claims`; seed: of the draws; min_cell, disclosure: as everywhere.

    Returns:
        A PlanResult, one row a claim (see there for its columns and units). Source of the formula: J. Fleiss (1981),
        Statistical Methods for Rates and Proportions, ch. 3.

    Raises:
        UsageError: a share outside 0 to 1, an effect within the margin of every claim. WithheldError: a log of too few
        people.

    Example:
        >>> plan_study(effect=12).rows[0].n_interviews
        792
    """
    given = {"design_effect": design_effect, "per_applicant": per_applicant}
    require_numbers(baseline=baseline, effect=effect, power=power, alpha=alpha, **given)
    policy = policy_of(disclosure, min_cell)
    least = policy.min_cell
    log = None if log is None else scope(log, cohort, policy)
    catalogue = choose_catalogue(claims)
    shown = chosen_claims(catalogue, claim)
    _check(baseline, effect, power, alpha, design_effect, per_applicant)
    effect = effect / 100
    _check_margins(shown, effect)
    assumed = Assumptions(baseline, design_effect=design_effect, per_applicant=per_applicant)
    if log is None:
        rows = [_row(one, assumed, effect, power, alpha) for one in shown]
        return PlanResult(rows=working_paper(rows), counts=NO_LOG, notes=(_ALONE,))
    require_enough(log.n_applicants, policy)
    context = Context.of(log, catalogue.claims, cluster=cluster, min_cell=least)
    pilots = run_all(catalogue.claims, context, lambda trial: pilot_of(trial, context))
    wanted = {one.id for one in shown}

    def planned(pilot: Pilot) -> PlanRow:
        known = _from_pilot(pilot, pilots, context, assumed, effect, power, alpha, seed)
        row = _row(pilot.claim, known, effect, power, alpha)
        return hidden_row(row) if 0 < pilot.n_applicants < least else row

    found = tuple(planned(pilot) for pilot in pilots if pilot.claim.id in wanted)
    return PlanResult(
        rows=disclosed_except(found, (), policy), counts=LogCounts.of(log), notes=log.notes, native=log.native
    )


_ALONE = Note("family_of_one", "without a log each claim is planned as if it were tested alone")


def _check(baseline: float, effect: float, power: float, alpha: float, deff: float, per_applicant: float) -> None:
    for name, value in (("--baseline", baseline), ("--power", power), ("--alpha", alpha)):
        if not 0 < value < 1:
            raise UsageError(f"{name} {value:g} is no share; give a number between 0 and 1, such as 0.30.")
    if not 1 <= abs(effect) < 100:
        raise UsageError(f"--effect {effect:g} can't be planned for; give percentage points, such as 10 (ten in 100).")
    if deff < 1 or per_applicant < 1:
        raise UsageError("a design effect and the interviews of an applicant are 1 or more.")


def _check_margins(claims: Sequence[Claim], effect: float) -> None:
    """Refuse an effect that no claim's verdict could ever be about."""
    margins = [claim.margin for claim in claims if claim.direction == "more"]
    if margins and abs(effect) <= min(margins):
        least = 100 * min(margins)
        raise UsageError(
            f"--effect {100 * effect:g} can't be planned for: a difference of {least:g} in 100 or less is below the "
            f"margin that a verdict asks for, at any size; give more than {least:g}."
        )


def _row(claim: Claim, assumed: Assumptions, effect: float, power: float, alpha: float) -> PlanRow:
    more = claim.direction == "more"
    if not more:
        effect = claim.margin
    n = _interviews(claim, assumed, effect, power, alpha)
    mde = assumed.mde
    if mde is None and not assumed.from_log and n is not None:
        mde = abs(effect)
    status, reason = _remark(claim, assumed, n, effect)
    return PlanRow(
        claim=claim.id,
        advice=claim.advice,
        n_interviews=n,
        n_applicants=None if n is None else math.ceil(n / assumed.per_applicant),
        n_logged=None if n is None or not assumed.reach else max(n, math.ceil(n / assumed.reach)),
        mde=mde,
        family=assumed.family,
        baseline=assumed.baseline,
        effect=effect,
        aim="find" if more else "rule out",
        design_effect=assumed.design_effect,
        share_strategy=assumed.share,
        status=status,
        reason=reason,
    )


def _interviews(claim: Claim, assumed: Assumptions, effect: float, power: float, alpha: float) -> int | None:
    """Interviews in both arms: so many times those of the log, or by formula."""
    if assumed.factor is not None:
        if not 0 <= assumed.baseline + (effect if claim.direction == "more" else 0.0) <= 1:
            return None
        return math.ceil(assumed.factor * assumed.tested)
    given = {"power": power, "alpha": alpha, "design_effect": assumed.design_effect, "share_strategy": assumed.share}
    if claim.direction == "more":
        return sample_size(assumed.baseline, effect, margin=claim.margin, **given)
    return equivalence_sample_size(assumed.baseline, effect, one_sided=True, **given)


_UNTESTABLE = "It can't be tested in this log; its size is planned from general figures, as a claim tested alone."


def _remark(claim: Claim, assumed: Assumptions, n: int | None, effect: float) -> tuple[str, str | None]:
    """Status and reason of a row."""
    if n is None and claim.direction == "more" and abs(effect) <= claim.margin:
        why = f"A difference of {100 * abs(effect):g} in 100 is not above the margin ({100 * claim.margin:g})."
        return "not_estimable", why
    if n is None:
        why = f"From {100 * assumed.baseline:.0f}% such a difference is impossible."
        return "not_estimable", why
    if assumed.from_log and assumed.factor is None:
        return "use_with_care", _UNTESTABLE
    return "ok", None


def _from_pilot(
    pilot: Pilot,
    pilots: Sequence[Pilot],
    context: Context,
    general: Assumptions,
    effect: float,
    power: float,
    alpha: float,
    seed: int,
) -> Assumptions:
    """A claim's own base rate, arms and size in a log; general figures where it can't be tested there."""
    enough = pilot.n_done_applicants >= context.min_cell
    reach = pilot.n_done / context.histories.interviews if enough else None
    difference = pilot.difference
    if difference is None or pilot.risks is None or not pilot.n_done:
        return replace(general, from_log=True, reach=reach)
    family = [one for one in pilots if one.difference is not None]
    p, q = pilot.risks
    sizes = pilot.sizes
    simple = p * (1 - p) / sizes[0] + q * (1 - q) / sizes[1]
    se = float(difference.se)
    return Assumptions(
        baseline=min(max(q, 0.001), 0.999),
        share=sizes[0] / sum(sizes),
        design_effect=max(1.0, se**2 / simple) if simple > 0 else general.design_effect,
        per_applicant=pilot.n_interviews / max(pilot.n_applicants, 1),
        family=len(family),
        mde=smallest_found(pilot.claim, difference, alpha / len(family)),
        factor=times_as_many(
            pilot,
            family,
            effect,
            power=power,
            alpha=alpha,
            seed=seed,
            error_in_parts=lambda times: error_in_parts(pilot, context, times, seed=seed),
        ),
        tested=pilot.n_done,
        from_log=True,
        reach=reach,
    )
