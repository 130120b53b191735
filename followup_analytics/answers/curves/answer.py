"""Curves: the share of interviews that has heard back by the end of each day, and what else became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from followup_analytics.answers.curves.exits import EVENTS, DayCurve, check_cluster, exits_of, wider_limits
from followup_analytics.answers.curves.in_parts import (
    GroupFacts,
    added_facts,
    by_column,
    day_curves,
    day_times,
    exits_counted,
    facts_of,
    in_order,
    rolls_of_pairs,
    rows_of_pairs,
)
from followup_analytics.answers.curves.recorded import recorded_of
from followup_analytics.answers.curves.result import CurveResult, CurveRow
from followup_analytics.answers.whole import counts_of, engine_of_parts, notes_on_recording, whole_log
from followup_analytics.cells.counted import check_outcome, notes_of, numbers_left_out
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked, in_frames
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.subsets import require_column
from followup_analytics.results.disclosure import (
    Cells,
    Disclosure,
    DisclosurePolicy,
    days_shown,
    disclosed_except,
    hidden_row,
    merged_steps,
    places_to_hide,
    policy_of,
    require_enough,
    rounded_extra,
)
from followup_analytics.results.values import finite
from followup_analytics.statistics import assignment, presentation_badge
from followup_analytics.statistics.incidence import (
    difference,
    difference_limits,
    incidence_limits,
    quantile_limits,
    quantile_of,
)

if TYPE_CHECKING:
    from followup_analytics.parted.parted_log import PartedLog
    from followup_analytics.parted.spread import Spread

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
    log: FollowUpLog | PartedLog,
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
    whole = whole_log(log, cohort, policy)
    check_outcome(outcome)
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 0 <= horizon <= LONGEST:
        raise UsageError(f"--horizon {horizon!r} is no number of days: give a whole number from 0 to {LONGEST:,}.")
    check_cluster(cluster)
    key = asked(by, _FIELDS) if by else None
    for column, option in ((key.column if key else None, "--by"), (entry, "--entry")):
        if column is not None:
            require_column(whole, column, option)
    names, engine = (key.column,) if key else (), engine_of_parts(whole, engine)
    parts = whole.logs.map(partial(exits_of, outcome=outcome, columns=names, entry=entry, engine=engine)).kept()
    column = in_frames(key.column) if key else None
    choose, horizon = partial(by_column, column), int(horizon)
    days, times = np.arange(horizon + 1, dtype=np.int64), day_times(horizon, len(EVENTS[outcome]))
    found = in_order(added_facts(list(parts.map(partial(facts_of, choose, days, times)))))
    require_enough(whole.n_applicants, policy)
    hidden = _hidden_groups({name: facts for name, (facts, _) in found.items()}, parts, column, policy)
    if len(hidden) == len(found):
        require_enough(0, policy)
    shown = {name: one for name, one in found.items() if name not in hidden}
    curves = day_curves(parts, choose, shown, EVENTS[outcome], horizon, by_employer=cluster == "employer")
    ends = {name: days_shown(curve.waiting_applicants, policy) for name, curve in curves.items()}
    told: list[CurveRow] = []
    gone: list[bool] = []
    for name in found:
        head = {key.field: name} if key and name is not None else {}
        if name in hidden:
            rows = _hidden_rows(head, outcome, horizon)
            gone += [True] * len(rows)
        else:
            rows = _rows(head, outcome, curves[name], policy, by_employer=cluster == "employer")
            gone += [row.day >= ends[name] for row in rows]
        told += rows
    quantiles = [row for name, curve in curves.items() for row in _quantiles(name, curve, ends[name])]
    differences = _differences(parts, column, curves, outcome, horizon, ends) if column else []
    written = recorded_of(whole, key.column if key else None)
    told, quantiles, differences = written.rows(told), written.quantiles(quantiles), written.differences(differences)
    extra = {"quantiles": quantiles, "differences": differences}
    never = sum(facts.never for facts, _ in found.values())
    disclosed = disclosed_except(told, {place for place, one in enumerate(gone) if one}, policy)
    return CurveResult(
        rows=written.in_groups(disclosed, key.field) if key else disclosed,
        counts=counts_of(whole),
        notes=(
            *whole.notes,
            *notes_on_recording(whole, min_cell=policy.min_cell),
            *_notes(whole, outcome, entry, never),
        ),
        native=whole.native,
        extra=rounded_extra(extra, policy),
        by=key.field if key else None,
        outcome=outcome,
        horizon=horizon,
        min_cell=policy.min_cell,
        exits=next(iter(parts)) if whole.one is not None else None,
    )


def _hidden_groups(
    found: Mapping[Any, GroupFacts], parts: Spread[pl.DataFrame], column: str | None, policy: DisclosurePolicy
) -> set[str | None]:
    """The groups that may not be shown, for their own sake or for another's."""
    places = {name: place for place, name in enumerate(found)}

    def members() -> pl.DataFrame:
        one_each, first = [], 0
        for part in parts.map(partial(_members, column, places)):
            one_each.append(part.with_columns(pl.col("person") + first))
            first += int(part["person"].max() or 0) + 1  # type: ignore[arg-type]
        return pl.concat(one_each)

    cells = Cells(
        keys=[(str(name),) for name in found],
        people=[facts.n_applicants for facts in found.values()],
        counts={"n_interviews": [facts.n_interviews for facts in found.values()]},
        events=[facts.n_events for facts in found.values()],
        members=members,
    )
    gone = places_to_hide(cells, policy)
    return {name for name, place in places.items() if place in gone}


