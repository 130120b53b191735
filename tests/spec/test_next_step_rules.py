"""Spec: the nine rules of `next`, as state in and step out.

The interview is on Monday 4 March 2024 (day 0) at 10:00. `day` is the day asked about. What happened is written as
marks with the day they fall on: `phone2` an attempt by telephone on day 2, `vm3` a message left, `mail4` an e-mail,
`thanks0` a thank-you note, `reply5` an answer, `auto5` an automatic reply, `back9/2` a contact on day 2 that asks for a
call on day 9, `promised10`, `no_calls`, `filled6` an outcome. `-` stands for no date.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import polars as pl
import pytest

from followup_analytics.advice import next_steps
from followup_analytics.log.followup_log import FollowUpLog, build_log

MONDAY = date(2024, 3, 4)
CHANNELS = {
    "phone": "phone",
    "vm": "voicemail",
    "mail": "email",
    "thanks": "letter",
    "reply": "email",
    "auto": "email",
    "back": "phone",
}

RULES = """
 day | what happened                      | rule | step      | on day
# 1. the employer asked not to be called
   3 | no_calls                           |    1 | move_on   | -
   0 | no_calls                           |    1 | move_on   | -
   5 | no_calls reply4                    |    1 | move_on   | -
# 2. the employer asked to be called
   3 | back7/2                            |    2 | wait      | 7
   3 | back5/2                            |    2 | wait      | 5
   3 | back3/2                            |    2 | call      | 3
   5 | back5/2                            |    2 | call      | 5
   4 | back3/2                            |    2 | call      | 4
   5 | back3/2                            |    2 | call      | 7
   4 | back3/2 phone3                     |    8 | wait      | 7
   4 | back3/2 phone2                     |    2 | call      | 4
   4 | vm2 vm3 back4/3                    |    2 | call      | 4
   9 | phone2 phone4 phone6 phone7 back9/8|    2 | call      | 9
   9 | back8/2 back14/4                   |    2 | wait      | 14
   3 | back7/2 no_calls                   |    1 | move_on   | -
   4 | back14/2 promised10                |    2 | wait      | 14
# 3. a thank-you note
   0 |                                    |    3 | thank_you | 0
   1 |                                    |    3 | thank_you | 1
   1 | thanks0                            |    6 | wait      | 2
   2 |                                    |    9 | call      | 2
   1 | reply1                             |    3 | thank_you | 1
   1 | phone1                             |    3 | thank_you | 1
# 4. an answer has come
   3 | thanks0 reply2                     |    4 | wait      | -
  30 | phone2 reply3                      |    4 | wait      | -
   3 | thanks0 auto2                      |    9 | call      | 3
   3 | promised10 reply2                  |    4 | wait      | -
# 5. a decision was promised
   3 | promised3                          |    5 | wait      | 4
   3 | promised4                          |    5 | wait      | 7
   3 | promised10                         |    5 | wait      | 11
   4 | promised3                          |    9 | call      | 4
   5 | phone2 promised9                   |    5 | wait      | 10
  20 | vm2 vm4 promised22                 |    5 | wait      | 23
# 6. too early
   0 | thanks0                            |    6 | wait      | 2
   1 | thanks1                            |    6 | wait      | 2
  -3 |                                    |    6 | wait      | 2
# 7. enough
   5 | vm2 vm3                            |    7 | move_on   | -
   4 | vm2 vm3                            |    8 | wait      | 7
  14 | phone2 phone5 phone8 phone14       |    7 | move_on   | -
  14 | mail2 phone5 vm8 phone14           |    7 | move_on   | -
  23 | phone2                             |    7 | move_on   | -
  22 | phone2                             |    9 | call      | 22
  40 |                                    |    9 | call      | 42
  30 | thanks0                            |    9 | call      | 30
# 8. too soon after the last attempt
   2 | phone2                             |    8 | wait      | 4
   3 | phone2                             |    8 | wait      | 4
   4 | phone3                             |    8 | wait      | 7
   4 | phone2 vm4                         |    8 | wait      | 7
# 9. follow up
   2 | thanks0                            |    9 | call      | 2
   5 | thanks0                            |    9 | call      | 7
   4 | phone2                             |    9 | call      | 4
   4 | vm2                                |    9 | email     | 4
   7 | vm2 phone4                         |    9 | call      | 7
   7 | phone2 vm4                         |    9 | email     | 7
   7 | mail2                              |    9 | call      | 7
  15 | phone2 mail5 phone9                |    9 | call      | 15
"""


def cases() -> list[tuple[int, str, int, str, int | None]]:
    """The table's rows as parameters."""
    rows = [line.split("|") for line in RULES.strip().splitlines()[1:] if not line.startswith("#")]
    return [
        (int(day), marks.strip(), int(rule), step.strip(), None if on.strip() == "-" else int(on))
        for day, marks, rule, step, on in rows
    ]


def log_of(marks: str) -> FollowUpLog:
    """A log of one interview to which the marks happened."""
    interview: dict[str, object] = {
        "interview_id": "i1",
        "applicant_id": "a1",
        "interviewed_at": "2024-03-04T10:00",
        "observed_until": "2024-06-30",
    }
    contacts, outcomes = [], []
    for place, mark in enumerate(marks.split()):
        if mark == "no_calls":
            interview["do_not_contact"] = "yes"
            continue
        word, number, of = re.fullmatch(r"([a-z]+)(\d+)(?:/(\d+))?", mark).groups()  # type: ignore[union-attr]
        day = MONDAY + timedelta(days=int(number))
        if word == "promised":
            interview["decision_promised_at"] = f"{day}T12:00"
        elif word in ("filled", "rejected", "offer"):
            outcomes.append({"interview_id": "i1", "outcome": word, "decided_at": f"{day}T16:00"})
        else:
            contacts.append(contact(place, word, day, of))
    return build_log(
        interviews=pl.DataFrame([interview]),
        contacts=pl.DataFrame(contacts, infer_schema_length=None) if contacts else None,
        outcomes=pl.DataFrame(outcomes) if outcomes else None,
        time_zone="Europe/Berlin",
    )


