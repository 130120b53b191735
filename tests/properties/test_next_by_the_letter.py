"""The next step of random stories, beside the contract's paragraph written out line by line in plain Python.

Everything is in UTC and to the minute, so that the text can be followed without a word on zones and bare dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from followup_analytics.advice import next_steps
from followup_analytics.advice.reach import Reach
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

INTERVIEW = datetime(2024, 3, 4, 10)  # noqa: DTZ001
LAST = 75
Contact = dict[str, Any]
Step = tuple[str, date | None, time | None]
Story = tuple[dict[str, Any], list[Contact]]


def by_the_letter(interview: dict[str, Any], contacts: list[Contact], today: date) -> Step:  # noqa: C901
    """Step, date and time of the first rule that fits, in the order 1, 3, 2 due, 6, 2 ahead, 4, 5, 7, 8, 9, 10."""
    known = [one for one in contacts if not one["automatic"] and one["at"] >= INTERVIEW and one["at"].date() <= today]
    known.sort(key=lambda one: (one["at"], one["direction"] == "inbound", one["contact_id"]))
    day = (today - INTERVIEW.date()).days
    attempts = [n for n, one in enumerate(known) if is_attempt(one)]
    heard = [n for n, one in enumerate(known) if is_talk(one) or one["direction"] == "inbound"]
    mattering = sorted({*attempts, *heard})
    last = mattering[-1] if mattering else None
    notes = [one for one in known if one["direction"] == "outbound" and one["purpose"] == "thank_you"]
    callbacks = [n for n, one in enumerate(known) if one["callback_at"] is not None]
    callback = known[callbacks[-1]]["callback_at"] if callbacks else None
    missed = [n for n, one in enumerate(known) if is_missed(one)]
    promised = interview["decision_promised_at"]
    lapsed_on = []

    # 1. do_not_contact: move_on.
    if interview["do_not_contact"]:
        return "move_on", None, None
    # 3. missed, and no outbound contact but a thank-you note since.
    if missed:
        since = [one for one in known[missed[-1] + 1 :] if one["direction"] == "outbound"]
        if all(one["purpose"] == "thank_you" for one in since):
            asked = callbacks and callbacks[-1] >= missed[-1]
            if asked and callback.date() > today:
                return "wait", callback.date(), callback.time()
            when = known[missed[-1]]["at"].date()
            if (today - when).days < 21:
                if asked and callback.date() == today:
                    return "call", today, callback.time()
                return "call", working(today), None
            lapsed_on.append(when)
    # 2 due: no attempt at or after it.
    if callback is not None and callback.date() <= today and not any(known[n]["at"] >= callback for n in attempts):
        if callback.date() == today:
            return "call", today, callback.time()
        if (today - callback.date()).days < 21:
            return "call", working(today), None
        lapsed_on.append(callback.date())
    # 6. day 0 or 1 and no thank-you note.
    if day in (0, 1) and not notes:
        return "thank_you", today, None
    # 2 ahead.
    if callback is not None and callback.date() > today:
        return "wait", callback.date(), callback.time()
    # 4. decision_promised_at today or ahead; past, with no attempt and no reply since.
    if promised is not None:
        if promised.date() >= today:
            return "wait", working(promised.date() + timedelta(days=1)), None
        since = [one for one in known if one["at"] >= promised and (is_attempt(one) or one["direction"] == "inbound")]
        if not since:
            if (today - promised.date()).days < 21:
                return "call", working(today), None
            lapsed_on.append(promised.date())
    # What lasted 21 days is moved on from, unless something newer has been heard.
    if lapsed_on and (last is None or known[last]["at"].date() <= max(lapsed_on)):
        return "move_on", None, None
    # 5. the last contact is a reply or a talk.
    if last is not None and last in heard:
        until = working(known[last]["at"].date() + timedelta(days=7))
        if today < until:
            return "wait", until, None
        rung = [one for one in known if one["direction"] == "outbound" and one["channel"] in ("phone", "voicemail")]
        return ("call" if rung else "email"), working(today), None
    # 7. no attempt and day below 2.
    if not attempts and day < 2:
        return "wait", working(INTERVIEW.date() + timedelta(days=2)), None
    # 8. enough; both caps counted anew after a reply or talk.
    begin = heard[-1] + 1 if heard else 0
    messages = [one for one in known[begin:] if one["direction"] == "outbound" and one["channel"] == "voicemail"]
    since_attempt = (today - known[attempts[-1]]["at"].date()).days if attempts else None
    silence = (today - known[last]["at"].date()).days if last is not None else None
    if (
        (len(messages) >= 2 and since_attempt is not None and since_attempt >= 2)
        or len([n for n in attempts if n >= begin]) >= 4
        or (silence is not None and silence >= 21)
        or (not attempts and day >= 60)
    ):
        return "move_on", None, None
    # 9. last attempt less than 2 days ago.
    if since_attempt is not None and since_attempt < 2:
        return "wait", working(known[attempts[-1]]["at"].date() + timedelta(days=2)), None
    # 10. else call; email where the last attempt left a voicemail.
    written = attempts and known[attempts[-1]]["channel"] == "voicemail"
    return ("email" if written else "call"), working(today), None


def is_attempt(one: Contact) -> bool:
    """An outbound contact of purpose follow_up; no purpose counts as that."""
    return one["direction"] == "outbound" and one["purpose"] in (None, "follow_up")


def is_missed(one: Contact) -> bool:
    """Inbound voicemail, or inbound phone with party none."""
    if one["direction"] != "inbound":
        return False
    return one["channel"] == "voicemail" or (one["channel"] == "phone" and one["party"] == "none")


def is_talk(one: Contact) -> bool:
    """Spoken to somebody who decides; rung by them and there; rung them for a minute or more."""
    if one["channel"] in ("phone", "video", "in_person") and one["party"] in ("interviewer", "hiring_team"):
        return True
    if one["channel"] != "phone":
        return False
    if one["direction"] == "inbound":
        return not is_missed(one)
    return one["party"] is None and (one["duration_s"] or 0) >= 60


def working(day: date) -> date:
    """The first day from Monday to Friday that is `day` or later."""
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """An interview and what happened after it."""
    interview = {
        "interview_id": "i1",
        "applicant_id": "a1",
        "interviewed_at": INTERVIEW,
        "observed_until": INTERVIEW + timedelta(days=400),
        "do_not_contact": draw(st.sampled_from([None] * 12 + [True])),
        "decision_promised_at": draw(
            st.none() | st.integers(0, 40).map(lambda n: INTERVIEW + timedelta(days=n, hours=2))
        ),
    }
    contacts = []
    for place in range(draw(st.integers(0, 7))):
        at = INTERVIEW + timedelta(days=draw(st.integers(-1, 45)), hours=draw(st.integers(1, 9)))
        asked = draw(st.sampled_from([False] * 5 + [True]))
        contacts.append(
            {
                "contact_id": f"c{place}",
                "interview_id": "i1",
                "at": at,
                "direction": draw(st.sampled_from(["outbound", "outbound", "inbound"])),
                "channel": draw(
                    st.sampled_from(["phone", "phone", "voicemail", "email", "video", "in_person", "letter"])
                ),
                "party": draw(
                    st.sampled_from([None, None, "none", "interviewer", "hiring_team", "receptionist", "other"])
                ),
                "purpose": draw(st.sampled_from([None, None, "follow_up", "thank_you", "answer", "other"])),
                "duration_s": draw(st.sampled_from([None, 0.0, 59.0, 60.0, 300.0])),
                "automatic": draw(st.sampled_from([None, None, None, False, True])),
                "callback_at": at + timedelta(days=draw(st.integers(0, 20)), hours=1) if asked else None,
            }
        )
    return interview, contacts


def _contact(day: int, **more: Any) -> Contact:
    plain = {"direction": "outbound", "channel": "phone", "party": None, "purpose": None, "duration_s": None}
    at = INTERVIEW + timedelta(days=day, hours=5)
    return (
        {"contact_id": f"c{day}", "interview_id": "i1", "at": at, "automatic": None, "callback_at": None} | plain | more
    )


PLAIN = {
    "interview_id": "i1", "applicant_id": "a1", "interviewed_at": INTERVIEW, "do_not_contact": None,
    "observed_until": INTERVIEW + timedelta(days=400), "decision_promised_at": None,
}  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(stories(), min_size=1, max_size=12), st.integers(-3, LAST))
@example([(PLAIN, [_contact(18, party="interviewer")])], 20)
@example([(PLAIN, [_contact(1, direction="inbound", channel="voicemail")])], 2)
@example([(PLAIN, [_contact(1, direction="inbound", channel="voicemail")])], 30)
@example([(PLAIN, [_contact(2, channel="voicemail"), _contact(4, channel="email")])], 7)
@example([(PLAIN | {"decision_promised_at": INTERVIEW + timedelta(days=4, hours=2)}, [])], 5)
def test_next_step_is_that_of_the_contract(told: list[Story], day: int) -> None:
    """Step, date and time are those of the paragraph, whatever happened."""
    today = INTERVIEW.date() + timedelta(days=day)
    log = _log(told)
    everything = next_steps(log, today=today, test=False)
    found = {row["interview_id"]: _step(row) for row in everything.rows}
    due = next_steps(log, today=today, test=False, due=True)
    # What is long given up isn't looked at for the morning's list, and none of it is missed.
    assert [dict(row) for row in due.rows] == [dict(row) for row in everything.rows if row["due"]]
    assert due.extra == everything.extra
    assert found == {f"i{place}": by_the_letter(*story, today) for place, story in enumerate(told)}
    # One step an interview; and no sentence says that nothing is open where something is.
    assert len(everything.rows) == len(found) == len(told)
    assert all("is open on" not in one.summary() or "No interview" not in one.summary() for one in (everything, due))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(stories(), min_size=2, max_size=8), st.integers(0, LAST), st.integers(1, 2))
def test_one_number_is_rung_once_a_day(told: list[Story], day: int, numbers: int) -> None:
    """Of all clients with one employer's number one is called of our own accord on a day, and none where one was."""
    today = INTERVIEW.date() + timedelta(days=day)
    reach = {f"i{place}": Reach(phone=f"+49 30 {place % numbers}") for place in range(len(told))}
    before = next_steps(_log(told), today=today, test=False)
    plain = {row.interview_id: row for row in before.rows}
    rows = next_steps(_log(told), today=today, test=False, reached_at=reach).rows
    called = [row for row in rows if row.step == "call" and row.rule not in (2, 3)]
    assert max(Counter((reach[row.interview_id], row.on) for row in called).values(), default=0) <= 1
    rung = {
        reach[now.interview_id]
        for now in before.situations
        if now.last_attempt == today and now.attempt_channel in ("phone", "voicemail")
    }
    assert all(reach[row.interview_id] not in rung for row in called if row.on == today.isoformat())
    # Nothing else changes, and no call is brought forward.
    assert {row.interview_id: row.step for row in rows} == {one: row.step for one, row in plain.items()}
    assert all((row.on or "") >= (plain[row.interview_id].on or "") for row in rows)


def _log(told: list[Story]) -> FollowUpLog:
    interviews = [interview | {"interview_id": f"i{place}"} for place, (interview, _) in enumerate(told)]
    contacts = [
        one | {"interview_id": f"i{place}", "contact_id": f"{one['contact_id']}-{place}"}
        for place, (_, happened) in enumerate(told)
        for one in happened
    ]
    return build_log(
        interviews=pl.DataFrame(interviews, infer_schema_length=None),
        contacts=pl.DataFrame(contacts, infer_schema_length=None) if contacts else None,
        time_zone="UTC",
    )


def _step(row: Mapping[str, Any]) -> Step:
    on, at = row["on"], row["at"]
    return row["step"], on and date.fromisoformat(on), at and time.fromisoformat(at)
