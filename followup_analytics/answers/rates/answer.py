"""Response rates by any keys: the question checked, the attempts counted, small groups hidden, the rest explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.answers.rates.attempts_table import groups_frame
from followup_analytics.answers.rates.cumulative import Cumulative, cumulative_incidence
from followup_analytics.answers.rates.estimate import UNOBSERVED, GroupRates, Limits, rates_of_parts
from followup_analytics.answers.rates.in_parts import (
    Asked,
    Counted,
    Together,
    all_members,
    count_part,
    stratum_of_groups,
    summary_of,
    together,
    tries_of_strata,
    windows_of,
)
from followup_analytics.answers.rates.keys import Key, built_in_notes, parse_keys
from followup_analytics.answers.rates.result import RatesResult, RatesRow
from followup_analytics.answers.rates.trace import rows_behind
from followup_analytics.answers.whole import (
    counts_of,
    engine_of_parts,
    notes_on_recording,
    whole_log,
)
from followup_analytics.cells.counted import check_outcome, notes_of, window_us
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import Note
from followup_analytics.log.unrecorded import NOT_RECORDED, labels_of, without_outcomes
from followup_analytics.parted.parted_log import unrecorded_in_parts
from followup_analytics.results.disclosure import (
    Disclosed,
    Disclosure,
    disclose,
    is_hidden,
    policy_of,
    require_enough,
)
from followup_analytics.results.values import finite

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.parted.parted_log import PartedLog
    from followup_analytics.parted.spread import Spread

CLUSTERS = ("applicant", "employer")
#: Contacts beyond which a table of rates does not look for signs of how they were recorded.
_LARGE = 1_000_000
CUMULATIVE_FIELDS = ("cumulative", "cumulative_low", "cumulative_high")

SELECTION = (
    "The rate by number of the attempt describes who is still trying, not what one more attempt does: those who are "
    "answered easily leave early, so later numbers can fall although no attempt works less."
)
_UNSEEN = (
    "In some rows no attempt was observed for the whole window: their rate is the one up to the longest time observed."
)
_OPEN_BIN = (
    "In the last, open row the cumulative share adds one further attempt, at the rate of all attempts in that row."
)
_INFORMATIVE = (
    "The cumulative share counts whoever stopped trying, or heard only after the window, as no different from those "
    "who went on."
)
#: Bounds nearer to each other than this are told with a decimal.
_WIDE_BOUNDS = 0.02


def response_rates(
    log: FollowUpLog | PartedLog,
    *,
    by: str | Sequence[str] = "timing",
    outcome: str = "response",
    within: float = 7.0,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    bins: str | Mapping[str, str] | None = None,
    working_days: str | None = None,
    cluster: str = "applicant",
    engine: str = "auto",
    seed: int = 0,  # noqa: ARG001 - every command takes a seed; nothing is drawn here
    beside_total: bool = False,
) -> RatesResult:
    """How often an attempt is answered, by timing, channel, number and so on.

    Parameters: `by` names one or more keys (timing, channel, attempt, party, weekday, hour, any column of interviews or
    contacts); `cohort` only that cohort of the log, or these; `outcome` response or advanced; `within` days of the
    window; `min_cell` applicants below which a row is hidden (10, or what `disclosure` says: a policy, its name or its
    file); `bins` as in `rates.keys`; `working_days` a country whose working days timing counts instead of calendar days
    (windows stay in hours); `cluster` applicant, or employer to let the interval be the wider of the two clusterings;
    `engine` as in `engine.ENGINES`; `beside_total` says that the rate of all rows together is shown beside the table,
    so that more may have to be hidden.

    Returns a RatesResult, one row for each combination of the keys that occurs: the keys (text), n_attempts (at risk),
    n_interviews and n_applicants (with such an attempt), n_events (answered within the window), estimate, conf_low,
    conf_high (share of attempts answered within `within` days, between 0 and 1, with 95% limits), cumulative,
    cumulative_low, cumulative_high (share of interviews answered by this attempt; null unless by attempt, alone or with
    interview columns), status, reason.

    Raises UsageError for a wrong request, WithheldError where all that was asked for is hidden, and DataError where
    `min_cell` is 1 and there is no interview.

    Example:
        >>> rates = response_rates(log, by="attempt")
        >>> [(row["attempt"], row.n_attempts, row.estimate) for row in rates.rows][:2]
        [('1', 191, 0.319), ('2', 111, 0.316)]
    """
    policy = policy_of(disclosure, min_cell)
    whole = whole_log(log, cohort, policy, within=within)
    keys = parse_keys(by, whole, bins, policy)
    _check(outcome, cluster)
    require_enough(whole.n_applicants, policy)
    length = window_us(within)
    numbered = _is_numbered(keys)
    question = Asked(
        keys, outcome, within, working_days, engine_of_parts(whole, engine), cluster == "employer", numbered
    )
    parts = whole.logs.map(partial(count_part, question)).kept()
    table = together(list(parts.map(summary_of)))
    rates = _rates(parts, table, cluster, length)
    reached = _cumulative(parts, table, keys, length) if numbered else {}
    rows = _rows(table, rates, reached, keys)
    if outcome == "advanced" and not whole.outcomes_recorded:
        rows = [without_outcomes(row, _OF_OUTCOMES, NOT_RECORDED) for row in rows]
    members = partial(all_members, parts, table.order)
    shown = _without_telling_differences(disclose(rows, policy, members=members, total_of_events=beside_total), keys)
    if outcome == "advanced":
        shown = _where_recorded(shown, whole, keys)
    behind = partial(_behind, whole, keys, outcome=outcome, within=within, working_days=working_days)
    return RatesResult(
        rows=shown,
        counts=counts_of(whole),
        notes=(
            *whole.notes,
            *_of_recording(whole, outcome, policy.min_cell),
            *notes_of(table.left_out),
            *built_in_notes(keys, whole),
            *_notes(shown, reached, keys, working_days),
        ),
        native=whole.native,
        keys=tuple(key.name for key in keys),
        outcome=outcome,
        within=within,
        behind=behind,
    )


def _behind(whole: PartedLog, keys: Sequence[Key], **asked: Any) -> pl.DataFrame:
    return rows_behind(whole.single, keys, **asked)


def _of_recording(whole: PartedLog, outcome: str, min_cell: int) -> tuple[Note, ...]:
    """How the log was recorded; of a very large one `check`, `curve` and the report say it, which need not be quick."""
    if whole.sizes["contacts"] > _LARGE:
        lacking = outcome == "advanced" and not whole.outcomes_recorded
        return (Note("outcomes_not_recorded", NOT_RECORDED),) if lacking else ()
    return notes_on_recording(whole, min_cell=min_cell, about_outcomes=outcome == "advanced")


#: What of a row is read off outcomes, where advances are counted.
_OF_OUTCOMES = ("n_events", "estimate", "conf_low", "conf_high", *CUMULATIVE_FIELDS)


def _where_recorded(shown: Disclosed[RatesRow], whole: PartedLog, keys: Sequence[Key]) -> Disclosed[RatesRow]:
    """The rows, without numbers where a group of a column of interviews has no outcome though others have some."""
    columns = {key.name: key.column for key in keys if key.column and key.is_column and not key.of_contacts}
    gone = {name: unrecorded_in_parts(whole, partial(labels_of, column)) for name, column in columns.items()}

    def told(row: RatesRow) -> RatesRow:
        lacks = any(row.by[name] in groups for name, groups in gone.items())
        return without_outcomes(row, _OF_OUTCOMES) if lacks and not is_hidden(row) else row

    return shown.each(told)


def _check(outcome: str, cluster: str) -> None:
    check_outcome(outcome)
    if cluster not in CLUSTERS:
        raise UsageError(f"There is no clustering by {cluster!r}: choose applicant or employer.")


def _rates(parts: Spread[Counted], table: Together, cluster: str, within_us: int) -> GroupRates:
    """Rates of all rows; with employers as clusters too, each row keeps the wider of its two intervals."""
    n = len(table.order)
    of_applicants = rates_of_parts(parts.map(partial(windows_of, table.order, False)), n, within_us)
    if cluster == "applicant":
        return of_applicants
    return of_applicants.wider(rates_of_parts(parts.map(partial(windows_of, table.order, True)), n, within_us))


def _is_numbered(keys: Sequence[Key]) -> bool:
    """Whether there is a cumulative share: by attempt, alone or with interview columns."""
    others = [key for key in keys if key.name != "attempt"]
    built_in = any(key.of_contacts or key.name in ("timing", "weekday", "hour") for key in others)
    return len(others) < len(keys) and not built_in


def _cumulative(
    parts: Spread[Counted], table: Together, keys: Sequence[Key], within_us: int
) -> dict[int, tuple[Cumulative, int]]:
    """Cumulative incidence of each table row, as (curve of its stratum, place in it)."""
    at = next(place for place, key in enumerate(keys) if key.name == "attempt")
    strata = stratum_of_groups(table.order, keys)
    found: dict[int, tuple[Cumulative, int]] = {}
    for stratum, tries in tries_of_strata(parts, table.order, strata).items():
        mine = [(labels[at][0], group) for group, labels in enumerate(table.order) if strata[group] == stratum]
        curve = cumulative_incidence(tries, [keys[at].bins[bin_] for bin_, _ in sorted(mine)], within_us)
        found |= {group: (curve, place) for place, (_, group) in enumerate(sorted(mine))}
    return found


def _rows(
    table: Together, rates: GroupRates, reached: Mapping[int, tuple[Cumulative, int]], keys: Sequence[Key]
) -> list[RatesRow]:
    names = groups_frame(table.order, keys).select(key.name for key in keys).to_dicts()
    made = []
    for group, values in enumerate(names):
        estimate, low, high = rates.numbers(group)
        badge = rates.badge(group)
        cumulative, cumulative_low, cumulative_high = _reached(reached.get(group), (estimate, low, high))
        made.append(
            RatesRow(
                by=values,
                n_attempts=int(rates.attempts[group]),
                n_interviews=int(table.n_interviews[group]),
                n_applicants=int(rates.clusters[group]),
                n_events=int(rates.events[group]),
                estimate=estimate,
                conf_low=low,
                conf_high=high,
                cumulative=cumulative,
                cumulative_low=cumulative_low,
                cumulative_high=cumulative_high,
                status=badge.status,
                reason=badge.reason,
            )
        )
    return made


def _reached(found: tuple[Cumulative, int] | None, own: Limits) -> Limits:
    """The cumulative share of a row with its limits; by the first attempt it is the row's own rate, and has the row's
    own interval."""
    if found is None:
        return None, None, None
    curve, place = found
    if curve.only_first[place]:
        return own
    return finite(curve.estimate[place]), finite(curve.low[place]), finite(curve.high[place])


def _without_telling_differences(rows: Disclosed[RatesRow], keys: Sequence[Key]) -> Disclosed[RatesRow]:
    """Take the cumulative share from every row after a hidden one: the steps between would give the hidden rate
    away."""
    closed: set[tuple[str, ...]] = set()

    def without(row: RatesRow) -> RatesRow:
        stratum = tuple(row.by[key.name] for key in keys if key.name != "attempt")
        if is_hidden(row):
            closed.add(stratum)
        return row.having(**dict.fromkeys(CUMULATIVE_FIELDS)) if stratum in closed else row

    return rows.each(without)


def _notes(
    rows: Sequence[RatesRow],
    reached: Mapping[int, tuple[Cumulative, int]],
    keys: Sequence[Key],
    working_days: str | None,
) -> list[Note]:
    """What a reader of this table must know; nothing that would tell a hidden row."""
    notes = []
    if any(row.reason == UNOBSERVED.reason for row in rows):
        notes.append(Note("window_not_observed", _UNSEEN))
    if any(key.name == "attempt" for key in keys):
        notes.append(Note("hazard_is_selection", SELECTION))
    if reached:
        notes.append(Note("informative_stopping", f"{_INFORMATIVE} {_bounds(rows, reached, keys)}".rstrip()))
        if any(key.name == "attempt" and key.bins[-1].high is None for key in keys):
            notes.append(Note("open_attempts", _OPEN_BIN))
    if working_days is not None:
        notes.append(
            Note(
                "working_days",
                f"Timing counts working days of {working_days.upper()}; windows stay in hours of the clock.",
            )
        )
    return notes


def _bounds(rows: Sequence[RatesRow], reached: Mapping[int, tuple[Cumulative, int]], keys: Sequence[Key]) -> str:
    """The bound in figures where nothing is hidden and there is one stratum, else in words."""
    if len(keys) > 1 or any(is_hidden(row) for row in rows):
        return (
            "Were that wrong, it could lie as low as the share of starters who were answered, or as high as that plus "
            "all who stopped."
        )
    curve, place = reached[max(reached)]
    low, high = float(curve.if_never[place]), float(curve.if_always[place])
    if f"{100 * low:.1f}" == f"{100 * high:.1f}":
        return ""  # nobody stopped unanswered: there is nothing to bound
    digits = 0 if high - low >= _WIDE_BOUNDS else 1
    return (
        f"Were that wrong, the last one could lie anywhere from {100 * low:.{digits}f}% (had those who stopped never "
        f"been answered) to {100 * high:.{digits}f}% (had all of them been answered at their next attempt)."
    )
