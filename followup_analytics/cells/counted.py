"""Cells: what counts as an attempt, a response, an end of the story and a window, as frames for all that follows.

Every rate, curve, model, claim and piece of advice starts from these frames. The rules are those of the contract,
section 2 (the query itself is in `risk.py`): true timestamps decide; at one instant the order is attempt, response, end
of the story, censoring; attempts at one instant go by contact_id; a response is credited to the last attempt before it
and to no other.

Times are microseconds since 1970 (`*_us`, UTC), days are whole local days since 1970 (`*_day`), elapsed times are
microseconds, or whole days of 24 hours where one of the two rows knows only its date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import polars as pl

from followup_analytics.cells.engine import choose_engine, collect, keep
from followup_analytics.cells.inputs import CONTACT_KEYS, Prepared, buckets, instants_only, n_dated, prepare
from followup_analytics.cells.instants import automatic_replies, left_out_counts
from followup_analytics.cells.roles import ATTEMPT, role
from followup_analytics.cells.windows import (
    CLOSED_BY,
    CUT_OFF,
    RESPONSE,
    at_risk,
    attempt_query,
    episode_query,
)
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import in_frames
from followup_analytics.log.clock import DAY_US, HOUR_US
from followup_analytics.log.followup_log import Note

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

__all__ = [
    "CONTACT_KEYS",
    "OUTCOMES_OF_INTEREST",
    "attempt_cells",
    "attempts",
    "check_outcome",
    "episodes",
    "left_out_numbers",
    "log_notes",
    "role",
    "trajectory_cells",
    "window_us",
]

Outcome = Literal["response", "advanced"]
OUTCOMES_OF_INTEREST = ("response", "advanced")

_SENTENCES = {
    "attempts_not_at_risk": "attempts made after the response or after the end of the story; they are in no rate",
    "interviews_without_attempt": "interviews without an attempt at risk; they are in no row of the rates",
    "contacts_before_interview": "contacts dated before their interview; used nowhere",
    "contacts_after_observation": "contacts after the end of their interview's record; used nowhere",
    "outcomes_before_interview": "outcomes dated before their interview; used nowhere: check the dates",
    "outcomes_after_observation": "outcomes after the end of their interview's record; used nowhere",
    "automatic_replies": "automatic replies; never counted as a response",
    "day_precision": (
        "rows with a date but no time: they count in whole days, and within a day attempts come before responses "
        "and responses before ends"
    ),
}

_EVENT_COLUMNS = [
    f"{event}_{part}" for event in ("response", "end", "exit") for part in ("us", "day", "order", "instant", "kind")
]
_EPISODE_COLUMNS = [
    "interview_id",
    "applicant_id",
    "bucket",
    "start_us",
    "start_day",
    "start_instant",
    "until_us",
    "until_day",
]
_DESCRIBING = (
    "contact_id",
    "channel",
    "party",
    "purpose",
    pl.col("_weekday").cast(pl.Int64).alias("weekday"),
    pl.col("_hour").cast(pl.Int64).alias("hour"),
)
_ATTEMPT_COLUMNS = [
    "interview_id",
    "contact_id",
    "applicant_id",
    "bucket",
    "attempt",
    "day",
    "weekday",
    "hour",
    "channel",
    "party",
    "purpose",
]


def episodes(log: FollowUpLog, outcome: str = "response", *, engine: str = "auto") -> pl.DataFrame:
    """One row per interview: its risk period and how that ended, in the order of `log.interviews`.

    Columns: interview_id, applicant_id, bucket (0-999); start_us, start_day, start_instant (1, or 0 where only the date
    is known); until_us, until_day; response_us, response_day, response_order, response_instant, response_kind (contact,
    or the decision: advanced, offer, rejected) - null where there was no response within observation, and for
    outcome="advanced" the advance itself; end_us, end_day, end_order, end_instant, end_kind (filled, withdrawn, and for
    advanced rejected); exit_us, exit_day, exit_order, exit_instant, exit_kind (response or advanced, filled, withdrawn,
    rejected, censored; at one instant the response goes before the end and the end before censoring); n_attempts
    (attempts at risk, 0 where none was made). `*_order` is the instant used to compare rows: a date alone stands at the
    start of its day for an attempt and at the end of it for what came back.

    Raises UsageError for another outcome than response or advanced.
    """
    check_outcome(outcome)
    if choose_engine(engine) != "polars":
        return _episodes(log, outcome, engine)
    return log.remembered(("episodes", outcome), lambda: _episodes(log, outcome, engine))


def _episodes(log: FollowUpLog, outcome: str, engine: str) -> pl.DataFrame:
    made = prepare(log, engine)
    query = keep(episode_query(made.frames, outcome))
    counts = collect(
        at_risk(query, made.frames["contacts"]).group_by("story").agg(nw.col("instant").count().alias("n"))
    )
    found = log.interviews.select("interview_id", "applicant_id", bucket=buckets(log), story=pl.int_range(pl.len()))
    found = _joined(_joined(found, collect(query), "story"), counts, "story")
    found = _joined(found, log.outcomes.select("interview_id", "outcome"), "interview_id")
    return found.with_columns(*_kinds(outcome), n_attempts=pl.col("n").fill_null(0)).select(
        *_EPISODE_COLUMNS, *_EVENT_COLUMNS, "n_attempts"
    )


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

    Columns: interview_id, contact_id, applicant_id, bucket; attempt (1, 2, ...), day (local days since the interview,
    working days where a country is given), weekday (Mon=1), hour (null where only the date is known), channel, party,
    purpose; at_us, at_day, instant (1/0); gap_hours since the previous attempt (null for the first); elapsed_us from
    the attempt to what closes the window, at most `within` days; closed_by: response, next_attempt, end, censored,
    window (it went by in full); y (1: a response within the window); end_kind where closed_by is end. Then `columns`:
    any column of contacts or interviews, with its own type, named by `asked.in_frames`.

    Raises UsageError for another outcome than response or advanced, a window that is not positive or an unknown column.
    """
    check_outcome(outcome)
    length = window_us(within)
    if choose_engine(engine) != "polars":
        rows = _attempts(log, outcome, length, working_days, engine)
    else:
        question = ("attempts", outcome, length, working_days)
        rows = log.remembered(question, lambda: _attempts(log, outcome, length, working_days, engine))
    return _further_columns(rows, log, columns)


