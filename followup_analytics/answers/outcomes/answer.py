"""What became of a cohort: who interviewed, who advanced, who was offered a post, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.curves.exits import (
    EVENTS,
    MISSING,
    DayCurve,
    check_cluster,
    day_curve,
    exits,
    wider_limits,
)
from followup_analytics.answers.outcomes.compared import CohortComparison, points_told
from followup_analytics.answers.outcomes.comparison import compare_cohorts
from followup_analytics.answers.outcomes.destinations import destination_rates
from followup_analytics.cells.counted import episodes
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.followup_log import FollowUpLog, Note, require_column
from followup_analytics.results.disclosure import hide_rows, require_enough
from followup_analytics.results.result import Field, Kind, LogCounts, Result
from followup_analytics.statistics import Jackknife, presentation_badge
from followup_analytics.statistics.incidence import incidence_limits, quantile_limits, quantile_of
from followup_analytics.text import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
Row = dict[str, Any]

#: Day by whose end the share of interviews that advanced is given.
HORIZON = 30
#: So many groups are named in the sentence.
_MOST_TOLD = 6
#: Medians are looked for within a year; a later answer is none that a term's report waits for.
LONGEST = 365

_MEDIANS = tuple(f"median_days_to_{what}{end}" for what in ("advanced", "offer") for end in ("", "_low", "_high"))
_SHARES = ("half_of_advances_by_day", "half_of_offers_by_day")
_COUNTS = ("n_graduates", "n_with_interview", "n_with_offer", "n_advanced", "n_offers")
_RATES = (
    "knowledge_rate", "knowledge_rate_low", "knowledge_rate_high",
    "career_outcomes_rate", "career_outcomes_rate_low", "career_outcomes_rate_high",
)  # fmt: skip
_DIFFERENCES = (
    "difference", "difference_low", "difference_high",
    "difference_standardised", "difference_standardised_low", "difference_standardised_high",
)  # fmt: skip
_ESTIMATE = ("estimate", "conf_low", "conf_high", "n_interviews", "n_applicants", "n_events")
_MEASURES = (*_COUNTS, *_MEDIANS, *_SHARES, *_RATES, *_DIFFERENCES, *_ESTIMATE)


@dataclass(frozen=True, repr=False)
class CohortOutcomes(Result):
    """Outcomes of each group; ``estimate`` is the share of its interviews that advanced by day 30.

    Rows hold group (text), n_graduates, n_with_interview, n_with_offer (people), n_interviews, n_advanced, n_offers
    (interviews), n_applicants (people with an interview), n_events (interviews that advanced by day 30), estimate,
    conf_low, conf_high (share of interviews between 0 and 1, with 95% limits), median_days_to_advanced and
    median_days_to_offer with _low and _high (day by which half of all interviews had advanced, from incidence; 95%
    limits), half_of_advances_by_day, half_of_offers_by_day (day by which half of those that happened had), status,
    reason.

    With destinations: knowledge_rate, career_outcomes_rate (shares of graduates). Their ``_low`` and ``_high`` are
    bounds, not confidence limits: what the rate would be if all whose destination is unknown were seeking, or were all
    settled. With ``against``: difference, difference_standardised (shares, less the other cohort's), each with _low and
    _high (95% limits), against.
    """

    by: str = "cohort"
    against: str | None = None
    with_destinations: bool = False
    #: The interviews behind the counts (confidential): written by `trace` alone.
    interviews: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False)

    command: ClassVar[str] = "outcomes"
    title: ClassVar[str] = "Outcomes"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("group", "Group"),
        Field("n_graduates", "Graduates", "count"),
        Field("n_with_interview", "With an interview", "count"),
        Field("n_with_offer", "With an offer", "count"),
        Field("n_interviews", "Interviews", "count"),
        Field("n_advanced", "Advanced", "count"),
        Field("n_offers", "Offers", "count"),
        Field("estimate", "Advanced by day 30", "share"),
        Field("conf_low", "95% interval", "share_interval", upper="conf_high"),
        Field("median_days_to_advanced", "Median days to advance", "days"),
        Field("half_of_advances_by_day", "Half of those by day", "days"),
        Field("status", "Mark"),
    )
    destination_fields: ClassVar[tuple[Field, ...]] = (
        Field("knowledge_rate", "Knowledge rate", "share"),
        Field("career_outcomes_rate", "Career outcomes rate", "share"),
        Field("career_outcomes_rate_low", "If unknown count", "share_interval", upper="career_outcomes_rate_high"),
    )

    columns: ClassVar[Mapping[str, Kind]] = {
        **dict.fromkeys((*_MEDIANS, *_SHARES), "days"),
        **dict.fromkeys((*_RATES, *_DIFFERENCES), "share"),
    }

    def shown_fields(self) -> tuple[Field, ...]:
        """Destinations are shown where the log has applicants, differences where another cohort is named."""
        shown = list(self.fields)
        extra = list(self.destination_fields) if self.with_destinations else []
        if self.against is not None:
            extra += [
                Field("difference", f"Less {self.against}", "points"),
                Field("difference_low", "95% interval", "points_interval", upper="difference_high"),
                Field("difference_standardised", "For the same mix", "points"),
            ]
        return (*shown[:-1], *extra, shown[-1])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with intervals: the share of interviews that advanced by day 30, for each group."""
        from followup_analytics.charts import rate_chart

        rows = [{**row, self.by: row["group"]} for row in self.rows]
        return rate_chart(
            rows,
            keys=(self.by,),
            what=f"Share that advanced by day {HORIZON}",
            n_field="n_interviews",
            n_of="interviews",
            simulated=self.counts.simulated,
            title=None if ax is not None else f"Interviews that advanced, by {self.by.replace('_', ' ')}",
            ax=ax,
        )

    def trace(self) -> pl.DataFrame:
        """The interviews behind the counts: group, day and kind of exit. Confidential, about single people."""
        names = dict(enumerate(("censored", *EVENTS["advanced"])))
        kind = pl.when("offer").then(pl.lit("offer")).otherwise(pl.col("cause").replace_strict(names))
        return self.interviews.select("interview_id", "group", "day", exit=kind)

    def summary(self) -> str:
        """Say for each group how many interviewed and what share of interviews advanced, and the differences."""
        if not self.rows:
            return "There is nobody in this log."
        more = len(self.rows) - _MOST_TOLD
        told = [self._told(row) for row in self.rows[:_MOST_TOLD]]
        told += [f"{counted(more, 'further group')} in the table."] if more > 0 else []
        gaps = [row for row in self.rows if row.get("difference") is not None]
        return " ".join([*told, *(self._gap(row) for row in gaps[:_MOST_TOLD])])

    def _gap(self, row: Mapping[str, Any]) -> str:
        raw = points_told(row, "difference", "difference_low", "difference_high")
        even = points_told(row, *(f"difference_standardised{end}" for end in ("", "_low", "_high")))
        tail = f"; {even} for the same mix" if even else ""
        return f"{row['group']} less {self.against}, advanced by day {HORIZON}: {raw}{tail}."

    def _told(self, row: Mapping[str, Any]) -> str:
        if row["n_graduates"] is None:
            return f"{row['group']}: can't be shown. {row['reason']}"
        start = f"{row['group']}: {row['n_with_interview']:,} of {row['n_graduates']:,} had an interview"
        if row["estimate"] is None:
            return f"{start}."
        share = f"{100 * row['estimate']:.1f}% ({100 * row['conf_low']:.1f} to {100 * row['conf_high']:.1f}%)"
        return f"{start}; {share} of {row['n_interviews']:,} interviews advanced by day {HORIZON}."


def cohort_outcomes(
    log: FollowUpLog,
    *,
    by: str = "cohort",
    against: str | None = None,
    min_cell: int = 10,
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
        min_cell: fewest applicants that a shown row may be about.
        cluster: applicant, or employer to let each interval be the wider of the two clusterings.
        seed: taken for uniformity; nothing is drawn.

    Returns:
        A CohortOutcomes (see there for its columns and their units), one row per group.

    Raises:
        UsageError: for an unknown column, cohort or clustering.
        WithheldError: when every group is about too few applicants.
    """
    check_cluster(cluster)
    people, interviews = members(log, by)
    require_enough(people["applicant_id"].n_unique(), min_cell)
    groups = _in_order(people["group"])
    if against is not None and against not in groups:
        raise UsageError(f"--against: nobody belongs to {against!r} of {by}.")
    rows = [_group_row(group, people, interviews, cluster) for group in groups]
    with_destinations = (
        log.applicants is not None and log.applicants["destination"].null_count() < log.applicants.height
    )
    if with_destinations and log.applicants is not None:
        rows = [row | destination_rates(log.applicants, people, str(row["group"])) for row in rows]
    shown = hide_rows(rows, ["group"], min_cell, _MEASURES, size="_size")
    if all(row["status"] == "suppressed" for row in shown):
        raise WithheldError.too_few(min_cell)
    shown = [{name: value for name, value in row.items() if name != "_size"} for row in shown]
    compared: dict[str, CohortComparison] = {}
    if against is not None:
        compared = _compared(log, by, against, shown, min_cell, cluster)
        shown = [row | _difference(compared.get(str(row["group"]))) | {"against": against} for row in shown]
    return CohortOutcomes(
        rows=tuple(shown),
        counts=LogCounts.of(log),
        notes=(*log.notes, *_notes(log, by, with_destinations=with_destinations)),
        native=log.native,
        extra={"comparison": {name: _told(one) for name, one in compared.items()}} if against else {},
        by=by,
        against=against,
        with_destinations=with_destinations,
        interviews=interviews,
    )


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


def _group_row(group: str, people: pl.DataFrame, interviews: pl.DataFrame, cluster: str) -> Row:
    mine = people.filter(pl.col("group") == group)
    rows = interviews.filter(pl.col("group") == group)
    row: Row = {
        "group": group,
        "n_graduates": mine.height,
        "n_with_interview": rows["applicant_id"].n_unique(),
        "n_with_offer": rows.filter("offer")["applicant_id"].n_unique(),
        "n_advanced": rows.filter(pl.col("cause") == 1).height,
        "n_offers": int(rows["offer"].sum()),
    }
    # Whoever has no interview is in no estimate: where some have one, they are whom the numbers are about.
    row["_size"] = row["n_with_interview"] or row["n_graduates"]
    by_then = rows.filter((pl.col("cause") == 1) & (pl.col("day") <= HORIZON)).height
    counts = {"n_interviews": rows.height, "n_applicants": row["n_with_interview"], "n_events": by_then}
    if rows.height == 0:
        return row | dict.fromkeys((*_MEDIANS, *_SHARES, *_ESTIMATE)) | counts | {
            "status": "not_estimable", "reason": "Nobody in this group has an interview in the log.",
        }  # fmt: skip
    return row | _estimate(rows, cluster) | _days(rows, cluster) | counts


def _limits(curve: DayCurve, cluster: str) -> tuple[FloatArray, FloatArray]:
    """Limits of a curve, shape (K, M) each; with employers as clusters too, the wider of the two."""

    def limits(found: Jackknife) -> tuple[FloatArray, FloatArray]:
        return incidence_limits(found, curve.n_interviews, cluster_size=curve.cluster_size)

    own = limits(curve.jackknife)
    return own if cluster == "applicant" else wider_limits(own, limits(curve.by_employer()))


def _estimate(rows: pl.DataFrame, cluster: str) -> Row:
    """Share of interviews that advanced by day 30, with its badge."""
    curve = day_curve(rows, EVENTS["advanced"], HORIZON)
    low, high = _limits(curve, cluster)
    values = [float(v[0, HORIZON]) for v in (curve.curve.estimate, low, high)]
    if not curve.known[HORIZON]:
        none = dict.fromkeys(("estimate", "conf_low", "conf_high"))
        return none | {"status": "not_estimable", "reason": f"Nobody was observed for {HORIZON} days."}
    se = float(curve.jackknife.se[0, HORIZON])
    effective = values[0] * (1 - values[0]) / se**2 if se > 0 else None
    badge = presentation_badge(*values, n=curve.n_interviews, n_effective=effective, df=curve.n_applicants - 1)
    named = dict(zip(("estimate", "conf_low", "conf_high"), (_number(v) for v in values), strict=True))
    return named | {"status": badge.status, "reason": badge.reason}


def _days(rows: pl.DataFrame, cluster: str) -> Row:
    """Median days to an advance and to an offer (then another advance competes), and those of half that happened."""
    out: Row = {}
    horizon = int(np.clip(rows["day"].max() or 0, 0, LONGEST))  # type: ignore[arg-type]
    offers = rows.with_columns(cause=pl.when("offer").then(1).when(pl.col("cause") == 1).then(5).otherwise("cause"))
    for what, part, events, half in (
        ("advanced", rows, EVENTS["advanced"], _SHARES[0]),
        ("offer", offers, (*EVENTS["advanced"], "further round"), _SHARES[1]),
    ):
        curve = day_curve(part, events, horizon)
        low, high = _limits(curve, cluster)
        days, estimate = curve.days.astype(np.float64), curve.curve.estimate[0]
        out[f"median_days_to_{what}"] = _number(quantile_of(days, estimate, 0.5))
        ends = quantile_limits(days, low[0], high[0], 0.5)
        out[f"median_days_to_{what}_low"], out[f"median_days_to_{what}_high"] = (_number(end) for end in ends)
        out[half] = _number(quantile_of(days, estimate / estimate[-1], 0.5)) if estimate[-1] > 0 else None
    return out


def _compared(
    log: FollowUpLog, by: str, against: str, shown: list[Row], min_cell: int, cluster: str
) -> dict[str, CohortComparison]:
    if by not in log.interviews.columns:
        return {}
    visible = {str(row["group"]) for row in shown if row["status"] != "suppressed" and row["n_with_interview"]}
    known = set(log.interviews[by].cast(pl.String).fill_null(MISSING))
    if against not in visible & known:
        return {}
    return {
        group: compare_cohorts(log, group, against, by=by, horizon=HORIZON, min_cell=min_cell, cluster=cluster)
        for group in sorted(visible & known - {against})
    }


def _difference(compared: CohortComparison | None) -> Row:
    if compared is None:
        return dict.fromkeys(_DIFFERENCES)
    row = next(row for row in compared.rows if row["outcome"] == "advanced")
    names = ("estimate", "conf_low", "conf_high", "standardised", "standardised_low", "standardised_high")
    return dict(zip(_DIFFERENCES, (row[name] for name in names), strict=True))


def _told(compared: CohortComparison) -> Row:
    return {"differences": [dict(row) for row in compared.rows], "mix": [dict(row) for row in compared.mix]}


def _notes(log: FollowUpLog, by: str, *, with_destinations: bool) -> list[Note]:
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
    return notes


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
