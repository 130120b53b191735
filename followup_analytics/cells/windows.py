"""The rule of the contract, section 2, as one query that every engine answers alike: who is at risk, what ends a
window.

Written with Narwhals on 64-bit integers and text, and only with operations that polars, pandas, DuckDB and Spark are
known to agree on: joins, filters, min by group, running sums and shifts over a total order. Yes/no columns are 1/0.
`story` is the key of an interview: any whole number or text that interviews, contacts and outcomes share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from followup_analytics.cells.engine import attach
from followup_analytics.cells.roles import ANSWER, ATTEMPT, after_observation, from_interview
from followup_analytics.log.clock import DAY_US

if TYPE_CHECKING:
    from collections.abc import Mapping

    Frame = nw.LazyFrame[Any]
    Frames = Mapping[str, Frame]


#: What closes a window or a risk period, as integers while an engine works on them.
CUT_OFF, RESPONSE, END, NEXT_ATTEMPT, WINDOW = 0, 1, 2, 3, 4
CLOSED_BY = {CUT_OFF: "censored", RESPONSE: "response", END: "end", NEXT_ATTEMPT: "next_attempt", WINDOW: "window"}

#: Decisions that count as the event, and those that end the story, by outcome of interest.
EVENT_DECISIONS = {"response": ("advanced", "offer", "rejected"), "advanced": ("advanced", "offer")}
ENDS = {"response": ("filled", "withdrawn"), "advanced": ("rejected", "filled", "withdrawn")}

#: Later than every date, and still exact as a float (pandas turns integers with gaps into floats).
_NEVER = 2**53 - 2
#: Columns of an interview's span that contacts and outcomes carry until they are placed against it.
SPAN = ("start_us", "start_day", "start_instant", "until_us", "until_day")


def flagged(rows: Frame) -> Frame:
    """Contacts or outcomes (with the SPAN of their interview) and whether they fall before the interview (`early`) or
    after its record ends (`late`); such rows are used nowhere."""
    return rows.with_columns(early=_flag(~from_interview(nw.col)), late=_flag(after_observation(nw.col)))


def episode_query(frames: Frames, outcome: str) -> Frame:
    """One row per interview with what ended its risk period.

    `frames` has interviews (story, start_us, start_day, start_instant, until_us, until_day, ...), and as `flagged`
    gives them contacts (story, contact_id, role, order_us, at_us, day, instant) and outcomes (story, outcome, order_us,
    at_us, day, instant). Added: `response_*` and `end_*` (order, us, day, instant; null where none), by_contact (1: the
    response was a contact), exit (RESPONSE, END, CUT_OFF) and `exit_*`.
    """
    decisions = frames["outcomes"].filter(_within())
    found = frames["interviews"]
    for prefix, words in (("d", EVENT_DECISIONS[outcome]), ("e", ENDS[outcome])):
        found = found.join(_first(_decided(decisions, words), prefix), on="story", how="left")
    if outcome == "response":
        answers = frames["contacts"].filter((nw.col("role") == ANSWER) & _within())
        found = found.join(_first(answers, "c"), on="story", how="left")
    else:
        found = found.with_columns(*_no_answers())
    return _with_exit(_with_response(found))


def at_risk(episodes: Frame, contacts: Frame) -> Frame:
    """Attempts (of `contacts` as `flagged` gives them) made while their interview was at risk, with its exit."""
    exits = episodes.select("story", "exit", "exit_us", "exit_day", "exit_order", "exit_instant")
    made = attach(contacts.filter((nw.col("role") == ATTEMPT) & _within()), exits)
    return made.filter((nw.col("exit") == CUT_OFF) | (nw.col("order_us") <= nw.col("exit_order")))


def attempt_query(episodes: Frame, contacts: Frame, within_us: int, *, instants_only: bool = False) -> Frame:
    """One row per attempt at risk: its number and what closes its window of `within_us` microseconds.

    Added to the columns of `contacts` (as `flagged` gives them): attempt, elapsed_us (at most within_us), closed (codes
    above), y (1/0). `instants_only` spares the work that rows with a date alone need.
    """
    rows = _numbered(at_risk(episodes, contacts), ("us",) if instants_only else ("us", "day", "instant"))
    return _close(rows, within_us, instants_only=instants_only)


def _numbered(rows: Frame, parts: tuple[str, ...]) -> Frame:
    """Attempts with their number and the next attempt of the same interview, in the order of time and contact_id."""
    native = nw.to_native(rows)
    sources = {f"next_{part}": {"us": "at_us"}.get(part, part) for part in parts}
    if isinstance(native, pl.LazyFrame):
        return nw.from_native(_numbered_by_sorting(native, sources))
    order: dict[str, Any] = {"order_by": ["order_us", "contact_id"]}
    shifted = {name: nw.col(source).shift(-1).over("story", **order) for name, source in sources.items()}
    rows = rows.with_columns(one=nw.lit(1).cast(nw.Int64))
    return rows.with_columns(attempt=nw.col("one").cum_sum().over("story", **order), **shifted)


def _numbered_by_sorting(rows: pl.LazyFrame, sources: Mapping[str, str]) -> pl.LazyFrame:
    """The same in polars: one sort and a look at the next row take a quarter of the time of a window per interview."""
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    first = (pl.col("story") != pl.col("story").shift(1)).fill_null(value=True)
    last = (pl.col("story") != pl.col("story").shift(-1)).fill_null(value=True)
    following = {name: pl.when(~last).then(pl.col(source).shift(-1)) for name, source in sources.items()}
    number = place - pl.when(first).then(place).forward_fill() + 1
    return rows.sort("story", "order_us", "contact_id").with_columns(attempt=number, **following)


def _within() -> nw.Expr:
    return nw.col("early") + nw.col("late") == 0


def _first(rows: Frame, prefix: str) -> Frame:
    """The first row of each interview. Order and precision travel in one integer, so that one minimum finds both.

    Days never decrease along the order within an interview, so the least day is the day of the first row.
    """
    dated = nw.col("instant") == 0
    packed = rows.with_columns(
        key=nw.col("order_us") * 2 + 1 - nw.col("instant"), dated_us=nw.when(dated).then(nw.col("at_us"))
    )
    return packed.group_by("story").agg(
        nw.col("key").min().alias(f"{prefix}_key"),
        nw.col("day").min().alias(f"{prefix}_day"),
        nw.col("dated_us").min().alias(f"{prefix}_dated_us"),
    )


def _decided(decisions: Frame, kinds: tuple[str, ...]) -> Frame:
    return decisions.filter(nw.col("outcome").is_in(kinds))


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


def _with_response(found: Frame) -> Frame:
    """The earlier of the first answer and the communicated decision, and what came of the risk period."""
    found = found.with_columns(
        **{key: nw.col(key).fill_null(_NEVER).cast(nw.Int64) for key in ("c_key", "d_key", "e_key")},
    )
    by_contact = nw.col("c_key") <= nw.col("d_key")
    chosen = {
        f"r_{name}": nw.when(by_contact).then(nw.col(f"c_{name}")).otherwise(nw.col(f"d_{name}"))
        for name in ("key", "day", "dated_us")
    }
    found = found.with_columns(**chosen, by_contact=_flag(by_contact))
    responded = (nw.col("r_key") < _NEVER) & (nw.col("r_key") // 2 <= nw.col("e_key") // 2)
    ended = nw.when(nw.col("e_key") < _NEVER).then(nw.lit(END)).otherwise(nw.lit(CUT_OFF))
    found = found.with_columns(exit=nw.when(responded).then(nw.lit(RESPONSE)).otherwise(ended).cast(nw.Int64))
    return found.with_columns(*_unpack("r", "response"), *_unpack("e", "end"))


def _with_exit(found: Frame) -> Frame:
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


def _close(rows: Frame, within_us: int, *, instants_only: bool) -> Frame:
    """What closes each window and after how long."""
    followed = ~nw.col("next_us").is_null()
    rows = rows.with_columns(
        followed=_flag(followed),
        **{
            f"close_{part}": nw.when(followed)
            .then(nw.col(f"next_{part}"))
            .otherwise(nw.col(f"exit_{part}"))
            .cast(nw.Int64)
            for part in (("us",) if instants_only else ("us", "day", "instant"))
        },
    )
    elapsed = nw.col("close_us") - nw.col("at_us")
    if not instants_only:
        instants = nw.col("instant") * nw.col("close_instant") == 1
        elapsed = nw.when(instants).then(elapsed).otherwise((nw.col("close_day") - nw.col("day")) * DAY_US)
    rows = rows.with_columns(elapsed_us=elapsed.cast(nw.Int64))
    # A window that ends exactly with the record was seen in full; one that ends exactly with an event contains it.
    unclosed = (nw.col("followed") == 0) & (nw.col("exit") == CUT_OFF)
    full = (nw.col("elapsed_us") > within_us) | ((nw.col("elapsed_us") == within_us) & unclosed)
    by_event = nw.when(nw.col("followed") == 1).then(nw.lit(NEXT_ATTEMPT)).otherwise(nw.col("exit"))
    rows = rows.with_columns(closed=nw.when(full).then(nw.lit(WINDOW)).otherwise(by_event).cast(nw.Int64))
    return rows.with_columns(
        elapsed_us=nw.when(full).then(nw.lit(within_us)).otherwise(nw.col("elapsed_us")).cast(nw.Int64),
        y=_flag(nw.col("closed") == RESPONSE),
    )


def _flag(condition: nw.Expr) -> nw.Expr:
    """1 or 0: no engine disagrees about the sum of integers, and Spark refuses the sum of booleans."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
