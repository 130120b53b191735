"""The answer on claims by group: every claim in every group one family, and the comparisons of groups another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.claims.by_group import (
    DIFFERS,
    NOT_COMPARED,
    NOT_TOLD,
    GroupClaimRow,
    GroupedClaimsResult,
    InteractionRow,
    interaction_words,
)
from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.groups import Grouped, Groups, run_by_group
from followup_analytics.claims.judging import downgrades, judge
from followup_analytics.claims.notes import notes_on_claims
from followup_analytics.claims.released import each_once, units_of
from followup_analytics.claims.running import work_on_all
from followup_analytics.claims.trace import interviews_behind
from followup_analytics.claims.trial import run_trial
from followup_analytics.claims.verdict import ALPHA
from followup_analytics.claims.words import with_more
from followup_analytics.errors import WithheldError
from followup_analytics.log.asked import in_frames
from followup_analytics.log.followup_log import Note
from followup_analytics.results.disclosure import (
    SUPPRESSED,
    DisclosurePolicy,
    Units,
    disclosed_except,
    hidden_row,
    is_hidden,
    rounded_extra,
    with_coarse_sizes,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.values import finite
from followup_analytics.statistics import holm
from followup_analytics.text import listed

#: Steps of the flow and shares of who was likely to do what: of all groups together they would give away a group's.
_COUNTED = ("flow", "overlap", "baseline", "unrecorded", "sample_ratio")
_FIELDS = tuple(one.name for one in GroupClaimRow.declared())


def registered(row: Mapping[str, Any], why: str | None) -> dict[str, Any]:
    """A row that says whether its verdict is post hoc, in its words too; `why`: as `why_post_hoc` has it."""
    words = f"{row['verdict_words']} (post hoc)" if why else row["verdict_words"]
    return {**row, "verdict_words": words, "post_hoc": None if why is None else bool(why)}


def answer_by_group(
    by: str,
    catalogue: Catalogue,
    shown: Sequence[Claim],
    context: Context,
    policy: DisclosurePolicy,
    why: str | None,
    progress: Callable[[str], None] | None,
) -> GroupedClaimsResult:
    """Test all claims in each group of a column and compare the groups (see `test_claims`); `why`: as above."""
    log = context.log
    groups = Groups.of(log, by, _FIELDS, policy)
    work = partial(run_by_group, context=context, groups=groups, policy=policy)
    found = work_on_all(catalogue.claims, context, work, progress=progress)
    findings = [finding for one in found for finding in one.findings]
    size = len(groups.names)
    hidden = {number * size + place for number, one in enumerate(found) for place in one.hidden}
    judged = judge(findings, context, policy.min_cell, hidden)
    compared = _interactions(catalogue.claims, found, downgrades(findings), size)
    wanted = {one.id for one in shown}
    rows: list[GroupClaimRow] = []
    for number, claim in enumerate(catalogue.claims):
        if claim.id not in wanted:
            continue
        mine = judged[number * size : (number + 1) * size]
        # Where a step of one group is of few, sizes by weights of all of them are told roughly.
        made = [_row(row, groups, place, compared[number], why) for place, row in enumerate(mine)]
        rough = any(_is_small(row) for row in mine)
        rows += [_uncounted(row, rough=rough) for row in made]
    if all(is_hidden(row) for row in rows):
        raise WithheldError.too_few(policy.min_cell)
    told = [one for one in compared if one.claim in wanted]
    return GroupedClaimsResult(
        rows=disclosed_except(rows, (), policy),
        counts=LogCounts.of(log),
        notes=(*notes_on_claims(log, findings, context, why or ""), _note(compared)),
        native=log.native,
        extra=rounded_extra({"catalogue": catalogue.told(), "interactions": told}, policy),
        by=groups.field,
        behind=partial(_behind, shown, context, groups),
        told=partial(_released, shown, context, groups),
    )


def _interactions(
    claims: Sequence[Claim], found: Sequence[Grouped], doubts: Mapping[int, str], size: int
) -> list[InteractionRow]:
    """Whether each claim's effect differs between its groups, one adjustment for all claims."""
    p = [float("nan") if one.test is None else one.test.p_value for one in found]
    made = []
    for number, (claim, one, p_value, adjusted) in enumerate(zip(claims, found, p, holm(p), strict=True)):
        doubt = next((doubts[at] for at in range(number * size, (number + 1) * size) if at in doubts), "")
        row: dict[str, Any] = {
            "claim": claim.id,
            "advice": claim.advice,
            "groups": list(one.compared),
            "verdict": NOT_COMPARED,
            "reason": "Fewer than two groups could be tested, so that there is nothing to compare.",
        }
        if one.test is not None and np.isfinite(p_value):
            verdict = DIFFERS if adjusted < ALPHA and not doubt else NOT_TOLD
            row |= {
                "verdict": verdict,
                "p_value": p_value,
                "p_adjusted": float(adjusted),
                "statistic": one.test.statistic,
                "df": one.test.df,
                "df_residual": one.test.df_residual,
                "reason": _why(verdict, one, doubt),
            }
            if one.test.apart is not None:
                low, high = (finite(float(limit)) for limit in one.test.apart.limits())
                row |= {"estimate": float(one.test.apart.estimate), "conf_low": low, "conf_high": high}
        elif one.test is not None:
            row["reason"] = "Too few clusters to compare so many groups."
        made.append(InteractionRow(**row))
    return made


