"""A log as offices and applicants keep it by hand: other headings, other words, and one row for a whole story."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.schema import ETIQUETTE_ITEMS
from followup_analytics.text import formula_safe
from forms.lines import roster
from forms.telling import Tells, busiest_applicant

_HOW = {
    "phone": "Tel.",
    "voicemail": "Left message",
    "email": "E-mail",
    "text": "text",
    "letter": "Card",
    "social": "social",
    "video": "video",
    "in_person": "Visit",
}
ALL_CHANNELS = tuple(_HOW)
#: These have room for two attempts, or one, and the first answer, by date.
CENTRE = Tells(channels=ALL_CHANNELS, messages_left=True, talk=False, by_day=True, parties=(), attempts=2)
TRACKER = dataclasses.replace(CENTRE, attempts=1, one_applicant=True)
_TRACKER_HOW = {**_HOW, "phone": "Call", "voicemail": "Voicemail", "letter": "letter", "in_person": "in_person"}
_RESULTS = {
    "advanced": "Next round",
    "offer": "Offer",
    "rejected": "Rejected",
    "filled": "Filled",
    "withdrawn": "Withdrawn",
}
#: Headings of the office's contact sheet, and what they hold.
OFFICE_HEADINGS = {
    "Contact no": "contact_id",
    "Case": "interview_id",
    "When": "at",
    "In or out": "direction",
    "How": "channel",
    "Who": "party",
    "Why": "purpose",
    "Talk (s)": "duration_s",
    "Sounded": "tone",
    "Robot": "automatic",
    "Call back on": "callback_at",
    **{name.replace("_", " ").capitalize() + "?": name for name in ETIQUETTE_ITEMS},
}
_OFFICE_WORDS = {
    "direction": {"outbound": "out", "inbound": "in"},
    "channel": _HOW,
    "party": {
        "interviewer": "interviewer",
        "hiring_team": "HR",
        "receptionist": "front desk",
        "other": "somebody else",
        "none": "nobody",
    },
    "purpose": {"thank_you": "thanks", "follow_up": "follow-up", "answer": "answer", "other": "other"},
    "tone": {"positive": "warm", "neutral": "so-so", "negative": "cold"},
}


def office_contacts(log: FollowUpLog) -> bytes:
    """All contacts with all that was noted, as a workbook under an office's own headings, for --map `office_map`."""
    zones = log.interviews.select("interview_id", zone="_zone")
    rows = log.contacts.join(zones, on="interview_id", how="left", maintain_order="left")
    rows = rows.with_columns(*(_offset_text(rows, name) for name in ("at", "callback_at")))
    rows = rows.with_columns(
        *(pl.col(name).replace_strict(words, default=None) for name, words in _OFFICE_WORDS.items()),
        *(_yes_no(name) for name in (*ETIQUETTE_ITEMS, "automatic")),
    )
    return _workbook("Contact sheet", list(OFFICE_HEADINGS), rows.select(OFFICE_HEADINGS.values()).rows())


def office_map(log: FollowUpLog) -> bytes:
    """The map (TOML) that reads `office_contacts`, whatever the log."""
    del log
    columns = [f'{ours} = "{theirs}"' for theirs, ours in OFFICE_HEADINGS.items()]
    words = []
    for column, meaning in _OFFICE_WORDS.items():
        words += [f"\n[values.{column}]", *(f'"{theirs}" = "{ours}"' for ours, theirs in meaning.items())]
    head = ["# The headings and words of office_contacts.xlsx.", 'table = "contacts"', "", "[columns]"]
    return ("\n".join([*head, *columns, *words]) + "\n").encode()


def _yes_no(name: str) -> pl.Expr:
    return pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name)