def _attempts(log: FollowUpLog, outcome: str, within_us: int, working_days: str | None, engine: str) -> pl.DataFrame:
    made = prepare(log, engine, working_days=working_days)
    contacts = made.frames["contacts"]
    query = attempt_query(
        keep(episode_query(made.frames, outcome)), contacts, within_us, instants_only=made.instants_only
    )
    rows = collect(query).sort("story", "attempt")
    whose = log.interviews.select("interview_id", "applicant_id", bucket=buckets(log), story=pl.int_range(pl.len()))
    rows = _joined(
        _joined(rows, collect(made.frames["interviews"].select("story", "clock_start")), "story"), whose, "story"
    )
    rows = rows.with_columns(
        day=pl.col("clock_day") - pl.col("clock_start"),
        at_day=pl.col("day"),
        gap_hours=_gap_hours(),
        closed_by=pl.col("closed").replace_strict(CLOSED_BY, return_dtype=pl.String),
    )
    rows = _joined(rows, log.contacts.select(*_DESCRIBING), "contact_id")
    rows = _joined(rows, log.outcomes.select("interview_id", "outcome"), "interview_id")
    rows = rows.with_columns(end_kind=pl.when(pl.col("closed_by") == "end").then(pl.col("outcome")))
    kept = [*_ATTEMPT_COLUMNS, "at_us", "at_day", "instant", "gap_hours", "elapsed_us", "closed_by", "y", "end_kind"]
    return rows.select(kept)


