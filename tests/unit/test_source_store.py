"""A store as the input of another store: an office takes over what a colleague kept."""

from __future__ import annotations

from pathlib import Path

from followup_analytics import read_log, response_rates, simulate_log
from followup_analytics.ingest import ingest_files


def test_a_store_read_into_another_gives_the_same_rates(tmp_path: Path) -> None:
    """Every interview, contact and outcome arrives, and reading it again changes nothing."""
    simulate_log(interviews=60, world="office", seed=4).write(tmp_path / "log")
    first, second = (f"sqlite:///{tmp_path / name}.db" for name in ("first", "second"))
    ingest_files([tmp_path / "log"], into=first)
    for _ in range(2):
        ingest_files([tmp_path / "first.db"], into=second)
        one, other = read_log(first), read_log(second)
        assert one.contacts.height == other.contacts.height > 0
        assert one.outcomes.height == other.outcomes.height > 0
        rows = [response_rates(log, by="attempt", min_cell=1).rows for log in (one, other)]
        assert rows[0] == rows[1]
