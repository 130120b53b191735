"""Curves: the share of interviews that has heard back by the end of each day, and what else became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.answers.curves.exits import EVENTS, DayCurve, check_cluster, day_curve, exits, wider_limits
from followup_analytics.answers.curves.result import CurveResult, CurveRow
from followup_analytics.cells.counted import check_outcome, log_notes
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked, in_frames
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.recording import NOT_RECORDED, recording_notes
from followup_analytics.log.shared_words import MISSING
from followup_analytics.results.disclosure import (
    Cells,
    Disclosure,
    DisclosurePolicy,
    days_shown,
    disclosed_except,
    hidden_row,
    merged_steps,
    n_applicants_of,
    places_to_hide,
    policy_of,
    require_enough,
    rounded_extra,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope
from followup_analytics.results.values import finite
from followup_analytics.statistics import applicant_groups, presentation_badge
from followup_analytics.statistics.incidence import (
    difference,
    difference_limits,
    incidence_limits,
    quantile_limits,
    quantile_of,
)

Row = dict[str, Any]

#: Days whose differences between groups are given besides the horizon's.
LANDMARKS = (7, 14, 28)
LONGEST = 3_650

_EMPTY: Row = dict.fromkeys(CurveRow.hidden_with_row())
#: Fields of every row: a column of such a name is asked for as column:NAME.
_FIELDS = ("outcome", "event", "day", *_EMPTY, "status", "reason")
_UNSEEN = "Nobody was observed for so long."
_LAST_DAY = "Every record that reached this day ends in the course of it."
_CARRIED = "The last ones followed had all heard before this day; others were lost sight of earlier."
_DAY_RULE = (
    "Days are local calendar days since the interview's day. An interview whose record stops during a day counts as "
    "waiting until that time of day; before it, everything that happened counts."
)


def incidence_curve(
    log: FollowUpLog,
    *,
    by: str | None = None,
    outcome: str = "response",
    horizon: int = 30,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    entry: str | None = None,
    cluster: str = "applicant",
    engine: str = "auto",
    seed: int = 0,  # noqa: ARG001 - every command takes a seed; nothing is drawn here
) -> CurveResult:
    """Follow all interviews, with or without attempts, and estimate what share has heard back by each day.

    Aalen-Johansen over local days; filled and withdrawn (for ``advanced`` also rejected) compete, the end of the record
    censors. Within a day true times decide (see :mod:`~followup_analytics.answers.curves.exits`). Intervals:
    delete-a-group jackknife over applicants, cloglog scale, t(groups - 1).

    Args:
        log: the log.
        by: a column of the interviews; one set of curves for each of its values.
        outcome: response or advanced.
        horizon: last day, 0 to 3,650.
        cohort: only this cohort of the log, or these; None: all of it.
        min_cell: fewest applicants that a shown number may be about; a curve also ends, for all later days, where fewer
            are still waiting. disclosure: the policy that says so, its name or its file.
        entry: column of the interviews with the time from which on the record was kept (left truncation).
        cluster: applicant, or employer to let each interval be the wider of the two clusterings.
        engine: as in ``engine.ENGINES``.
        seed: taken for uniformity; nothing is drawn.

    Returns:
        A CurveResult (see there for its columns): one row per group, event and day, shares between 0 and 1, days whole
        and local. A day that nobody was observed for is not_estimable.

    Raises:
        UsageError: for an unknown column, outcome or horizon.
        WithheldError: when the whole log, or every group, is about too few applicants.

    Example:
        >>> incidence_curve(log, horizon=14).summary()
        '53.4% (47.9 to 59.0%) of 300 interviews had heard back by day 14; half of those by day 6.'
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, cohort, policy)
    check_outcome(outcome)
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 0 <= horizon <= LONGEST:
        raise UsageError(f"--horizon {horizon!r} is no number of days: give a whole number from 0 to {LONGEST:,}.")
    check_cluster(cluster)
    key = asked(by, _FIELDS) if by else None
    rows = exits(log, outcome, columns=(key.column,) if key else (), entry=entry, engine=engine)
    require_enough(n_applicants_of(rows), policy)
    parts = dict(_parts(rows, in_frames(key.column) if key else None))
    hidden = _hidden_groups(parts, policy)
    if len(hidden) == len(parts):
        require_enough(0, policy)
    curves = {
        name: day_curve(part, EVENTS[outcome], int(horizon)) for name, part in parts.items() if name not in hidden
    }
    ends = {name: days_shown(curve.waiting_applicants, policy) for name, curve in curves.items()}
    told: list[CurveRow] = []
    gone: list[bool] = []
    for name in parts:
        head = {key.field: name} if key and name is not None else {}
        if name in hidden:
            found = _hidden_rows(head, outcome, int(horizon))
            gone += [True] * len(found)
        else:
            found = _rows(head, outcome, curves[name], policy, by_employer=cluster == "employer")
            gone += [row.day >= ends[name] for row in found]
        told += found
    shown = {name: part for name, part in parts.items() if name not in hidden}
    quantiles = [row for name, curve in curves.items() for row in _quantiles(name, curve, ends[name])]
    differences = _differences(shown, outcome, int(horizon), ends) if by else []
    if not log.outcomes_recorded:
        told = [row if row.event == "response" else _not_recorded(row) for row in told]
        quantiles = [row if row["event"] == "response" else _without_days(row) for row in quantiles]
        differences = [row if row["event"] == "response" else {**row, **_NO_NUMBERS} for row in differences]
    extra = {"quantiles": quantiles, "differences": differences}
    return CurveResult(
        rows=disclosed_except(told, {place for place, one in enumerate(gone) if one}, policy),
        counts=LogCounts.of(log),
        notes=(*log.notes, *recording_notes(log, min_cell=policy.min_cell), *_notes(log, rows, outcome, entry)),
        native=log.native,
        extra=rounded_extra(extra, policy),
        by=key.field if key else None,
        outcome=outcome,
        horizon=int(horizon),
        min_cell=policy.min_cell,
        exits=rows,
    )


