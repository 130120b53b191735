"""Rates by keys: bins and their order, estimates where windows are cut, cumulative shares, hiding, notes."""

from __future__ import annotations

import polars as pl
import pytest
from log_builder import log_of_attempts

from followup_analytics.answers.outreach import level_of_effort
from followup_analytics.answers.rates import response_rates
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics.incidence import aalen_johansen


def _people(n: int, **entry: object) -> list[dict[str, object]]:
    return [{"applicant": f"{entry.get('channel', 'p')}{k}", **entry} for k in range(n)]


@pytest.fixture(scope="module")
def week() -> FollowUpLog:
    """Attempts on days 0 to 20, every third answered after five hours."""
    return log_of_attempts(
        [
            {
                "applicant": k % 40,
                "day": k % 21,
                "answered_after": 5 if k % 3 == 0 else None,
                "interview": {"score": k % 5},
            }
            for k in range(120)
        ]
    )


def test_timing_comes_in_the_order_of_its_bins(week: FollowUpLog) -> None:
    """The contract's bins, as text, first to last, and a rate that is events over attempts."""
    rows = response_rates(week, by="timing", min_cell=1).rows
    assert [row["timing"] for row in rows] == ["0", "1", "2-3", "4-7", "8-14", "15+"]
    assert sum(row["n_attempts"] for row in rows) == 120
    assert all(row["estimate"] == row["n_events"] / row["n_attempts"] for row in rows)
    assert all(row["conf_low"] <= row["estimate"] <= row["conf_high"] for row in rows)


def test_weekdays_and_hours_are_named_as_the_contract_says(week: FollowUpLog) -> None:
    """Mon to Sun in order; hours with two digits; local days."""
    weekdays = [row["weekday"] for row in response_rates(week, by="weekday", min_cell=1).rows]
    assert weekdays == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [row["hour"] for row in response_rates(week, by="hour", min_cell=1).rows] == ["10"]


def test_numbers_are_ordered_as_numbers_and_null_is_missing() -> None:
    """A numeric column goes 2, 10, not 10, 2; what was not recorded comes last as (missing)."""
    log = log_of_attempts([{"applicant": k, "interview": {"score": score}} for k, score in enumerate([10, 2, None, 2])])
    rows = response_rates(log, by="score", min_cell=1).rows
    assert [(row["score"], row["n_attempts"]) for row in rows] == [("2", 2), ("10", 1), ("(missing)", 1)]


def test_channels_come_in_the_order_of_the_vocabulary() -> None:
    """Combined keys: empty combinations are left out, a party that was not recorded is (missing)."""
    log = log_of_attempts(
        [
            {"applicant": 1, "channel": "email", "party": "none"},
            {"applicant": 2, "channel": "phone", "party": None},
            {"applicant": 3, "channel": "phone", "party": "interviewer"},
        ]
    )
    rows = response_rates(log, by="channel,party", min_cell=1).rows
    found = [(row["channel"], row["party"]) for row in rows]
    assert found == [("phone", "interviewer"), ("phone", "(missing)"), ("email", "none")]


def test_own_bins(week: FollowUpLog) -> None:
    """Bins of one's own keep every attempt, also of a numeric column."""
    rows = response_rates(week, by="timing", bins="timing=0,1,2-3,4+", min_cell=1).rows
    assert [row["timing"] for row in rows] == ["0", "1", "2-3", "4+"]
    halves = response_rates(week, by="score,weekday", bins="score=0-1,2-4; weekday=Mon-Fri,Sat-Sun", min_cell=1).rows
    assert [(row["score"], row["weekday"]) for row in halves] == [
        ("0-1", "Mon-Fri"),
        ("0-1", "Sat-Sun"),
        ("2-4", "Mon-Fri"),
        ("2-4", "Sat-Sun"),
    ]
    assert sum(row["n_attempts"] for row in halves) == 120


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "chanel"}, "did you mean 'channel'"),
        ({"by": "channel,channel"}, "twice"),
        ({"by": ""}, "needs the name of a column"),
        ({"by": "applicant_id"}, "single people"),
        ({"by": "status"}, "write column:status"),
        ({"by": "timing", "bins": "timing=0,2+"}, "without a gap"),
        ({"by": "timing", "bins": "timing=1,2+"}, "must start at 0"),
        ({"by": "timing", "bins": "timing=0,1-3"}, "must be open"),
        ({"by": "timing", "bins": "timing=0,x"}, "is no bin"),
        ({"by": "timing", "bins": "hour=0-23"}, "not among the keys"),
        ({"by": "timing", "bins": "timing"}, "not of the form"),
        ({"by": "score", "bins": "score=0,1"}, "outside of the bins"),
        ({"by": "timing", "outcome": "hired"}, "choose response or advanced"),
        ({"by": "timing", "within": 0}, "number of days above 0"),
        ({"by": "timing", "cluster": "office"}, "applicant or employer"),
        ({"by": "timing", "engine": "abacus"}, "There is no engine"),
        ({"by": "timing", "working_days": "XX"}, "No calendar of public holidays"),
    ],
)
def test_wrong_requests_are_refused_in_a_sentence(week: FollowUpLog, options: dict[str, object], words: str) -> None:
    """Exit code 2, and the text says what to do."""
    with pytest.raises(UsageError, match=words) as caught:
        response_rates(week, min_cell=2, **options)  # type: ignore[arg-type]
    assert caught.value.exit_code == 2


