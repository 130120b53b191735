"""Test the claims on a log: gates before estimates, one family for all, a verdict each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack, overload

import polars as pl

from followup_analytics.claims.by_group import GroupedClaimsResult
from followup_analytics.claims.catalogue import choose_catalogue, chosen_claims
from followup_analytics.claims.context import Context
from followup_analytics.claims.covariates import columns_of
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.finding import finding_of
from followup_analytics.claims.grouped_answer import answer_by_group, registered
from followup_analytics.claims.judging import judge
from followup_analytics.claims.notes import notes_on_claims
from followup_analytics.claims.registration import Choices, why_post_hoc
from followup_analytics.claims.released import each_once, units_of
from followup_analytics.claims.result import ClaimRow, ClaimsResult
from followup_analytics.claims.running import run_all
from followup_analytics.claims.trace import intervals_behind, interviews_behind
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.results.disclosure import (
    Disclosure,
    Units,
    disclosed_except,
    policy_of,
    require_enough,
    with_coarse_sizes,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope


class _Options(TypedDict, total=False):
    """The arguments of `test_claims` that are the same whether or not groups are asked for."""

    claim: str | Sequence[str] | None
    claims: str | Path | Catalogue | None
    adjust: str | Sequence[str] | None
    cohort: str | Sequence[str] | None
    adjust_only: str | Sequence[str] | None
    cluster: str | None
    entry: str | None
    min_cell: int | None
    disclosure: Disclosure
    seed: int
    registration: str | Path | None
    progress: Callable[[str], None] | None


@overload
def test_claims(
    log: FollowUpLog,
    *,
    by: None = None,  # noqa: PT028 - no test, whatever its name
    **options: Unpack[_Options],
) -> ClaimsResult: ...
@overload
def test_claims(log: FollowUpLog, *, by: str, **options: Unpack[_Options]) -> GroupedClaimsResult: ...
@overload
def test_claims(
    log: FollowUpLog, *, by: str | None, **options: Unpack[_Options]
) -> ClaimsResult | GroupedClaimsResult: ...
def test_claims(
    log: FollowUpLog,
    *,
    claim: str | Sequence[str] | None = None,  # noqa: PT028 - no test, whatever its name
    claims: str | Path | Catalogue | None = None,  # noqa: PT028
    by: str | None = None,  # noqa: PT028
    adjust: str | Sequence[str] | None = None,  # noqa: PT028
    cohort: str | Sequence[str] | None = None,  # noqa: PT028
    adjust_only: str | Sequence[str] | None = None,  # noqa: PT028
    cluster: str | None = None,  # noqa: PT028
    entry: str | None = None,  # noqa: PT028
    min_cell: int | None = None,  # noqa: PT028
    disclosure: Disclosure = None,  # noqa: PT028
    seed: int = 0,  # noqa: PT028
    registration: str | Path | None = None,  # noqa: PT028
    progress: Callable[[str], None] | None = None,  # noqa: PT028
) -> ClaimsResult | GroupedClaimsResult:
    """Give a verdict on every piece of advice that a log can speak to.

    Args:
        log: the follow-up log.
        claim: show this claim alone, or these; each is judged in the family of all claims all the same.
        claims: a catalogue file of the user's own (or a Catalogue), tested in place of the package's, a family of
            its own.
        by: a column of the interviews: a verdict in each of its groups, all groups and claims one family, and of each
            claim a test of whether its effect differs between them, these tests a family of their own.
        adjust: a further column of the interviews to adjust every claim for, or several; times count as numbers.
        adjust_only: adjust for these alone, in place of what claims name and of what every log holds.
        cohort: only this cohort of the log, or these; None: all of it.
        cluster: what hangs together, for the errors: applicant, employer or both; by default both where the employer is
            recorded for most interviews.
        entry: a column of the interviews with the time at which each record begins, where that is after the interview
            (left truncation): whose story was over before is in no risk set.
        min_cell: nothing is shown about fewer applicants (10, or what `disclosure` says: a policy, its name or file).
        seed: accepted for uniformity; nothing here is drawn at random.
        registration: a preregistration of the claims' file; verdicts are marked post hoc where it does not fit.
        progress: told of each claim when it is done.

    Returns:
        One row a claim, in the order of the catalogue: verdict, estimate, label and reason, see `ClaimsResult`;
        with `by` one row a claim and group, see `GroupedClaimsResult`.

    Raises:
        WithheldError: the log has fewer than `min_cell` applicants.
        UsageError: no such claim, or no such column in `adjust`, `by` or `entry`.
        DataError, UnreadableError: the file of claims.

    Example:
        >>> found = test_claims(log, claim="follow-up-at-all").rows[0]
        >>> found.verdict, found.estimate, found.label
        ('inconclusive', 0.32, 'causal under stated assumptions')
    """
    policy = policy_of(disclosure, min_cell)
    min_cell = policy.min_cell
    log = scope(log, cohort, policy)
    del seed
    require_enough(log.n_applicants, policy)
    catalogue = choose_catalogue(claims)
    shown = chosen_claims(catalogue, claim)
    columns = columns_of(adjust)
    if adjust is not None and adjust_only is not None:
        raise UsageError("adjust adds to what is adjusted for, adjust_only takes its place; give one of them.")
    make = partial(
        Context.of,
        log,
        adjust=columns,
        only=None if adjust_only is None else columns_of(adjust_only),
        cluster=cluster,
        min_cell=min_cell,
        entry=entry,
    )
    context = make(catalogue.claims)
    why = why_post_hoc(catalogue, registration, log.data_date, Choices(columns, context.only, cluster, entry))
    if by is not None:
        return answer_by_group(by, catalogue, shown, context, policy, why, progress)
    findings = run_all(
        catalogue.claims, context, partial(finding_of, context=context, min_cell=min_cell), progress=progress
    )
    rows = judge(findings, context, min_cell)
    wanted = {one.id for one in shown}
    kept = tuple(ClaimRow(**registered(row, why)) for row in rows if row["claim"] in wanted)
    return ClaimsResult(
        rows=disclosed_except([with_coarse_sizes(row) for row in kept], (), policy),
        counts=LogCounts.of(log),
        notes=notes_on_claims(log, findings, context, why or ""),
        native=log.native,
        extra={"catalogue": catalogue.told()},
        behind=partial(_behind, make, shown),
        told=partial(_released, make, shown),
    )


def _released(
    make: Callable[[Sequence[Claim]], Context], claims: Sequence[Claim], rows: Sequence[ClaimRow]
) -> tuple[Units, ...]:
    """A table for the ledger of releases for each claim."""
    context = make(claims)
    pairs = zip(claims, rows, strict=True)
    return each_once(units_of(f"claim {one.id}", one, context, {one.id: row}) for one, row in pairs)


def _behind(
    make: Callable[[Sequence[Claim]], Context], claims: Sequence[Claim], claim: str | None, *, by_interval: bool
) -> pl.DataFrame:
    """The interviews behind these claims or one of them, one after the other, or their intervals at risk."""
    context = make(claims)
    wanted = [one for one in claims if claim in (None, one.id)]
    if not wanted:
        raise UsageError(f"no claim is called {claim!r} in this answer; see its column claim.")
    rows = intervals_behind if by_interval else interviews_behind
    return pl.concat(run_all(wanted, context, partial(rows, context=context)))


test_claims.__test__ = False  # type: ignore[attr-defined]
