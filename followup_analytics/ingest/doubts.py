"""Warnings about data that break no rule and yet look wrong: stored all the same, and said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from followup_analytics.ingest.completeness import answers_to_nothing
from followup_analytics.ingest.registry import FURTHER
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.clock import local_times
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import CLOCKS, CONTACTS, INTERVIEWS
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import listed

_EXAMPLES = 3
_OF_CONTACTS = ("contact_id", "direction", "channel", "purpose")
#: A follow-up, an answer or a decision more than a year away from its interview is most likely a slip in the year.
_FAR_DAYS = 366

_MANY_ATTEMPTS = 40
_ENOUGH_TO_JUDGE = 30
_ROUND_SIZES = (500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000)
_SAME_CALL_US = 2_000_000
#: Clocks of two systems differ by some seconds, and one may count from the first ring.
_ANOTHER_CLOCK_S = 60


def warnings_of(checked: Sequence[CheckedTable], known: pl.DataFrame, now: dt.datetime) -> tuple[Note, ...]:
    """All warnings about the tables of one run; `known` has the times of their interviews. now: the moment, in UTC."""
    notes = [
        Note(
            "round_size",
            f"{one.file}: the table has exactly {one.rows_read:,} rows, where exports are often cut off; check the end",
            one.rows_read,
        )
        for one in checked
        if one.rows_read in _ROUND_SIZES
    ]
    times = known.select("interview_id", "applicant_id", "interviewed_at", "observed_until", "_zone")
    dated = {name: _dated(checked, name, times) for name in CLOCKS}
    notes += [note for name, rows in dated.items() for note in _about_times(name, rows, now)]
    notes += _about_ends(known) if dated[INTERVIEWS.name].height else []
    contacts = dated[CONTACTS.name]
    if not contacts.width:
        return tuple(notes)
    contacts = contacts.rename({"moment": CLOCKS[CONTACTS.name]})
    return (*notes, *_about_numbers(contacts), *answers_to_nothing(contacts))


def _dated(checked: Sequence[CheckedTable], table: str, times: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table with their moment, their place, and the times of their interviews; of contacts more."""
    own = _OF_CONTACTS if table == CONTACTS.name else ()
    frames = [
        one.frame.select(
            "interview_id", "at_precision", *own, moment=CLOCKS[table], row=pl.col(ROW) % FURTHER, file=pl.lit(one.file)
        )
        for one in checked
        if one.table == table
    ]
    return pl.concat(frames).join(times, on="interview_id", how="left") if frames else pl.DataFrame()


def _about_times(table: str, rows: pl.DataFrame, now: dt.datetime) -> list[Note]:
    """Times that can hardly be meant: in the future, before the interview, or a year away from it."""
    if not rows.height:
        return []
    moment, interview = pl.col("moment"), pl.col("interviewed_at")
    ahead = moment > now
    if table == INTERVIEWS.name:
        text = "interviews are dated in the future: right where they are still to come, else correct them"
        return _noted("interviews_in_future", text, rows.filter(ahead))
    by_day = (pl.col("at_precision") == "day").fill_null(value=False)
    early = pl.when(by_day).then(moment.dt.date() < interview.dt.date()).otherwise(moment < interview)
    far = (moment - interview).abs() > dt.timedelta(days=_FAR_DAYS)
    late = moment > pl.col("observed_until")
    kept = "kept, and not counted as attempts" if table == CONTACTS.name else "kept, and used nowhere"
    told = (
        (f"{table}_in_future", ahead, f"{table} are dated in the future: correct them, or the log ends on that day"),
        (
            f"{table}_far_from_interview",
            far & ~ahead,
            f"{table} lie more than a year from their interview: check the year",
        ),
        (
            "before_interview" if table == CONTACTS.name else f"{table}_before_interview",
            early,
            f"{table} are dated before their interview: {kept}",
        ),
        (
            "after_observation" if table == CONTACTS.name else f"{table}_after_observation",
            late & ~ahead,
            f"{table} lie after the end of their record (observed_until): kept, and used nowhere",
        ),
    )
    return [note for code, when, text in told for note in _noted(code, text, rows.filter(when))]


def _about_ends(known: pl.DataFrame) -> list[Note]:
    """Interviews that will count for nothing, since the records of all others end before them."""
    ends = known["observed_until"].max()
    if not isinstance(ends, dt.datetime):
        return []
    lost = known.filter(pl.col("observed_until").is_null() & (pl.col("interviewed_at") > ends)).height
    text = (
        "interviews say nothing of the end of their record, and lie after the end of all others "
        f"({ends:%Y-%m-%d}): nothing of them will count; ingest them again with --observed-until"
    )
    return [Note("after_all_ends", text, lost)] if lost else []


def _noted(code: str, text: str, rows: pl.DataFrame) -> list[Note]:
    """A note with places of three of the rows; none where there are none."""
    if not rows.height:
        return []
    some = rows.sort("file", "row", maintain_order=True).head(_EXAMPLES)
    days = local_times(some["moment"].dt.epoch("us"), some["_zone"].fill_null("UTC")).dt.date()
    places = [f"row {row} ({day})" for row, day in zip(some["row"], days, strict=True)]
    files = some["file"].unique(maintain_order=True)
    return [Note(code, f"{text}; for example {listed(places, 'and')} of {listed(files, 'and')}", rows.height)]


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
    # Numbers are sorted in a fraction of the time of texts; which number stands for whom doesn't matter here.
    whose = pl.col("interview_id").hash(1) ^ pl.col("direction").hash(2) ^ pl.col("channel").hash(3)
    instants = contacts.filter(pl.col("at_precision") != "day").select(whose=whose, at=pl.col("at").dt.epoch("us"))
    ordered = instants.sort("whose", "at")
    same = pl.col("whose") == pl.col("whose").shift(1)
    close = pl.col("at") - pl.col("at").shift(1) <= _SAME_CALL_US
    return int(ordered.select((same & close).sum()).item() or 0)


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
        "contacts lie within a minute of contacts of the same interview and direction that the store has under other "
        "ids; if two systems kept the same calls, ingest only one of them"
    )
    return (Note("perhaps_the_same_calls", text, n),) if n else ()