def test_cut_windows_make_an_aalen_johansen_incidence() -> None:
    """Answers after 1, 30 and 100 hours, an end after 50, records cut after 40 hours: the curve at 168, by hand."""
    until = "2026-03-05T02:00"  # 40 hours after the attempt
    log = log_of_attempts(
        [
            *_people(4, channel="phone", answered_after=1),
            *_people(3, channel="email", answered_after=30),
            *_people(5, channel="text", until=until),
            *_people(2, channel="letter", answered_after=100),
            *_people(1, channel="social", ended_after=50),
            *_people(5, channel="video"),
        ]
    )
    row = response_rates(log, by="attempt", min_cell=1).rows[0]
    by_hand = 4 / 20 + (16 / 20) * 3 / 16
    left = 1 - by_hand  # 13 at risk, 5 cut at 40 hours, then 8: the end, then 7: two answers
    by_hand += left * (1 - 1 / 8) * 2 / 7
    assert row["estimate"] == pytest.approx(by_hand, abs=1e-12)
    assert (row["n_attempts"], row["n_events"]) == (20, 9)
    times = [1] * 4 + [30] * 3 + [40] * 5 + [100] * 2 + [50] + [168] * 5
    causes = [1] * 7 + [0] * 5 + [1] * 2 + [2] + [0] * 5
    assert row["estimate"] == pytest.approx(aalen_johansen(times, causes, [168]).estimate[0, 0], abs=1e-12)


def test_a_window_longer_than_any_record_is_used_with_care() -> None:
    """The last value of the incidence is given, with the reason in the row and a note."""
    log = log_of_attempts([*_people(40, answered_after=3), *_people(40, channel="email", until="2026-03-10T10:00")])
    found = response_rates(log, by="attempt", within=400, min_cell=1)
    assert found.rows[0]["status"] == "use_with_care"
    assert "whole window" in str(found.rows[0]["reason"])
    assert "window_not_observed" in {note.code for note in found.notes}


@pytest.mark.parametrize("answered", [None, 2])
def test_nobody_or_everybody_answered_still_has_an_interval(answered: int | None) -> None:
    """At 0 and 1 the design effect is assumed: no interval of width nought, no NaN."""
    log = log_of_attempts([{"applicant": k % 15, "answered_after": answered} for k in range(60)])
    row = response_rates(log, by="channel").rows[0]
    assert row["estimate"] == (0.0 if answered is None else 1.0)
    assert 0 < row["conf_high"] - row["conf_low"] < 0.3


def test_one_applicant_has_wilsons_interval() -> None:
    """No design effect can be estimated from one person: the interval is that of one observation."""
    log = log_of_attempts([{"applicant": "a", "answered_after": 2 if k < 2 else None} for k in range(4)])
    row = response_rates(log, by="channel", min_cell=1).rows[0]
    assert row["conf_low"] < 0.2 < 0.8 < row["conf_high"]
    assert row["status"] == "use_with_care"


