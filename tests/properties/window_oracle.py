"""The window rule once more, slowly, in plain Python from the contract's words: the oracle of the fast query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog

DAY_US = 86_400_000_000
Row = dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """A point of the story: instant or day, and its place among rows of one instant (attempt 0, response 1, end 2)."""

    us: int
    day: int
    instant: bool
    order: int
    kind: int
    name: str = ""

    def before(self) -> tuple[int, int, str]:
        """What sorts it."""
        return (self.order, self.kind, self.name)


def attempts_slowly(log: FollowUpLog, outcome: str, within: float) -> list[Row]:
    """Every attempt at risk, interview by interview: contact_id, attempt, y, closed_by, elapsed_us."""
    found: list[Row] = []
    for interview in log.interviews.to_dicts():
        mine = pl.col("interview_id") == interview["interview_id"]
        found += _one(
            interview, log.contacts.filter(mine).to_dicts(), log.outcomes.filter(mine).to_dicts(), outcome, within
        )
    return sorted(found, key=lambda row: row["contact_id"])


def _one(interview: Row, contacts: list[Row], outcomes: list[Row], outcome: str, within: float) -> list[Row]:
    seen = [row for row in contacts if _observed(row, interview)]
    tries = sorted((_moment(row, 0, row["contact_id"]) for row in seen if _is_attempt(row)), key=Moment.before)
    closers = [_moment(row, 1, "response") for row in seen if outcome == "response" and _is_answer(row)]
    for row in outcomes:
        if _observed(row, interview):
            closers += _decision(row, outcome)
    first = min(closers, key=Moment.before, default=None)
    at_risk = [one for one in tries if first is None or one.before() < first.before()]
    return [_window(one, at_risk[k + 1 : k + 2], k + 1, first, interview, within) for k, one in enumerate(at_risk)]


def _decision(row: Row, outcome: str) -> list[Moment]:
    events = ("advanced", "offer", "rejected") if outcome == "response" else ("advanced", "offer")
    return [_moment(row, 1, "response") if row["outcome"] in events else _moment(row, 2, "end")]


def _window(one: Moment, later: list[Moment], number: int, first: Moment | None, interview: Row, within: float) -> Row:
    length = round(within * DAY_US)
    if later:
        elapsed, closed = _elapsed(one, later[0]), "next_attempt"
    elif first is not None:
        elapsed, closed = _elapsed(one, first), first.name
    else:
        until = interview["_until_us"]
        elapsed, closed = _elapsed(one, Moment(until, interview["_until_day"], True, until, 3)), "censored"
    if elapsed > length or (elapsed == length and closed == "censored"):
        elapsed, closed = length, "window"
    return {
        "contact_id": one.name,
        "attempt": number,
        "y": int(closed == "response"),
        "closed_by": closed,
        "elapsed_us": elapsed,
    }


def _elapsed(start: Moment, stop: Moment) -> int:
    return stop.us - start.us if start.instant and stop.instant else (stop.day - start.day) * DAY_US


def _moment(row: Row, kind: int, name: str) -> Moment:
    return Moment(row["_at_us"], row["_day"], row["at_precision"] != "day", row["_order_us"], kind, name)


def _observed(row: Row, interview: Row) -> bool:
    instant = row["at_precision"] != "day"
    if instant and interview["at_precision"] != "day":
        begun = row["_at_us"] >= interview["_at_us"]
    else:
        begun = row["_day"] >= interview["_day"]
    return begun and (row["_at_us"] <= interview["_until_us"] if instant else row["_day"] <= interview["_until_day"])


def _is_attempt(row: Row) -> bool:
    return row["direction"] == "outbound" and row["purpose"] in (None, "follow_up")


def _is_answer(row: Row) -> bool:
    return row["direction"] == "inbound" and row["automatic"] is not True
