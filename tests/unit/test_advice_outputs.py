"""What comes out of the advice beside its table: calendar, day sheet, script, policy, working days, silence."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from followup_analytics.advice import call_script, next_steps, read_policy
from followup_analytics.advice.hours import hours_to_call
from followup_analytics.advice.ics import to_ics
from followup_analytics.advice.office_days import working_days
from followup_analytics.answers.curves import silence
from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.zones import country_of_zone
from followup_analytics.simulate import simulate_log


def small_log(**columns: object) -> FollowUpLog:
    """Three interviews on Monday 4 March 2024: one called, one answered, one untouched."""
    interviews = {
        "interview_id": ["i1", "i2", "i3"],
        "applicant_id": ["a1", "a1", "a2"],
        "interviewed_at": ["2024-03-04T10:00"] * 3,
        "employer": ["=Grün, Söhne; & Co\nKG", "Beta", None],
    }
    contacts = {
        "contact_id": ["c1", "c2"],
        "interview_id": ["i1", "i2"],
        "at": ["2024-03-06T10:00", "2024-03-07T11:00"],
        "direction": ["outbound", "inbound"],
        "channel": ["phone", "email"],
    }
    return build_log(
        interviews=pl.DataFrame(interviews | columns), contacts=pl.DataFrame(contacts), time_zone="Europe/Berlin"
    )


def test_calendar_is_read_by_another_program() -> None:
    """An independent reader finds one all-day entry for each dated step, its text unharmed; actions ring."""
    icalendar = pytest.importorskip("icalendar")
    result = next_steps(small_log(), today="2024-03-11", test=False)
    events = icalendar.Calendar.from_ical(result.to_ics()).walk("VEVENT")
    found = {str(event["SUMMARY"]): event["DTSTART"].dt for event in events}
    assert found == {
        "Call: =Grün, Söhne; & Co\nKG": date(2024, 3, 11),
        "Call: interview i3": date(2024, 3, 11),
        "Look again: Beta": date(2024, 3, 14),
    }
    rings = {str(event["SUMMARY"]) for event in events if event.walk("VALARM")}
    assert rings == set(found) - {"Look again: Beta"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
def test_an_agreed_time_stands_in_the_calendar(zone: str) -> None:
    """A call asked for at a time is an entry at that time of the employer's clock, and rings a quarter before it."""
    icalendar = pytest.importorskip("icalendar")
    for day in ("2024-03-14", "2024-07-15", "2024-12-10"):
        log = small_log(time_zone=[zone] * 3)
        asked = log.contacts.with_columns(
            callback_at=pl.when(pl.col("contact_id") == "c1").then(
                pl.lit(f"{day}T14:00")
                .str.to_datetime(time_unit="us")
                .dt.replace_time_zone(zone)
                .dt.convert_time_zone("UTC")
            )
        )
        result = next_steps(replace(log, contacts=asked), today="2024-03-11", test=False)
        text = result.to_ics()
        (event,) = [
            one for one in icalendar.Calendar.from_ical(text).walk("VEVENT") if "as they asked" in one["SUMMARY"]
        ]
        start = event["DTSTART"].dt
        assert start == datetime.fromisoformat(f"{day}T14:00").replace(tzinfo=ZoneInfo(zone))
        assert event.walk("VALARM")[0]["TRIGGER"].dt == timedelta(minutes=-15)
        if zone != "UTC":
            assert event["DTSTART"].params["TZID"] == zone


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Africa/Casablanca", "Asia/Tokyo"]
)
def test_the_zone_told_in_a_calendar_is_the_zone(zone: str) -> None:
    """A reader who knows no zones but those told in the file finds the same instants all year round."""
    icalendar = pytest.importorskip("icalendar")
    row = {"interview_id": "i1", "step": "call", "at": "14:00", "time_zone": zone, "why": "They asked.", "rule": 2}
    for month in range(1, 13):
        on = date(2025, month, 17)
        text = to_ics([row | {"on": on.isoformat()}], made_at=datetime(2025, 1, 1, tzinfo=UTC))
        (told,) = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")
        own = told.to_tz(lookup_tzid=False)
        wanted = datetime.combine(on, time(14), ZoneInfo(zone)).utcoffset()
        assert datetime.combine(on, time(14)).replace(tzinfo=own).utcoffset() == wanted