def test_small_groups_are_hidden_with_one_more_where_totals_would_tell() -> None:
    """Three people by letter are hidden, and the smallest other row too; their numbers are null, their place stays."""
    log = log_of_attempts([*_people(40, channel="phone"), *_people(20, channel="email"), *_people(3, channel="letter")])
    rows = {row["channel"]: row for row in response_rates(log, by="channel").rows}
    assert rows["phone"]["n_attempts"] == 40
    for channel in ("email", "letter"):
        assert rows[channel]["status"] == "suppressed"
        assert [rows[channel][name] for name in ("estimate", "n_attempts", "n_applicants", "n_events")] == [None] * 4
    assert all(row["status"] != "suppressed" for row in response_rates(log, by="channel", min_cell=1).rows)


def test_an_answer_that_is_all_hidden_is_withheld() -> None:
    """Exit code 4, and the sentence doesn't say how many there were."""
    with pytest.raises(WithheldError, match="withheld"):
        response_rates(log_of_attempts(_people(4)), by="channel")
    many_without_attempts = log_of_attempts([*_people(4), *_people(30, channel="email", day=-1)])
    with pytest.raises(WithheldError):
        response_rates(many_without_attempts, by="channel")


def test_a_log_without_attempts_gives_no_rows_and_says_so() -> None:
    """Nothing at risk is an empty table with a note, not an error."""
    found = response_rates(log_of_attempts(_people(12, day=-1)), by="timing,attempt")
    assert found.rows == ()
    assert {note.code: note.n for note in found.notes}["interviews_without_attempt"] == 12
    assert "No rate can be shown" in found.summary()


def test_cumulative_follows_the_recursion(week: FollowUpLog) -> None:
    """F_k = F_{k-1} + S_{k-1} h_k, S_k = S_{k-1} (1 - h_k - c_k), from the rows' own rates where nothing competes."""
    log = _three_tries()
    rows = response_rates(log, by="attempt", min_cell=1).rows
    reached, free = 0.0, 1.0
    for row in rows:
        reached += free * row["estimate"]
        free *= 1 - row["estimate"]
        assert row["cumulative"] == pytest.approx(reached, abs=1e-12)
        assert row["cumulative_low"] <= row["cumulative"] <= row["cumulative_high"]
    assert response_rates(week, by="timing,attempt", min_cell=1).rows[0]["cumulative"] is None
    by_cohort = response_rates(log, by="attempt,cohort", min_cell=1).rows
    assert all(row["cumulative"] is not None for row in by_cohort)


def test_the_level_of_effort_curve_has_the_numbers_still_trying() -> None:
    """One row an attempt, the number at risk falling, the share rising, beyond `most` nothing."""
    found = level_of_effort(_three_tries(), most=2, min_cell=1)
    assert [row["attempt"] for row in found.rows] == ["1", "2"]
    assert found.rows[0]["n_at_risk"] > found.rows[1]["n_at_risk"]
    assert found.rows[0]["estimate"] < found.rows[1]["estimate"]
    assert "describes who is still trying" in found.summary()


def _three_tries() -> FollowUpLog:
    """Thirty applicants with two interviews each, up to three attempts three days apart, some answered after each."""
    import polars as pl

    from followup_analytics.log.assembling import build_log

    interviews, contacts = [], []
    for k in range(60):
        key = f"i{k:02}"
        interviews.append(
            {
                "interview_id": key,
                "applicant_id": str(k % 30),
                "interviewed_at": "2026-03-02T10:00",
                "cohort": "xy"[k % 2],
            }
        )
        answered = {0: 1, 1: 2, 2: 3}.get(k % 5)
        for number in range(1, 4):
            contacts.append({"interview_id": key, "at": f"2026-03-{2 + 3 * number:02}T10:00", "direction": "outbound"})
            if answered == number:
                contacts.append(
                    {"interview_id": key, "at": f"2026-03-{3 + 3 * number:02}T10:00", "direction": "inbound"}
                )
                break
    for number, row in enumerate(contacts):
        row.update(contact_id=f"c{number:03}", channel="phone")
    return build_log(
        interviews=pl.DataFrame(interviews), contacts=pl.DataFrame(contacts), time_zone="UTC", data_date="2026-06-01"
    )


