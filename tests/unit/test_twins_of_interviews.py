"""A sheet that comes in again after a correction: interviews that would count twice are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_sheets import FIRMS, PEOPLE, write_csv

from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.maps.draft import draft_map


def taken(folder: Path, heading: str, days: dict[int, int], firms: tuple[str, ...] = FIRMS) -> int | None:
    """How many interviews look like stored ones when this sheet comes in; None where nothing is told."""
    rows = [["Student", "Company", heading, "Called on", "Result of call"]]
    for k, name in enumerate(PEOPLE):
        rows.append([name, firms[k % 4], f"3/{days.get(k, k + 1)}/2026", "3/28/2026", "LVM"])
    file = write_csv(folder / "log.csv", rows)
    (folder / "map.toml").write_text(draft_map(file, time_zone="UTC").text, "utf-8")
    notes = ingest_files(file, into=f"sqlite:///{folder / 's.db'}", map=folder / "map.toml").notes
    return next((note.n for note in notes if note.code == "perhaps_the_same_interviews"), None)


def test_a_corrected_date_is_told(tmp_path: Path) -> None:
    """Of two dates that were corrected both interviews are counted, the others are known."""
    assert taken(tmp_path, "Interview date", {}) is None
    assert taken(tmp_path, "Interview date", {}) is None
    assert taken(tmp_path, "Interview date", {2: 20, 5: 21}) == 2


@pytest.mark.parametrize("firms", [FIRMS, tuple(f"{firm.upper()}." for firm in FIRMS)])
def test_the_same_sheet_in_other_letters_is_known_or_told(tmp_path: Path, firms: tuple[str, ...]) -> None:
    """The employer's name in capitals is the same employer."""
    taken(tmp_path, "Interview date", {})
    assert taken(tmp_path, "Date of interview", {0: 25}, firms) == 1


def test_another_term_of_the_same_firms_is_no_twin(tmp_path: Path) -> None:
    """Other people at the same employers are new interviews."""
    taken(tmp_path, "Interview date", {})
    text = (tmp_path / "log.csv").read_text()
    for name in PEOPLE:
        text = text.replace(name, f"{name} Junior")
    (tmp_path / "log.csv").write_text(text)
    notes = ingest_files(tmp_path / "log.csv", into=f"sqlite:///{tmp_path / 's.db'}", map=tmp_path / "map.toml").notes
    assert not [note for note in notes if note.code == "perhaps_the_same_interviews"]
