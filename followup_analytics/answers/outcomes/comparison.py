"""Two cohorts side by side: differences as they are, differences for the same mix, and what changed in the mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.curves.exits import (
    EVENTS,
    check_cluster,
    employer_groups,
    exits_by_day,
    wider_limits,
)
from followup_analytics.answers.outcomes.compared import CohortComparison, ComparedRow
from followup_analytics.answers.outcomes.standardise import Design, balance_weights, design
from followup_analytics.cells.counted import OUTCOMES_OF_INTEREST
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked, in_frames, without_mark
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.recording import recording_notes
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.subsets import require_column
from followup_analytics.log.unrecorded import (
    NOT_RECORDED,
    NOT_RECORDED_HERE,
    labels_of,
    unrecorded_groups,
    without_outcomes,
)
from followup_analytics.results.disclosure import (
    Cells,
    Disclosure,
    DisclosurePolicy,
    disclose,
    hidden_mapping,
    n_applicants_of,
    places_to_hide,
    policy_of,
    require_enough,
    rounded_extra,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope
from followup_analytics.results.values import finite
from followup_analytics.statistics import Jackknife, group_rows, jackknife, jackknife_of_sums
from followup_analytics.statistics.incidence import aalen_johansen, difference_limits, incidence_limits
from followup_analytics.text import listed

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Row = dict[str, Any]

_RATING = in_frames("self_rating")

#: What an interview brings along that was there before anything came back.
COVARIATES = ("industry", "job_level", "interview_format", "self_rating", "referral")
#: A value with this share in one cohort that the other lacks cannot be standardised away.
_LACKING = 0.02

_MIX_NOTE = (
    "Standardised differences give both cohorts the mix of the two together; what is not logged may still differ. "
    "They describe these cohorts and are no effect of anything that was done."
)


@dataclass(frozen=True)
class Pair:
    """The interviews of two cohorts, ready to be compared.

    Attributes:
        rows: exits with `by`, the covariates (as text) and `arm` (1: the cohort, 0: against).
        covariates: names of the covariates that vary.
        groups: jackknife group of each row, assigned over the applicants of both.
        design: indicators of the covariates' values.
        employers: jackknife group of each row by its employer, where intervals are to allow for that too.
    """

    rows: pl.DataFrame
    covariates: tuple[str, ...]
    groups: IntArray
    design: Design
    employers: IntArray | None = None


def compare_cohorts(
    log: FollowUpLog,
    cohort: str,
    against: str,
    *,
    by: str = "cohort",
    adjust: Sequence[str] | None = None,
    horizon: int = 30,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    cluster: str = "applicant",
    seed: int = 0,  # noqa: ARG001 - every command takes a seed; nothing is drawn here
) -> CohortComparison:
    """Compare hearing back and advancing between two cohorts, as they are and standardised to the same mix.

    Each share is an Aalen-Johansen incidence by the end of day ``horizon``. For the standardised difference both
    cohorts are weighted to the mix of the two together (entropy balancing of the covariates' values); weights are
    fitted again in every jackknife replicate. Intervals: plain, t(groups - 1).

    Args:
        log: the log.
        cohort, against: values of the column ``by``; the difference is the first minus the second.
        by: column of the interviews.
        adjust: covariates of the interviews; by default those of industry, job_level, interview_format, self_rating and
            referral that are logged.
        horizon: day by whose end is counted.
        min_cell: fewest applicants of each cohort. disclosure: the policy, its name or its file.
        cluster: applicant, or employer to let each interval of a share or a difference be the wider of the two
            clusterings.
        seed: taken for uniformity; nothing is drawn.

    Returns:
        A CohortComparison (see there for its columns and their units), one row for hearing back, one for advancing.

    Raises:
        UsageError: for an unknown column, cohort or clustering.
        WithheldError: when either cohort has too few applicants.

    Example:
        >>> compare_cohorts(log, "autumn 2025", "autumn 2024").rows[0].estimate
        0.017
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, policy=policy, horizon=horizon)
    check_cluster(cluster)
    pairs = {outcome: prepare_pair(log, cohort, against, by, adjust, outcome) for outcome in OUTCOMES_OF_INTEREST}
    if cluster == "employer":
        pairs = {outcome: replace(pair, employers=employer_groups(pair.rows)) for outcome, pair in pairs.items()}
    first = pairs["response"]
    for arm in (0, 1):
        require_enough(n_applicants_of(first.rows.filter(pl.col("arm") == arm)), policy)
    rows = [
        ComparedRow(**_outcome(pair, outcome, horizon), group=cohort, against=against)
        for outcome, pair in pairs.items()
    ]
    lacking = unrecorded_groups(partial(labels_of, asked(by).column), log) & {cohort, against}
    if lacking or not log.outcomes_recorded:
        # Which of the two it is has to be said.
        reason = NOT_RECORDED_HERE.replace("this group", listed(sorted(lacking), "and")) if lacking else NOT_RECORDED
        rows = [row if row.outcome == "response" else _not_recorded(row, reason) for row in rows]
    notes = [
        Note(
            "same_mix",
            f"{_MIX_NOTE} Covariates: {listed(map(without_mark, first.covariates), 'and') or 'none is logged'}.",
        )
    ]
    return CohortComparison(
        rows=disclose(rows, policy, parts=False),
        counts=LogCounts.of(log),
        notes=(*log.notes, *recording_notes(log, min_cell=policy.min_cell), *notes),
        native=log.native,
        extra=rounded_extra({"mix": _mix_rows(first, policy)}, policy),
        group=cohort,
        against=against,
    )


