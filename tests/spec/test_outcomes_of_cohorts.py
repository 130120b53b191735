"""Outcomes of cohorts: who is counted, the rates of the NACE survey with bounds, medians, and two cohorts compared."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from followup_analytics.answers.outcomes import cohort_outcomes, compare_cohorts
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

DESTINATIONS = ["employed", "service", "military", "continuing_education", "seeking", "not_seeking", "unknown", None]


def terms(people: int = 24, *, roster: bool = True, tiny: int = 0) -> FollowUpLog:
    """Two terms of `people` graduates each; every second has two interviews; the first of these is offered a post."""
    members = [(f"{term}{k:02d}", term) for term in ("A", "B") for k in range(people)]
    members += [(f"t{k}", "tiny") for k in range(tiny)]
    interviews, outcomes = [], []
    for place, (name, term) in enumerate(members):
        if place % 2 and term != "tiny":
            continue
        for number in (1, 2):
            key = f"{name}-{number}"
            industry = "care" if (place // 2) % 3 == (term == "A") else "tech"
            interviews.append(
                {
                    "interview_id": key,
                    "applicant_id": name,
                    "interviewed_at": "2026-03-02T10:00",
                    "cohort": term,
                    "industry": industry,
                }
            )
            what = "offer" if number == 1 and place % 4 == 0 else "advanced" if number == 1 else "rejected"
            outcomes.append({"interview_id": key, "outcome": what, "decided_at": f"2026-03-{4 + place % 9:02d}T10:00"})
    applicants = pl.DataFrame(
        [
            {"applicant_id": name, "cohort": term, "destination": DESTINATIONS[place % 8]}
            for place, (name, term) in enumerate(members)
        ]
    )
    return build_log(
        interviews=pl.DataFrame(interviews),
        outcomes=pl.DataFrame(outcomes),
        applicants=applicants if roster else None,
        time_zone="UTC",
        data_date="2026-05-31",
    )


def row_of(log: FollowUpLog, group: str, **options: Any) -> dict[str, Any]:
    """One group's row."""
    return dict(next(row for row in cohort_outcomes(log, **options).rows if row["group"] == group))


def test_graduates_are_those_of_the_roster() -> None:
    """24 graduates, 12 with interviews, 6 with an offer; 24 interviews, 12 advanced or offered, 6 offers."""
    row = row_of(terms(), "A")
    names = ("n_graduates", "n_with_interview", "n_with_offer", "n_interviews", "n_advanced", "n_offers")
    assert [row[name] for name in names] == [24, 12, 6, 24, 12, 6]
    assert row["estimate"] == pytest.approx(0.5)
    assert row["conf_low"] < 0.5 < row["conf_high"]


def test_without_a_roster_graduates_are_those_with_interviews() -> None:
    """No table of applicants: 12 graduates, and a note that says so; no NACE rates."""
    result = cohort_outcomes(terms(roster=False))
    assert result.rows[0]["n_graduates"] == 12
    assert "knowledge_rate" not in result.to_json()["results"][0]
    assert "knowledge_rate" not in result.to_frame().columns
    assert "no_roster" in [note.code for note in result.notes]


def test_the_rates_of_the_nace_survey() -> None:
    """12 settled, 3 seeking, 3 not seeking, 6 unknown: knowledge 18/24, outcomes 12/15, between 12/21 and 18/21."""
    row = row_of(terms(), "A", min_cell=1)
    assert row["knowledge_rate"] == pytest.approx(18 / 24)
    assert row["career_outcomes_rate"] == pytest.approx(12 / 15)
    assert row["career_outcomes_rate_low"] == pytest.approx(12 / 21)
    assert row["career_outcomes_rate_high"] == pytest.approx(18 / 21)


def test_rates_that_tell_a_few_destinations_are_left_out() -> None:
    """With 6 unknown of 24 the knowledge rate is not shown, from which they could be had; 12 of 15 may be 4 of 5."""
    result = cohort_outcomes(terms())
    row = result.rows[0]
    assert (row.knowledge_rate, row.career_outcomes_rate) == (None, 0.8)
    assert "destinations_hidden" in [note.code for note in result.notes]


def test_medians_are_of_all_interviews() -> None:
    """Half of all interviews advance, so the median is the day of the last of them; half never get an offer: none."""
    row = row_of(terms(), "A")
    assert row["median_days_to_advanced"] == 10
    assert row["half_of_advances_by_day"] < 10
    assert row["median_days_to_offer"] is None


