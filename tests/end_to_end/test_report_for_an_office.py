"""Reports that an office signs: its own words, what it must know before publishing, what a small group may not give."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.assembling import build_log
from followup_analytics.report.findings import Options
from followup_analytics.report.office import Office, read_office
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import drafts
from followup_analytics.results.disclosure import policy_of


def cohort(name: str, people: int, start: dt.date) -> pl.DataFrame:
    """Interviews of a cohort, two a person."""
    return pl.DataFrame(
        {
            "interview_id": [f"{name}-{k}" for k in range(2 * people)],
            "applicant_id": [f"{name}-p{k // 2}" for k in range(2 * people)],
            "interviewed_at": [f"{start + dt.timedelta(days=k % 20)}T10:00:00+00:00" for k in range(2 * people)],
            "cohort": [name] * (2 * people),
        }
    )


@pytest.fixture(scope="module")
def log():
    """Two cohorts that may be shown and one of six people that may not; every third interview heard back."""
    interviews = pl.concat(
        [
            cohort("2025", 30, dt.date(2025, 9, 1)),
            cohort("2026", 32, dt.date(2026, 1, 5)),
            cohort("law", 6, dt.date(2026, 1, 5)),
        ]
    )
    heard = interviews.gather_every(3)
    outcomes = heard.select(
        "interview_id",
        outcome=pl.lit("advanced"),
        decided_at=pl.col("interviewed_at").str.replace("T10", "T23"),
    )
    calls = interviews.select(
        contact_id="interview_id",
        interview_id="interview_id",
        at=pl.col("interviewed_at").str.replace("T10", "T12"),
        direction=pl.lit("outbound"),
        channel=pl.lit("phone"),
    )
    return build_log(interviews=interviews, contacts=calls, outcomes=outcomes, time_zone="UTC")


def text_of(node) -> str:
    """All words of a document's data."""
    if isinstance(node, dict):
        return " ".join(text_of(value) for value in node.values())
    if isinstance(node, list | tuple):
        return " ".join(text_of(value) for value in node)
    return str(node)


def made(log, **options) -> dict:
    """A cohort report's data."""
    whole = options.pop("whole", None)
    return drafts(log, kind="cohort", options=Options(**options), case=TypeCase(None), whole=whole)[0].as_data()


def test_a_hidden_cohort_is_hidden_in_every_table(log):
    """Where the report on all must hide two cohorts so that neither is had by subtraction, nothing compares them."""
    data = made(log)
    hidden = text_of(data).count("hidden")
    assert hidden > 0
    assert "6 of 6" not in text_of(data)
    assert "would give it away" in text_of(data["sections"])


def test_a_report_on_one_cohort_stands_beside_the_one_before(log):
    """The small third cohort is no part of it, so that nothing of the two others needs hiding."""
    from followup_analytics.log.subsets import subset

    data = made(subset(log, cohort="2026"), cohort="2026", whole=log)
    words = text_of(data["sections"])
    assert "2026 beside 2025" in words
    table = next(item for one in data["sections"] for item in one["blocks"] if item.get("id") == "tab-groups")
    assert "30" in table["rows"][0]
    assert "would give it away" in words


def test_a_guessed_end_of_the_record_is_called_the_last_entry(log):
    """Nobody said until when the record is complete, so that the title page must not."""
    assert "last entry" in made(log)["meta"]["dateline"]
    assert "record complete" not in text_of(made(log)["meta"])


def test_nothing_hidden_means_confidential(log):
    """A report in which small groups are shown is marked on every page."""
    assert made(log, policy=policy_of(min_cell=1))["meta"]["confidential"]
    assert not made(log)["meta"]["confidential"]


def test_the_office_stands_on_the_title_page(log, tmp_path):
    """Name, contact, date and a line to sign on come from the office's file, and its words fill the model card."""
    file = tmp_path / "office.toml"
    file.write_text(
        'name = "Careers Office"\nissued = 2026-05-04\nsignature = "Director"\n[card]\n"3c" = "None known."\n', "utf-8"
    )
    office = read_office(file)
    assert office == Office(
        name="Careers Office", issued=dt.date(2026, 5, 4), signature="Director", card={"3c": "None known."}
    )
    imprint = made(log, office=office)["meta"]["imprint"]
    assert imprint["signature"] == "Director"
    assert {"label": "Date of issue", "text": "4 May 2026"} in imprint["lines"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 3", "name must be a text"),
        ('issued = "May"', "issued must be a date"),
        ('nmae = "x"', "did you mean 'name'"),
        ("name = ", "not TOML"),
        ("[card]\n3 = 4", "holds texts by item"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, text, said):
    """The office's file is refused in one sentence that says what to write."""
    file = tmp_path / "office.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(DataError, match=said):
        read_office(file)


def test_an_absent_file_is_said_to_be_absent(tmp_path):
    """No such file: one sentence, exit code 1."""
    with pytest.raises(UnreadableError, match=r"office\.toml: can't be read"):
        read_office(tmp_path / "office.toml")


def test_there_is_no_other_kind(log):
    """A kind that does not exist is named beside those that do."""
    with pytest.raises(UsageError, match="choose bulletin, cohort, claims, methods, handout or day-sheet"):
        drafts(log, kind="poster", options=Options(), case=TypeCase(None))[0]