def test_hours_of_another_zone_are_told() -> None:
    """Whoever rings another zone is told its office hours on both clocks, and an agreed time on both."""
    assert hours_to_call(date(2024, 3, 20), None, "America/New_York", "Europe/Berlin") == (
        "9:00 to 16:00 their time, 14:00 to 21:00 yours".replace("9:00", "09:00")
    )
    assert hours_to_call(date(2024, 3, 20), time(15), "America/New_York", "Europe/Berlin") == (
        "15:00 their time, 20:00 yours"
    )
    assert hours_to_call(date(2024, 3, 20), time(9), "Asia/Tokyo", "America/New_York") == (
        "09:00 their time, 20:00 the day before yours"
    )
    assert hours_to_call(date(2024, 3, 20), None, "Europe/Paris", "Europe/Berlin") is None
    assert hours_to_call(date(2024, 3, 20), None, "+05:00", "Europe/Berlin") is None


def test_calendar_says_to_call_on_the_day_that_was_asked_for() -> None:
    """A wait for the day named by the employer is a call in the calendar; any other wait is a day to look again."""
    log = small_log(decision_promised_at=[None, None, "2024-03-20T12:00"])
    asked = log.contacts.with_columns(
        callback_at=pl.when(pl.col("contact_id") == "c1").then(pl.datetime(2024, 3, 14, 9, time_zone="UTC"))
    )
    text = next_steps(replace(log, contacts=asked), today="2024-03-11", test=False).to_ics()
    assert "SUMMARY:Call\\, as they asked: =Grün" in text
    assert "SUMMARY:Look again: interview i3" in text


def test_an_hour_that_the_employer_named_is_kept() -> None:
    """`We will call on Thursday at 2 pm` and `answer by noon` keep their hour: in the reason and in the calendar."""
    icalendar = pytest.importorskip("icalendar")
    log = small_log(decision_promised_at=[None, None, "2024-03-14T14:00"])
    wanted = pl.when(pl.col("contact_id") == "c2").then(pl.datetime(2024, 3, 12, 11, time_zone="UTC"))
    log = replace(log, contacts=log.contacts.with_columns(reply_by=wanted))
    result = next_steps(log, today="2024-03-11", test=False)
    why = {row.interview_id: row.why for row in result.rows}
    assert "by Thursday 14 March 2024 at 14:00: no call before Friday 15 March 2024" in why["i3"]
    assert "They want an answer by Tuesday 12 March 2024 at 12:00" in why["i2"]
    events = icalendar.Calendar.from_ical(result.to_ics()).walk("VEVENT")
    timed = {str(one["SUMMARY"]): one["DTSTART"].dt for one in events if isinstance(one["DTSTART"].dt, datetime)}
    berlin = ZoneInfo("Europe/Berlin")
    assert timed == {
        "Word from them expected: interview i3": datetime(2024, 3, 14, 14, tzinfo=berlin),
        "Answer wanted by now: Beta": datetime(2024, 3, 12, 12, tzinfo=berlin),
    }
    assert all(one.walk("VALARM") for one in events if str(one["SUMMARY"]) in timed)
    assert len({str(one["UID"]) for one in events}) == len(events)
    later = next_steps(log, today="2024-03-18", test=False)
    assert "at 14:00, and nothing has come" in {row.interview_id: row.why for row in later.rows}["i3"]
    assert "Word from them" not in later.to_ics()


def test_calendar_lines_are_folded_and_stable() -> None:
    """No line is longer than 75 octets, lines end in CRLF, and the same steps give the same bytes."""
    result = next_steps(small_log(employer=["ü" * 120, None, None]), today="2024-03-11", test=False)
    text = result.to_ics()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text == next_steps(small_log(employer=["ü" * 120, None, None]), today="2024-03-11", test=False).to_ics()