_NO_NUMBERS: dict[str, Any] = {"estimate": None, "conf_low": None, "conf_high": None}


def _not_recorded(row: CurveRow) -> CurveRow:
    """The row without what would have to be read off outcomes that nobody wrote down."""
    return row.having(**_NO_NUMBERS, n_events=None, status="not_estimable", reason=NOT_RECORDED)


def _without_days(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("group", "event", "by_day")
    return {name: row.get(name) if name in kept else None for name in row} | {"reason": NOT_RECORDED}


def _parts(rows: pl.DataFrame, by: str | None) -> list[tuple[str | None, pl.DataFrame]]:
    """The rows of each group, groups in the order of their names, ``(missing)`` last."""
    if by is None:
        return [(None, rows)]
    names = sorted(rows[by].unique(), key=lambda name: (name == MISSING, name))
    split = {key[0]: part for key, part in rows.partition_by(by, as_dict=True).items()}
    return [(name, split[name]) for name in names]


def _hidden_groups(parts: Mapping[str | None, pl.DataFrame], policy: DisclosurePolicy) -> set[str | None]:
    """The groups that may not be shown, for their own sake or for another's."""
    places = {name: place for place, name in enumerate(parts)}

    def members() -> pl.DataFrame:
        found = [
            part.group_by(person="applicant_id").agg(units=pl.len()).with_columns(place=pl.lit(places[name]))
            for name, part in parts.items()
        ]
        return pl.concat(found)

    cells = Cells(
        keys=[(str(name),) for name in parts],
        people=[part["applicant_id"].n_unique() for part in parts.values()],
        counts={"n_interviews": [part.height for part in parts.values()]},
        events=[part.filter(pl.col("cause") == 1).height for part in parts.values()],
        members=members,
    )
    gone = places_to_hide(cells, policy)
    return {name for name, place in places.items() if place in gone}


def _hidden_rows(head: Mapping[str, str], outcome: str, horizon: int) -> list[CurveRow]:
    return [
        hidden_row(CurveRow(by=head, outcome=outcome, event=event, day=day, **_EMPTY))
        for event in EVENTS[outcome]
        for day in range(horizon + 1)
    ]


def _rows(
    head: Mapping[str, str], outcome: str, curve: DayCurve, policy: DisclosurePolicy, *, by_employer: bool
) -> list[CurveRow]:
    low, high = incidence_limits(curve.jackknife, curve.n_interviews, cluster_size=curve.cluster_size)
    if by_employer:
        other = incidence_limits(curve.by_employer(), curve.n_interviews, cluster_size=curve.cluster_size)
        low, high = wider_limits((low, high), other)
    se = curve.jackknife.se
    out: list[CurveRow] = []
    for k, event in enumerate(curve.events):
        events = np.round(curve.curve.n_events[k]).astype(np.int64)
        steps = merged_steps(events, policy)
        for d, step in enumerate(steps):
            # Before the first step that may be shown nothing has happened yet, as far as a reader learns.
            values = (curve.curve.estimate[k], low[k], high[k])
            limits = tuple(float(value[step]) for value in values) if step >= 0 else (0.0, 0.0, float(high[k][0]))
            out.append(
                CurveRow(
                    by=head,
                    outcome=outcome,
                    event=event,
                    day=int(curve.days[d]),
                    n_at_risk=int(curve.waiting[max(step, 0)]),
                    n_interviews=curve.n_interviews,
                    n_applicants=curve.n_applicants,
                    n_events=int(events[step]) if step >= 0 else 0,
                    **_judged(limits, float(se[k, max(step, 0)]), curve, d),
                )
            )
    return out


def _judged(limits: tuple[float, ...], se: float, curve: DayCurve, d: int) -> Row:
    """The estimate of a row, or none where nobody was observed, and the badge that it earns."""
    estimate, low, high = limits
    if not curve.known[d]:
        none = {"estimate": None, "conf_low": None, "conf_high": None}
        return {**none, "status": "not_estimable", "reason": _UNSEEN}
    effective = estimate * (1 - estimate) / se**2 if se > 0 else None
    badge = presentation_badge(
        estimate, low, high, n=curve.n_interviews, n_effective=effective, df=curve.n_applicants - 1
    )
    reason = badge.reason
    if not bool(curve.curve.observed[d]):
        reason = reason or _LAST_DAY
    if curve.carried[d]:
        reason = reason or _CARRIED
    values = {"estimate": estimate, "conf_low": finite(low), "conf_high": finite(high)}
    return {**values, "status": "use_with_care" if reason else "ok", "reason": reason}


def _quantiles(name: str | None, curve: DayCurve, shown: int) -> list[Row]:
    """Median days of each event: of all interviews, and of those that have the event by the last day shown."""
    seen = np.flatnonzero(curve.known[:shown])
    m = int(seen[-1]) + 1 if len(seen) else 0
    days = curve.days[:m].astype(np.float64)
    low, high = incidence_limits(curve.jackknife, curve.n_interviews, cluster_size=curve.cluster_size)
    out = []
    for k, event in enumerate(curve.events):
        row: Row = {"group": name, "event": event, "by_day": int(days[-1]) if m else None}
        row["median_day"] = finite(quantile_of(days, curve.curve.estimate[k, :m], 0.5))
        ends = quantile_limits(days, low[k, :m], high[k, :m], 0.5)
        row["median_day_low"], row["median_day_high"] = (finite(end) for end in ends)
        row |= _half_of_events(days, curve, k)
        if row["median_day"] is None:
            row["reason"] = "Fewer than half of the interviews had the event by the last day shown."
        out.append(row)
    return out


def _half_of_events(days: np.ndarray[Any, Any], curve: DayCurve, k: int) -> Row:
    """The day by which half of those that have the event at all by the last day shown have had it, with limits."""
    m = len(days)
    names = ("half_of_events_day", "half_of_events_low", "half_of_events_high")
    if m == 0 or float(curve.curve.estimate[k, m - 1]) <= 0:
        return dict.fromkeys(names)

    def share(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        last = values[k, m - 1]
        return np.asarray(values[k, :m] / last) if last > 0 else np.full(m, np.nan)

    shares = curve.jackknife.map(share)
    low, high = shares.limits(scale="logit")
    # The last day holds all of the events by definition: there the share is 1 without error.
    low, high = np.where(shares.estimate >= 1, 1.0, low), np.where(shares.estimate >= 1, 1.0, high)
    ends = quantile_limits(days, low, high, 0.5) if curve.jackknife.df >= 1 else (float("nan"), float("nan"))
    return dict(zip(names, (finite(v) for v in (quantile_of(days, shares.estimate, 0.5), *ends)), strict=True))


def _differences(
    shown: Mapping[str | None, pl.DataFrame], outcome: str, horizon: int, ends: Mapping[str | None, int]
) -> list[Row]:
    """Each group minus the first, jackknifed over one assignment of the applicants of both."""
    names = list(shown)
    out: list[Row] = []
    for other in names[1:]:
        out += _difference_rows(names[0], other, shown, outcome, horizon, ends)
    return out


def _difference_rows(
    base: str | None,
    other: str | None,
    shown: Mapping[str | None, pl.DataFrame],
    outcome: str,
    horizon: int,
    ends: Mapping[str | None, int],
) -> list[Row]:
    both = pl.concat([shown[base], shown[other]])
    assigned = applicant_groups(both)
    total = int(assigned["group"].max() or 0) + 1  # type: ignore[arg-type]
    curves = []
    for name in (base, other):
        part = shown[name]
        groups = part.select("applicant_id").join(assigned, on="applicant_id", maintain_order="left")["group"]
        curves.append(day_curve(part, EVENTS[outcome], horizon, groups=groups.to_numpy(), n_groups=total))
    gap = difference(curves[1].jackknife, curves[0].jackknife)
    sides = [(c.jackknife.estimate, *incidence_limits(c.jackknife, c.n_interviews)) for c in (curves[1], curves[0])]
    low, high = difference_limits(gap, sides[0], sides[1])
    last = min(ends[name] for name in (base, other))
    out = []
    for day in sorted({*(mark for mark in LANDMARKS if mark < horizon), horizon}):
        seen = day < last and all(curve.known[day] for curve in curves)
        values = [finite(float(v[0, day])) if seen else None for v in (gap.estimate, low, high)]
        row = dict(zip(("estimate", "conf_low", "conf_high"), values, strict=True))
        out.append({"group": other, "against": base, "event": outcome, "day": day, **row})
    return out


def _notes(log: FollowUpLog, rows: pl.DataFrame, outcome: str, entry: str | None) -> Sequence[Note]:
    about_attempts = ("attempts_not_at_risk", "interviews_without_attempt")
    notes = [note for note in log_notes(log, outcome) if note.code not in about_attempts]
    notes.append(Note("day_rule", _DAY_RULE))
    before = rows.filter(pl.col("time") < pl.col("entry").fill_null(0)).height
    if before:
        what = (
            "heard back or ended before their record began" if entry else "have a record that ends before the interview"
        )
        notes.append(Note("never_observed", f"interviews {what}; they are in no risk set.", before))
    return notes
