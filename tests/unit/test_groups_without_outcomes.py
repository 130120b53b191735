"""A group of which no outcome is written down, beside others that have some: its share is not known, and not 0."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.recording import recording_findings
from followup_analytics.log.subsets import subset
from followup_analytics.log.unrecorded import NOT_RECORDED, NOT_RECORDED_HERE, labels_of, unrecorded_groups
from followup_analytics.parted.parted_log import PartedLog

START = dt.date(2026, 1, 5)


def merged(sizes: dict[str, int], decided: dict[str, int], *, watched: int = 60) -> FollowUpLog:
    """A log of cohorts, each of so many interviews of as many applicants, of which the first so many were decided on
    day 9 (every third an advance); the last cohort's record ends after so many days."""
    interviews, contacts, outcomes = [], [], []
    for cohort, size in sizes.items():
        days = watched if cohort == list(sizes)[-1] else 60
        for place in range(size):
            key, day = f"{cohort}-{place}", START + dt.timedelta(days=place % 7)
            interviews.append((key, key, f"{day}T10:00Z", cohort, f"{day + dt.timedelta(days=days)}T10:00Z"))
            contacts.append((key, key, f"{day + dt.timedelta(days=3)}T10:00Z", "outbound", "phone"))
            if place % 3 == 2:
                contacts.append((f"{key}-r", key, f"{day + dt.timedelta(days=5)}T10:00Z", "inbound", "email"))
            if place < decided.get(cohort, 0):
                kind = "advanced" if place % 3 == 0 else "rejected"
                outcomes.append((key, kind, f"{day + dt.timedelta(days=9)}T10:00Z"))
    names = ("interview_id", "applicant_id", "interviewed_at", "cohort", "observed_until")
    return build_log(
        interviews=pl.DataFrame(interviews, schema=names, orient="row"),
        contacts=pl.DataFrame(contacts, ["contact_id", "interview_id", "at", "direction", "channel"], orient="row"),
        outcomes=pl.DataFrame(outcomes, ["interview_id", "outcome", "decided_at"], orient="row"),
    )


SIZES = {"spring": 40, "summer": 40, "autumn": 18}


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Two cohorts with outcomes, and one of 18 interviews without any."""
    return merged(SIZES, {"spring": 16, "summer": 14})


@pytest.mark.parametrize(
    ("sizes", "decided", "watched", "lacking"),
    [
        (SIZES, {"spring": 16, "summer": 14}, 60, {"autumn"}),
        (SIZES, {"spring": 16, "summer": 14, "autumn": 1}, 60, set()),
        ({**SIZES, "autumn": 3}, {"spring": 16, "summer": 14}, 60, set()),
        (SIZES, {"spring": 3, "summer": 2}, 60, set()),
        (SIZES, {"spring": 16, "summer": 14}, 5, set()),
        (SIZES, {}, 60, set()),
        (SIZES, {"spring": 20}, 60, {"summer", "autumn"}),
    ],
    ids=["none of 18", "one of 18", "none of 3", "few anywhere", "too early", "none anywhere", "only one has"],
)
def test_which_groups_count_as_not_recorded(
    sizes: dict[str, int], decided: dict[str, int], watched: int, lacking: set[str]
) -> None:
    """A group without any outcome that the others' rates, on the days it was watched, would hardly leave without."""
    found = merged(sizes, decided, watched=watched)
    assert unrecorded_groups(partial(labels_of, "cohort"), found) == lacking


