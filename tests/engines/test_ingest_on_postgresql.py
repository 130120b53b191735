"""The same files into PostgreSQL and SQLite: the same counts, the same log, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from forms import write_forms
from postgres_server import postgres_programs, postgres_server

from followup_analytics.ingest import ingest_files
from followup_analytics.reading.logs import read_log
from followup_analytics.simulate import simulate_log

pytestmark = pytest.mark.skipif(
    postgres_programs() is None,
    reason="PostgreSQL IS NOT INSTALLED: ingest into it is not tested (apt install postgresql)",
)
pytest.importorskip("psycopg", reason="THE POSTGRES EXTRA IS NOT INSTALLED: ingest into PostgreSQL is not tested")

COUNTS = ("file", "table", "source", "rows_read", "accepted", "already_known", "rejected", "unmatched")


def test_one_log_in_either_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables, calls and a sheet go into both; the logs that come out are equal to the last cell."""
    monkeypatch.setenv("FOLLOWUP_KEY", "one key for both of the stores")
    monkeypatch.chdir(tmp_path)
    log = simulate_log(interviews=30, world="office", seed=4)
    log.write(tmp_path / "log")
    write_forms(log, tmp_path / "forms")
    files = [tmp_path / "log" / f"{name}.csv" for name in ("contacts", "interviews", "outcomes", "applicants")]
    calls = [path for path in sorted((tmp_path / "forms").rglob("*")) if path.suffix in (".xml", ".zip", ".json")]
    with postgres_server() as postgres:
        seen = []
        for url in (postgres, f"sqlite:///{tmp_path}/log.db"):
            results = [
                ingest_files([*files, *calls], into=url, roster=tmp_path / "forms" / "roster.csv") for _ in range(2)
            ]
            stored = read_log(url)
            seen.append(
                (
                    [[tuple(row[name] for name in COUNTS) for row in result.rows] for result in results],
                    [result.counts for result in results],
                    stored.interviews.drop("_bucket").sort("interview_id").rows(),
                    stored.contacts.sort("contact_id").rows(),
                    stored.outcomes.sort("interview_id").rows(),
                )
            )
    assert seen[0] == seen[1]
    assert sum(row[5] for row in seen[0][0][1]) > 0
    assert sum(row[4] for row in seen[0][0][1]) == 0
