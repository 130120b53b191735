"""Warnings about data that break no rule and yet look wrong: stored all the same, and said."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from followup_analytics.checks import CheckedTable
from followup_analytics.log import Note

_MANY_ATTEMPTS = 40
_ENOUGH_TO_JUDGE = 30
_ROUND_SIZES = (500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000)
_SAME_CALL_US = 2_000_000
#: Clocks of two systems differ by some seconds, and one may count from the first ring.
_ANOTHER_CLOCK_S = 60


def warnings_of(checked: Sequence[CheckedTable], known: pl.DataFrame) -> tuple[Note, ...]:
    """All warnings about the tables of one run; `known` has the times of their interviews."""
    notes = [
        Note(
            "round_size",
            f"{one.file}: the table has exactly {one.rows_read:,} rows, where exports are often cut off; check the end",
            one.rows_read,
        )
        for one in checked
        if one.rows_read in _ROUND_SIZES
    ]
    frames = [
        one.frame.select("interview_id", "contact_id", "at", "direction", "channel", "purpose", "at_precision")
        for one in checked
        if one.table == "contacts"
    ]
    if not frames:
        return tuple(notes)
    contacts = pl.concat(frames).join(
        known.select("interview_id", "applicant_id", "interviewed_at", "observed_until"), on="interview_id", how="left"
    )
    return (*notes, *_about_times(contacts), *_about_numbers(contacts))


def _about_times(contacts: pl.DataFrame) -> list[Note]:
    by_day = (pl.col("at_precision") == "day").fill_null(value=False)
    early = contacts.select(
        pl.when(by_day)
        .then(pl.col("at").dt.date() < pl.col("interviewed_at").dt.date())
        .otherwise(pl.col("at") < pl.col("interviewed_at"))
        .sum()
    ).item()
    late = contacts.select((pl.col("at") > pl.col("observed_until")).sum()).item()
    notes = []
    if early:
        notes.append(
            Note("before_interview", "contacts lie before their interview: kept, and not counted as attempts", early)
        )
    if late:
        notes.append(
            Note(
                "after_observation",
                "contacts lie after the end of their record (observed_until): kept, and used nowhere",
                late,
            )
        )
    return notes


def _about_numbers(contacts: pl.DataFrame) -> list[Note]:
    outbound = contacts.filter(
        (pl.col("direction") == "outbound")
        & ~pl.col("purpose").is_in(["thank_you", "answer", "other"]).fill_null(value=False)
    )
    busiest = outbound.group_by("applicant_id").len().filter(pl.col("len") >= _MANY_ATTEMPTS).height
    notes = []
    if busiest:
        notes.append(
            Note(
                "many_attempts",
                f"applicants have {_MANY_ATTEMPTS} attempts or more; check that calls are linked to the right "
                "interviews",
                busiest,
            )
        )
    if outbound.height >= _ENOUGH_TO_JUDGE and outbound.height == contacts.height:
        notes.append(
            Note("no_inbound", "contacts and not one of them inbound: answers are perhaps not logged", contacts.height)
        )
    interviews = outbound["interview_id"].n_unique()
    if interviews >= _ENOUGH_TO_JUDGE and outbound.height == interviews:
        notes.append(
            Note(
                "one_attempt_each",
                "interviews have exactly one attempt each: further attempts are perhaps not logged",
                interviews,
            )
        )
    doubles = _suspicious_doubles(contacts)
    if doubles:
        notes.append(
            Note(
                "suspicious_duplicates",
                "contacts follow another one of the same interview, direction and channel within 2 seconds; they "
                "may be one",
                doubles,
            )
        )
    return notes


def _suspicious_doubles(contacts: pl.DataFrame) -> int:
    instants = contacts.filter(pl.col("at_precision") != "day").sort("interview_id", "direction", "channel", "at")
    keys = ["interview_id", "direction", "channel"]
    same = pl.all_horizontal(pl.col(key) == pl.col(key).shift(1) for key in keys)
    close = (pl.col("at").dt.epoch("us") - pl.col("at").dt.epoch("us").shift(1)) <= _SAME_CALL_US
    return int(instants.select((same & close).sum()).item() or 0)


def same_calls_elsewhere(new: pl.DataFrame, held: pl.DataFrame) -> tuple[Note, ...]:
    """A warning when contacts that came in lie within a minute of others that the store had from elsewhere.

    new, held: contact_id, interview_id, direction, at. A CRM's copy of a telephone's call has another id and, often,
    another second: that they are one call is for a person to say.
    """
    others = held.join(new.select("contact_id"), on="contact_id", how="anti").join(
        new.select("interview_id").unique(), on="interview_id", how="semi"
    )
    columns = ("interview_id", "direction", "at")
    both = pl.concat([new.select(columns).with_columns(own=True), others.select(columns).with_columns(own=False)])
    both = both.sort("interview_id", "direction", "at")
    close = pl.lit(value=False)
    for step in (1, -1):
        same = (pl.col("interview_id") == pl.col("interview_id").shift(step)) & (
            pl.col("direction") == pl.col("direction").shift(step)
        )
        gap = (pl.col("at") - pl.col("at").shift(step)).abs() <= pl.duration(seconds=_ANOTHER_CLOCK_S)
        close = close | (same & gap & ~pl.col("own").shift(step)).fill_null(value=False)
    n = both.filter(pl.col("own") & close).height
    text = (
        "contacts lie within a minute of contacts of the same interview and direction that the store has under "
        "other ids; "
        "if two systems kept the same calls, ingest only one of them"
    )
    return (Note("perhaps_the_same_calls", text, n),) if n else ()