def test_every_answer_says_not_recorded_of_such_a_group_alone(log: FollowUpLog) -> None:
    """Rates, curves, outcomes and the comparison of cohorts have no number for it, and numbers for the others."""
    rates = {row["cohort"]: row for row in fa.response_rates(log, by="cohort", outcome="advanced", min_cell=1).rows}
    timed = fa.response_rates(log, by="cohort,timing", outcome="advanced", min_cell=1).rows
    curves = fa.incidence_curve(log, by="cohort", outcome="advanced", min_cell=1)
    curve = {row["cohort"]: row for row in curves.rows if row.event == "advanced" and row.day == 14}
    told = fa.cohort_outcomes(log, against="spring", min_cell=1)
    groups = {row.group: row for row in told.rows}
    of_autumn = [row for row in timed if row["cohort"] == "autumn"]
    for row in (rates["autumn"], curve["autumn"], groups["autumn"], *of_autumn):
        assert (row.estimate, row.n_events, row.status) == (None, None, "not_estimable")
        assert row.reason == NOT_RECORDED_HERE
    for row in (rates["summer"], curve["summer"], groups["summer"]):
        assert row.estimate is not None
    assert groups["autumn"].n_offers is groups["autumn"].difference is None
    assert groups["summer"].difference is not None
    gaps = [row for row in curves.extra["differences"] if row["event"] == "advanced"]
    assert {row["estimate"] for row in gaps if "autumn" in (row["group"], row["against"])} == {None}
    compared = {row.outcome: row for row in fa.compare_cohorts(log, "autumn", "spring", min_cell=1).rows}
    assert compared["advanced"].rate is compared["advanced"].estimate is None
    assert "autumn" in str(compared["advanced"].reason)
    assert compared["response"].estimate is not None
    assert "not recorded" in repr(told)
    for answer in (told, curves):
        answer.plot()
        assert NOT_RECORDED_HERE in answer.summary()


def test_what_rests_on_contacts_stays(log: FollowUpLog) -> None:
    """Hearing back is told of such a group as of others."""
    rates = {row["cohort"]: row for row in fa.response_rates(log, by="cohort", min_cell=1).rows}
    assert rates["autumn"].estimate is not None


def test_a_part_of_such_a_log_is_not_recorded_either(log: FollowUpLog) -> None:
    """The cohort by itself, also narrowed further, has no rate of 0; a part too small to tell has."""
    autumn = subset(log, cohort="autumn")
    assert not autumn.outcomes_recorded
    assert not subset(log, where={"cohort": "autumn"}).outcomes_recorded
    few = autumn.interviews["applicant_id"][0]
    assert not subset(log, cohort="autumn", where={"applicant_id": few}).outcomes_recorded
    assert fa.cohort_outcomes(autumn, min_cell=1).rows[0].reason == NOT_RECORDED
    small = merged({**SIZES, "autumn": 3}, {"spring": 16, "summer": 14})
    row = fa.cohort_outcomes(subset(small, cohort="autumn"), min_cell=1).rows[0]
    assert (row.n_advanced, row.estimate) == (0, 0.0)


def test_the_record_is_found_wanting_by_the_same_rule(log: FollowUpLog) -> None:
    """The note that stands beside every answer names the cohort."""
    found = [one for one in recording_findings(log) if one.code == "outcomes_of_some_groups"]
    assert ["autumn" in one.sentence for one in found] == [True]


def test_a_hidden_row_stays_hidden_and_counts_as_nought_in_the_ledger(log: FollowUpLog) -> None:
    """The gate sees the group as it is: what is too small to show isn't told to be unrecorded."""
    rows = {row.group: row for row in fa.cohort_outcomes(log, min_cell=19).rows}
    assert rows["autumn"].status == "suppressed"
    (units,) = fa.cohort_outcomes(log).released()
    assert units.events[list(SIZES).index("spring")] is not None


def test_parts_together_say_what_the_whole_does(log: FollowUpLog) -> None:
    """A log in parts: what no part could tell, all of them together do."""
    from followup_analytics.parted.parted_log import unrecorded_in_parts as of_parts
    from followup_analytics.parted.spread import Here

    parts = [subset(log, where={"interview_id": key}) for key in log.interviews["interview_id"]]
    whole = PartedLog(Here(parts), {}, 0, log.data_date)
    assert of_parts(whole, partial(labels_of, "cohort")) == {"autumn"}


def test_the_report_says_so_on_the_first_page(log: FollowUpLog, tmp_path: Path) -> None:
    """No page says that 0 in 100 interviews of such a cohort led further."""
    page = tmp_path / "report.html"
    fa.write_report(log, page)
    text = page.read_text(encoding="utf-8")
    assert "Outcomes seem not to be written down for autumn" in text
    assert "not recorded" in text
    fa.write_report(subset(log, cohort="autumn"), page)
    text = page.read_text(encoding="utf-8")
    assert "0 in 100" not in text
    assert "Outcomes are not recorded" in text
