"""Spec: the ten rules of `next`, as state in and step out.

Each row of `next_step_rules.md` is a story up to the day asked about, told in the marks of `stories.py`; then the state
that it is in, the rule that fits, the step, its day and the time where one was agreed. `-` stands for none. Day 0 is a
Monday, so that days 5 and 6, 12 and 13, 19 and 20 are weekends.
"""

from __future__ import annotations

import re
from datetime import time
from itertools import product
from pathlib import Path

import pytest
from stories import log_of, on_day

from followup_analytics.advice import call_script, next_steps
from followup_analytics.advice.hours import hours_to_call, hours_told
from followup_analytics.advice.rules import RULES
from followup_analytics.advice.states import STATES
from followup_analytics.languages import Catalogue

RULES_TABLE = (Path(__file__).parent / "next_step_rules.md").read_text(encoding="utf-8")


def cases() -> list[object]:
    """The table's rows as parameters, each named by its story."""
    rows = [line.split("|") for line in RULES_TABLE.strip().splitlines()[1:] if not line.startswith("#")]
    return [
        pytest.param(*(part.strip() for part in row), id=f"day {row[0].strip()}: {' '.join(row[1].split())}")
        for row in rows
    ]


def untold(text: str | None) -> set[str]:
    """What of a sentence stays English in German or Spanish."""
    found = set()
    for words in (Catalogue("de"), Catalogue("es")):
        words.told(text or "")
        found |= words.missing
    return found


@pytest.mark.parametrize(("day", "marks", "state", "rule", "step", "on", "at"), cases())
def test_first_rule_that_fits_gives_the_step(
    day: str, marks: str, state: str, rule: str, step: str, on: str, at: str
) -> None:
    """Each row of the table: the story is in this state and gives this rule, step, date and time, with a reason, in
    German and Spanish too.
    """
    result = next_steps(log_of(marks), today=on_day(int(day)), test=False)
    row = next(row for row in result.rows if row["interview_id"] == "i1")
    wanted = None if on == "-" else on_day(int(on)).isoformat()
    found = (row["state"], row["rule"], row["step"], row["on"], row["at"])
    assert found == (state, int(rule), step, wanted, None if at == "-" else at)
    assert row["why"].endswith(".")
    assert untold(row["why"]) == set()
    assert row["source"]


def test_every_rule_and_state_is_in_the_table() -> None:
    """No rule and no state is left without a row."""
    rows = [one.values for one in cases()]  # type: ignore[attr-defined]
    assert {int(row[3]) for row in rows} == {rule.number for rule in RULES} == set(range(1, 11))
    assert {row[2] for row in rows} == {state.name for state in STATES}


@pytest.mark.parametrize("day", [3, 14])
@pytest.mark.parametrize("marks", ["phone2", "vm2", "reply2", "rang2", "talk2", "back7/2", "back1/0", "promised2"])
def test_contacts_of_which_only_the_date_is_known_count_by_their_day(marks: str, day: int) -> None:
    """A date without a time gives the same step as the same contact with one."""
    steps = [
        next_steps(log_of(marks, by_day=by_day), today=on_day(day), test=False).rows[0] for by_day in (False, True)
    ]
    assert [steps[0][name] for name in ("rule", "step", "on")] == [steps[1][name] for name in ("rule", "step", "on")]


@pytest.mark.parametrize("marks", ["filled6", "rejected3", "offer9"])
def test_decided_interviews_have_no_next_step(marks: str) -> None:
    """An interview with an outcome is left out and counted; the day before its outcome it is open."""
    log, day = log_of(marks), int(re.sub(r"\D", "", marks))
    over = next_steps(log, today=on_day(day), test=False)
    assert over.rows == ()
    assert {note.code: note.n for note in over.notes}["decided"] == 1
    assert len(next_steps(log, today=on_day(day - 1), test=False).rows) == 1


