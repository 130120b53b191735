"""Run all claims on a log side by side, and keep of each what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.statistics.threads import one_thread_each

#: What is kept of a trial, or of all trials of a claim.
Kept = TypeVar("Kept")


def run_all(
    claims: Sequence[Claim],
    context: Context,
    keep: Callable[[Trial], Kept],
    *,
    progress: Callable[[str], None] | None = None,
) -> tuple[Kept, ...]:
    """Run all claims on both cores; the answer does not depend on how many there are.

    Args:
        claims: the claims; context: the log.
        keep: what to keep of each trial, of which the rest is let go: a trial knows every decision of every person.
        progress: told of each claim when it is done.
    """
    return work_on_all(claims, context, lambda claim: keep(run_trial(claim, context)), progress=progress)


def work_on_all(
    claims: Sequence[Claim],
    context: Context,
    work: Callable[[Claim], Kept],
    *,
    progress: Callable[[str], None] | None = None,
) -> tuple[Kept, ...]:
    """Do the same work on all claims, on both cores (see `run_all`)."""

    def done(claim: Claim) -> Kept:
        made = work(claim)
        if progress is not None:
            progress(claim.id)
        return made

    if context.histories.interviews:
        context.prepare(claims)
    with one_thread_each(), ThreadPoolExecutor(max_workers=2) as pool:
        return tuple(pool.map(done, claims))