def _members(column: str | None, places: Mapping[Any, int], rows: pl.DataFrame) -> pl.DataFrame:
    """How many interviews each applicant of a part has in each group."""
    person = rows["applicant_id"].rank("dense").cast(pl.Int64)
    group = pl.lit(0) if column is None else pl.col(column).replace_strict(places, return_dtype=pl.Int64)
    return rows.with_columns(person=person).group_by(place=group, person="person").agg(units=pl.len())


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
    parts: Spread[pl.DataFrame],
    column: str,
    shown: Mapping[Any, DayCurve],
    outcome: str,
    horizon: int,
    ends: Mapping[Any, int],
) -> list[Row]:
    """Each group minus the first, jackknifed over one assignment of the applicants of both."""
    base, *others = shown
    if not others:
        return []
    rolls = list(parts.map(partial(rolls_of_pairs, column, base, tuple(others))))
    units = {other: assignment([one[other] for one in rolls]) for other in others}
    pairs = partial(rows_of_pairs, column, base, tuple(others))
    times = day_times(horizon, len(EVENTS[outcome]))
    wanted = [(other, name) for other in others for name in (base, other)]
    facts = added_facts(list(parts.map(partial(facts_of, pairs, np.arange(horizon + 1), times))))
    stops = {pair: facts[pair][0].stops for pair in wanted}
    counted = exits_counted(parts, pairs, stops, {pair: units[pair[0]] for pair in wanted}, times)
    out: list[Row] = []
    for other in others:
        sides = [
            replace(shown[name], jackknife=counted[other, name].estimate()[1], curve=shown[name].curve)
            for name in (base, other)
        ]
        out += _difference_rows(base, other, sides, outcome, horizon, ends)
    return out


def _difference_rows(
    base: str | None,
    other: str | None,
    curves: Sequence[DayCurve],
    outcome: str,
    horizon: int,
    ends: Mapping[Any, int],
) -> list[Row]:
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


def _notes(whole: PartedLog, outcome: str, entry: str | None, never: int) -> Sequence[Note]:
    about_attempts = ("attempts_not_at_risk", "interviews_without_attempt")
    left: dict[str, int] = {}
    for part in whole.logs.map(partial(numbers_left_out, outcome=outcome)):
        for code, n in part.items():
            left[code] = left.get(code, 0) + n
    notes = [note for note in notes_of(left) if note.code not in about_attempts]
    notes.append(Note("day_rule", _DAY_RULE))
    if never:
        what = (
            "heard back or ended before their record began" if entry else "have a record that ends before the interview"
        )
        notes.append(Note("never_observed", f"interviews {what}; they are in no risk set.", never))
    return notes
