"""Big files: how far the reading is, and what an interruption leaves."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from followup_analytics.ingest import ingest_files
from followup_analytics.store import open_store

ROSTER = "interview_id,applicant_id,interviewed_at,numbers\ni1,a,2024-03-10T10:00-04:00,+12025550143\n"


def backup(calls: int) -> str:
    """A telephone's backup of calls, every other one to the employer."""
    rows = (
        f'<call number="+120255501{43 + 5 * (k % 2)}" duration="9" date="{1710423400000 + k * 60_000}" type="2" />\n'
        for k in range(calls)
    )
    return f"<calls>\n{''.join(rows)}</calls>\n"


@pytest.mark.parametrize("packed", [False, True])
def test_progress_has_the_share_of_the_file(tmp_path: Path, packed: bool) -> None:
    """The bar is told of records and of the share of the file's bytes, packed or not, and ends at the whole."""
    path, data = tmp_path / "calls.xml", backup(120_000).encode()
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    told: list[tuple[int, float | None]] = []
    ingest_files(
        path,
        into=f"sqlite:///{tmp_path}/log.db",
        roster=tmp_path / "roster.csv",
        progress=lambda name, records, share: told.append((records, share)),
    )
    shares = [share for _, share in told if share is not None]
    assert [records for records, _ in told] == sorted(records for records, _ in told)
    assert told[-1][0] == 120_000
    assert len(shares) >= 2
    assert 0 < shares[0] <= shares[-1] <= 1


def test_an_interruption_leaves_the_store_whole(tmp_path: Path) -> None:
    """Stopped in the middle of a file, nothing of the file is stored; the next run takes all of it."""
    (tmp_path / "calls.xml").write_text(backup(120_000), "utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    url = f"sqlite:///{tmp_path}/log.db"

    def stop(name: str, records: int, share: float | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest_files(tmp_path / "calls.xml", into=url, roster=tmp_path / "roster.csv", progress=stop)
    assert open_store(url).sizes()["interviews"] == 0, "the roster's interviews belong to the same run"
    result = ingest_files(tmp_path / "calls.xml", into=url, roster=tmp_path / "roster.csv")
    assert (result.rows[0]["accepted"], result.rows[0]["unmatched"]) == (60_000, 60_000)


def test_an_interruption_while_rejects_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rejects are written within the file's transaction: stopped there, neither rows nor a half-written paper stay."""
    import followup_analytics.ingest.aside.papers as papers

    (tmp_path / "calls.xml").write_text(backup(50), "utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    url = f"sqlite:///{tmp_path}/log.db"
    whole = papers.copy_records

    def halfway(*given: object, **more: object) -> Path:
        whole(*given, **more)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(papers, "copy_records", halfway)
    with pytest.raises(KeyboardInterrupt):
        ingest_files(tmp_path / "calls.xml", into=url, roster=tmp_path / "roster.csv")
    assert open_store(url).sizes()["interviews"] == 0
    assert [path.name for path in tmp_path.iterdir() if "rejects" in path.name] == []
