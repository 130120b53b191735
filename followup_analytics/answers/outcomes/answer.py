"""What became of a cohort: who interviewed, who advanced, who was offered a post, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.curves.exits import (
    EVENTS,
    DayCurve,
    check_cluster,
    day_curve,
    exits,
    wider_limits,
)
from followup_analytics.answers.outcomes.compared import CohortComparison
from followup_analytics.answers.outcomes.comparison import compare_cohorts
from followup_analytics.answers.outcomes.destinations import destination_rates
from followup_analytics.answers.outcomes.result import DIFFERENCES, HORIZON, CohortOutcomes, CohortRow
from followup_analytics.cells.counted import episodes
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked
from followup_analytics.log.followup_log import FollowUpLog, Note, require_column
from followup_analytics.log.recording import NOT_RECORDED, recording_notes
from followup_analytics.log.shared_words import MISSING
from followup_analytics.results.disclosure import (
    Disclosed,
    Disclosure,
    DisclosurePolicy,
    disclose,
    is_hidden,
    n_applicants_of,
    policy_of,
    require_enough,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope
from followup_analytics.results.values import finite
from followup_analytics.statistics import Jackknife, presentation_badge
from followup_analytics.statistics.incidence import incidence_limits, quantile_limits, quantile_of

FloatArray = NDArray[np.float64]

#: Medians are looked for within a year; a later answer is none that a term's report waits for.
LONGEST = 365

_ESTIMATE = ("estimate", "conf_low", "conf_high")


def cohort_outcomes(
    log: FollowUpLog,
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
    log = scope(log, cohort, policy)
    check_cluster(cluster)
    by = asked(by).column
    people, interviews = members(log, by)
    require_enough(n_applicants_of(people), policy)
    groups = _in_order(people["group"])
    if against is not None and against not in groups:
        raise UsageError(f"--against: nobody belongs to {against!r} of {by}.")
    rows = [_group_row(group, people, interviews, cluster) for group in groups]
    if not log.outcomes_recorded:
        rows = [row.having(**_OF_OUTCOMES, status="not_estimable", reason=NOT_RECORDED) for row in rows]
    with_destinations = (
        log.applicants is not None and log.applicants["destination"].null_count() < log.applicants.height
    )
    if with_destinations and log.applicants is not None:
        rows = [row.having(**destination_rates(log.applicants, people, row.group, policy)) for row in rows]
    shown = disclose(rows, policy, sizes=[row.size for row in rows], members=partial(_members, interviews, groups))
    compared: dict[str, CohortComparison] = {}
    if against is not None:
        compared = _compared(log, by, against, shown, policy, cluster)
        shown = shown.each(lambda row: row.having(**_difference(compared.get(row.group)), against=against))
    return CohortOutcomes(
        rows=shown,
        counts=LogCounts.of(log),
        notes=(
            *log.notes,
            *recording_notes(log, min_cell=policy.min_cell),
            *_notes(log, by, shown, with_destinations=with_destinations),
        ),
        native=log.native,
        extra={"comparison": {name: _told(one) for name, one in compared.items()}} if against else {},
        by=by,
        against=against,
        with_destinations=with_destinations,
        interviews=interviews,
    )


#: What of a group's row is read off outcomes.
_OF_OUTCOMES: dict[str, Any] = dict.fromkeys(
    (
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
)


def _members(interviews: pl.DataFrame, groups: Sequence[str]) -> pl.DataFrame:
    """How many interviews each applicant has in each group."""
    places = {group: place for place, group in enumerate(groups)}
    found = interviews.group_by("group", person="applicant_id").agg(units=pl.len())
    return found.select("person", "units", place=pl.col("group").replace_strict(places, return_dtype=pl.Int64))


def members(log: FollowUpLog, by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who belongs to which group.

    Where applicants have the column, it decides for them and for their interviews; else the interview's own value does.

    Returns:
        People (applicant_id, group, one row each pair) and interviews (exits for ``advanced``, with group and offer).

    Raises:
        UsageError: for a column that neither table has.
    """
    has = log.applicants is not None and by in log.applicants.columns
    if not has or by in log.interviews.columns:
        require_column(log, by, "--by")
    table = (
        log.applicants.select("applicant_id", own=pl.col(by).cast(pl.String))
        if has and log.applicants is not None
        else None
    )
    rows = exits(log, "advanced")
    decided = episodes(log, "advanced")["response_kind"]
    rows = rows.with_columns(offer=(decided == "offer").fill_null(value=False))
    group = (
        log.interviews[by].cast(pl.String)
        if by in log.interviews.columns
        else pl.Series([None] * rows.height, dtype=pl.String)
    )
    rows = rows.with_columns(group=group)
    if table is not None:
        rows = rows.join(table, on="applicant_id", how="left", maintain_order="left")
        rows = rows.with_columns(group=pl.coalesce("own", "group")).drop("own")
    rows = rows.with_columns(pl.col("group").fill_null(MISSING))
    people = rows.select("applicant_id", "group").unique()
    if table is not None:
        # A member of the roster without a group of its own is where its interviews are, if it has any.
        rest = table.filter(
            pl.col("own").is_not_null() | ~pl.col("applicant_id").is_in(people["applicant_id"].implode())
        )
        people = pl.concat([people, rest.select("applicant_id", group=pl.col("own").fill_null(MISSING))]).unique()
    return people.sort("group", "applicant_id"), rows