WHY = """
 day | what happened      | the reason names
   3 | rang2              | They rang on Wednesday 6 March 2024, yesterday
   9 | wantvm9t/7         | asked to be called today at 14:00
   8 | rang2 reply5       | They were heard from since, on Saturday 9 March 2024
   8 | rang3 spoke7       | They were spoken to since, on Monday 11 March 2024: call only if that left something open
   9 | back9t/2           | Wednesday 13 March 2024 at 14:00
   8 | back7/3            | that call has not been made
  90 | back88/3 vm4 vm5   | Hang up if a machine answers
  10 | vm2 vm4 theirvm9   | Hang up if a machine answers
   8 | vm2 vm4 promised7  | Hang up if a machine answers
  10 | says9t/5           | call on Wednesday 13 March 2024 at 14:00, and no call has come: call, and mention it
   7 | says9t/5           | wait for that call. If none comes, call and mention it
  30 | says9/5            | They promised to call on Wednesday 13 March 2024, and nothing was done
   8 | phone2 asks7       | They asked something on Monday 11 March 2024, and no answer has gone out: answer today
   5 | phone2 asks4       | no answer has gone out: answer on Monday 11 March 2024
   6 | vm2 vm4            | If you try once more, write: nothing in writing has gone out yet
   4 | promised3          | promised a decision by Thursday 7 March 2024, and nothing has come
  20 | phone2 talk18      | They were spoken to on Friday 22 March 2024
   8 | reply7             | If they asked something, answer today
   8 | reply7by9          | They want an answer by Wednesday 13 March 2024: answer today
   5 | talk3by8 promised10 | They want an answer by Tuesday 12 March 2024
   8 | reply7by8          | They want an answer today
   9 | reply7by8          | which has passed: answer today
  90 | phone2 reply3      | record how it ended if that is known
  30 |                    | 30 days since the interview and no attempt yet
  61 |                    | was never followed up
  24 | back3/2            | They asked to be called on Thursday 7 March 2024, and nothing was done
  23 | rang2              | They rang on Wednesday 6 March 2024, and nothing was done
  23 | promised2          | They promised a decision by Wednesday 6 March 2024, and nothing was done
   7 | phone2 vm4         | the last call left a message: write this time
   7 | phone4 round20     | close this one with the outcome advanced
-400 |                    | Is that date right?
   0 |                    | The interview was today and no thank-you note has gone out yet
   1 | thanks0            | The interview was yesterday: leave 2 days before the first call
  -1 |                    | The interview is on Monday 4 March 2024: after it, leave 2 days
  61 |                    | Record how it ended if that is known
   4 | talk3              | the next word is theirs until
"""


@pytest.mark.parametrize("line", WHY.strip().splitlines()[1:])
def test_the_reason_names_what_was_said(line: str) -> None:
    """A reason names the call, the promise or the date that it rests on."""
    day, marks, words = (part.strip() for part in line.split("|"))
    rows = next_steps(log_of(marks), today=on_day(int(day)), test=False).rows
    why = next(row for row in rows if row["interview_id"] == "i1")["why"]
    assert words in why
    assert untold(why) == set()


CLAIMS = """
 day | what happened                 | the claims that the step rests on
   0 |                               | thank-you-note
   1 | thanks0                       | wait-2-3-days
  -1 |                               | wait-2-3-days
   3 |                               | wait-not-longer, follow-up-at-all
   4 |                               | follow-up-at-all
  20 |                               | follow-up-at-all
  21 |                               | move-on
  61 |                               | move-on
   4 | vm3                           | spread-voicemails
   4 | phone3                        | not-pushy
   9 | phone4                        | keep-following-up
  16 | phone2 phone5 phone8 phone11  | not-pushy
  10 | vm2 vm4                       | max-two-voicemails
  23 | rang2                         | move-on
   3 | rang2                         |
"""


@pytest.mark.parametrize("line", CLAIMS.strip().splitlines()[1:])
def test_a_step_names_the_claims_that_it_rests_on(line: str) -> None:
    """A custom names the advice that a verdict may confirm or contradict; a fact names none."""
    day, marks, claims = (part.strip() for part in line.split("|"))
    row = next(one for one in next_steps(log_of(marks), today=on_day(int(day)), test=False).rows)
    assert ", ".join(one["claim"] for one in row["evidence"]) == claims


DUE = """
 day | what happened       | due | the first word of the reason
   8 | phone2 asks7        | yes | They asked
   5 | phone2 asks4        | no  | They asked
   8 | phone2 asks6 other7 | no  | They wrote
   9 | says9t/5            | no  | The employer promised to call
  10 | says9t/5            | yes | The employer promised to call
   8 | reply7by15          | yes | They want an answer
   8 | rang3               | yes | They rang
   8 | rang3 reply7        | yes | They rang
   8 | rang3 spoke7        | no  | They rang
   8 | rang3 spoke7 rang7  | yes | They rang
"""


@pytest.mark.parametrize("line", DUE.strip().splitlines()[1:])
def test_an_answer_owed_is_due(line: str) -> None:
    """A question without a day is due today or on the next working day; a call of theirs that is ahead isn't."""
    day, marks, due, words = (part.strip() for part in line.split("|"))
    (row,) = next_steps(log_of(marks), today=on_day(int(day)), test=False).rows
    assert (row["due"], row["why"].startswith(words)) == (due == "yes", True)
    assert untold(row["why"]) == set()


SAID = """
 day | what happened          | what the script says
  10 | says9t/5               | You had said that you would call on Wednesday 13 March 2024 at 14:00
   8 | promised7              | You had said that you would decide by Monday 11 March 2024
  10 | vm2 vm4 theirvm9       | Hang up: no further message should be left
  10 | vm2 vm4 rang9          | Hang up: no further message should be left
  10 | vm2 vm4 says9t/7       | about the next step
"""


@pytest.mark.parametrize("line", SAID.strip().splitlines()[1:])
def test_the_script_fits_the_story(line: str) -> None:
    """What is said names what they had promised; no third message after a call of theirs in vain, one after a talk."""
    day, marks, words = (part.strip() for part in line.split("|"))
    assert words in call_script(log_of(marks), "i1", today=on_day(int(day))).text()