def test_notes_say_how_numbers_by_attempt_are_to_be_read() -> None:
    """Selection, and what the cumulative share assumes of those who stop."""
    notes = {note.code: note.text for note in response_rates(_three_tries(), by="attempt", min_cell=1).notes}
    assert "describes who is still trying" in notes["hazard_is_selection"]
    assert "no different from those who went on" in notes["informative_stopping"]


def test_working_days_change_timing_alone() -> None:
    """A Monday after a Friday is one working day later; without the option three days."""
    friday_to_monday = log_of_attempts([{"applicant": k, "day": 7, "hour": 0} for k in range(3)])
    assert [row["timing"] for row in response_rates(friday_to_monday, by="timing", min_cell=1).rows] == ["4-7"]
    found = response_rates(friday_to_monday, by="timing", min_cell=1, working_days="US", bins="timing=0-4,5,6+")
    assert [row["timing"] for row in found.rows] == ["5"]
    assert "working_days" in {note.code for note in found.notes}


def test_clustering_on_employers_too_only_widens() -> None:
    """With employers as clusters too, each row keeps the wider of two intervals; the rate stays."""
    log = log_of_attempts(
        [
            {"applicant": k, "answered_after": 2 if k % 8 < 3 else None, "interview": {"employer": f"e{k % 8}"}}
            for k in range(96)
        ]
    )
    plain = response_rates(log, by="channel").rows[0]
    coarse = response_rates(log, by="channel", cluster="employer").rows[0]
    assert plain["estimate"] == coarse["estimate"]
    assert coarse["conf_high"] - coarse["conf_low"] > plain["conf_high"] - plain["conf_low"]
    assert coarse["n_applicants"] == plain["n_applicants"] == 96


def test_faces_of_the_result(week: FollowUpLog) -> None:
    """Frame, JSON, text, HTML and chart are made of the same rows."""
    found = response_rates(week, by="timing")
    assert found.to_frame().height == len(found.rows) == len(found.to_json()["results"])
    assert "days of an attempt, by timing" in repr(found)
    assert "<table " in found._repr_html_()
    assert "Fewer than two groups" in found.summary()
    many = log_of_attempts(
        [
            {"applicant": k, "channel": channel, "answered_after": 1 if k % share == 0 else None}
            for channel, share in (("phone", 3), ("email", 5))
            for k in range(200)
        ]
    )
    assert "highest for telephone (33.5%" in response_rates(many, by="channel").summary()
    assert found.plot() is not None


def test_the_trace_has_the_attempts_behind_every_count(week: FollowUpLog) -> None:
    """One row an attempt with the table's keys, so that each n and each event can be followed to its interview."""
    found = response_rates(week, by="attempt,timing", min_cell=1)
    traced = found.trace()
    assert traced.height == sum(row["n_attempts"] for row in found.rows)
    assert traced["answered"].sum() == sum(row["n_events"] for row in found.rows)
    assert traced.columns[:3] == ["attempt", "timing", "interview_id"]
    one = traced.filter((traced["attempt"] == "1") & (traced["timing"] == "15+"))
    row = next(row for row in found.rows if row["timing"] == "15+")
    assert (one.height, one["answered"].sum()) == (row["n_attempts"], row["n_events"])


def test_columns_may_have_any_name() -> None:
    """A user's column called group, story or attempt_us is a key like any other."""
    names = ("group", "story", "elapsed_us", "_rank", "key_timing")
    log = log_of_attempts([{"applicant": k, "interview": dict.fromkeys(names, f"v{k % 2}")} for k in range(4)])
    for name in ("group", "story", "elapsed_us", "key_timing"):
        rows = response_rates(log, by=f"timing,{name}", min_cell=1).rows
        assert [(row[name], row["n_attempts"]) for row in rows] == [("v0", 2), ("v1", 2)]


def _shares(**answered: tuple[int, int]) -> FollowUpLog:
    """So many of so many attempts by each channel are answered; every applicant has one."""
    return log_of_attempts(
        [
            {"applicant": f"{channel}{k}", "channel": channel, "answered_after": 1 if k < part else None}
            for channel, (part, whole) in answered.items()
            for k in range(whole)
        ]
    )


