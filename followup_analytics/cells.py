"""Cells: what counts as an attempt, a response, an end of the story and a window, decided here and nowhere else.

Every rate, curve, model, claim and piece of advice starts from these frames. The rules are those of the contract,
section 2: true timestamps decide; at one instant the order is attempt, response, end of the story, censoring; attempts
at one instant go by contact_id; a response is credited to the last attempt before it and to no other.

Times are microseconds since 1970 (`*_us`, UTC), days are whole local days since 1970 (`*_day`), elapsed times are
microseconds, or whole days of 24 hours where one of the two rows knows only its date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from followup_analytics.log import FollowUpLog, Note

Outcome = Literal["response", "advanced"]
DAY_US = 86_400_000_000


def episodes(log: FollowUpLog, outcome: str = "response", *, engine: str = "auto") -> pl.DataFrame:
    """One row per interview: its risk period and how that ended, in the order of `log.interviews`.

    Columns: interview_id, applicant_id, bucket (0-999); start_us, start_day, start_instant (1, or 0 where only the date is
    known); until_us, until_day; response_us, response_day, response_order, response_instant, response_kind (contact, or
    the decision: advanced, offer, rejected) - null where there was no response within observation, and for
    outcome="advanced" the advance itself; end_us, end_day, end_order, end_instant, end_kind (filled, withdrawn, and for advanced rejected);
    exit_us, exit_day, exit_order, exit_instant, exit_kind (response or advanced, filled, withdrawn, rejected, censored; at one instant
    the response goes before the end and the end before censoring); n_attempts (attempts at risk, 0 where none was made).
    `*_order` is the instant used to compare rows: a date alone stands at the start of its day for an attempt and at the end of it for
    what came back.
    """
    raise NotImplementedError


def attempts(
    log: FollowUpLog,
    outcome: str = "response",
    within: float = 7.0,
    *,
    columns: Sequence[str] = (),
    working_days: str | None = None,
    engine: str = "auto",
) -> pl.DataFrame:
    """One row per attempt at risk, ordered by interview (as in the log) and attempt number.

    Columns: interview_id, contact_id, applicant_id, bucket; attempt (1, 2, ...), day (local days since the interview, working days
    where a country is given), weekday (Mon=1), hour (null where only the date is known), channel, party, purpose; at_us, at_day, instant (1/0);
    gap_hours since the previous attempt (null for the first); elapsed_us from the attempt to what closes the window, at most `within` days;
    closed_by: response, next_attempt, end, censored, window (the full window went by); y (1: response within the window); end_kind where
    closed_by is end. Then `columns`: any column of contacts or interviews, with its own type.
    """
    raise NotImplementedError


def attempt_cells(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Counts per combination of `keys` and `bucket`: keys..., bucket, n (attempts), y (responses), sorted.

    `rows` is a frame of `attempts` (or anything with bucket and y).
    """
    raise NotImplementedError


def trajectory_cells(
    log: FollowUpLog, outcome: str = "response", *, keys: Sequence[str] = (), horizon: int = 30, engine: str = "auto"
) -> pl.DataFrame:
    """Counts of interviews per baseline stratum and path: keys..., bucket, first_day, exit_day, exit_kind, n.

    first_day is the local day of the first attempt at risk (-1: none up to the horizon), exit_day the local day on which the risk period
    ended, both since the interview and cut at `horizon` (exit_kind censored, exit_day = horizon, where it went on). `keys` are interview columns as text.
    """
    raise NotImplementedError


def log_notes(log: FollowUpLog, outcome: str = "response") -> tuple[Note, ...]:
    """What was left out and why, counted: attempts no longer at risk (`attempts_not_at_risk`), interviews without an attempt
    (`interviews_without_attempt`), contacts before the interview (`contacts_before_interview`), contacts and outcomes after
    observed_until (`contacts_after_observation`, `outcomes_after_observation`), outcomes dated before the interview
    (`outcomes_before_interview`), automatic replies (`automatic_replies`), rows with a date only (`day_precision`)."""
    raise NotImplementedError
