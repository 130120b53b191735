"""Many refused rows are said loudly, and one strange word refuses none of the others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from foreign_sheets import FIRMS, PEOPLE, write_csv

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.log.followup_log import Note
from followup_analytics.office.stored import stored_in_words
from followup_analytics.reading.logs import read_log
from followup_analytics.report.missing_rows import missing_rows

WORDS = ("message laissé", "pas de réponse", "envoyé", "joint RH", "messagerie", "rappel prévu")


def sheet(folder: Path) -> Path:
    """A row an interview with one follow-up, its means and its result in two columns."""
    rows = [["Étudiant", "Entreprise", "Date entretien", "Date relance", "Moyen", "Résultat relance"]]
    rows += [[f"{PEOPLE[k % 9]} {k}", FIRMS[k % 4], f"{k % 20 + 1:02d}/09/2026", f"{k % 20 + 5:02d}/09/2026",
              ("Tél", "Courriel")[k % 6 == 2], WORDS[k % 6]] for k in range(36)]  # fmt: skip
    return write_csv(folder / "suivi.csv", rows)


def test_a_planned_callback_makes_no_column_a_direction(tmp_path: Path) -> None:
    """ "Rappel prévu" is a call of the applicant's, and no row of another word is refused for it."""
    file = sheet(tmp_path)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="Europe/Paris").text, "utf-8")
    url = f"sqlite:///{tmp_path / 's.db'}"
    result = ingest_files(file, into=url, map=tmp_path / "map.toml")
    assert not sum(row.rejected for row in result.rows)
    assert set(read_log(url).contacts["direction"]) == {"outbound"}


def test_a_word_of_the_other_direction_says_nothing_of_the_rest(tmp_path: Path) -> None:
    """Beside "a rappelé", which is the employer's call, all others are the applicant's."""
    file = sheet(tmp_path)
    file.write_text(file.read_text().replace("rappel prévu", "a rappelé", 2))
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="Europe/Paris").text, "utf-8")
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert not sum(row.rejected for row in ingest_files(file, into=url, map=tmp_path / "map.toml").rows)
    assert sorted(read_log(url).contacts["direction"]) == ["inbound"] * 2 + ["outbound"] * 34


def test_many_refused_rows_are_told_with_their_reason(tmp_path: Path) -> None:
    """A fifth of a table's rows and more: a note with the commonest reason; fewer: none."""
    file = sheet(tmp_path)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="Europe/Paris").text, "utf-8")
    file.write_text(file.read_text().replace("/09/2026,Tél", "/19/2026,Tél"))
    result = check_files(file, map=tmp_path / "map.toml")
    told = [note.text for note in result.notes if note.code == "many_refused"]
    assert len(told) == 1
    assert "30 of 36 rows of contacts were refused" in told[0]
    assert "Date relance" in told[0]
    assert "Refused, and missing from the report: 30 of contacts." in stored_in_words(result)
    assert stored_in_words(None) == "Nothing new was stored."


@pytest.mark.parametrize(("missing", "said"), [(51, True), (2, False)])
def test_the_first_page_counts_missing_rows_where_they_are_many(missing: int, said: bool) -> None:
    """From a twentieth of all rows on, the box of what the data can't say begins with them."""
    found: Any = SimpleNamespace(
        notes=[Note("set_aside", "rows are not in this log", missing)],
        counts=SimpleNamespace(interviews=57, contacts=6),
    )
    assert missing_rows(found).startswith("51 rows of the files") == said