def test_a_later_export_replaces_the_entry() -> None:
    """The entry of an interview keeps its identifier, and its sequence number grows from day to day."""
    icalendar = pytest.importorskip("icalendar")
    first, second = (
        icalendar.Calendar.from_ical(next_steps(small_log(), today=day, test=False).to_ics()).walk("VEVENT")[0]
        for day in ("2024-03-11", "2024-03-12")
    )
    assert first["UID"] == second["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"]


def test_day_sheet_puts_what_is_due_first_and_disarms_formulas() -> None:
    """Due steps come first; a cell that a spreadsheet would take for a formula is written as text."""
    sheet = next_steps(small_log(), today="2024-03-11", test=False).day_sheet()
    rows = list(csv.DictReader(io.StringIO(sheet.to_csv())))
    assert [row["when"] for row in rows] == ["today", "today", "2024-03-14"]
    assert {row["employer"] for row in rows if row["interview_id"] == "i1"} == {"'=Grün, Söhne; & Co\nKG"}
    assert sheet.summary() == "2 things to do on Monday 11 March 2024, for 2 applicants."


def test_day_sheet_until_a_date_leaves_out_the_rest() -> None:
    """With `until`, only steps that fall due by then are on the sheet."""
    steps = next_steps(small_log(), today="2024-03-05", test=False)
    assert {row["step"] for row in steps.day_sheet(until="2024-03-05").rows} == {"thank_you"}


def test_script_is_filled_with_the_interview_and_leaves_out_what_is_contradicted() -> None:
    """The script names the interview; a point that this log contradicts is left out and listed."""
    script = call_script(small_log(), "i1", verdicts={"ask-status": "contradicted", "smile": "supported"})
    text = script.text()
    assert "Monday 4 March 2024" in text
    assert "still open" not in text.split("LEFT OUT")[0]
    assert [line.claim for line in script.left_out] == ["ask-status"]
    assert f"IF A MACHINE ANSWERS (about {script.voicemail_seconds:.0f} seconds)" in text
    assert script.voicemail_seconds < 30
    pages = next_steps(small_log(employer=["Acme", None, None]), today="2024-03-11", test=False).scripts_text()
    assert "Acme, 4 Mar 2024 (i1)" in pages


def test_what_to_note_down_covers_every_item_of_the_log() -> None:
    """Each item of etiquette that the log can hold is asked for after the call."""
    from followup_analytics.log.schema import ETIQUETTE_ITEMS

    asked = {item.column for item in call_script(small_log(), "i1").note_down}
    assert set(ETIQUETTE_ITEMS) <= asked


def test_script_is_refused_where_no_call_is_due() -> None:
    """An unknown interview, and one whose employer asked not to be called, get a sentence."""
    with pytest.raises(UsageError, match="no interview with that id"):
        call_script(small_log(), "nobody")
    with pytest.raises(UsageError, match="asked not to be called"):
        call_script(small_log(do_not_contact=["yes", None, None]), "i1")


def test_policy_file_tightens_and_is_named_as_the_source(tmp_path: Path) -> None:
    """An office's longer spacing moves the date, and the advice says whose rule it is."""
    file = tmp_path / "policy.toml"
    file.write_text('name = "the policy of our office"\nspacing_days = 7\n', encoding="utf-8")
    row = next(
        row
        for row in next_steps(small_log(), today="2024-03-11", policy=file, test=False).rows
        if row["interview_id"] == "i1"
    )
    assert (row["step"], row["on"], row["source"]) == ("wait", "2024-03-13", "the policy of our office")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("max_attempts = 9", "may only be stricter"),
        ("spacing_days = 0", "may only be stricter"),
        ("max_attemps = 3", "did you mean 'max_attempts'"),
        ("max_attempts = true", "whole number"),
        ("country = 3", "has to be text"),
    ],
)
def test_policy_that_can_not_be_followed_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """A looser limit, a misspelt key or a wrong type is one sentence."""
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=sentence):
        read_policy(file)


