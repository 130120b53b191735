"""What became of a cohort: who interviewed, who advanced, who was offered a post, and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.curves.exits import EVENTS, DayCurve, check_cluster, wider_limits
from followup_analytics.answers.curves.in_parts import added_facts, day_curves, day_times, facts_of, in_order
from followup_analytics.answers.outcomes.compared import CohortComparison
from followup_analytics.answers.outcomes.comparison import compare_cohorts
from followup_analytics.answers.outcomes.destinations import destination_rates
from followup_analytics.answers.outcomes.in_parts import (
    Group,
    Members,
    added_groups,
    advances,
    all_members,
    groups_in,
    groups_of,
    interviews_of,
    members_of_part,
    n_people,
    offers,
)
from followup_analytics.answers.outcomes.result import DIFFERENCES, HORIZON, CohortOutcomes, CohortRow
from followup_analytics.answers.whole import counts_of, notes_on_recording, whole_log
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.subsets import require_column
from followup_analytics.log.unrecorded import NOT_RECORDED, without_outcomes
from followup_analytics.parted.parted_log import unrecorded_in_parts
from followup_analytics.results.disclosure import (
    Disclosed,
    Disclosure,
    DisclosurePolicy,
    disclose,
    is_hidden,
    policy_of,
    require_enough,
)
from followup_analytics.results.values import finite
from followup_analytics.statistics import Jackknife, presentation_badge
from followup_analytics.statistics.incidence import incidence_limits, quantile_limits, quantile_of

if TYPE_CHECKING:
    from followup_analytics.parted.parted_log import PartedLog
    from followup_analytics.parted.spread import Spread

FloatArray = NDArray[np.float64]

#: Medians are looked for within a year; a later answer is none that a term's report waits for.
LONGEST = 365

_ESTIMATE = ("estimate", "conf_low", "conf_high")


def cohort_outcomes(
    log: FollowUpLog | PartedLog,
    *,
    by: str = "cohort",
    against: str | None = None,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    cluster: str = "applicant",
    seed: int = 0,  # noqa: ARG001 - every command takes a seed; nothing is drawn here
) -> CohortOutcomes:
    """Count graduates, interviews, advances and offers of each group, and how soon they came.

    Days come from the incidence, never from a mean of those that happened to be seen: the median is the first day by
    whose end half of all interviews had advanced (rejection, filled, withdrawn compete; the end of the record censors).

    Args:
        log: the log; with a table of applicants a group's graduates include those without interviews.
        by: column of the interviews or of the applicants.
        against: value of ``by`` to which every other group is compared, raw and for the same mix.
        cohort: only this cohort of the log, or these; None: all of it.
        min_cell: fewest applicants that a shown row may be about. disclosure: the policy, its name or its file.
        cluster: applicant, or employer to let each interval be the wider of the two clusterings.
        seed: taken for uniformity; nothing is drawn.

    Returns:
        A CohortOutcomes (see there for its columns and their units), one row per group.

    Raises:
        UsageError: for an unknown column, cohort or clustering.
        WithheldError: when every group is about too few applicants.

    Example:
        >>> [(row.group, row.n_with_interview, row.n_advanced) for row in cohort_outcomes(log).rows]
        [('autumn 2024', 60, 58), ('autumn 2025', 49, 53)]
    """
    policy = policy_of(disclosure, min_cell)
    whole = whole_log(log, cohort, policy)
    check_cluster(cluster)
    by = asked(by).column
    _require_by(whole, by)
    parts = whole.logs.map(partial(members_of_part, by)).kept()
    found = in_order(added_groups(list(parts.map(groups_of))))
    require_enough(sum(parts.map(n_people)), policy)
    if against is not None and against not in found:
        raise UsageError(f"--against: nobody belongs to {against!r} of {by}.")
    rows = [_without_days_of_few(row, policy) for row in _group_rows(parts, found, cluster)]
    if not whole.outcomes_recorded:
        rows = [without_outcomes(row, _OF_OUTCOMES, NOT_RECORDED) for row in rows]
    with_destinations = any(one.n_known for one in found.values())
    if with_destinations:
        rows = [row.having(**destination_rates(found[row.group].destinations, policy)) for row in rows]
    in_rows = partial(all_members, parts, {group: place for place, group in enumerate(found)})
    shown = disclose(rows, policy, sizes=[row.size for row in rows], members=in_rows)
    lacking = unrecorded_in_parts(whole, partial(groups_in, by))
    shown = shown.each(
        lambda row: without_outcomes(row, _OF_OUTCOMES) if row.group in lacking and not is_hidden(row) else row
    )
    compared: dict[str, CohortComparison] = {}
    if against is not None:
        compared = _compared(whole.single, by, against, shown, policy, cluster)
        shown = shown.each(lambda row: row.having(**_difference(compared.get(row.group)), against=against))
    return CohortOutcomes(
        rows=shown,
        counts=counts_of(whole),
        notes=(
            *whole.notes,
            *notes_on_recording(whole, min_cell=policy.min_cell),
            *_notes(whole, by, shown, with_destinations=with_destinations),
        ),
        native=whole.native,
        extra={"comparison": {name: _told(one) for name, one in compared.items()}} if against else {},
        by=by,
        against=against,
        with_destinations=with_destinations,
        interviews=next(iter(parts)).interviews if whole.one is not None else None,
    )


#: What of a group's row is read off outcomes.
_OF_OUTCOMES = (
    "n_with_offer",
    "n_advanced",
    "n_offers",
    "n_events",
    *_ESTIMATE,
    "half_of_advances_by_day",
    "half_of_offers_by_day",
    "median_days_to_advanced",
    "median_days_to_advanced_low",
    "median_days_to_advanced_high",
    "median_days_to_offer",
    "median_days_to_offer_low",
    "median_days_to_offer_high",
)


def _require_by(whole: PartedLog, by: str) -> None:
    """Refuse a column that neither interviews nor applicants have."""
    if not (whole.has_applicants and by in whole.held("applicants").columns):
        require_column(whole, by, "--by")


def _group_rows(parts: Spread[Members], found: Mapping[str, Group], cluster: str) -> list[CohortRow]:
    """A row for each group: its counts, the share that advanced, and the days to an advance and to an offer."""
    longest = int(np.clip(max(one.last for one in found.values()), HORIZON, LONGEST))
    days = np.arange(longest + 1, dtype=np.int64)
    exits = parts.map(interviews_of).kept()
    curves = []
    for choose, events in ((advances, EVENTS["advanced"]), (offers, (*EVENTS["advanced"], "further round"))):
        times = day_times(longest, len(events))
        facts = added_facts(list(exits.map(partial(facts_of, choose, days, times))))
        curves.append(day_curves(exits, choose, facts, events, longest, by_employer=cluster == "employer"))
    advance, offer = curves
    return [_group_row(name, one, advance.get(name), offer.get(name), cluster) for name, one in found.items()]


def _group_row(name: str, group: Group, advance: DayCurve | None, offer: DayCurve | None, cluster: str) -> CohortRow:
    counts: dict[str, Any] = {
        "group": name,
        "n_graduates": group.n_graduates,
        "n_with_interview": group.n_with_interview,
        "n_with_offer": group.n_with_offer,
        "n_advanced": group.n_advanced,
        "n_offers": group.n_offers,
        "n_interviews": group.n_interviews,
        "n_applicants": group.n_with_interview,
        "n_events": group.n_events,
    }
    if advance is None or offer is None:
        unknown: dict[str, Any] = {name: None for name in CohortRow.hidden_with_row() if name not in counts}
        reason = "Nobody in this group has an interview in the log."
        return CohortRow(**counts, **unknown, status="not_estimable", reason=reason)
    last = int(np.clip(group.last, 0, LONGEST))
    return CohortRow(**counts, **_estimate(advance, cluster), **_days(advance, offer, last, cluster))


def _without_days_of_few(row: CohortRow, policy: DisclosurePolicy) -> CohortRow:
    """The row without the day by which half of a few had theirs: of one offer it is the day of a person."""
    few = {
        half: None
        for half, n in (("half_of_advances_by_day", row.n_advanced), ("half_of_offers_by_day", row.n_offers))
        if policy.hides and n is not None and n < policy.min_cell
    }
    return row.having(**few) if few else row


def _limits(curve: DayCurve, cluster: str) -> tuple[FloatArray, FloatArray]:
    """Limits of a curve, shape (K, M) each; with employers as clusters too, the wider of the two."""

    def limits(found: Jackknife) -> tuple[FloatArray, FloatArray]:
        return incidence_limits(found, curve.n_interviews, cluster_size=curve.cluster_size)

    own = limits(curve.jackknife)
    return own if cluster == "applicant" else wider_limits(own, limits(curve.by_employer()))


def _estimate(curve: DayCurve, cluster: str) -> dict[str, Any]:
    """Share of interviews that advanced by day 30, with its badge."""
    low, high = _limits(curve, cluster)
    values = [float(v[0, HORIZON]) for v in (curve.curve.estimate, low, high)]
    if not curve.known[HORIZON]:
        return dict.fromkeys(_ESTIMATE) | {
            "status": "not_estimable",
            "reason": f"Nobody was observed for {HORIZON} days.",
        }
    se = float(curve.jackknife.se[0, HORIZON])
    effective = values[0] * (1 - values[0]) / se**2 if se > 0 else None
    badge = presentation_badge(*values, n=curve.n_interviews, n_effective=effective, df=curve.n_applicants - 1)
    named = dict(zip(_ESTIMATE, map(finite, values), strict=True))
    return named | {"status": badge.status, "reason": badge.reason}


def _days(advance: DayCurve, offer: DayCurve, last: int, cluster: str) -> dict[str, Any]:
    """Median days to an advance and to an offer (then another advance competes), and those of half that happened.

    last: the day of the group's last exit, beyond which nothing of it is known.
    """
    out: dict[str, Any] = {}
    for what, curve, half in (
        ("advanced", advance, "half_of_advances_by_day"),
        ("offer", offer, "half_of_offers_by_day"),
    ):
        low, high = _limits(curve, cluster)
        days, estimate = curve.days[: last + 1].astype(np.float64), curve.curve.estimate[0, : last + 1]
        out[f"median_days_to_{what}"] = finite(quantile_of(days, estimate, 0.5))
        ends = quantile_limits(days, low[0, : last + 1], high[0, : last + 1], 0.5)
        out[f"median_days_to_{what}_low"], out[f"median_days_to_{what}_high"] = (finite(end) for end in ends)
        out[half] = finite(quantile_of(days, estimate / estimate[-1], 0.5)) if estimate[-1] > 0 else None
    return out


def _compared(
    log: FollowUpLog, by: str, against: str, shown: Disclosed[CohortRow], policy: DisclosurePolicy, cluster: str
) -> dict[str, CohortComparison]:
    if by not in log.interviews.columns:
        return {}
    visible = {row.group for row in shown if not is_hidden(row) and row.n_with_interview}
    known = set(log.interviews[by].cast(pl.String).fill_null(MISSING))
    if against not in visible & known:
        return {}
    return {
        group: compare_cohorts(log, group, against, by=by, horizon=HORIZON, disclosure=policy, cluster=cluster)
        for group in sorted(visible & known - {against})
    }


def _difference(compared: CohortComparison | None) -> dict[str, float | None]:
    if compared is None:
        return dict.fromkeys(DIFFERENCES)
    row = next(row for row in compared.rows if row.outcome == "advanced")
    return {
        "difference": row.estimate,
        "difference_low": row.conf_low,
        "difference_high": row.conf_high,
        "difference_standardised": row.standardised,
        "difference_standardised_low": row.standardised_low,
        "difference_standardised_high": row.standardised_high,
    }


def _told(compared: CohortComparison) -> dict[str, Any]:
    return {"differences": [dict(row) for row in compared.rows], "mix": [dict(row) for row in compared.mix]}


def _notes(log: PartedLog, by: str, rows: Sequence[CohortRow], *, with_destinations: bool) -> list[Note]:
    notes = []
    if not log.has_applicants:
        notes.append(
            Note(
                "no_roster",
                "Graduates are those with an interview in the log: no table of applicants says who else there is.",
            )
        )
    elif by not in log.held("applicants").columns:
        notes.append(
            Note("no_group_in_roster", f"Applicants have no column {by!r}: those without interviews are in no group.")
        )
    if with_destinations:
        notes.append(
            Note(
                "nace",
                "Knowledge rate: destination known, of all graduates. Career outcomes rate: employed, service, "
                "military or continuing education, of these and those still seeking; its bounds count all unknown as "
                "seeking, or as settled.",
            )
        )
    told = [row for row in rows if not is_hidden(row)]
    if with_destinations and any(row.knowledge_rate is None or row.career_outcomes_rate is None for row in told):
        notes.append(
            Note(
                "destinations_hidden",
                "Rates of destinations are left out where they would tell how many of a few applicants are unknown, "
                "seeking or not seeking.",
            )
        )
    return notes
