"""Copying a store to PostgreSQL and back, and its backup: the same rows, history and rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from postgres_server import postgres_programs, postgres_server

from followup_analytics.store import open_store
from followup_analytics.track import track_contact, track_history, track_interview, track_outcome

pytest.importorskip("psycopg")
pytestmark = pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed")


def test_there_and_back_again(followup: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite to PostgreSQL to SQLite: rows, history, key, rates; a backup of the server is one SQLite file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    url = f"sqlite:///{tmp_path}/first.db"
    for who, employer in (("ana", 'Mül"ler, Söhne'), ("bob", "Acme\nWest")):
        one = track_interview(url, who, at="2026-03-02T10:00+01:00", employer=employer).id
        track_contact(url, one, channel="phone", duration_s=12.25, at="2026-03-03T10:00+01:00")
        track_outcome(url, one, "rejected", at="2026-03-05")
    track_outcome(url, one, "offer", at="2026-03-06")
    ask = ("--by", "channel", "--min-cell", "1", "--json")
    with postgres_server() as server:
        assert followup("store", "copy", url, server).code == 0
        assert followup("store", "copy", url, server).code == 2
        assert followup("rates", server, *ask).results == followup("rates", url, *ask).results
        assert track_history(server, one) == track_history(url, one)
        assert followup("store", "verify", server).code == 0
        assert open_store(server).pseudonyms() == open_store(url).pseudonyms()
        new = track_contact(server, one, channel="email").id
        assert new in open_store(server).known_ids("contacts")
        assert followup("store", "compact", server).code == 0
        back = f"sqlite:///{tmp_path}/back.db"
        assert followup("store", "copy", server, back).code == 0
        assert followup("rates", server, *ask).results == followup("rates", back, *ask).results
        assert followup("store", "backup", server, tmp_path / "monday.db").code == 0
        assert (
            followup("rates", f"sqlite:///{tmp_path}/monday.db", *ask).results == followup("rates", back, *ask).results
        )
        assert followup("store", "rotate-key", server).code == 0
        assert followup("store", "verify", server).code == 0