def test_groups_may_be_any_column() -> None:
    """By industry: the people with interviews there; those without an interview are in no group."""
    result = cohort_outcomes(terms(people=60), by="industry")
    assert [row["group"] for row in result.rows] == ["care", "tech"]
    assert sum(row["n_interviews"] for row in result.rows) == 120
    assert "no_group_in_roster" in [note.code for note in result.notes]
    with pytest.raises(UsageError, match="industri"):
        cohort_outcomes(terms(), by="industri")


def test_a_cohort_without_interviews_keeps_its_row() -> None:
    """Graduates of whom nobody interviewed are counted; there is nothing to estimate."""
    log = terms()
    extra = pl.DataFrame([{"applicant_id": f"n{k}", "cohort": "none", "destination": "seeking"} for k in range(11)])
    applicants = pl.concat([log.applicants.select(extra.columns), extra]) if log.applicants is not None else extra
    again = build_log(
        interviews=log.interviews.select(pl.exclude("^_.*$")),
        outcomes=log.outcomes.select(pl.exclude("^_.*$")),
        applicants=applicants,
        time_zone="UTC",
        data_date="2026-05-31",
    )
    row = row_of(again, "none")
    assert (row["n_graduates"], row["n_with_interview"], row["status"]) == (11, 0, "not_estimable")


def test_small_cohorts_are_hidden_with_a_second() -> None:
    """Three people are hidden, and so is the smaller of the others; all hidden is a refusal."""
    result = cohort_outcomes(terms(tiny=3))
    status = {row["group"]: row["status"] for row in result.rows}
    assert (status["tiny"], list(status.values()).count("suppressed")) == ("suppressed", 2)
    hidden = next(row for row in result.rows if row["group"] == "tiny")
    assert hidden["n_graduates"] is None
    assert hidden["knowledge_rate"] is None
    with pytest.raises(WithheldError):
        cohort_outcomes(terms(people=8))


def test_against_another_cohort() -> None:
    """The difference to the cohort named, raw and for the same mix, and what changed in the mix."""
    result = cohort_outcomes(terms(people=60), against="B")
    rows = {row["group"]: row for row in result.rows}
    assert rows["A"]["difference"] == pytest.approx(0.0, abs=1e-12)
    assert rows["A"]["difference_standardised"] == pytest.approx(0.0, abs=1e-9)
    assert rows["B"]["difference"] is None
    assert result.to_json()["comparison"]["A"]["mix"][0]["covariate"] == "industry"
    with pytest.raises(UsageError, match="nobody"):
        cohort_outcomes(terms(), against="C")


def mixed_cohorts() -> FollowUpLog:
    """200 and 200 interviews that hear back by industry alone (60 and 20%): mixes of 75:25 and 25:75."""
    interviews, contacts = [], []
    for cohort, care in (("new", 50), ("old", 150)):
        for k in range(200):
            name = f"{cohort}{k}"
            industry = "care" if k < care else "tech"
            interviews.append(
                {
                    "interview_id": name,
                    "applicant_id": name,
                    "interviewed_at": "2026-03-02T10:00",
                    "cohort": cohort,
                    "industry": industry,
                }
            )
            if k % 5 < (1 if industry == "care" else 3):
                contacts.append(
                    {
                        "contact_id": name,
                        "interview_id": name,
                        "at": "2026-03-09T10:00",
                        "direction": "inbound",
                        "channel": "email",
                    }
                )
    return build_log(
        interviews=pl.DataFrame(interviews), contacts=pl.DataFrame(contacts), time_zone="UTC", data_date="2026-05-31"
    )


def test_a_difference_that_is_all_mix_goes_away() -> None:
    """50% against 30% as they are; no difference for the same mix; the mix table says what changed."""
    result = compare_cohorts(mixed_cohorts(), "new", "old")
    row = result.rows[0]
    assert row["estimate"] == pytest.approx(0.20)
    assert row["conf_low"] > 0
    assert row["standardised"] == pytest.approx(0.0, abs=1e-3)
    assert row["standardised_low"] < 0 < row["standardised_high"]
    care = next(one for one in result.mix if one["value"] == "care")
    assert (care["share"], care["share_against"], care["estimate"]) == (0.25, 0.75, -0.5)
    assert "for the same mix" in result.summary()


def test_a_value_that_only_one_cohort_has_cannot_be_evened_out() -> None:
    """Then there is no standardised difference, and a sentence says which covariate is to blame."""
    log = mixed_cohorts()
    frame = log.interviews.select(pl.exclude("^_.*$")).with_columns(
        job_level=pl.when(pl.col("cohort") == "new").then(pl.lit("senior")).otherwise(pl.lit("junior"))
    )
    contacts = log.contacts.select(pl.exclude("^_.*$"))
    again = build_log(interviews=frame, contacts=contacts, time_zone="UTC", data_date="2026-05-31")
    row = compare_cohorts(again, "new", "old").rows[0]
    assert row["standardised"] is None
    assert row["status"] == "use_with_care"
    assert "job_level" in row["reason"]


