"""What leaves the office, as a person types it: policies, parts that are withheld, publishing, the list of releases."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture
def office(tmp_path: Path, simulated_folder: Path) -> Path:
    """A log of its own to publish from, in which three applicants have a small school and others a larger one."""
    folder = tmp_path / "log"
    shutil.copytree(simulated_folder, folder)
    rows = pl.read_csv(folder / "interviews.csv", infer_schema=False)
    people = rows["applicant_id"].unique().sort()
    school = {one: "law" if k < 3 else "music" if k < 18 else "arts" for k, one in enumerate(people)}
    rows.with_columns(school=pl.col("applicant_id").replace_strict(school)).write_csv(folder / "interviews.csv")
    return folder


@pytest.mark.parametrize("policy", ["default", "acro", "opensafely", "hesa", "nces", "none"])
def test_every_policy_answers(followup, simulated_folder, policy):
    """Each named policy gives an answer; its counts are rounded as it says."""
    answer = followup("rates", simulated_folder, "--by", "channel", "--disclosure", policy, "--json")
    assert answer.code == 0, answer.err
    shown = [row["n_attempts"] for row in answer.results if row["status"] != "suppressed"]
    assert shown
    if policy in ("opensafely", "hesa"):
        assert all(count % 5 == 0 for count in shown)


def test_a_policy_that_is_not_there(followup, simulated_folder):
    """Exit code 2, with the nearest name."""
    answer = followup("rates", simulated_folder, "--disclosure", "opensafly")
    assert answer.code == 2
    assert "opensafely" in answer.err


def test_a_part_that_a_table_hides_is_withheld(followup, office):
    """`--where school=music` would give away the three of law; nothing is printed, and no number said."""
    table = followup("rates", office, "--by", "school", "--json")
    hidden = {row["school"] for row in table.results if row["status"] == "suppressed"}
    assert hidden == {"law", "music"}
    assert len({row["reason"] for row in table.results if row["school"] in hidden}) == 1
    for school in hidden:
        answer = followup("rates", office, "--where", f"school={school}", "--json")
        assert (answer.code, answer.out) == (4, "")
    assert followup("rates", office, "--where", "school=arts", "--json").code == 0
    assert followup("rates", office, "--where", "school=music", "--min-cell", "1", "--json").code == 0


def test_a_ledger_of_releases(followup, office):
    """The same again is no new release; what gives a hidden number away is refused with both names; all are listed."""
    first = followup("rates", office, "--by", "school", "--publish", "by school")
    assert first.code == 0, first.err
    ledger = office.with_name("log.releases.json")
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600
    again = followup("rates", office, "--by", "school", "--publish", "again", "--json")
    assert again.code == 0
    assert "'by school'" in again.err
    # Arts and music together are all but the three of law.
    both = followup("rates", office, "--by", "timing", "--publish", "by timing")
    assert both.code == 0, both.err
    listed = followup("releases", office, "--json")
    assert [(row["name"], row["status"]) for row in listed.results] == [("by school", "ok"), ("by timing", "ok")]


@pytest.mark.parametrize(
    "asked",
    [
        ["rates", "--by", "cohort,channel"],
        ["curve", "--by", "cohort"],
        ["outcomes"],
        ["claims", "--claim", "follow-up-at-all"],
        ["model"],
        ["report", "--kind", "cohort", "-o", "report.pdf"],
    ],
    ids=lambda asked: asked[0],
)
def test_every_answer_can_be_published(followup, simulated_folder, tmp_path, asked):
    """Groups included; the ledger then lists it, and the same answer again is no new release."""
    command, *options = [str(tmp_path / one) if one.endswith(".pdf") else one for one in asked]
    ledger = tmp_path / "ledger.json"
    for _ in range(2):
        answer = followup(command, simulated_folder, *options, "--publish", "spring", "--ledger", ledger)
        assert answer.code == 0, answer.err
    listed = followup("releases", simulated_folder, "--ledger", ledger, "--json")
    assert [one["answer"] for one in listed.results] == [command]


def test_a_later_state_of_the_record_is_held_against_the_earlier(followup, office, tmp_path):
    """`--as-of` a few days before: those few interviews could be had by subtraction."""
    ledger = tmp_path / "elsewhere.json"
    assert followup("curve", office, "--publish", "now", "--ledger", ledger).code == 0
    days = pl.read_csv(office / "interviews.csv", infer_schema=False)["interviewed_at"].str.slice(0, 10).sort()
    answer = followup("curve", office, "--as-of", days[-4], "--publish", "before", "--ledger", ledger)
    assert answer.code == 4
    assert (answer.out, "'now'" in answer.err, "'before'" in answer.err) == ("", True, True)
    assert [row["name"] for row in followup("releases", office, "--ledger", ledger, "--json").results] == ["now"]


def test_working_papers_are_not_published(followup, office):
    """Steps, predictions and handouts are about single interviews: exit code 2."""
    assert followup("next", office, "--no-claims", "--publish", "steps").code == 2
    assert followup("report", office, "--kind", "handout", "-o", office / "h.pdf", "--publish", "steps").code == 2
    assert not office.with_name("log.releases.json").exists()


def test_nothing_is_published_without_hiding(followup, office):
    """An answer for one's own log is none to publish."""
    answer = followup("rates", office, "--min-cell", "1", "--publish", "all")
    assert answer.code == 4
    assert "--publish" not in answer.out