def test_a_call_of_theirs_stands_in_the_calendar_as_theirs() -> None:
    """It is an appointment at its time, called their call, and one of a decision isn't."""
    steps = next_steps(log_of("says9t/5"), today=on_day(7), test=False)
    calendar = steps.to_ics()
    assert "SUMMARY:Their call expected: interview i1" in calendar
    assert "DTSTART;TZID=Europe/Berlin:20240313T140000" in calendar
    decision = next_steps(log_of("promised10"), today=on_day(7), test=False).to_ics()
    assert "Their call" not in decision


def test_how_it_ended_is_asked_for_long_after_alone() -> None:
    """Three weeks after they rang in vain it is time to move on, and too early to ask for an end."""
    (row,) = next_steps(log_of("rang2"), today=on_day(23), test=False).rows
    assert row["step"] == "move_on"
    assert "Record how it ended" not in row["why"]


def test_no_message_is_called_the_last_word_after_a_letter() -> None:
    """After an e-mail the reason doesn't speak of a message that an earlier call had left."""
    (row,) = next_steps(log_of("vm2 mail4"), today=on_day(7), test=False).rows
    assert "message" not in row["why"]


def test_an_answer_that_went_out_is_not_asked_for_again() -> None:
    """Once something went out after their message, nothing is owed to them."""
    (row,) = next_steps(log_of("reply5by9 other6"), today=on_day(7), test=False).rows
    assert (row["state"], row["reply_by"]) == ("answer_owed_to_us", None)
    assert "answer today" not in row["why"]


def test_what_was_put_off_is_not_due_and_says_so() -> None:
    """A snoozed step keeps its kind, falls on the day it was put off to, and is no longer due before it."""
    (row,) = next_steps(log_of("phone2 snooze9"), today=on_day(7), test=False).rows
    assert (row["step"], row["on"], row["due"]) == ("call", on_day(9).isoformat(), False)
    assert "It was put off until Wednesday 13 March 2024." in row["why"]
    (later,) = next_steps(log_of("phone2 snooze9"), today=on_day(9), test=False).rows
    assert (later["step"], later["due"]) == ("call", True)


VERDICTS = """
 day | what happened | verdict on                       | rule | step | on day | replaced
   0 |               | thank-you-note contradicted      |    7 | wait | 2      | 6
   0 |               | thank-you-note supported         |    6 | thank_you | 0 |
   0 |               | thank-you-note inconclusive      |    6 | thank_you | 0 |
   1 | thanks0       | wait-2-3-days contradicted       |   10 | call | 1      | 7
  -3 |               | wait-2-3-days contradicted       |    7 | wait | 2      |
   1 | thanks0       | wait-2-3-days no_meaningful_difference | 7 | wait | 2   |
   3 | vm2           | spread-voicemails contradicted   |   10 | email | 3     | 9
   2 | vm2           | spread-voicemails contradicted   |    9 | wait | 4      |
   3 | phone2        | spread-voicemails contradicted   |    9 | wait | 4      |
   4 | vm2 vm3       | spread-voicemails contradicted   |    9 | wait | 7      |
   5 | vm2 vm3       | max-two-voicemails contradicted  |    8 | move_on | -   |
  23 | phone2        | move-on contradicted             |    8 | move_on | -   |
  14 | phone2 phone5 phone8 phone14 | not-pushy contradicted | 8 | move_on | - |
   7 | phone2        | keep-following-up contradicted   |   10 | call | 7      |
   3 | promised10    | wait-not-longer contradicted     |    4 | wait | 11     |
   3 | rang2         | not-pushy contradicted           |    3 | call | 3      |
"""


@pytest.mark.parametrize("line", VERDICTS.strip().splitlines()[1:])
def test_verdicts_replace_rules_six_seven_and_nine_only(line: str) -> None:
    """A contradicted claim takes out its rule and says so; caps, requests and promises stay."""
    day, marks, verdict, rule, step, on, replaced = (part.strip() for part in line.split("|"))
    claim, word = verdict.split()
    (row,) = next_steps(log_of(marks), today=on_day(int(day)), verdicts={claim: word}, test=False).rows
    wanted = None if on == "-" else on_day(int(on)).isoformat()
    assert (row["rule"], row["step"], row["on"]) == (int(rule), step, wanted)
    assert row["replaced"] == [int(number) for number in replaced.split()]
    assert ("contradicts" in row["why"]) == bool(replaced)


def test_when_to_ring_is_told_in_german_and_spanish() -> None:
    """Hours of both clocks, on the same day or on two."""
    zones = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "Asia/Tokyo")
    for theirs, ours, at in product(zones, zones, (None, time(8, 30), time(16, 30))):
        hours = hours_to_call(on_day(3), at, theirs, ours)
        assert untold(hours_told(hours, None)) == set()
        assert at is None or untold(hours_told(hours, "call")) == set()