def _not_recorded(row: ComparedRow, reason: str) -> ComparedRow:
    """The row without what would have to be read off outcomes that nobody wrote down."""
    ends = ("", "_low", "_high")
    none = [f"{name}{end}" for name in ("rate", "rate_against", "standardised") for end in ends]
    none += ["estimate", "conf_low", "conf_high", "n_events"]
    kept: ComparedRow = without_outcomes(row, none, reason)
    return kept


def prepare_pair(
    log: FollowUpLog, cohort: str, against: str, by: str, adjust: Sequence[str] | None, outcome: str
) -> Pair:
    """Gather the interviews of both cohorts with their covariates (UsageError for a cohort that nobody belongs to)."""
    by = asked(by).column
    adjust = None if adjust is None else [asked(name).column for name in adjust]
    require_column(log, by, "--by")
    for name in adjust or ():
        require_column(log, name, "--adjust")
    wanted = [name for name in (COVARIATES if adjust is None else adjust) if name != by]
    rows = exits_by_day(log, outcome, columns=tuple(dict.fromkeys((by, *wanted))))
    groups = pl.col(in_frames(by))
    rows = rows.with_columns(arm=pl.when(groups == cohort).then(1).when(groups == against).then(0))
    for name in (cohort, against):
        if not (rows[in_frames(by)] == name).any():
            raise UsageError(f"--by {by}: no interview belongs to {name!r}.")
    if cohort == against:
        raise UsageError(f"--against {against!r} is the cohort itself; name another one.")
    if adjust is None and "self_rating" in wanted:
        rows = rows.with_columns(_rating_before_response(log, rows).alias(_RATING))
    rows = rows.filter(pl.col("arm").is_not_null())
    covariates = tuple(in_frames(name) for name in wanted if rows[in_frames(name)].n_unique() > 1)
    return Pair(rows, covariates, group_rows(rows), design(rows, covariates))


def _rating_before_response(log: FollowUpLog, rows: pl.DataFrame) -> pl.Series:
    """The applicant's own rating, ``(missing)`` where it was made after the answer and may have been coloured by it."""
    from followup_analytics.cells.counted import episodes

    answered = episodes(log)["response_order"]
    rated = log.interviews["self_rated_at"].dt.epoch("us")
    late = (rated > answered).fill_null(value=False)
    return pl.DataFrame({"r": rows[_RATING], "late": late}).select(
        self_rating=pl.when("late").then(pl.lit(MISSING)).otherwise("r")
    )["self_rating"]