def contact(place: int, word: str, day: date, of: str | None) -> dict[str, object]:
    """One contact at 15:00 of its day; a request to be called back names 14:00 of the day asked for."""
    made = MONDAY + timedelta(days=int(of)) if of else day
    return {
        "contact_id": f"c{place}",
        "interview_id": "i1",
        "at": f"{made}T15:00",
        "direction": "inbound" if word in ("reply", "auto") else "outbound",
        "channel": CHANNELS[word],
        "purpose": {"thanks": "thank_you", "back": "other"}.get(word),
        "automatic": "yes" if word == "auto" else None,
        "callback_at": f"{day}T14:00" if of else None,
    }


@pytest.mark.parametrize(("day", "marks", "rule", "step", "on"), cases())
def test_first_rule_that_fits_gives_the_step(day: int, marks: str, rule: int, step: str, on: int | None) -> None:
    """Each row of the table: the state gives this rule, step and date, and always a reason."""
    result = next_steps(log_of(marks), today=MONDAY + timedelta(days=day), test=False)
    (row,) = result.rows
    wanted = None if on is None else (MONDAY + timedelta(days=on)).isoformat()
    assert (row["rule"], row["step"], row["on"]) == (rule, step, wanted)
    assert row["why"].endswith(".")


@pytest.mark.parametrize("marks", ["filled6", "rejected3", "offer9"])
def test_decided_interviews_have_no_next_step(marks: str) -> None:
    """An interview with an outcome is left out and counted; the day before its outcome it is open."""
    log, day = log_of(marks), int(re.sub(r"\D", "", marks))
    over = next_steps(log, today=MONDAY + timedelta(days=day), test=False)
    assert over.rows == ()
    assert {note.code: note.n for note in over.notes}["decided"] == 1
    assert len(next_steps(log, today=MONDAY + timedelta(days=day - 1), test=False).rows) == 1


def test_answer_is_named_by_its_date() -> None:
    """Rule 4 says when the answer came."""
    (row,) = next_steps(log_of("phone2 reply3"), today="2024-03-20", test=False).rows
    assert "Thursday 7 March 2024" in row["why"]


VERDICTS = """
 day | what happened | verdict on                       | rule | step | on day | replaced
   0 |               | thank-you-note contradicted      |    6 | wait | 2      | 3
   0 |               | thank-you-note supported         |    3 | thank_you | 0 |
   0 |               | thank-you-note inconclusive      |    3 | thank_you | 0 |
   1 | thanks0       | wait-2-3-days contradicted       |    9 | call | 1      | 6
  -3 |               | wait-2-3-days contradicted       |    6 | wait | 2      |
   1 | thanks0       | wait-2-3-days no_meaningful_difference | 6 | wait | 2   |
   3 | vm2           | spread-voicemails contradicted   |    9 | email | 3     | 8
   2 | vm2           | spread-voicemails contradicted   |    8 | wait | 4      |
   3 | phone2        | spread-voicemails contradicted   |    8 | wait | 4      |
   4 | vm2 vm3       | spread-voicemails contradicted   |    8 | wait | 7      |
   5 | vm2 vm3       | max-two-voicemails contradicted  |    7 | move_on | -   |
  23 | phone2        | move-on contradicted             |    7 | move_on | -   |
  14 | phone2 phone5 phone8 phone14 | not-pushy contradicted | 7 | move_on | - |
   7 | phone2        | keep-following-up contradicted   |    9 | call | 7      |
   3 | promised10    | wait-not-longer contradicted     |    5 | wait | 11     |
"""


@pytest.mark.parametrize(
    ("day", "marks", "words"),
    [
        (5, "phone2 reply3", "the next step is theirs"),
        (90, "phone2 reply3", "long ago, and no outcome is recorded"),
        (8, "phone2 back7/3", "that call has not been made"),
        (90, "phone2 back7/3", "long ago, and the record has no such call"),
        (30, "", "30 days since the interview and no attempt yet"),
        (60, "", "was never followed up"),
    ],
)
def test_what_lies_long_back_says_so(day: int, marks: str, words: str) -> None:
    """From two months on a reason says that it was long ago and what to record; the step stays the rule's."""
    rows = next_steps(log_of(marks), today=MONDAY + timedelta(days=day), test=False).rows
    assert words in rows[0]["why"]


@pytest.mark.parametrize("line", VERDICTS.strip().splitlines()[1:])
def test_verdicts_replace_rules_three_six_and_eight_only(line: str) -> None:
    """A contradicted claim takes out its rule and says so; caps, requests and promises stay."""
    day, marks, verdict, rule, step, on, replaced = (part.strip() for part in line.split("|"))
    claim, word = verdict.split()
    (row,) = next_steps(log_of(marks), today=MONDAY + timedelta(days=int(day)), verdicts={claim: word}).rows
    wanted = None if on == "-" else (MONDAY + timedelta(days=int(on))).isoformat()
    assert (row["rule"], row["step"], row["on"]) == (int(rule), step, wanted)
    assert row["replaced"] == [int(number) for number in replaced.split()]
    assert ("contradicts" in row["why"]) == bool(replaced)
