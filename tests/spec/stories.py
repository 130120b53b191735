"""Stories of one interview written as marks, for the tables of the spec.

The interview is on Monday 4 March 2024 (day 0) at 10:00 in Berlin; every contact is at 15:00 of its day. Marks carry
the day they fall on:

    phone2      rang, nothing said of who answered          talk2    rang and spoke to the interviewer
    long2       rang, 90 seconds, nothing said of who       desk2    rang and reached the receptionist
    vm3         left a message                              mail4    wrote an e-mail
    thanks0     a thank-you note                            other4   an e-mail that answers them, no follow-up
    reply5      they wrote                                  reply5by8  they wrote, and want an answer by day 8; so
                                                            talk5by8, in a call of ours
    spoke5      they rang and were answered                 meet5    they came by: spoken to in person
    rang5       they rang in vain                           theirvm5 they left a message
    auto5       an automatic reply                          back9/2  on day 2 (a short call of ours) they asked to be
                                                            called on day 9; back9t/2 on day 9 at 14:00
    wantvm9/5   their message of day 5 asks for a call on day 9; wantvm9t/5 at 14:00
    says9/5   in a talk of day 5 they said they would call on day 9; says9t/5 at 14:00
    asks5     they wrote, and asked something
    promised10  a decision was promised for day 10          promised10t  for 12:00 of day 10
    no_calls    they asked not to be called                 filled6  an outcome
    round20     a further round is an interview of day 20   snooze9  its coach put it off until day 9
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import polars as pl

from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

MONDAY = date(2024, 3, 4)
_MARK = re.compile(r"([a-z_]+?)(\d+)(t)?(?:by(\d+))?(?:/(\d+))?")
_CONTACTS: dict[str, dict[str, Any]] = {
    "phone": {"direction": "outbound", "channel": "phone"},
    "talk": {"direction": "outbound", "channel": "phone", "party": "interviewer"},
    "long": {"direction": "outbound", "channel": "phone", "duration_s": "90"},
    "desk": {"direction": "outbound", "channel": "phone", "party": "receptionist", "duration_s": "90"},
    "vm": {"direction": "outbound", "channel": "voicemail"},
    "mail": {"direction": "outbound", "channel": "email", "party": "none"},
    "thanks": {"direction": "outbound", "channel": "letter", "purpose": "thank_you"},
    "other": {"direction": "outbound", "channel": "email", "purpose": "answer"},
    "reply": {"direction": "inbound", "channel": "email"},
    "spoke": {"direction": "inbound", "channel": "phone"},
    "meet": {"direction": "inbound", "channel": "in_person", "party": "hiring_team"},
    "rang": {"direction": "inbound", "channel": "phone", "party": "none"},
    "theirvm": {"direction": "inbound", "channel": "voicemail"},
    "auto": {"direction": "inbound", "channel": "email", "automatic": "yes"},
    "back": {"direction": "outbound", "channel": "phone", "purpose": "other", "party": "receptionist"},
    "wantvm": {"direction": "inbound", "channel": "voicemail"},
    "says": {"direction": "outbound", "channel": "phone", "party": "interviewer"},
    "asks": {"direction": "inbound", "channel": "email", "wants_answer": "yes"},
}
_COLUMNS = (
    "direction", "channel", "party", "purpose", "duration_s", "automatic", "callback_at", "call_promised_at",
    "reply_by", "wants_answer",
)  # fmt: skip


def on_day(number: int) -> date:
    """The date of a day of the story."""
    return MONDAY + timedelta(days=number)


def log_of(marks: str, *, by_day: bool = False, zone: str = "Europe/Berlin") -> FollowUpLog:
    """A log of one interview to which the marks happened; by_day: of contacts only the date is known."""
    interview: dict[str, Any] = {
        "interview_id": "i1", "applicant_id": "a1", "interviewed_at": "2024-03-04T10:00",
        "observed_until": "2024-12-31", "decision_promised_at": None, "do_not_contact": None,
        "previous_interview_id": None, "snoozed_until": None,
    }  # fmt: skip
    interviews, contacts, outcomes = [interview], [], []
    for place, mark in enumerate(marks.split()):
        if mark == "no_calls":
            interview["do_not_contact"] = "yes"
            continue
        word, number, timed, reply_by, of = _MARK.fullmatch(mark).groups()  # type: ignore[union-attr]
        day = on_day(int(number))
        if word == "promised":
            interview["decision_promised_at"] = f"{day}T12:00" if timed else f"{day}"
        elif word == "snooze":
            interview["snoozed_until"] = f"{day}"
        elif word == "round":
            interviews.append(
                interview | {"interview_id": "i2", "interviewed_at": f"{day}T10:00", "previous_interview_id": "i1"}
            )
        elif word in ("filled", "rejected", "offer"):
            outcomes.append({"interview_id": "i1", "outcome": word, "decided_at": f"{day}T16:00"})
        else:
            made = on_day(int(of)) if of else day
            row = dict.fromkeys(_COLUMNS) | _CONTACTS[word]
            row |= {"contact_id": f"c{place}", "interview_id": "i1", "at": f"{made}" if by_day else f"{made}T15:00"}
            if of:
                agreed = "call_promised_at" if word == "says" else "callback_at"
                row[agreed] = f"{day}T14:00" if timed else f"{day}"
            row["reply_by"] = f"{on_day(int(reply_by))}" if reply_by else None
            contacts.append(row)
    return build_log(
        interviews=pl.DataFrame(interviews, infer_schema_length=None),
        contacts=pl.DataFrame(contacts, infer_schema_length=None) if contacts else None,
        outcomes=pl.DataFrame(outcomes) if outcomes else None,
        time_zone=zone,
    )
