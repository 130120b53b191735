"""A file says nothing of columns that it doesn't have: what is stored of its rows stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from followup_analytics.ingest import ingest_files
from followup_analytics.store import open_store

FULL = """interview_id,applicant_id,interviewed_at,cohort,employer,sector
iv-1,ana,2026-03-02T10:00+01:00,2026,Mill,retail
iv-2,ben,2026-03-03T10:00+01:00,2026,Acme,care
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store that holds two interviews."""
    made = f"sqlite:///{tmp_path}/followup.db"
    ingest(made, tmp_path, FULL)
    return made


def ingest(url: str, folder: Path, text: str) -> dict[str, Any]:
    """Ingest a table of interviews and give its result."""
    path = folder / "interviews.csv"
    path.write_text(text)
    return dict(ingest_files([path], into=url).rows[0])


def stored(url: str, key: str = "iv-1") -> dict[str, Any]:
    """What the store has of an interview."""
    return open_store(url).find("interviews", [key], covariates=True).row(0, named=True)


def test_absent_columns_keep_what_is_stored(url: str, tmp_path: Path) -> None:
    """A narrower file changes what it says and nothing else: the contract's columns and the user's own."""
    row = ingest(
        url, tmp_path, "interview_id,applicant_id,interviewed_at,employer\niv-1,ana,2026-03-02T10:00+01:00,New Mill\n"
    )
    assert (row["accepted"], row["replaced"]) == (1, 1)
    now = stored(url)
    assert (now["employer"], now["cohort"], now["sector"]) == ("New Mill", "2026", "retail")
    assert stored(url, "iv-2")["sector"] == "care"


def test_a_narrower_file_of_the_same_content_is_known(url: str, tmp_path: Path) -> None:
    """Nothing it says differs, so there is no new version."""
    narrow = "".join(",".join(line.split(",")[:3]) + "\n" for line in FULL.splitlines())
    row = ingest(url, tmp_path, narrow)
    assert (row["accepted"], row["already_known"]) == (0, 2)


def test_empty_cells_clear(url: str, tmp_path: Path) -> None:
    """A column that is there and empty says that there is no value."""
    row = ingest(url, tmp_path, FULL.replace("2026,Mill,retail", ",Mill,"))
    assert (row["replaced"], row["already_known"]) == (1, 1)
    now = stored(url)
    assert (now["employer"], now["cohort"], now["sector"]) == ("Mill", None, None)


def test_a_wider_file_adds(url: str, tmp_path: Path) -> None:
    """A new column comes to the known rows, and the others stay."""
    wide = "interview_id,applicant_id,interviewed_at,referral\niv-1,ana,2026-03-02T10:00+01:00,yes\n"
    ingest(url, tmp_path, wide)
    now = stored(url)
    assert (now["referral"], now["cohort"], now["sector"]) == (True, "2026", "retail")
