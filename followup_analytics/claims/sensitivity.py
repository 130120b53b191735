"""Sensitivity: what would have to be different for a verdict to change, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from followup_analytics.claims.catalogue import find_claim, own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.estimates import Estimate
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.claims.histories import Histories
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.claims.verdict import decide
from followup_analytics.claims.words import VERDICT_WORDS, effect_words
from followup_analytics.disclosure import require_enough
from followup_analytics.log import FollowUpLog
from followup_analytics.results import Field, LogCounts, Result
from followup_analytics.trials.ccw import weight_cap

_MARGINS = (0.03, 0.05, 0.08, 0.10)
_HORIZONS = (0.5, 0.75, 1.5)


@dataclass(frozen=True, repr=False)
class SensitivityResult(Result):
    """One claim under other choices: each row a change, the difference it gives and the verdict it would give alone."""

    command: ClassVar[str] = "sensitivity"
    title: ClassVar[str] = "What would change the verdict"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("change", "What is changed"),
        Field("effect", "Difference"),
        Field("verdict_words", "Verdict then"),
        Field("changes", "Changes it", "bool"),
    )

    def summary(self) -> str:
        """How many of the changes would change the verdict, and which."""
        other = [str(row["change"]) for row in self.rows[1:] if row["changes"]]
        if not other:
            return f"None of {len(self.rows) - 1} changes changes the verdict."
        return f"{len(other)} of {len(self.rows) - 1} changes would change the verdict: {'; '.join(other)}."


def claim_sensitivity(
    log: FollowUpLog, claim: str, *, claims: Catalogue | None = None, min_cell: int = 10
) -> SensitivityResult:
    """Run a claim under other horizons, margins, orders within a day, weights, covariates and clusters.

    Verdicts here are by the claim's own p-value, without the family: they show what moves it, not what holds. The last
    rows count forgotten attempts: how many without an answer, never written down, would undo the difference.

    Raises UsageError for an unknown claim, WithheldError for too small a log.
    """
    require_enough(log.interviews["applicant_id"].n_unique(), min_cell)
    catalogue = claims or own_catalogue()
    one = find_claim(catalogue, claim)
    context = Context.of(log, [one])
    own = run_trial(one, context, extras=False)
    rows = [_row("as declared", own, None, min_cell)]
    rows += [_row(words, trial, rows[0]["verdict"], min_cell) for words, trial in _changed(one, context, own)]
    rows += _forgotten(one, own, min_cell)
    return SensitivityResult(rows=tuple(rows), counts=LogCounts.of(log), notes=log.notes, native=log.native)


def _changed(claim: Claim, context: Context, own: Trial) -> Iterator[tuple[str, Trial]]:
    for factor in _HORIZONS:
        horizon = max(claim.window, round(claim.horizon * factor))
        yield f"horizon {horizon} days in place of {claim.horizon}", _run(replace(claim, horizon=horizon), context)
    for margin in _MARGINS:
        if margin != claim.margin:
            yield f"margin {100 * margin:g} in 100", _run(replace(claim, margin=margin), context)
    for words, shifted in (("responses", True), ("attempts", False)):
        moved = replace(context, histories=_reorder(context.histories, answers_first=shifted))
        yield f"within a day {words} come first, whatever the times say", _run(claim, moved)
    if own.estimate is not None:
        for share in (0.95, 0.99):
            yield f"weights cut at their {100 * share:.0f}th percentile", _run(claim, context, _percentile(own, share))
        yield "weights not cut at all", _run(claim, context, float("inf"))
    for name in own.adjusted:
        yield f"{name.replace('_', ' ')} not adjusted for", _run(claim, replace(context, leave_out=(name,)))
    if context.log.interviews["employer"].n_unique() > 20:
        yield "clustered on the employer", _run(claim, replace(context, cluster="employer"))


def _run(claim: Claim, context: Context, cap: float | None = None) -> Trial:
    return run_trial(claim, context, cap=cap, extras=False)


def _percentile(trial: Trial, share: float) -> float:
    if trial.estimate is None:
        return weight_cap(trial.n_interviews)
    weights = np.concatenate([arm.weight[arm.compliant()] for arm in trial.estimate.arms])
    return float(np.quantile(weights, share)) if len(weights) else weight_cap(trial.n_interviews)


def _reorder(histories: Histories, *, answers_first: bool) -> Histories:
    """Put all responses and ends of a local day before, or after, what the applicant did on it."""

    def shifted(name: str) -> Any:
        times = getattr(histories, name)
        return replace(times, part=np.zeros_like(times.part) if answers_first else np.ones_like(times.part))

    moved = replace(histories, response=shifted("response"), ended=shifted("ended"))
    if not answers_first:
        return moved
    attempts, response = histories.attempts, histories.response
    late = attempts.at.day < response.day[attempts.at.row]
    kept = replace(
        attempts,
        at=attempts.at.take(late),
        number=attempts.number[late],
        channel=attempts.channel[late],
        party=attempts.party[late],
        tone=attempts.tone[late],
        duration=attempts.duration[late],
        items={name: item[late] for name, item in attempts.items.items()},
    )
    notes = histories.notes.take(histories.notes.day < response.day[histories.notes.row])
    return replace(moved, attempts=kept, notes=notes)


def _row(words: str, trial: Trial, declared: str | None, min_cell: int) -> dict[str, Any]:
    blank = {"change": words, "estimate": None, "conf_low": None, "conf_high": None, "effect": ""}
    if 0 < trial.n_applicants < min_cell:
        verdict, status = "not_testable", "suppressed"
    elif trial.test is None or trial.estimate is None:
        verdict, status = "not_testable", "not_estimable"
    else:
        return _tested_row(words, trial, trial.estimate, declared)
    changes = declared is not None and verdict != declared
    return {**blank, "verdict": verdict, "verdict_words": VERDICT_WORDS[verdict], "changes": changes, "status": status}


def _tested_row(words: str, trial: Trial, estimate: Estimate, declared: str | None) -> dict[str, Any]:
    test = trial.test
    low, high = (float(limit) for limit in estimate.difference.limits())
    enough = trial.n_applicants >= MIN_FOR_VERDICT
    verdict = "not_testable" if test is None else decide(trial.claim, test, test.p_value, enough_people=enough)
    return {
        "change": words,
        "estimate": float(estimate.difference.estimate),
        "conf_low": low,
        "conf_high": high,
        "effect": effect_words(float(estimate.difference.estimate), low, high),
        "verdict": verdict,
        "verdict_words": VERDICT_WORDS[verdict],
        "changes": declared is not None and verdict != declared,
        "status": "ok",
    }


def forgotten_share(
    risk_strategy: float, risk_alternative: float, share_strategy: float, margin: float
) -> float | None:
    """Share of the inactive arm that would have to be forgotten failures for the difference to fall below the margin.

    Whoever acted in vain and did not write it down sits among those who did nothing. Moving a share m of the inactive
    (all without the outcome) to the active arm gives e1 / (n1 + m n0) and e0 / (n0 (1 - m)). None where no share below
    one does it.

    Args:
        risk_strategy, risk_alternative: risks of the arm that acts and of the arm that does not.
        share_strategy: of the acting arm among both; margin: the smallest difference that matters.
    """
    odds = (1 - share_strategy) / share_strategy
    for step in np.arange(0, 1, 0.005):
        if step > 1 - risk_alternative:
            return None
        active = risk_strategy / (1 + step * odds)
        idle = risk_alternative / (1 - step)
        if active - idle < margin:
            return float(step)
    return None


def _forgotten(claim: Claim, own: Trial, min_cell: int) -> list[dict[str, Any]]:
    estimate = own.estimate
    if estimate is None or own.test is None or own.n_applicants < min_cell:
        return []
    acts = claim.strategy.some_in is not None and claim.alternative.some_in is None
    if not acts or claim.choice is not None or float(estimate.difference.estimate) < claim.margin:
        return []
    sizes = [float(done.sum()) for done in estimate.done]
    share = forgotten_share(
        float(estimate.strategy.estimate),
        float(estimate.alternative.estimate),
        sizes[0] / sum(sizes),
        claim.margin,
    )
    if share is None:
        words = "no number of forgotten attempts without an answer would bring the difference below the margin"
    else:
        words = (
            f"{100 * share:.1f} in 100 of those who seem to have done nothing had tried in vain and forgot to log it"
        )
    row = {
        "estimate": None,
        "conf_low": None,
        "conf_high": None,
        "effect": "",
        "verdict": "inconclusive",
        "status": "ok",
    }
    return [{"change": words, **row, "verdict_words": "below the margin", "changes": share is not None}]