def _why(verdict: str, one: Grouped, doubt: str) -> str:
    names = listed(list(one.compared), "and")
    if verdict == DIFFERS:
        return f"The effect is not the same in {names}, beyond chance among all claims compared."
    if doubt:
        return with_more(f"What differs between {names} may be what was not measured", [doubt])
    return (
        f"Between {names} the effect differs by no more than chance would bring, which is not to say that it doesn't."
    )


def _row(
    row: Mapping[str, Any], groups: Groups, place: int, compared: InteractionRow, why: str | None
) -> GroupClaimRow:
    """A claim in a group; of one whose groups were not found to differ it says so."""
    made = registered(row, why)
    key = {groups.field: groups.names[place]}
    if made["status"] == SUPPRESSED:
        return hidden_row(GroupClaimRow(**made, by=key))
    mine = groups.names[place] in compared.groups
    verdict = compared.verdict if mine else NOT_COMPARED
    if verdict == NOT_TOLD and made["verdict"] in ("supported", "contradicted"):
        made["reason"] = with_more(
            made["reason"],
            ["That it holds in this group is not to say that it holds less in others."],
        )
    return GroupClaimRow(
        **made,
        by=key,
        interaction=verdict,
        interaction_words=interaction_words(verdict, compared.p_adjusted),
        p_interaction=compared.p_value if mine else None,
        p_interaction_adjusted=compared.p_adjusted if mine else None,
    )


def _is_small(row: Mapping[str, Any]) -> bool:
    return any(step["status"] == SUPPRESSED for step in row["diagnostics"].get("flow") or ())


def _uncounted(row: GroupClaimRow, *, rough: bool) -> GroupClaimRow:
    """A row without the counts that, less than those of all groups together, would be another group's."""
    if not row.diagnostics:
        return row
    if rough:
        steps = [{"arm": one["arm"], "status": SUPPRESSED} for one in row.diagnostics.get("weights") or ()]
        row = with_coarse_sizes(row.having(diagnostics={**row.diagnostics, "flow": steps}))
    kept = {name: value for name, value in row.diagnostics.items() if name not in _COUNTED}
    return row.having(diagnostics=kept)


def _note(compared: Sequence[InteractionRow]) -> Note:
    number = sum(one.p_value is not None for one in compared)
    return Note(
        "interactions", "claims whose groups could be compared share one adjustment of their own (Holm)", number
    )


def _behind(shown: Sequence[Claim], context: Context, groups: Groups) -> pl.DataFrame:
    """The interviews behind the numbers, with their group: confidential."""

    def rows(claim: Claim) -> pl.DataFrame:
        made = []
        for place, name in enumerate(groups.names):
            found = interviews_behind(run_trial(claim, context, among=groups.number == place), context)
            made.append(found.insert_column(1, pl.lit(name).alias(in_frames(groups.column))))
        return pl.concat(made)

    return pl.concat(work_on_all(shown, context, rows))


def _released(
    shown: Sequence[Claim], context: Context, groups: Groups, rows: Sequence[GroupClaimRow]
) -> tuple[Units, ...]:
    """A table for the ledger of releases for each claim, with a row a group."""
    size = len(groups.names)
    made = []
    for place, claim in enumerate(shown):
        mine = dict(zip(groups.names, rows[place * size : (place + 1) * size], strict=True))
        made.append(units_of(f"claim {claim.id} by {groups.field}", claim, context, mine, groups.number))
    return each_once(made)