def _outcome(pair: Pair, outcome: str, horizon: int) -> Row:
    plain = _contrasted(pair, outcome, horizon, standardised=False)
    out: Row = {"outcome": outcome, "day": horizon} | _rates(plain) | _gap(plain, "estimate", "conf")
    reason = _lacking(pair)
    even = _contrasted(pair, outcome, horizon, standardised=True) if pair.covariates and reason is None else None
    names = ("standardised", "standardised_low", "standardised_high")
    if even is None:
        out |= dict.fromkeys(names)
        reason = reason or "No covariate that varies is logged: there is nothing to standardise."
    else:
        out |= _gap(even, "standardised", "standardised")
    sizes = {arm: pair.rows.filter(pl.col("arm") == arm).height for arm in (1, 0)}
    happened = pair.rows.filter((pl.col("cause") == 1) & (pl.col("day") <= horizon))
    out |= {
        "n_interviews": pair.rows.height,
        "n_interviews_group": sizes[1],
        "n_interviews_against": sizes[0],
        "n_applicants": pair.rows["applicant_id"].n_unique(),
        "n_events": happened.height,
    }
    if out["estimate"] is None:
        return out | {"status": "not_estimable", "reason": f"One of the cohorts was not observed for {horizon} days."}
    return out | {"status": "use_with_care" if reason else "ok", "reason": reason}


def _contrasted(pair: Pair, outcome: str, horizon: int, *, standardised: bool) -> tuple[FloatArray, ...]:
    """Estimates of the cohort, of the other and of the difference, with limits, shape (3,) each."""
    own = contrast(pair, outcome, horizon, standardised=standardised)
    limits = _limits(pair, own)
    if pair.employers is not None:
        coarse = contrast(pair, outcome, horizon, standardised=standardised, groups=pair.employers)
        limits = wider_limits(limits, _limits(pair, coarse))
    return (own.estimate, *limits)


def _limits(pair: Pair, both: Jackknife) -> tuple[FloatArray, ...]:
    sizes = np.array([pair.rows.filter(pl.col("arm") == arm).height for arm in (1, 0)])
    arms = Jackknife(both.estimate[:2], both.replicates[:, :2], both.factors, both.df)
    low, high = incidence_limits(arms, sizes)
    gap = Jackknife(both.estimate[2], both.replicates[:, 2], both.factors, both.df)
    sides = [(both.estimate[a], low[a], high[a]) for a in (0, 1)]
    ends = difference_limits(gap, sides[0], sides[1])
    return np.append(low, ends[0]), np.append(high, ends[1])


def _gap(found: tuple[FloatArray, ...], name: str, prefix: str) -> Row:
    names = (name, f"{prefix}_low", f"{prefix}_high")
    return dict(zip(names, (finite(float(values[2])) for values in found), strict=True))


def _rates(found: tuple[FloatArray, ...]) -> Row:
    return {
        f"{name}{end}": finite(float(values[place]))
        for place, name in enumerate(("rate", "rate_against"))
        for end, values in zip(("", "_low", "_high"), found, strict=True)
    }


def contrast(
    pair: Pair, outcome: str, horizon: int, *, standardised: bool, groups: IntArray | None = None
) -> Jackknife:
    """Incidence of both arms and their difference, shape (3,): NaN where an arm was not observed for so long.

    groups: jackknife groups other than those of the applicants.
    """
    rows = pair.rows
    time, cause, day, arm = (rows[name].to_numpy() for name in ("time", "cause", "day", "arm"))
    end = (horizon + 1) * DAY_US - 1
    beyond = time > end
    time, cause = np.where(beyond, end + 1, time), np.where(beyond, 0, cause)
    causes = len(EVENTS[outcome])
    # An arm is seen to the end when somebody is still waiting then, or when everybody has had an event.
    seen = [bool((day[arm == a] >= horizon).any() or (cause[arm == a] > 0).all()) for a in (1, 0)]

    def shares(weights: FloatArray) -> FloatArray:
        even = _even(pair, arm, weights) if standardised else weights
        out = np.full(3, np.nan)
        for place, a in enumerate((1, 0)):
            mine = arm == a
            if seen[place] and even[mine].sum() > 0:
                found = aalen_johansen(time[mine], cause[mine], [end], count=even[mine], n_causes=causes)
                out[place] = found.estimate[0, 0]
        out[2] = out[0] - out[1]
        return out

    return jackknife(shares, pair.groups if groups is None else groups)