def test_policy_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    """An absent file and one that is no TOML are one sentence each."""
    file = tmp_path / "policy.toml"
    with pytest.raises(UnreadableError, match="can't be read"):
        read_policy(file)
    file.write_text("max_attempts = = 3", encoding="utf-8")
    with pytest.raises(UnreadableError, match="not valid TOML"):
        read_policy(file)


WORKING = """
country | day        | next working day
        | 2024-03-29 | 2024-03-29
US      | 2024-07-04 | 2024-07-05
DE      | 2024-03-29 | 2024-04-02
DE-BY   | 2024-01-06 | 2024-01-08
DE-BY   | 2023-01-06 | 2023-01-09
DE      | 2023-01-06 | 2023-01-06
IL      | 2024-03-03 | 2024-03-03
IL      | 2024-03-08 | 2024-03-10
"""


@pytest.mark.parametrize("line", WORKING.strip().splitlines()[1:])
def test_working_days_follow_the_country(line: str) -> None:
    """Public holidays, regions and other weekends count; without a country Monday to Friday."""
    country, day, wanted = (part.strip() for part in line.split("|"))
    assert working_days(country or None).on_or_after(date.fromisoformat(day)) == date.fromisoformat(wanted)


def test_unknown_country_is_refused_with_a_hint() -> None:
    """A country without a calendar is one sentence."""
    with pytest.raises(UsageError, match="No calendar of public holidays"):
        working_days("ZZ")
    with pytest.raises(UsageError, match="has no region"):
        working_days("DE-XX")


def test_zone_names_its_country() -> None:
    """The tz database says whose holidays an employer keeps."""
    assert [country_of_zone(zone) for zone in ("Europe/Berlin", "America/New_York", "UTC", None)] == [
        "DE",
        "US",
        None,
        None,
    ]


def test_employers_zone_decides_the_working_day() -> None:
    """On the Fourth of July the American employer is called a day later than the German one."""
    log = small_log(
        interviewed_at=["2024-06-20T10:00"] * 3, time_zone=["America/New_York", "Europe/Berlin", "Europe/Berlin"]
    )
    log = build_log(interviews=log.interviews.select("interview_id", "applicant_id", "interviewed_at", "time_zone"))
    on = {
        row["interview_id"]: row["on"] for row in next_steps(log, today="2024-07-04", country="zone", test=False).rows
    }
    assert on == {"i1": "2024-07-05", "i2": "2024-07-04", "i3": "2024-07-04"}


def test_rows_of_few_applicants_are_shown_and_marked() -> None:
    """Advice is about single interviews: nothing is hidden, and it says that it is confidential."""
    result = next_steps(small_log(), today="2024-03-11")
    assert len(result.rows) == 3
    assert result.notes[0].code == "confidential"
    assert {one["verdict"] for row in result.rows for one in row["evidence"]} == {"not_testable"}


def test_interview_still_ahead_is_to_wait_for() -> None:
    """An interview later than today gives a wait until after it, and is counted in a note."""
    result = next_steps(small_log(), today="2024-03-01", test=False)
    assert {(row["step"], row["on"]) for row in result.rows} == {("wait", "2024-03-06")}
    assert {note.code: note.n for note in result.notes}["interview_ahead"] == 3


def test_steps_are_named_by_employer_and_day() -> None:
    """People know an interview by its employer and day; the client is shown where there are several, and short."""
    result = next_steps(small_log(applicant_id=["a1", "a1", "p-812dd5a839687e03"]), today="2024-03-11", test=False)
    assert {row["about"] for row in result.rows} >= {"Beta, 4 Mar 2024", "interview of 4 Mar 2024"}
    text = repr(result)
    assert "client" in text
    assert "p-812dd5a…" in text
    one = next_steps(small_log(applicant_id=["a1"] * 3), today="2024-03-11", test=False)
    assert "client" not in [field.name for field in one.shown_fields()]


