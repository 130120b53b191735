"""Sensitivity: what would have to be different for a verdict to change, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from followup_analytics.claims.catalogue import choose_catalogue, find_claim
from followup_analytics.claims.context import Context
from followup_analytics.claims.covariates import columns_of
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.estimates import Estimate
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.claims.histories import Histories
from followup_analytics.claims.tipping import forgotten
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.claims.verdict import decide
from followup_analytics.claims.words import effect_words
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import HIDDEN_REASON, SUPPRESSED, require_enough
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.trials.ccw import weight_cap

_MARGINS = (0.03, 0.05, 0.08, 0.10)
_HORIZONS = (0.5, 0.75, 1.5)


@answer_row
class SensitivityRow(Row):
    """The claim under one other choice."""

    claim: str = col.column("text", "", "Id of the claim.", role="key")
    change: str = col.column("text", "What is changed", "What is done otherwise.", role="key", importance=col.ALWAYS)
    n_interviews: int | None = col.interviews("Interviews in one of the arms.")
    n_applicants: int | None = col.applicants("Their applicants.")
    n_events: int | None = col.events("Outcomes among them.")
    reason: str | None = col.column("sentence", "", "Why it can't be tested; null where it can.", default=None)
    estimate: float | None = col.estimate("Difference", "points", "The difference that it gives.")
    conf_low: float | None = col.lower("points_interval")
    conf_high: float | None = col.higher("points")
    effect: str = col.column("text", "Difference", "The difference in words.", role="estimate", importance=col.ALWAYS)
    verdict: str = col.column("text", "", "The verdict that it would give alone.", role="estimate")
    verdict_words: str = col.column("text", "Verdict then", "The same in words.", role="estimate")
    changes: bool = col.column("bool", "Changes it", "Whether the verdict is another one.", role="estimate")
    status: str = col.status(default="ok")

    in_table = ("change", "effect", "verdict_words", "changes")


@dataclass(frozen=True, repr=False)
class SensitivityResult(Result):
    """One claim under other choices, a SensitivityRow each: what it gives, and the verdict it would give alone."""

    rows: tuple[SensitivityRow, ...]

    command: ClassVar[str] = "sensitivity"
    title: ClassVar[str] = "What would change the verdict"
    row_type: ClassVar[type[Row]] = SensitivityRow

    def summary(self) -> str:
        """How many of the changes would change the verdict, and which."""
        if self.rows[0].verdict == "not_testable":
            testable = [row.change for row in self.rows[1:] if row.verdict != "not_testable"]
            why = self.rows[0].reason or HIDDEN_REASON
            return f"It can't be tested as declared. {why} It could be with: {'; '.join(testable) or 'none of these'}."
        other = [row.change for row in self.rows[1:] if row.changes]
        if not other:
            return f"None of {len(self.rows) - 1} changes changes the verdict."
        return f"{len(other)} of {len(self.rows) - 1} changes would change the verdict: {'; '.join(other)}."


def claim_sensitivity(
    log: FollowUpLog,
    claim: str,
    *,
    claims: str | Path | Catalogue | None = None,
    adjust: str | Sequence[str] = (),
    min_cell: int = 10,
    progress: Callable[[str], None] | None = None,
) -> SensitivityResult:
    """Run a claim under other horizons, margins, orders within a day, weights, covariates and clusters.

    Verdicts here are by the claim's own p-value, without the family: they show what moves it, not what holds. The last
    rows count forgotten attempts: how many without an answer, never written down, would undo the difference.

    Raises UsageError for an unknown claim, WithheldError for too small a log.
    """
    require_enough(log.interviews["applicant_id"].n_unique(), min_cell)
    catalogue = choose_catalogue(claims)
    one = find_claim(catalogue, claim)
    context = Context.of(log, [one], columns_of(adjust), min_cell=min_cell)
    own = run_trial(one, context, extras=False)
    rows = [_row("as declared", own, None, min_cell)]
    for words, trial in _changed(one, context, own):
        rows.append(_row(words, trial, rows[0].verdict, min_cell))
        if progress is not None:
            progress(words)
    rows += _forgotten(own, min_cell)
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


def _row(words: str, trial: Trial, declared: str | None, min_cell: int) -> SensitivityRow:
    head = _head(words, trial, min_cell)
    if 0 < trial.n_applicants < min_cell:
        verdict, status = "not_testable", SUPPRESSED
    elif trial.test is None or trial.estimate is None:
        verdict, status = "not_testable", "not_estimable"
    else:
        return SensitivityRow(**head, **_tested(trial, trial.estimate, declared))
    changes = declared is not None and verdict != declared
    return SensitivityRow(
        **head, estimate=None, conf_low=None, conf_high=None, effect="", verdict=verdict,
        verdict_words=VERDICT_WORDS[verdict], changes=changes, status=status,
    )  # fmt: skip


def _head(words: str, trial: Trial, min_cell: int) -> dict[str, Any]:
    numbers = {"n_interviews": trial.n_interviews, "n_applicants": trial.n_applicants, "n_events": trial.n_events}
    few = 0 < trial.n_applicants < min_cell
    shown = dict.fromkeys(numbers) if few else numbers
    return {"claim": trial.claim.id, "change": words, **shown, "reason": None if few else trial.refusal or None}


def _tested(trial: Trial, estimate: Estimate, declared: str | None) -> dict[str, Any]:
    test = trial.test
    low, high = (float(limit) for limit in estimate.effect.difference.limits())
    enough = trial.n_applicants >= MIN_FOR_VERDICT
    verdict = "not_testable" if test is None else decide(trial.claim, test, test.p_value, enough_people=enough)
    return {
        "estimate": float(estimate.effect.difference.estimate),
        "conf_low": low,
        "conf_high": high,
        "effect": effect_words(float(estimate.effect.difference.estimate), low, high),
        "verdict": verdict,
        "verdict_words": VERDICT_WORDS[verdict],
        "changes": declared is not None and verdict != declared,
        "status": "ok",
    }


def _forgotten(own: Trial, min_cell: int) -> list[SensitivityRow]:
    found = forgotten(own) if own.n_applicants >= min_cell else None
    if found is None:
        return []
    blank = _row(str(found["words"]), replace(own, test=None), None, min_cell)
    changes = found["share"] is not None
    return [blank.having(verdict="inconclusive", verdict_words="below the margin", status="ok", changes=changes)]