def counts_behind(rows: pl.DataFrame) -> dict[str, int]:
    """What an estimate from a frame of attempts rests on: n_interviews, n_applicants and n_events (responses)."""
    return {
        "n_interviews": rows["interview_id"].n_unique(),
        "n_applicants": rows["applicant_id"].n_unique(),
        "n_events": int(rows["y"].sum()),
    }


def attempt_cells(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Counts per combination of `keys` and `bucket`: keys..., bucket, n (attempts), y (responses), sorted.

    `rows` is a frame of `attempts` (or anything with bucket and y); null is a value of a key like any other.
    """
    by = [*keys, "bucket"]
    return (
        rows.group_by(by).agg(n=pl.len().cast(pl.Int64), y=pl.col("y").sum().cast(pl.Int64)).sort(by, nulls_last=True)
    )


def trajectory_cells(
    log: FollowUpLog, outcome: str = "response", *, keys: Sequence[str] = (), horizon: int = 30, engine: str = "auto"
) -> pl.DataFrame:
    """Counts of interviews per baseline stratum and path: keys..., bucket, first_day, exit_day, exit_kind, n.

    first_day is the local day of the first attempt at risk (-1: none up to the horizon), exit_day the local day on
    which the risk period ended, both since the interview; where it went on beyond `horizon` days, exit_day is the
    horizon and exit_kind censored. `keys` are columns of the interviews.
    """
    first = attempts(log, outcome, engine=engine).filter(pl.col("attempt") == 1).select("interview_id", first_day="day")
    paths = episodes(log, outcome, engine=engine).join(first, on="interview_id", how="left", maintain_order="left")
    paths = _joined(paths, log.interviews.select("interview_id", *keys), "interview_id")
    day = pl.col("exit_day") - pl.col("start_day")
    paths = paths.with_columns(
        first_day=pl.when(pl.col("first_day") <= horizon).then(pl.col("first_day")).fill_null(-1),
        exit_kind=pl.when(day > horizon).then(pl.lit("censored")).otherwise(pl.col("exit_kind")),
        exit_day=pl.min_horizontal(day, pl.lit(horizon, pl.Int64)),
    )
    by = [*keys, "bucket", "first_day", "exit_day", "exit_kind"]
    return paths.group_by(by).agg(n=pl.len().cast(pl.Int64)).sort(by, nulls_last=True)


def log_notes(log: FollowUpLog, outcome: str = "response") -> tuple[Note, ...]:
    """What was left out of rates and why, counted; a count of nought gives no note.

    Codes: attempts_not_at_risk, interviews_without_attempt, contacts_before_interview, contacts_after_observation,
    outcomes_after_observation, outcomes_before_interview, automatic_replies, day_precision.
    """
    return notes_of(numbers_left_out(log, outcome))


def numbers_left_out(log: FollowUpLog, outcome: str = "response") -> dict[str, int]:
    """The numbers behind `log_notes`, by the code of their note; they add up over parts of a log."""
    check_outcome(outcome)
    return log.remembered(("left_out", outcome), lambda: _numbers_left_out(log, outcome))


def _numbers_left_out(log: FollowUpLog, outcome: str) -> dict[str, int]:
    if instants_only(log):
        return left_out_counts(log, outcome)
    made = prepare(log)
    tries = collect(at_risk(keep(episode_query(made.frames, outcome)), made.frames["contacts"]).select("story"))
    return left_out_numbers(log, made, n_attempts=tries.height, n_interviews=tries["story"].n_unique())


def left_out_numbers(log: FollowUpLog, made: Prepared, *, n_attempts: int, n_interviews: int) -> dict[str, int]:
    """The same where the attempts at risk and the interviews that have any were counted already."""
    flags = [nw.col("early").sum(), nw.col("late").sum()]
    observed = ((nw.col("role") == ATTEMPT) & (nw.col("early") + nw.col("late") == 0)).cast(nw.Int64)
    contacts = made.frames["contacts"].with_columns(observed=observed)
    places = collect(contacts.select(*flags, nw.col("observed").sum())).row(0, named=True)
    ends = collect(made.frames["outcomes"].select(*flags)).row(0, named=True)
    return {
        "attempts_not_at_risk": (places["observed"] or 0) - n_attempts,
        "interviews_without_attempt": log.interviews.height - n_interviews,
        "contacts_before_interview": places["early"] or 0,
        "contacts_after_observation": places["late"] or 0,
        "outcomes_before_interview": ends["early"] or 0,
        "outcomes_after_observation": ends["late"] or 0,
        "automatic_replies": automatic_replies(log),
        "day_precision": sum(n_dated(log).values()),
    }


def notes_of(numbers: Mapping[str, int]) -> tuple[Note, ...]:
    """Counts of what was left out, by code, as notes; a count of nought gives none."""
    return tuple(Note(code, _SENTENCES[code], n) for code, n in numbers.items() if n)


def check_outcome(outcome: str) -> str:
    """The outcome of interest, or UsageError."""
    if outcome not in OUTCOMES_OF_INTEREST:
        raise UsageError(f"There is no outcome {outcome!r} to follow: choose response or advanced.")
    return outcome


def window_us(within: float) -> int:
    """A window of `within` days (fractions allowed) in whole microseconds; UsageError unless positive and finite."""
    if isinstance(within, bool) or not isinstance(within, Real) or not 0 < within < 100_000:
        raise UsageError(
            f"--within {within!r} is no length of a window: give a number of days above 0, such as 7 or 0.5."
        )
    return round(within * DAY_US)


def _gap_hours() -> pl.Expr:
    """Hours since the previous attempt; in whole days where one of the two has only a date."""
    before = {name: pl.col(name).shift(1).over("interview_id") for name in ("at_us", "day", "instant")}
    exact = (pl.col("at_us") - before["at_us"]) / HOUR_US
    return (
        pl.when(pl.col("instant") * before["instant"] == 1)
        .then(exact)
        .otherwise((pl.col("day") - before["day"]) * 24.0)
    )


def _kinds(outcome: str) -> list[pl.Expr]:
    """What the response, the end and the exit were, in words."""
    decision = pl.col("outcome")
    response = pl.when(pl.col("by_contact") == 1).then(pl.lit("contact")).otherwise(decision)
    ended = (
        pl.when(pl.col("exit") == RESPONSE)
        .then(pl.lit(outcome))
        .when(pl.col("exit") == CUT_OFF)
        .then(pl.lit("censored"))
    )
    return [
        pl.when(pl.col("response_order").is_not_null()).then(response).alias("response_kind"),
        pl.when(pl.col("end_order").is_not_null()).then(decision).alias("end_kind"),
        ended.otherwise(decision).alias("exit_kind"),
    ]


def _joined(rows: pl.DataFrame, table: pl.DataFrame, key: str) -> pl.DataFrame:
    return rows.join(table, on=key, how="left", maintain_order="left") if table.width > 1 else rows


def _further_columns(rows: pl.DataFrame, log: FollowUpLog, columns: Sequence[str]) -> pl.DataFrame:
    wanted = list(dict.fromkeys(columns))
    contacts, interviews = log.held("contacts"), log.held("interviews")
    of_contacts = [name for name in wanted if name in contacts.columns]
    of_interviews = [name for name in wanted if name in interviews.columns and name not in of_contacts]
    unknown = [name for name in wanted if name not in of_contacts and name not in of_interviews]
    if unknown:
        raise UsageError(f"Neither contacts nor interviews have a column {unknown[0]!r}.")
    for table, names, key in ((contacts, of_contacts, "contact_id"), (interviews, of_interviews, "interview_id")):
        if names:
            held = table.select(list(dict.fromkeys([key, *names])))
            added = held.select(key, *(pl.col(name).alias(in_frames(name)) for name in names))
            rows = _joined(rows, added, key)
    return rows
