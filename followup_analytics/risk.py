"""The rule of the contract, section 2, as one query that every engine answers alike: who is at risk, what closes a
window.

Written with Narwhals on 64-bit integers and text, and only with operations that polars, pandas, DuckDB and Spark are
known to agree on: joins, filters, min by group, running sums and shifts over a total order. Yes/no columns are 1/0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Mapping

    Frames = Mapping[str, nw.LazyFrame[Any]]

DAY_US = 86_400_000_000

#: Roles of a contact row in the prepared frames.
ATTEMPT, ANSWER = 1, 2
#: What closes a window or a risk period, as integers while an engine works on them.
CENSORED, RESPONSE, END, NEXT_ATTEMPT, WINDOW = 0, 1, 2, 3, 4
CLOSED_BY = {CENSORED: "censored", RESPONSE: "response", END: "end", NEXT_ATTEMPT: "next_attempt", WINDOW: "window"}

#: Decisions that count as the event, and those that end the story, by outcome of interest.
EVENTS = {"response": ("advanced", "offer", "rejected"), "advanced": ("advanced", "offer")}
ENDS = {"response": ("filled", "withdrawn"), "advanced": ("rejected", "filled", "withdrawn")}

#: Later than every date, and still exact as a float (pandas turns integers with gaps into floats).
_NEVER = 2**53 - 2


def episode_query(frames: Frames, outcome: str) -> nw.LazyFrame[Any]:
    """One row per interview with what ended its risk period.

    `frames` has interviews (interview_id, start_us, start_day, start_instant, until_us, until_day, ...), contacts
    (interview_id, contact_id, role, order_us, at_us, day, instant) and outcomes (interview_id, outcome, order_us,
    at_us, day, instant). Added: `response_*` and `end_*` (order, us, day, instant; null where none), `decision`, exit
    (RESPONSE, END, CENSORED) and exit_*.
    """
    interviews = frames["interviews"]
    spans = interviews.select("interview_id", "start_us", "start_day", "start_instant", "until_us", "until_day")
    answers = frames["contacts"].filter(nw.col("role") == ANSWER) if outcome == "response" else None
    decisions = _within_observation(frames["outcomes"], spans)
    found = interviews.join(_decided(decisions, EVENTS[outcome], "d"), on="interview_id", how="left")
    found = found.join(_decided(decisions, ENDS[outcome], "e"), on="interview_id", how="left")
    if answers is None:
        found = found.with_columns(*_no_answers())
    else:
        found = found.join(_first(_within_observation(answers, spans), "c"), on="interview_id", how="left")
    found = found.with_columns(
        **{key: nw.col(key).fill_null(_NEVER).cast(nw.Int64) for key in ("c_key", "d_key", "e_key")},
    )
    by_contact = nw.col("c_key") <= nw.col("d_key")
    chosen = {
        name: nw.when(by_contact).then(nw.col(f"c_{name}")).otherwise(nw.col(f"d_{name}"))
        for name in ("key", "day", "dated_us")
    }
    found = found.with_columns(**{f"r_{name}": value for name, value in chosen.items()}, by_contact=_flag(by_contact))
    responded = (nw.col("r_key") < _NEVER) & (nw.col("r_key") // 2 <= nw.col("e_key") // 2)
    ended = nw.col("e_key") < _NEVER
    found = found.with_columns(
        exit=nw.when(responded)
        .then(nw.lit(RESPONSE))
        .otherwise(nw.when(ended).then(nw.lit(END)).otherwise(nw.lit(CENSORED)))
        .cast(nw.Int64)
    )
    return _with_exit(found.with_columns(*_unpack("r", "response"), *_unpack("e", "end")))


def attempt_query(
    episodes: nw.LazyFrame[Any], contacts: nw.LazyFrame[Any], within_us: int, *, instants_only: bool = False
) -> nw.LazyFrame[Any]:
    """One row per attempt at risk: its number and what closes its window of `within_us` microseconds.

    Added to the columns of `contacts` and to interview_id..., start_*, of `episodes`: attempt, previous_us (null for
    the first), elapsed_us (at most within_us), closed (codes above), y (1/0). `instants_only` spares the work that rows
    with a date alone need.
    """
    made = contacts.filter(nw.col("role") == ATTEMPT).join(episodes, on="interview_id", how="inner")
    at_risk = (
        made.filter(observed())
        .filter((nw.col("exit") == CENSORED) | (nw.col("order_us") <= nw.col("exit_order")))
        .with_columns(one=nw.lit(1).cast(nw.Int64))
    )
    order = {"order_by": ["order_us", "contact_id"]}
    rows = at_risk.with_columns(
        attempt=nw.col("one").cum_sum().over("interview_id", **order),
        next_us=nw.col("at_us").shift(-1).over("interview_id", **order),
    )
    if not instants_only:
        rows = rows.with_columns(
            next_day=nw.col("day").shift(-1).over("interview_id", **order),
            next_instant=nw.col("instant").shift(-1).over("interview_id", **order),
        )
    return _close(rows, within_us, instants_only=instants_only)


def observed() -> nw.Expr:
    """Whether a row stands at or after its interview and not after the end of its record."""
    return from_interview() & ~after_observation()


def from_interview() -> nw.Expr:
    """Whether a row stands at or after its interview: by the instant where both have one, else by the day."""
    instants = nw.col("instant") * nw.col("start_instant") == 1
    return (instants & (nw.col("at_us") >= nw.col("start_us"))) | (~instants & (nw.col("day") >= nw.col("start_day")))


def after_observation() -> nw.Expr:
    """Whether a row stands after the end of its interview's record."""
    instant = nw.col("instant") == 1
    return (instant & (nw.col("at_us") > nw.col("until_us"))) | (~instant & (nw.col("day") > nw.col("until_day")))