def _even(pair: Pair, arm: IntArray, weights: FloatArray) -> FloatArray:
    """The weights times those that give each arm the mix of both."""
    matrix, pattern = pair.design.matrix, pair.design.pattern
    size = len(matrix)
    both = np.bincount(pattern, weights=weights, minlength=size)
    target = (both @ matrix) / both.sum()
    out = weights.copy()
    for a in (0, 1):
        mine = arm == a
        counts = np.bincount(pattern[mine], weights=weights[mine], minlength=size).astype(np.float64)
        out[mine] *= balance_weights(matrix, counts, target)[pattern[mine]]
    return out


def _lacking(pair: Pair) -> str | None:
    """A sentence naming the covariates with values that only one of the cohorts has."""
    lacking = set()
    for name in pair.covariates:
        shares = pair.rows.group_by(name).agg(one=(pl.col("arm") == 1).sum(), other=(pl.col("arm") == 0).sum())
        total = shares.select(pl.col("one").sum(), pl.col("other").sum()).row(0)
        only_one = (shares["other"] == 0) & (shares["one"] > _LACKING * total[0])
        only_other = (shares["one"] == 0) & (shares["other"] > _LACKING * total[1])
        if (only_one | only_other).any():
            lacking.add(without_mark(name))
    if not lacking:
        return None
    return f"Only one of the cohorts has some values of {listed(sorted(lacking), 'and')}: no common mix can be made."


_MIX_MEASURES = ("share", "share_against", "estimate", "conf_low", "conf_high")


def _mix_rows(pair: Pair, policy: DisclosurePolicy) -> list[Row]:
    """Share of each value in both cohorts and the change, values of too few applicants hidden with their complement."""
    out: list[Row] = []
    for name in pair.covariates:
        rows = [_mix_row(pair, name, value) for value in sorted(pair.rows[name].unique())]
        hidden: set[int] = set()
        for size in ("applicants", "applicants_against"):
            hidden |= places_to_hide(Cells([(row["value"],) for row in rows], [row[size] for row in rows]), policy)
        for place, row in enumerate(rows):
            shown = {key: value for key, value in row.items() if not key.startswith("applicants")}
            out.append(hidden_mapping(shown, _MIX_MEASURES) if place in hidden else shown)
    return out


def _mix_row(pair: Pair, name: str, value: str) -> Row:
    arm = pair.rows["arm"].to_numpy()
    has = (pair.rows[name] == value).to_numpy()
    total = int(pair.groups.max(initial=0)) + 1
    sums = np.stack(
        [
            np.bincount(pair.groups[mask], minlength=total).astype(np.float64)
            for mask in (has & (arm == 1), arm == 1, has & (arm == 0), arm == 0)
        ],
        axis=1,
    )

    def shares(s: FloatArray) -> FloatArray:
        one, other = (
            np.divide(s[:, i], s[:, i + 1], out=np.full(len(s), np.nan), where=s[:, i + 1] > 0) for i in (0, 2)
        )
        return np.stack([one, other, one - other], axis=1)

    found = jackknife_of_sums(sums, shares)
    low, high = found.limits()
    people = [
        pair.rows.filter((pl.col("arm") == a) & (pl.col(name) == value))["applicant_id"].n_unique() for a in (1, 0)
    ]
    return {
        "covariate": without_mark(name),
        "value": value,
        "share": finite(found.estimate[0]),
        "share_against": finite(found.estimate[1]),
        "estimate": finite(found.estimate[2]),
        "conf_low": finite(low[2]),
        "conf_high": finite(high[2]),
        "status": "ok",
        "reason": None,
        "applicants": people[0],
        "applicants_against": people[1],
    }
