"""A report for each cohort and a handout for each applicant: one file each, the same as one by one, none for a few."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from report_logs import made_log

from followup_analytics import write_log
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.subsets import subset
from followup_analytics.report import write_each, write_report

COHORTS = ("autumn 2023", "autumn/2024", "spring 2025", "autumn 2025", "a few")


@pytest.fixture(scope="module")
def log():
    """160 interviews in five cohorts, one of them of five applicants."""
    few = [COHORTS[4] if number % 16 == 0 else COHORTS[number % 4] for number in range(80)]
    return made_log(160, outcomes=(), cohorts=few)


def test_each_cohort_gets_the_report_it_would_get_alone(log, tmp_path: Path) -> None:
    """Written by two processes, the files are those of one by one to the byte; the small cohort gets none."""
    seen = []
    made = write_each(
        log, tmp_path / "r", each="cohort", kind="bulletin", workers=2, progress=lambda: seen.append(1), by=("timing",)
    )
    assert [path.name for path in made.files] == [
        "autumn-2023.pdf", "autumn-2025.pdf", "autumn-2024.pdf", "spring-2025.pdf",
    ]  # fmt: skip
    assert (made.withheld, len(seen)) == (1, 5)
    alone = write_report(
        subset(log, cohort=(COHORTS[2],)), tmp_path / "alone.pdf", cohort=COHORTS[2], whole=log, kind="bulletin",
        by=("timing",),
    )  # fmt: skip
    assert (tmp_path / "r" / "spring-2025.pdf").read_bytes() == alone.read_bytes()


def test_a_handout_of_a_store_is_asked_for_by_the_id_as_typed(followup, tmp_path: Path) -> None:
    """The store knows its clients by pseudonym alone; who types the id that was entered, or the name, gets the page."""
    store = f"sqlite:///{tmp_path / 'mine.db'}"
    entered = followup(
        "track", store, "interview", "--applicant", "ada", "--employer", "Acme", "--at", "3 days ago 10:00",
        "--time-zone", "Europe/Berlin",
    )  # fmt: skip
    assert entered.code == 0, entered.err
    followup("track", store, "person", "ada", "--name", "Ada Berg")
    for typed in ("ada", "Ada Berg"):
        made = followup("report", store, "--kind", "handout", "--applicant", typed, "-o", tmp_path / f"{typed}.pdf")
        assert made.code == 0, made.err
    absent = followup("report", store, "--kind", "handout", "--applicant", "bert", "-o", tmp_path / "b.pdf")
    assert absent.code == 2
    assert "bert" not in absent.err


def test_each_applicant_with_an_open_interview_gets_a_handout(followup, tmp_path: Path) -> None:
    """One confidential file an applicant, by the command; its answer is the folder, and the count goes to stderr."""
    write_log(made_log(24, per_applicant=4, outcomes=()), tmp_path / "log")
    done = followup("report", tmp_path / "log", "--each", "applicant", "-o", tmp_path / "out", "--today", "2026-02-10")
    files = sorted((tmp_path / "out").iterdir())
    assert done.code == 0
    assert done.out.strip() == str(tmp_path / "out")
    assert 1 < len(files) <= 6
    assert f"{len(files)} files written" in done.err
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"each": "employer"}, UsageError, "choose cohort or applicant"),
        ({"each": "cohort", "kind": "claims"}, UsageError, "cohort or bulletin"),
        ({"each": "applicant", "kind": "day-sheet"}, UsageError, "gets a handout"),
        ({"each": "cohort", "min_cell": 500}, WithheldError, "too few applicants"),
    ],
)
def test_what_cannot_be_written_is_refused(log, tmp_path: Path, options, error, words) -> None:
    """A word that is no choice, a kind that fits not, and cohorts that are all too small."""
    with pytest.raises(error, match=words):
        write_each(log, tmp_path / "none", **options)
