"""`followup use`, `log` and `today` as a coach types them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def store(tmp_path: Path, followup: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with Ben Bosch's interview at Acme, and a configuration folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("FOLLOWUP_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    url = "sqlite:///followup.db"
    zone = ("--time-zone", "Europe/Berlin")
    assert followup("track", url, "interview", "--applicant", "ben", "--employer", "Acme", *zone).code == 0
    assert followup("track", url, "person", "ben", "--name", "Ben Bosch").code == 0
    return url


def test_a_day_with_the_default_store(followup: Any, store: str, monkeypatch: Any, tmp_path: Path) -> None:
    """`use` remembers the whole path; `log` prints the id alone and tells the rest; `today` is next --due."""
    assert followup("log", "ben", "called").code == 2
    used = followup("use", store, "--json")
    assert (used.code, used.json["log"]) == (0, None)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    told = followup("log", "ben bosch left voicemail 5 minutes ago")
    assert told.code == 0, told.err
    assert told.out.strip().startswith("ct-")
    assert len(told.out.split()) == 1
    assert "Ben Bosch at Acme: Stored outbound voicemail" in told.err
    assert "Next:" in told.err
    answer = followup("log", "acme", "called", "back", "--json")
    assert (answer.json["command"], answer.json["log"]["contacts"]) == ("log", 2)
    assert set(answer.results[0]) == {"id", "next"}
    today = followup("today", "--json")
    assert today.code == 0, today.err
    assert today.json["command"] == "next"
    listed = followup("track", f"sqlite:///{tmp_path}/followup.db", "list")
    assert "Ben Bosch" in listed.out


def test_list_snooze_and_undo_need_no_store(followup: Any, store: str) -> None:
    """They are about the default store; undo says what it took back and what is next."""
    followup("use", store)
    followup("log", "ben bosch left voicemail 5 minutes ago")
    assert "Ben Bosch" in followup("list").out
    put_off = followup("snooze", "ben bosch", "2 weeks")
    assert put_off.code == 0, put_off.err
    undone = followup("undo")
    assert "Ben Bosch at Acme; snoozed until" in undone.err
    assert "Next:" in undone.err
    undone = followup("undo")
    assert undone.out.startswith("ct-")
    assert "Ben Bosch at Acme; outbound voicemail of " in undone.err
    assert "thank-you note" in undone.err
    assert followup("undo").code == 0
    assert followup("undo").code == 2


def test_the_variable_goes_before_what_is_remembered(followup: Any, store: str, monkeypatch: Any) -> None:
    """FOLLOWUP_STORE names another store for this session."""
    followup("use", store)
    monkeypatch.setenv("FOLLOWUP_STORE", "sqlite:///other.db")
    assert followup("log", "ben called").code == 1


@pytest.mark.parametrize("place", ["followup.db", ".", "sqlite:///followup.db", "postgresql://ann:secret@host/db"])
def test_a_place_after_log_was_meant_for_rates(followup: Any, store: str, place: str) -> None:
    """A file, a folder or a URL is refused with the command that analyses it; no password is repeated."""
    followup("use", store)
    refused = followup("log", place)
    assert refused.code == 2
    assert "followup rates" in refused.err
    assert "secret" not in refused.err


@pytest.mark.parametrize(
    "url", ["postgresql://ann:secret@host/db", "postgresql://host/db?password=secret", "postgresql://:secret@host/db"]
)
def test_a_password_is_not_remembered(followup: Any, store: str, url: str, tmp_path: Path) -> None:
    """The sentence names the variable instead."""
    refused = followup("use", url)
    assert refused.code == 2
    assert "FOLLOWUP_STORE" in refused.err
    assert "secret" not in refused.err
    assert not (tmp_path / "config" / "followup_analytics" / "store").exists()


def test_use_refuses_what_is_no_store(followup: Any, store: str) -> None:
    """A folder of tables is a log, not a store."""
    assert followup("use", "data").code == 2
