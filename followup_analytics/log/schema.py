"""The follow-up log as code: its tables, columns, vocabularies and limits.

One declaration gives the types, the checks (`checks.py`), the help texts, the store's columns and the documentation
table. It imports nothing heavy, so that a help text costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Literal

ColumnType = Literal["text", "timestamp", "enum", "boolean", "number", "integer", "zone"]

DIRECTIONS = ("outbound", "inbound")
CHANNELS = ("phone", "voicemail", "email", "text", "letter", "social", "video", "in_person")
WRITTEN_CHANNELS = ("email", "text", "letter", "social")
SPOKEN_CHANNELS = ("phone", "video", "in_person")
PARTIES = ("interviewer", "hiring_team", "receptionist", "other", "none")
PURPOSES = ("thank_you", "follow_up", "answer", "other")
TONES = ("positive", "neutral", "negative")
OUTCOMES = ("advanced", "offer", "rejected", "filled", "withdrawn")
DESTINATIONS = ("employed", "service", "military", "continuing_education", "seeking", "not_seeking", "unknown")
PRECISIONS = ("instant", "day")
ETIQUETTE_ITEMS = (
    "expressed_interest",
    "asked_status",
    "asked_timeline",
    "asked_when_available",
    "recited_credentials",
    "said_thanks",
    "new_approach",
    "company_news",
    "stood",
    "smiled",
)

#: Dates outside these years are a slip of the pen or a damaged cell, not an interview.
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, type, limits and meaning, and whether it names or describes a person."""

    name: str
    type: ColumnType
    help: str
    required: bool = False
    key: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    personal: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether a typed value is one that the column may hold."""
        if value is None:
            return not self.required
        if self.values:
            return value in self.values
        if self.type not in ("number", "integer"):
            return True
        low, high = (limit if limit is not None else end for limit, end in ((self.minimum, -inf), (self.maximum, inf)))
        return isfinite(value) and low <= value <= high


@dataclass(frozen=True)
class Table:
    """One table of the log: its name, what a row is, and its columns in order."""

    name: str
    row_is: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in the order of the contract."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which no row is usable."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def key(self) -> str:
        """The name of the column that identifies a row."""
        return next(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        """The declaration of one column; KeyError when the table has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def accepts(self, row: Mapping[str, Any]) -> bool:
        """Whether one typed row breaks no rule of its columns; two rows of one key are beyond it."""
        return all(column.accepts(row.get(column.name)) for column in self.columns)


_PRECISION = Column(
    "at_precision",
    "enum",
    "instant, or day where only the date is known; set by the reader for a bare date",
    values=PRECISIONS,
)

INTERVIEWS = Table(
    "interviews",
    "an interview whose aftermath is followed; its clock starts at interviewed_at",
    (
        Column("interview_id", "text", "identifies the interview", required=True, key=True),
        Column("applicant_id", "text", "the applicant, on whom intervals are clustered", required=True, personal=True),
        Column("interviewed_at", "timestamp", "when the interview took place", required=True),
        Column("observed_until", "timestamp", "the record is complete up to here"),
        Column("cohort", "text", "the group that is reported on together, such as a class or a term"),
        Column("employer", "text", "the employer", personal=True),
        Column("industry", "text", "the employer's industry"),
        Column("job_level", "text", "the level of the post"),
        Column("interview_format", "text", "how the interview was held"),
        Column("self_rating", "integer", "the applicant's own view of how it went, 1 to 5", minimum=1, maximum=5),
        Column("self_rated_at", "timestamp", "when the rating was made; after the response it is not used"),
        Column("referral", "boolean", "whether somebody there had recommended the applicant"),
        Column("decision_promised_at", "timestamp", "when the employer said it would decide"),
        Column("time_zone", "zone", "the employer's time zone, such as Europe/Berlin"),
        Column("do_not_contact", "boolean", "the employer asked not to be called"),
        Column("previous_interview_id", "text", "an earlier round with the same employer"),
        Column("coach", "text", "who looks after it"),
        Column("snoozed_until", "timestamp", "a day before which its coach doesn't want to be reminded of it"),
        _PRECISION,
    ),
)

CONTACTS = Table(
    "contacts",
    "one touch in either direction",
    (
        Column("contact_id", "text", "identifies the contact", required=True, key=True),
        Column("interview_id", "text", "the interview it belongs to", required=True),
        Column("at", "timestamp", "when it took place", required=True),
        Column("direction", "enum", "outbound: applicant to employer", required=True, values=DIRECTIONS),
        Column("channel", "enum", "voicemail: a message was left", required=True, values=CHANNELS),
        Column("party", "enum", "who was reached; none: nobody, or written", values=PARTIES),
        Column("purpose", "enum", "empty counts as follow_up when outbound, as answer when inbound", values=PURPOSES),
        Column("duration_s", "number", "talk time in seconds", minimum=0, maximum=86_400),
        _PRECISION,
        Column("expressed_interest", "boolean", "continued interest was expressed"),
        Column("asked_status", "boolean", "asked whether the post is filled or the applicant still considered"),
        Column("asked_timeline", "boolean", "asked for the timeline or the next step"),
        Column("asked_when_available", "boolean", "asked the receptionist when the interviewer can take a call"),
        Column("recited_credentials", "boolean", "credentials were recited"),
        Column("said_thanks", "boolean", "ended with thanks"),
        Column("new_approach", "boolean", "a different approach from the attempt before"),
        Column("company_news", "boolean", "opened with news about the company"),
        Column("stood", "boolean", "the applicant stood while calling"),
        Column("smiled", "boolean", "the applicant smiled while calling"),
        Column("tone", "enum", "how the employer's side sounded", values=TONES),
        Column("callback_at", "timestamp", "when the employer asked to be called again"),
        Column("call_promised_at", "timestamp", "when the employer said it would call"),
        Column("reply_by", "timestamp", "by when the employer wants an answer"),
        Column("wants_answer", "boolean", "the employer asked something and waits for the answer"),
        Column("automatic", "boolean", "an automatic reply, never a response"),
    ),
)

OUTCOME_TABLE = Table(
    "outcomes",
    "the end of an interview's story, at most one for each",
    (
        Column("interview_id", "text", "the interview that it ends", required=True, key=True),
        Column(
            "outcome",
            "enum",
            "filled: someone else got it; withdrawn: the applicant left",
            required=True,
            values=OUTCOMES,
        ),
        Column("decided_at", "timestamp", "when it was communicated", required=True),
        _PRECISION,
    ),
)

APPLICANTS = Table(
    "applicants",
    "a member of a cohort, with or without interviews",
    (
        Column("applicant_id", "text", "the applicant", required=True, key=True, personal=True),
        Column("cohort", "text", "the cohort to which the applicant belongs"),
        Column("destination", "enum", "first destination, in the categories of the NACE survey", values=DESTINATIONS),
        Column("destination_known_at", "timestamp", "when the destination became known"),
    ),
)

TABLES = {table.name: table for table in (INTERVIEWS, CONTACTS, OUTCOME_TABLE, APPLICANTS)}

#: Each table's main clock: the timestamp that orders its rows, and which decides `at_precision`.
CLOCKS = {"interviews": "interviewed_at", "contacts": "at", "outcomes": "decided_at"}


def documentation_table(table: Table) -> str:
    """The table's columns as a Markdown table, for the reference page."""
    lines = ["| column | type | needed | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        kind = ", ".join(column.values) if column.values else column.type
        needed = "key" if column.key else "yes" if column.required else ""
        lines.append(f"| `{column.name}` | {kind} | {needed} | {column.help} |")
    return "\n".join(lines)