def _in_order(groups: pl.Series) -> list[str]:
    return sorted(groups.unique(), key=lambda name: (name == MISSING, name))


def _group_row(group: str, people: pl.DataFrame, interviews: pl.DataFrame, cluster: str) -> CohortRow:
    mine = people.filter(pl.col("group") == group)
    rows = interviews.filter(pl.col("group") == group)
    # Whoever has no interview is in no estimate: where some have one, they are whom the numbers are about.
    with_interview = rows["applicant_id"].n_unique()
    counts: dict[str, Any] = {
        "group": group,
        "n_graduates": mine.height,
        "n_with_interview": with_interview,
        "n_with_offer": rows.filter("offer")["applicant_id"].n_unique(),
        "n_advanced": rows.filter(pl.col("cause") == 1).height,
        "n_offers": int(rows["offer"].sum()),
        "n_interviews": rows.height,
        "n_applicants": with_interview,
        "n_events": rows.filter((pl.col("cause") == 1) & (pl.col("day") <= HORIZON)).height,
    }
    if rows.height == 0:
        unknown: dict[str, Any] = {name: None for name in CohortRow.hidden_with_row() if name not in counts}
        reason = "Nobody in this group has an interview in the log."
        return CohortRow(**counts, **unknown, status="not_estimable", reason=reason)
    return CohortRow(**counts, **_estimate(rows, cluster), **_days(rows, cluster))


def _limits(curve: DayCurve, cluster: str) -> tuple[FloatArray, FloatArray]:
    """Limits of a curve, shape (K, M) each; with employers as clusters too, the wider of the two."""

    def limits(found: Jackknife) -> tuple[FloatArray, FloatArray]:
        return incidence_limits(found, curve.n_interviews, cluster_size=curve.cluster_size)

    own = limits(curve.jackknife)
    return own if cluster == "applicant" else wider_limits(own, limits(curve.by_employer()))


def _estimate(rows: pl.DataFrame, cluster: str) -> dict[str, Any]:
    """Share of interviews that advanced by day 30, with its badge."""
    curve = day_curve(rows, EVENTS["advanced"], HORIZON)
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


def _days(rows: pl.DataFrame, cluster: str) -> dict[str, Any]:
    """Median days to an advance and to an offer (then another advance competes), and those of half that happened."""
    out: dict[str, Any] = {}
    horizon = int(np.clip(rows["day"].max() or 0, 0, LONGEST))  # type: ignore[arg-type]
    offers = rows.with_columns(cause=pl.when("offer").then(1).when(pl.col("cause") == 1).then(5).otherwise("cause"))
    for what, part, events, half in (
        ("advanced", rows, EVENTS["advanced"], "half_of_advances_by_day"),
        ("offer", offers, (*EVENTS["advanced"], "further round"), "half_of_offers_by_day"),
    ):
        curve = day_curve(part, events, horizon)
        low, high = _limits(curve, cluster)
        days, estimate = curve.days.astype(np.float64), curve.curve.estimate[0]
        out[f"median_days_to_{what}"] = finite(quantile_of(days, estimate, 0.5))
        ends = quantile_limits(days, low[0], high[0], 0.5)
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


def _notes(log: FollowUpLog, by: str, rows: Sequence[CohortRow], *, with_destinations: bool) -> list[Note]:
    notes = []
    if log.applicants is None:
        notes.append(
            Note(
                "no_roster",
                "Graduates are those with an interview in the log: no table of applicants says who else there is.",
            )
        )
    elif by not in log.applicants.columns:
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