def test_the_sentence_says_which_groups_it_ranks() -> None:
    """Groups with few data are not ranked, and overlapping intervals are no ranking."""
    text = response_rates(_shares(phone=(60, 200), email=(50, 200), letter=(9, 12)), by="channel").summary()
    assert "Among the 2 of 3 groups with enough data, the rate was highest for telephone" in text
    assert "their intervals overlap, which neither shows a difference nor rules it out" in text
    apart = response_rates(_shares(phone=(120, 200), email=(50, 200)), by="channel").summary()
    assert "The rate was highest for telephone" in apart
    assert "overlap" not in apart


def test_one_attempt_is_told_in_the_singular() -> None:
    """One attempt that was answered within one day."""
    one = response_rates(_shares(phone=(1, 1)), by="channel", within=1, min_cell=1)
    assert one.summary() == "Of 1 attempt shown here, 1 was answered within 1 day."


def test_people_counted_once_are_not_said_to_be_counted_several_times() -> None:
    """31 attempts of 31 applicants are 31 observations, though their variance has 30 degrees of freedom."""
    row = response_rates(_shares(phone=(15, 31)), by="channel").rows[0]
    assert row["reason"] == "Its interval is 30 points wide or more."


def _persistent() -> FollowUpLog:
    """60 try once, of whom 20 hear; of the others 20 try again, of whom 10 hear; 20 have stopped."""
    first = [{"applicant": k, "answered_after": 5 if k < 20 else None} for k in range(60)]
    log = log_of_attempts(first)
    again = [
        {"contact_id": f"again{k}-{hour}", "interview_id": f"i{k:04}", "at": f"2026-03-20T{hour}:00", **entry}
        for k in range(20, 40)
        for hour, entry in (
            ("10", {"direction": "outbound", "channel": "phone"}),
            *((("12", {"direction": "inbound", "channel": "phone"}),) if k < 30 else ()),
        )
    ]
    kept = ["contact_id", "interview_id", "at", "direction", "channel"]
    contacts = [{name: str(row[name]) for name in kept} for row in [*log.contacts.to_dicts(), *again]]
    return build_log(
        interviews=log.interviews.select("interview_id", "applicant_id", "interviewed_at", "observed_until"),
        contacts=pl.DataFrame(contacts),
        outcomes=None,
        time_zone="UTC",
    )


def test_level_of_effort_says_what_it_assumes_and_what_was_seen() -> None:
    """1/3 by the first attempt, 2/3 by the second if stoppers are like goers-on; 30 of 60 are seen to have heard."""
    found = level_of_effort(_persistent(), min_cell=1)
    assert [row["estimate"] for row in found.rows] == pytest.approx([1 / 3, 2 / 3])
    assert [row["observed"] for row in found.rows] == pytest.approx([1 / 3, 0.5])
    text = found.summary()
    assert "Were those who stopped trying no different from those who went on, 66.7%" in text
    assert "of all interviews tried at least once, 50.0% are seen to have done so" in text


def test_bounds_are_left_out_where_nobody_stopped() -> None:
    """With one attempt each, answered or not, there is nobody who stopped before a later one."""
    note = {n.code: n.text for n in response_rates(_shares(phone=(7, 30)), by="attempt").notes}["informative_stopping"]
    assert "anywhere" not in note
    wide = {n.code: n.text for n in response_rates(_persistent(), by="attempt").notes}["informative_stopping"]
    assert "from 50% (had those who stopped" in wide


def test_the_first_cumulative_share_has_the_interval_of_the_rate() -> None:
    """By the first attempt the cumulative share is that attempt's rate: one number, one interval."""
    for cluster in ("applicant", "employer"):
        row = response_rates(_persistent(), by="attempt", cluster=cluster).rows[0]
        assert (row["cumulative"], row["cumulative_low"], row["cumulative_high"]) == (
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
        )


def test_a_hidden_row_leaves_no_note_behind() -> None:
    """That a window was never observed to its end is told of rows that are shown, never of a hidden one."""
    entries = [{"applicant": k, "channel": "phone"} for k in range(40)]
    entries += [{"applicant": f"few{k}", "channel": "letter", "until": "2026-03-04"} for k in range(4)]
    entries += [{"applicant": f"some{k}", "channel": "email"} for k in range(12)]
    log = log_of_attempts(entries)
    hidden = {note.code for note in response_rates(log, by="channel").notes}
    shown = {note.code for note in response_rates(log, by="channel", min_cell=1).notes}
    assert "window_not_observed" not in hidden
    assert "window_not_observed" in shown
