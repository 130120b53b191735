"""Who belongs to which arm: the claims' definitions on logs small enough to read."""

from __future__ import annotations

import polars as pl

from followup_analytics.claims import own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.emulation import emulate
from followup_analytics.claims.moments import Moments, find_moments
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

COLUMNS = ("interview_id", "at", "direction", "channel", "party", "purpose", "asked_timeline")


def log_of(contacts: list[tuple[str | None, ...]], interviews: int = 4) -> FollowUpLog:
    """Interviews A, B, ... at 10:00 on 2 March 2026 in UTC, followed to May, with these contacts."""
    ids = [chr(ord("A") + place) for place in range(interviews)]
    rows = [(*row, *(None,) * (len(COLUMNS) - len(row))) for row in contacts]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": ids,
                "applicant_id": [f"p{one}" for one in ids],
                "interviewed_at": ["2026-03-02T10:00:00"] * interviews,
            }
        ),
        contacts=frame.with_columns(contact_id=pl.format("c{}", pl.int_range(pl.len()))),
        time_zone="UTC",
        data_date="2026-05-01",
    )


def moments_of(log: FollowUpLog, identifier: str) -> tuple[Moments, list[list[bool]]]:
    """Moments of a claim, and who did what each arm asks."""
    claim = own_catalogue().claim(identifier)
    assert claim is not None
    context = Context.of(log, [claim])
    moments = find_moments(claim, context.histories)
    made = emulate(claim, context.histories, moments, ())
    return moments, made.did.tolist()


def out(interview: str, at: str, channel: str = "phone", *more: str | None) -> tuple[str | None, ...]:
    """An outbound contact."""
    return (interview, at, "outbound", channel, *more)


def test_first_attempt_on_day_2_or_3() -> None:
    """Days are local days since the interview's: the 3rd is day 1, the 5th day 3, the 6th day 4."""
    log = log_of([out("A", "2026-03-03T18:00"), out("B", "2026-03-04T08:00"), out("C", "2026-03-06T08:00")])
    assert moments_of(log, "wait-2-3-days")[1] == [[False, True, False, False], [True, False, False, False]]


def test_what_came_before_an_attempt_on_its_day_is_not_credited_to_it() -> None:
    """A reply at 9 on day 2 ends the strategy before the call at 15; a reply at 16 comes after it."""
    calls = [out("A", "2026-03-04T15:00"), out("B", "2026-03-04T15:00")]
    log = log_of([*calls, ("A", "2026-03-04T09:00", "inbound", "email"), ("B", "2026-03-04T16:00", "inbound", "email")])
    assert moments_of(log, "wait-2-3-days")[1][0] == [False, True, False, False]


def test_an_item_not_recorded_takes_its_contact_out() -> None:
    """The first conversation in which the question was recorded is the moment; without one there is none."""
    talked = ("phone", "interviewer", None)
    log = log_of(
        [
            out("A", "2026-03-03T10:00", *talked, "true"),
            out("B", "2026-03-03T10:00", *talked, None),
            out("B", "2026-03-05T10:00", *talked, "false"),
            out("C", "2026-03-03T10:00", *talked, None),
            out("D", "2026-03-03T10:00", "phone", "receptionist", None, "true"),
        ]
    )
    moments, did = moments_of(log, "ask-timeline")
    assert moments.at.row.tolist() == [0, 1]
    assert moments.at.day.tolist() == [20_515, 20_517]
    assert did == [[True, False], [False, True]]


def test_a_thank_you_note_is_no_attempt() -> None:
    """A card by day 1 is the strategy of the note; a call is not; who did nothing is the alternative."""
    log = log_of([out("A", "2026-03-03T10:00", "letter", "none", "thank_you"), out("B", "2026-03-03T10:00")])
    assert moments_of(log, "thank-you-note")[1] == [[True, False, False, False], [False, True, True, True]]


def test_silence_starts_its_own_clock() -> None:
    """21 days after the last attempt, or after the interview without one; a further attempt within 7 days is exact."""
    log = log_of(
        [
            out("A", "2026-03-03T10:00"),
            out("A", "2026-03-31T10:00"),
            out("B", "2026-03-03T10:00"),
            out("B", "2026-03-31T10:01"),
            ("C", "2026-03-20T10:00", "inbound", "email"),
        ]
    )
    moments, did = moments_of(log, "move-on")
    assert moments.at.row.tolist() == [0, 1, 3]
    assert moments.at.day.tolist() == [20_536, 20_536, 20_535]
    assert did == [[True, False, False], [False, True, True]]


def test_48_hours_between_voicemails_are_two_days() -> None:
    """A second voicemail after exactly 48 hours is spread, one minute sooner it is not."""
    log = log_of(
        [
            out("A", "2026-03-03T10:00", "voicemail"),
            out("A", "2026-03-05T10:00", "voicemail"),
            out("B", "2026-03-03T10:00", "voicemail"),
            out("B", "2026-03-05T09:59", "voicemail"),
        ]
    )
    assert moments_of(log, "spread-voicemails")[1] == [[True, False], [False, True]]