def _offset_text(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Local time with its offset, as a text."""
    text = pl.lit(None, pl.String)
    for zone in rows["zone"].unique().sort():
        there = pl.col(name).dt.convert_time_zone(zone).dt.to_string("%Y-%m-%d %H:%M:%S%:z")
        text = pl.when(pl.col("zone") == zone).then(there).otherwise(text)
    return text.alias(name)


CENTRE_HEADINGS = (
    *("Ref", "Student no", "Employer", "Interview date", "Interview time", "Term", "1st follow-up", "1st how"),
    *("2nd follow-up", "2nd how", "Heard back", "Heard how", "Result", "Result date"),
)


def career_centre(log: FollowUpLog) -> bytes:
    """A row for each interview with its first two attempts, the first answer and the result, by date, as a workbook.

    For the shipped map `career_centre`. What a sheet of this kind has no room for is left out.
    """
    told = _wide(log, attempts=2)
    rows = [
        (
            row["interview_id"],
            row["applicant_id"],
            row["employer"],
            row["day"],
            row["time"],
            row["cohort"],
            *_pair(row["tried"], 0, _HOW),
            *_pair(row["tried"], 1, _HOW),
            *_pair(row["heard"], 0, _HOW),
            _RESULTS.get(row["outcome"]),
            row["decided"],
        )
        for row in told
    ]
    return _workbook("Follow-ups", CENTRE_HEADINGS, rows)


TRACKER_HEADINGS = (
    *("ID", "Company", "Role", "Interview Date", "Follow-up Done", "Follow-up Method", "Status", "Status Date"),
    *("Replied On", "Reply Via"),
)


def job_tracker(log: FollowUpLog) -> bytes:
    """One applicant's tracker as CSV, by date, for the shipped map `job_tracker`: the first attempt and the answer.

    Of the log's applicants the one with most interviews is taken (of several the first).
    """
    busiest = busiest_applicant(log)
    told = [row for row in _wide(log, attempts=1) if row["applicant_id"] == busiest]
    rows = [
        (
            row["interview_id"],
            row["employer"],
            row["job_level"],
            row["day"],
            *_pair(row["tried"], 0, _TRACKER_HOW),
            _RESULTS.get(row["outcome"], "Interview"),
            row["decided"],
            *_pair(row["heard"], 0, _TRACKER_HOW),
        )
        for row in told
    ]
    return _delimited(TRACKER_HEADINGS, rows)


def _wide(log: FollowUpLog, attempts: int) -> list[dict[str, Any]]:
    """Each interview with its first attempts and first answer (dates and channels) and its outcome."""
    local = log.contacts.with_columns(day=_date("_day"))
    tried = (pl.col("direction") == "outbound") & (pl.col("purpose") == "follow_up")
    heard = (pl.col("direction") == "inbound") & ~pl.col("automatic").fill_null(value=False)
    pair = pl.struct("day", "channel")
    lists = (
        local.sort("_at_us", "contact_id")
        .group_by("interview_id", maintain_order=True)
        .agg(tried=pair.filter(tried).head(attempts), heard=pair.filter(heard).head(1))
    )
    ends = log.outcomes.select("interview_id", "outcome", decided=_date("_day"))
    interviews = log.interviews.with_columns(day=_date("_day")).with_columns(_clock(log))
    wide = interviews.join(lists, on="interview_id", how="left").join(ends, on="interview_id", how="left")
    return wide.sort("interview_id").to_dicts()


def _date(days: str) -> pl.Expr:
    return pl.col(days).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")


def _clock(log: FollowUpLog) -> pl.Expr:
    zones = log.interviews.select(zone="_zone")["zone"].unique().sort()
    text = pl.lit(None, pl.String)
    for zone in zones:
        there = pl.col("interviewed_at").dt.convert_time_zone(zone).dt.to_string("%H:%M:%S")
        text = pl.when(pl.col("_zone") == zone).then(there).otherwise(text)
    return text.alias("time")


def _pair(found: object, place: int, words: dict[str, str]) -> tuple[str | None, str | None]:
    pairs = found if isinstance(found, list) else []
    if place >= len(pairs):
        return None, None
    return pairs[place]["day"], words[pairs[place]["channel"]]


def roster_csv(log: FollowUpLog) -> bytes:
    """The roster as CSV."""
    return roster(log).write_csv().encode()


def _delimited(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(headings)}
    text = pl.DataFrame(columns, schema=dict.fromkeys(headings, pl.String)).write_csv()
    return text.encode()


def _workbook(sheet: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """One sheet as .xlsx, the same bytes for the same content."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"created": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC), "comments": "Simulated: nobody in it exists."}
    )
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, headings)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, place, formula_safe(value))
            elif value is not None:
                page.write_number(number, place, value)
    book.close()
    return target.getvalue()
