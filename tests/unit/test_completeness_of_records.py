"""How much of what happened was written down, as far as two records, or answers to nothing, can tell."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from forms.sheets import roster_csv
from forms.telephones import android_calls

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.result import IngestResult
from followup_analytics.simulate import SimulatedLog, simulate_log

SHARE = 0.6


@pytest.fixture(scope="module")
def log() -> SimulatedLog:
    """A career centre's log in which everything is written down."""
    return simulate_log(interviews=120, world="etiquette", seed=5)


def written_down(log: SimulatedLog, folder: Path, share: float) -> list[Path]:
    """The log's tables with only a share of its calls, by the number of the row."""
    log.write(folder / "log")
    path = folder / "log" / "contacts.csv"
    rows = pl.read_csv(path, infer_schema=False).with_row_index("k")
    spoken = pl.col("channel").is_in(["phone", "voicemail"])
    rows.filter(~spoken | (pl.col("k") * 37 % 100 < share * 100)).drop("k").write_csv(path)
    return [folder / "log" / "interviews.csv", path]


def shares(result: IngestResult) -> list[tuple[int | None, str]]:
    """The notes on calls that a record lacks."""
    return [(note.n, note.text) for note in result.notes if note.code == "logged_share"]


def telephone(log: SimulatedLog, folder: Path) -> tuple[Path, Path]:
    """The telephone's own record of all calls, and the roster."""
    (folder / "calls.xml").write_bytes(android_calls(log))
    (folder / "roster.csv").write_bytes(roster_csv(log))
    return folder / "calls.xml", folder / "roster.csv"


@pytest.mark.parametrize("stored", [False, True])
def test_a_telephone_beside_the_offices_log(
    log: SimulatedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    """Of an applicant's calls the office has logged six in ten: the warning says so, with figures, in both commands."""
    monkeypatch.chdir(tmp_path)
    tables = written_down(log, tmp_path, SHARE)
    calls, roster = telephone(log, tmp_path)
    if stored:
        ingest_files(tables, into="sqlite:///log.db")
        result: IngestResult = ingest_files(calls, into="sqlite:///log.db", roster=roster)
    else:
        result = check_files([*tables, calls], roster=roster)
    [(missing, text)] = shares(result)
    spoken = log.contacts.filter(pl.col("channel").is_in(["phone", "voicemail"])).height
    assert missing is not None
    assert abs(missing / spoken - (1 - SHARE)) < 0.1
    assert "of calls.xml are not in the other record" in text
    assert "outbound" in text
    assert "if that holds elsewhere" in text


def test_a_complete_record_is_not_warned_of(log: SimulatedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every call of the telephone is in the log, nothing is said; nor where there is no other record."""
    monkeypatch.chdir(tmp_path)
    tables = written_down(log, tmp_path, 1.1)
    calls, roster = telephone(log, tmp_path)
    assert shares(check_files([*tables, calls], roster=roster)) == []
    assert shares(check_files([tables[0], calls], roster=roster)) == []


def test_answers_to_no_logged_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers before which no attempt is logged are counted as the most that can be missing, from 20 answers on."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at\n" + "".join(f"i{k},a{k},2024-03-01T10:00Z\n" for k in range(30)),
        "utf-8",
    )
    tried = "".join(f"t{k},i{k},2024-03-03T10:00Z,outbound,phone\n" for k in range(20))
    heard = "".join(f"h{k},i{k},2024-03-0{4 if k < 15 else 2}T10:00Z,inbound,phone\n" for k in range(25))
    (tmp_path / "contacts.csv").write_text("contact_id,interview_id,at,direction,channel\n" + tried + heard, "utf-8")
    result = check_files([tmp_path / "interviews.csv", tmp_path / "contacts.csv"])
    [note] = [note for note in result.notes if note.code == "answers_without_attempt"]
    assert note.n == 10
    assert note.text.startswith("40% of 25 interviews that were answered have no attempt logged before the answer")
