"""What became of graduates, as career centres' systems export it: Handshake, 12twenty, a file in NACE's categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog

APPLICANT_COLUMNS = ("applicant_id", "destination", "cohort", "known_on")


@dataclass(frozen=True)
class Destinations:
    """What a file of first destinations can say: its words for ours, and whether it has the cohort and the date.

    A destination without a word has no row.
    """

    words: Mapping[str, str]
    cohort: bool = False
    known_on: bool = False


HANDSHAKE = Destinations(
    {
        "employed": "Working",
        "continuing_education": "Continuing Education",
        "military": "Military",
        "service": "Volunteering",
        "seeking": "Still Looking",
        "not_seeking": "Not Seeking",
    }
)
TWELVE_TWENTY = Destinations(
    {
        "employed": "Employed",
        "continuing_education": "Continuing Education",
        "military": "Military Service",
        "service": "Volunteer Service",
        "seeking": "Still Seeking",
        "not_seeking": "Not Seeking",
        "unknown": "Unknown",
    },
    known_on=True,
)
NACE = Destinations(
    {
        "employed": "Employed Full Time",
        "continuing_education": "Continuing Education",
        "military": "Military Service",
        "service": "Volunteer Service",
        "seeking": "Seeking Employment",
        "not_seeking": "Not Seeking",
    },
    cohort=True,
)


def _held(log: FollowUpLog, told: Destinations) -> pl.DataFrame:
    if log.applicants is None:
        raise UsageError("the log has no applicants, whose destinations this form holds.")
    known = log.applicants.filter(pl.col("destination").is_in(list(told.words))).sort("applicant_id")
    return known.select(
        "applicant_id",
        "destination",
        "cohort",
        known_on=pl.col("destination_known_at").dt.convert_time_zone(log.time_zone or "UTC").dt.date(),
        word=pl.col("destination").replace_strict(told.words),
    )


def destinations_told(log: FollowUpLog, told: Destinations) -> pl.DataFrame:
    """The applicants that reading the form must give: APPLICANT_COLUMNS, null where it can't say."""
    rows = _held(log, told)
    unsaid = [name for name in ("cohort", "known_on") if not getattr(told, name)]
    return rows.select(APPLICANT_COLUMNS).with_columns(
        pl.lit(None).cast(rows.schema[name]).alias(name) for name in unsaid
    )


def _writer(told: Destinations, cells: Mapping[str, pl.Expr]) -> Callable[[FollowUpLog], bytes]:
    def write(log: FollowUpLog) -> bytes:
        rows = _held(log, told)
        return rows.select(cell.alias(heading) for heading, cell in cells.items()).write_csv().encode()

    return write


_NOBODYS = pl.lit("")

handshake_csv = _writer(
    HANDSHAKE,
    {
        "student_email": pl.col("applicant_id"),
        "first_destination_response_type_name": pl.col("word"),
        "employer name": _NOBODYS,
        "employment category name": _NOBODYS,
    },
)
twelve_twenty_csv = _writer(
    TWELVE_TWENTY,
    {
        "Student Identifier": pl.col("applicant_id"),
        "Outcome Type": pl.col("word"),
        "Job Phase": _NOBODYS,
        "Reported Date": pl.col("known_on").dt.to_string("%Y-%m-%d"),
        "Knowledge Source": pl.lit("Simulated"),
    },
)
nace_csv = _writer(
    NACE,
    {
        "Student ID": pl.col("applicant_id"),
        "Program Name/Major": _NOBODYS,
        "Graduation Date": pl.col("cohort"),
        "Outcome Type": pl.col("word"),
        "Employing Organization": _NOBODYS,
    },
)
