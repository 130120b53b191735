"""Sensitivity: what would have to be different for a verdict to change, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from followup_analytics.claims.catalogue import choose_catalogue, find_claim
from followup_analytics.claims.context import Context
from followup_analytics.claims.covariates import columns_of
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.estimates import USUAL, Estimate, Options, effect_between
from followup_analytics.claims.finding import Finding, finding_of
from followup_analytics.claims.histories import Histories
from followup_analytics.claims.imputation import imputed_trial
from followup_analytics.claims.judging import judge
from followup_analytics.claims.running import run_all
from followup_analytics.claims.tipping import forgotten
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.claims.verdict import test_difference
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import HIDDEN_REASON, Disclosure, disclosed_except, policy_of, require_enough
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.statistics.threads import one_thread_each

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
    verdict: str = col.column("text", "", "The verdict that it leads to.", role="estimate")
    verdict_words: str = col.column("text", "Verdict then", "The same in words.", role="estimate")
    changes: bool = col.column("bool", "Changes it", "Whether the verdict is another one.", role="estimate")
    status: str = col.status(default="ok")

    in_table = ("change", "effect", "verdict_words", "changes")


@dataclass(frozen=True, repr=False)
class SensitivityResult(Result):
    """One claim under other choices, a SensitivityRow each: what it gives, and the verdict it leads to."""

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
    adjust_only: str | Sequence[str] | None = None,
    cluster: str | None = None,
    entry: str | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    progress: Callable[[str], None] | None = None,
) -> SensitivityResult:
    """Run a claim under other horizons, margins, orders within a day, weights, covariates and clusters.

    Verdicts are by the whole rule: the other claims of the family stay as they are in this log, so that "as declared"
    is the claim's verdict. The last rows count forgotten attempts: how many without an answer, never written down,
    would undo the difference. Arguments as in `test_claims`.

    Raises UsageError for an unknown claim, WithheldError for too small a log.
    """
    policy = policy_of(disclosure, min_cell)
    least = policy.min_cell
    require_enough(log.n_applicants, policy)
    catalogue = choose_catalogue(claims)
    one = find_claim(catalogue, claim)
    context = Context.of(
        log,
        catalogue.claims,
        columns_of(adjust),
        only=None if adjust_only is None else columns_of(adjust_only),
        cluster=cluster,
        min_cell=least,
        entry=entry,
    )
    family = _Family.of(catalogue, one, context, least)
    own = run_trial(one, context)
    rows = [family.row("as declared", own, None)]
    with one_thread_each():
        for words, trial in _changed(one, context, own):
            rows.append(family.row(words, trial, rows[0].verdict))
            if progress is not None:
                progress(words)
    rows += _forgotten(family, own)
    return SensitivityResult(
        rows=disclosed_except(rows, (), policy), counts=LogCounts.of(log), notes=log.notes, native=log.native
    )


def _changed(claim: Claim, context: Context, own: Trial) -> Iterator[tuple[str, Trial]]:
    for factor in _HORIZONS:
        horizon = max(claim.window, round(claim.horizon * factor))
        yield f"horizon {horizon} days in place of {claim.horizon}", _run(replace(claim, horizon=horizon), context)
    for margin in _MARGINS:
        if margin != claim.margin:
            yield f"margin {100 * margin:g} in 100", _judged_by(replace(claim, margin=margin), own)
    for words, shifted in (("responses", True), ("attempts", False)):
        moved = replace(context, histories=_reorder(context.histories, answers_first=shifted))
        yield f"within a day {words} come first, whatever the times say", _run(claim, moved)
    if own.estimate is not None:
        for share in (0.95, 0.99):
            options = Options(cap=_percentile(own.estimate, share))
            yield f"weights cut at their {100 * share:.0f}th percentile", _run(claim, context, options)
        yield "weights not balanced", _run(claim, context, Options(balanced=False))
        products = not own.estimate.contrast.products
        words = "products of pairs adjusted for" if products else "no products of pairs adjusted for"
        yield words, _run(claim, context, Options(products=products))
        yield from _other_ends(claim, context, own)
    for name in own.adjusted:
        yield f"{name.replace('_', ' ')} not adjusted for", _run(claim, replace(context, leave_out=(name,)))
    filled = imputed_trial(claim, context, own)
    if filled is not None:
        yield "what is missing of self-rating and referral filled in ten times", filled
    if not context.log.interviews["employer"].is_null().all():
        for kind, kinds in _KINDS.items():
            if context.clusters.kinds != kinds:
                yield f"clustered on the {' and '.join(kinds)}", _run(claim, replace(context, cluster=kind))


def _judged_by(claim: Claim, own: Trial) -> Trial:
    """The trial under another margin: the same numbers, another test."""
    test = None if own.test is None or own.estimate is None else test_difference(claim, own.estimate.effect.tested)
    return replace(own, claim=claim, test=test)


def _other_ends(claim: Claim, context: Context, own: Trial) -> Iterator[tuple[str, Trial]]:
    """Records that end early, weighted for by what was known, and at their worst for the claim and against it."""
    if own.estimate is None or own.test is None or own.estimate.complete.all():
        return
    yield "ends of records weighted for by what was known", _run(claim, context, Options(ends="covariates"))
    none, all_of_them = (_run(claim, context, Options(ends=ends)).estimate for ends in ("none", "event"))
    if none is None or all_of_them is None:
        return
    for first, second, one, other in (("none", "all", none, all_of_them), ("all", "none", all_of_them, none)):
        effect = effect_between(one, other)
        estimate = replace(own.estimate, effect=effect)
        words = f"of those whose record ends early {first} under the strategy have it, {second} under the alternative"
        yield words, replace(own, estimate=estimate, test=test_difference(claim, effect.tested))


_KINDS = {"applicant": ("applicant",), "employer": ("employer",), "both": ("applicant", "employer")}


def _run(claim: Claim, context: Context, options: Options = USUAL) -> Trial:
    return run_trial(claim, context, options=options)


def _percentile(estimate: Estimate, share: float) -> float:
    weights = np.concatenate([arm.weight[arm.compliant()] for arm in estimate.arms])
    return float(np.quantile(weights, share)) if len(weights) else float("inf")


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


@dataclass(frozen=True)
class _Family:
    """The claims that one is judged among, as this log has them."""

    findings: tuple[Finding, ...]
    context: Context
    min_cell: int

    @classmethod
    def of(cls, catalogue: Catalogue, one: Claim, context: Context, min_cell: int) -> _Family:
        keep = partial(finding_of, context=context, min_cell=min_cell, bare=True)
        others = [claim for claim in catalogue.claims if claim.id != one.id]
        return cls(run_all(others, context, keep), context, min_cell)

    def row(self, words: str, trial: Trial, declared: str | None) -> SensitivityRow:
        """A change with the verdict that the whole rule gives then."""
        finding = finding_of(trial, self.context, self.min_cell, bare=True)
        judged = judge([*self.findings, finding], self.context, self.min_cell)[-1]
        verdict = judged["verdict"]
        shown = ("claim", "n_interviews", "n_applicants", "n_events", "estimate", "conf_low", "conf_high", "effect")
        told = verdict == "not_testable" and judged["status"] == "not_estimable"
        return SensitivityRow(
            change=words,
            **{name: judged[name] for name in shown},
            reason=judged["reason"] if told else None,
            verdict=verdict,
            verdict_words=VERDICT_WORDS[verdict],
            changes=declared is not None and verdict != declared,
            status=judged["status"],
        )


def _forgotten(family: _Family, own: Trial) -> list[SensitivityRow]:
    found = forgotten(own) if own.n_applicants >= family.min_cell else None
    if found is None:
        return []
    blank = family.row(str(found["words"]), replace(own, estimate=None, test=None), None)
    return [
        blank.having(
            verdict="inconclusive",
            verdict_words="below the margin",
            status="ok",
            reason=None,
            changes=found["share"] is not None,
        )
    ]
