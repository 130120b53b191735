"""`simulate --random`: a folder whose world was drawn from a seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _quick_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followup_analytics.simulate.random_worlds.truth.TRUTH_INTERVIEWS", 500)


def test_a_random_world_is_written_and_can_be_analysed(followup, tmp_path: Path) -> None:
    """One command gives the folder and its truth; the other commands read it."""
    folder = tmp_path / "world"
    made = followup("simulate", "--random", 3, "--family", "crossing", "--interviews", 200, "-o", folder)
    assert made.code == 0
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert (truth["world"], truth["random"], truth["null"]) == ("random-crossing-3", 3, False)
    rates = followup("rates", folder, "--json")
    assert rates.json["log"]["interviews"] == 200
    assert rates.json["log"]["simulated"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--family", "crossing"], "add --random SEED"),
        (["--null"], "add --random SEED"),
        (["--random", 1, "--world", "null"], "give one of them"),
        (["--random", 1, "--family", "nowhere"], "no family of random worlds"),
    ],
    ids=["family alone", "null alone", "two worlds", "unknown family"],
)
def test_options_that_contradict_are_refused(followup, tmp_path: Path, words: list[object], said: str) -> None:
    """A command line that names no world, or two, is refused with 2 and a remedy."""
    answer = followup("simulate", *words, "-o", tmp_path / "world")
    assert answer.code == 2
    assert said in answer.err
    assert not (tmp_path / "world").exists()