def _within_observation(rows: nw.LazyFrame[Any], spans: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    return rows.join(spans, on="interview_id", how="inner").filter(observed())


def _first(rows: nw.LazyFrame[Any], prefix: str) -> nw.LazyFrame[Any]:
    """The first row of each interview. Order and precision travel in one integer, so that one minimum finds both.

    Days never decrease along the order within an interview, so the least day is the day of the first row.
    """
    dated = nw.col("instant") == 0
    packed = rows.with_columns(
        key=nw.col("order_us") * 2 + 1 - nw.col("instant"), dated_us=nw.when(dated).then(nw.col("at_us"))
    )
    return packed.group_by("interview_id").agg(
        nw.col("key").min().alias(f"{prefix}_key"),
        nw.col("day").min().alias(f"{prefix}_day"),
        nw.col("dated_us").min().alias(f"{prefix}_dated_us"),
    )


def _decided(decisions: nw.LazyFrame[Any], kinds: tuple[str, ...], prefix: str) -> nw.LazyFrame[Any]:
    return _first(decisions.filter(nw.col("outcome").is_in(kinds)), prefix)


def _no_answers() -> list[nw.Expr]:
    return [
        nw.lit(value).cast(nw.Int64).alias(f"c_{name}")
        for name, value in (("key", _NEVER), ("day", 0), ("dated_us", 0))
    ]


def _unpack(prefix: str, name: str) -> list[nw.Expr]:
    """Order, instant, time and day of an event from its packed key; null where there was none."""
    key = nw.col(f"{prefix}_key")
    there = key < _NEVER
    return [
        nw.when(there).then(key // 2).alias(f"{name}_order"),
        nw.when(there).then(1 - key % 2).alias(f"{name}_instant"),
        nw.when(there & (key % 2 == 1))
        .then(nw.col(f"{prefix}_dated_us"))
        .otherwise(nw.when(there).then(key // 2))
        .alias(f"{name}_us"),
        nw.when(there).then(nw.col(f"{prefix}_day")).alias(f"{name}_day"),
    ]


def _with_exit(found: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """What ended the risk period, whichever it was; the end of the record is an instant unless all else is in days."""
    record = {
        "us": nw.col("until_us"),
        "day": nw.col("until_day"),
        "order": nw.col("until_us"),
        "instant": nw.lit(1).cast(nw.Int64),
    }
    responded, ended = nw.col("exit") == RESPONSE, nw.col("exit") == END
    return found.with_columns(
        **{
            f"exit_{name}": nw.when(responded)
            .then(nw.col(f"response_{name}"))
            .otherwise(nw.when(ended).then(nw.col(f"end_{name}")).otherwise(last))
            .cast(nw.Int64)
            for name, last in record.items()
        }
    )


def _close(rows: nw.LazyFrame[Any], within_us: int, *, instants_only: bool) -> nw.LazyFrame[Any]:
    followed = ~nw.col("next_us").is_null()
    closing = {
        name: nw.when(followed).then(nw.col(f"next_{name}")).otherwise(nw.col(f"exit_{name}")) for name in ("us",)
    }
    if not instants_only:
        closing |= {
            name: nw.when(followed).then(nw.col(f"next_{name}")).otherwise(nw.col(f"exit_{name}"))
            for name in ("day", "instant")
        }
    rows = rows.with_columns(
        **{f"close_{name}": value.cast(nw.Int64) for name, value in closing.items()}, followed=_flag(followed)
    )
    elapsed = nw.col("close_us") - nw.col("at_us")
    if not instants_only:
        instants = nw.col("instant") * nw.col("close_instant") == 1
        elapsed = nw.when(instants).then(elapsed).otherwise((nw.col("close_day") - nw.col("day")) * DAY_US)
    rows = rows.with_columns(elapsed_us=elapsed.cast(nw.Int64))
    # A window that ends exactly with the record was seen in full; one that ends exactly with an event contains it.
    full = (nw.col("elapsed_us") > within_us) | (
        (nw.col("elapsed_us") == within_us) & (nw.col("followed") == 0) & (nw.col("exit") == CENSORED)
    )
    closed = (
        nw.when(full)
        .then(nw.lit(WINDOW))
        .otherwise(nw.when(nw.col("followed") == 1).then(nw.lit(NEXT_ATTEMPT)).otherwise(nw.col("exit")))
    )
    rows = rows.with_columns(
        closed=closed.cast(nw.Int64),
        elapsed_us=nw.when(nw.col("elapsed_us") > within_us)
        .then(nw.lit(within_us))
        .otherwise(nw.col("elapsed_us"))
        .cast(nw.Int64),
    )
    return rows.with_columns(y=_flag(nw.col("closed") == RESPONSE))


def _flag(condition: nw.Expr) -> nw.Expr:
    """1 or 0: no engine disagrees about the sum of integers, and Spark refuses the sum of booleans."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