def test_nothing_to_even_out_is_said() -> None:
    """Without covariates the raw difference stands alone; without an event it still has an interval."""
    log = replace(mixed_cohorts(), outcomes_recorded=True)
    result = compare_cohorts(log, "new", "old", adjust=())
    assert result.rows[0]["standardised"] is None
    assert "nothing to standardise" in result.rows[0]["reason"]
    advanced = result.rows[1]
    assert (advanced["estimate"], advanced["conf_low"] < 0 < advanced["conf_high"]) == (0.0, True)


def test_longer_than_the_record_there_is_no_difference() -> None:
    """Observed for 90 days: none by day 200."""
    row = compare_cohorts(mixed_cohorts(), "new", "old", horizon=200).rows[0]
    assert (row["estimate"], row["status"]) == (None, "not_estimable")


def test_two_cohorts_must_exist_and_differ() -> None:
    """An unknown cohort, the cohort itself and too small a one are refused."""
    log = mixed_cohorts()
    for cohort, against in (("new", "other"), ("new", "new")):
        with pytest.raises(UsageError):
            compare_cohorts(log, cohort, against)
    with pytest.raises(WithheldError):
        compare_cohorts(log, "new", "old", min_cell=201)


def test_outcomes_and_comparisons_have_every_face() -> None:
    """A chart with alt text, a frame, JSON without NaN, and the rows behind the counts."""
    result = cohort_outcomes(terms(people=60), against="B")
    compared = compare_cohorts(mixed_cohorts(), "new", "old")
    for one in (result, compared):
        assert one.plot() is not None
        assert one.to_frame().height == len(one.rows)
        json.dumps(one.to_json(), allow_nan=False)
        assert one.summary()
    assert set(result.trace().columns) == {"interview_id", "group", "day", "exit"}


def by_employer_alone() -> FollowUpLog:
    """Two terms of 40 people with an interview each, at 8 employers of whom every second lets everybody advance."""
    names = [(f"{term}{k}", term, k % 8) for term in ("A", "B") for k in range(40)]
    interviews = [
        {"interview_id": n, "applicant_id": n, "interviewed_at": "2026-03-02T10:00", "cohort": t, "employer": f"e{e}"}
        for n, t, e in names
    ]
    outcomes = [
        {"interview_id": n, "outcome": "rejected" if e % 2 else "advanced", "decided_at": "2026-03-09T10:00"}
        for n, _, e in names
    ]
    return build_log(
        interviews=pl.DataFrame(interviews), outcomes=pl.DataFrame(outcomes), time_zone="UTC", data_date="2026-05-31"
    )


def test_employers_as_clusters_never_narrow_a_share_or_a_difference() -> None:
    """Where all turns on the employer a share is far less sure; both terms have the same employers."""
    log = by_employer_alone()
    plain, coarse = (row_of(log, "A", against="B", cluster=cluster) for cluster in ("applicant", "employer"))
    assert plain["estimate"] == coarse["estimate"] == 0.5
    assert coarse["conf_high"] - coarse["conf_low"] > 1.5 * (plain["conf_high"] - plain["conf_low"])
    gaps = [
        compare_cohorts(log, "A", "B", cluster=cluster).rows[1]["rate_high"] for cluster in ("applicant", "employer")
    ]
    assert gaps[1] > gaps[0]
    assert coarse["difference_high"] >= plain["difference_high"]
    with pytest.raises(UsageError, match="clustering by 'town'"):
        cohort_outcomes(log, cluster="town")


def test_the_sentence_tells_the_difference() -> None:
    """In points with a true minus, and that no difference is possible too where that is so."""
    text = cohort_outcomes(by_employer_alone(), against="B").summary()
    assert "A less B, advanced by day 30: 0.0 points (" in text
    assert "so that no difference is possible too" in text


def test_an_empty_median_is_not_printed() -> None:
    """No median in any group: no column of dashes in the table, and a column of numbers in the frame."""
    found = cohort_outcomes(terms(roster=False), against="B")
    bare = found.rows.each(lambda row: row.having(median_days_to_advanced=None, median_days_to_offer=None))
    result = replace(found, rows=bare)
    assert "Less B" in repr(result)
    assert "Median days" not in repr(result)
    assert result.to_frame().schema["median_days_to_offer"] == pl.Float64