def test_what_was_left_lying_comes_last() -> None:
    """A call that is two months late stands behind what can still be missed, with its own reason."""
    log = small_log(
        interviewed_at=["2024-03-04T10:00", "2024-01-08T10:00", "2024-03-04T10:00"], interview_id=["i1", "i2", "i3"]
    )
    early = log.contacts.with_columns(
        _day=pl.when(pl.col("contact_id") == "c2").then(pl.col("_day") - 57).otherwise("_day").cast(pl.Int32),
        _at_us=pl.when(pl.col("contact_id") == "c2").then(pl.col("_at_us") - 57 * 86_400_000_000).otherwise("_at_us"),
    ).with_columns(_order_us="_at_us")
    due = next_steps(replace(log, contacts=early), today="2024-03-18", test=False).due_only()
    assert [row["interview_id"] for row in due.rows] == ["i3", "i1", "i2"]
    assert "nothing has come for 68 days" in due.rows[-1]["why"]


def test_nothing_due_is_not_nothing_open() -> None:
    """Where nothing is due the answer says how many interviews are open, and when the next step falls due."""
    due = next_steps(small_log(), today="2024-03-08", test=False).due_only()
    assert [row["interview_id"] for row in due.rows] == ["i3", "i1"]
    due = next_steps(small_log(), today="2024-03-01", test=False).due_only()
    assert due.rows == ()
    assert due.summary() == (
        "Nothing is due on Friday 1 March 2024: 3 interviews are open, "
        "and the next step falls on Wednesday 6 March 2024."
    )


def test_date_that_is_none_is_refused() -> None:
    """A day that can't be read is one sentence."""
    with pytest.raises(UsageError, match="is not a date"):
        next_steps(small_log(), today="soon", test=False)


def test_silence_agrees_with_counting_where_nothing_is_censored() -> None:
    """With every record complete the share is that of those who heard back; here 3 of 5 waited more than 4 days."""
    days = [1, 4, 5, 8, 20]
    log = build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": [f"i{n}" for n in range(6)],
                "applicant_id": [f"a{n}" for n in range(6)],
                "interviewed_at": ["2024-01-01T10:00"] * 6,
                "observed_until": ["2024-12-31T10:00"] * 6,
            }
        ),
        contacts=pl.DataFrame(
            {
                "contact_id": [f"c{n}" for n in range(5)],
                "interview_id": [f"i{n}" for n in range(5)],
                "at": [f"2024-01-{1 + day:02d}T09:00" for day in days],
                "direction": ["inbound"] * 5,
                "channel": ["email"] * 5,
            }
        ),
        time_zone="UTC",
    )
    row = silence(log, 4, min_cell=1).rows[0]
    assert row["estimate"] == pytest.approx(3 / 5)
    assert row["chance_yet"] == pytest.approx(3 / 4)


def test_silence_hides_small_groups_and_refuses_small_logs() -> None:
    """A group of fewer applicants than min_cell is hidden; a log of so few is withheld."""
    log = simulate_log(interviews=120, world="office", seed=4)
    rows = silence(log, 7, by="industry", min_cell=10).rows
    assert all(row["estimate"] is None for row in rows if row["status"] == "suppressed")
    with pytest.raises(WithheldError):
        silence(small_log(), 7)


def test_silence_without_any_answer_is_a_stated_result() -> None:
    """Where nobody has heard back there is no share, and the answer says so."""
    log = build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": ["i1"],
                "applicant_id": ["a1"],
                "interviewed_at": ["2024-01-01T10:00"],
                "observed_until": ["2024-05-01T10:00"],
            }
        ),
        time_zone="UTC",
    )
    result = silence(log, 7, min_cell=1)
    assert result.rows[0]["status"] == "not_estimable"
    assert "nobody has heard back" in result.summary()


def test_nothing_due_prints_its_sentence_alone() -> None:
    """No heads of a table without rows."""
    text = _printed(next_steps(small_log(), today="2024-03-02", test=False).due_only())
    assert "interview" in text
    assert "why" not in text.split("Working days")[0].split("·")[0]


def _printed(result: object) -> str:
    from rich.console import Console

    console = Console(width=80, record=True, file=io.StringIO())
    console.print(result)
    return console.export_text()
