"""Invented telephone lines and addresses: which number of an employer is whose, and the roster that says so.

Only numbers of the form 555-01xx and addresses at example.org are ever made: nobody has them.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog

#: Area codes of the North American plan; each has a hundred numbers set aside for fiction.
AREAS = (
    202, 205, 206, 207, 208, 209, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234, 239, 240, 248,
    251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313,
    314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 334, 336, 337, 339, 347, 351, 352, 360, 361, 386, 401, 402,
    404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 425, 432, 434, 435, 440, 443, 469, 478, 479,
    480, 484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 530, 540, 541, 551, 559,
    561, 562, 563, 567, 570, 571, 573, 574, 580, 585, 586, 601, 602, 603, 605, 606, 607, 608, 609, 610, 612, 614, 615,
    616, 617, 618, 619, 620, 623, 626, 630, 631, 636, 641, 646, 650, 651, 660, 661, 662, 678, 682, 701, 702, 703, 704,
    706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720, 724, 727, 731, 732, 734, 740, 754, 757, 760, 763, 765,
    770, 772, 773, 774, 775, 781, 785, 786, 801, 802, 803, 804, 805, 806, 808, 810, 812, 813, 814, 815, 816, 817, 818,
)  # fmt: skip
PARTIES = ("interviewer", "hiring_team", "receptionist", "other")
#: The number from which an applicant calls, where a form has one.
OWN_NUMBER = "+12025550199"
OWN_ADDRESS = "applicant@example.org"
MOST_INTERVIEWS = len(AREAS) * 99 // len(PARTIES)


def with_lines(log: FollowUpLog) -> pl.DataFrame:
    """The contacts of a log, in order of time, each with `line` (number), `address` and `own_number`.

    Columns beside those: contact_id, interview_id, at, at_us, day, zone, direction, channel, party, purpose,
    duration_s, automatic. Calls that reach nobody go to the interviewer's line. Raises UsageError for more interviews
    than there are invented numbers.
    """
    lines = interview_lines(log)
    long = lines.unpivot(
        on=[f"{party}_numbers" for party in PARTIES], index="interview_id", variable_name="whose", value_name="line"
    ).with_columns(whose=pl.col("whose").str.strip_suffix("_numbers"))
    zones = log.interviews.select("interview_id", zone="_zone")
    contacts = log.contacts.with_columns(
        whose=pl.when(pl.col("party").is_in(PARTIES)).then("party").otherwise(pl.lit("interviewer"))
    )
    joined = contacts.join(long, on=["interview_id", "whose"], how="left").join(zones, on="interview_id", how="left")
    return joined.select(
        *(
            "contact_id",
            "interview_id",
            "at",
            "zone",
            "direction",
            "channel",
            "party",
            "whose",
            "purpose",
            "duration_s",
        ),
        pl.col("automatic").fill_null(value=False),
        "line",
        at_us="_at_us",
        day=pl.col("_day").cast(pl.Int32),
        address=pl.format("{}@{}.example.org", pl.col("whose").str.replace("_", "."), "interview_id"),
    ).sort("at_us", "contact_id")


def interview_lines(log: FollowUpLog) -> pl.DataFrame:
    """For each interview the numbers of its interviewer, hiring team, receptionist and others, as columns."""
    size = log.interviews.height
    if size > MOST_INTERVIEWS:
        raise UsageError(
            f"there are invented numbers for {MOST_INTERVIEWS:,} interviews only; write a smaller log in this form."
        )
    numbers = [f"+1{area}55501{number:02d}" for area in AREAS for number in range(99)]
    columns = {
        f"{party}_numbers": numbers[place : size * len(PARTIES) : len(PARTIES)] for place, party in enumerate(PARTIES)
    }
    return log.interviews.select("interview_id").sort("interview_id").with_columns(**_series(columns))


def _series(columns: dict[str, list[str]]) -> dict[str, pl.Series]:
    return {name: pl.Series(name, values, dtype=pl.String) for name, values in columns.items()}


def roster(log: FollowUpLog) -> pl.DataFrame:
    """The roster that ties numbers and addresses to interviews: one row an interview."""
    local = pl.col("interviewed_at").dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
    interviews = log.interviews.select(
        "interview_id", "applicant_id", "employer", "cohort", "time_zone", interviewed_at=local
    )
    addresses = [
        pl.format(f"{party.replace('_', '.')}@{{}}.example.org", "interview_id").alias(f"{party}_addresses")
        for party in PARTIES
    ]
    return interviews.join(interview_lines(log), on="interview_id", how="left").with_columns(addresses)
