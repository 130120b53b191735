"""Worlds as TOML files: what may stand in them, and how a slip is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.simulate import load_world, simulate_log, world_names


def written(folder: Path, text: str) -> Path:
    """A world's file."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_worlds_that_must_be_there() -> None:
    """The contract names seven worlds."""
    named = {"null", "etiquette", "contrary", "unmeasured", "discouraged", "underlogged", "office"}
    assert named <= set(world_names())


def test_a_file_changes_only_what_it_says(tmp_path: Path) -> None:
    """A world that extends another has all else from it."""
    path = written(tmp_path, 'title = "Mine"\nextends = "etiquette"\n[effects.thank_you]\nadvance = 2.5\n')
    mine, parent = load_world(path), load_world("etiquette")
    assert mine.effect("thank_you").advance == 2.5
    assert mine.effect("stood") == parent.effect("stood")
    assert mine.acts == parent.acts
    assert simulate_log(interviews=20, world=path).world == mine


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = 3", r"mine\.toml, key title: must be a text, not 3"),
        ("[replies]\nlag_day = 2", r"key replies\.lag_day: no such setting; did you mean 'lag_days'"),
        ("[replies]\nlag_days = 'long'", r"key replies\.lag_days: must be a number, not 'long'"),
        ("[replies]\nby_itself = [[1, 0.1]]", r"key replies\.by_itself: must be a list of \[day, value\] pairs"),
        ("[effects]\nthankyou = { advance = 1 }", r"effects\.thankyou: no such cause; did you mean 'thank_you'"),
        ("[effects]\nstood = { advanced = 1 }", r"effects\.stood\.advanced: no such setting; did you mean 'advance'"),
        ("[leans]\nfirts = { referral = 1 }", r"leans\.firts: no such inclination; did you mean 'first'"),
        ("[people]\nfirst_day = '2025-09-08'", r"people\.first_day: must be a date such as 2025-09-08"),
        ("people = 4", r"key people: must be a table"),
        ("effects = 4", r"key effects: must be a table of causes"),
        ("extends = 4", r"key extends: must name another world"),
        ("title = ", r"not valid TOML"),
    ],
)
def test_slips_are_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """A refusal names the file, the key and what may stand there."""
    with pytest.raises(DataError, match=sentence):
        load_world(written(tmp_path, text))


def test_an_unknown_world_names_the_nearest() -> None:
    """A slip in the name is met with the name that was meant."""
    with pytest.raises(UsageError, match="did you mean 'etiquette'"):
        load_world("etiquete")
    with pytest.raises(UsageError, match="there are contrary"):
        load_world("zzz")


def test_an_absent_file_is_unreadable(tmp_path: Path) -> None:
    """A file that isn't there can't be read."""
    with pytest.raises(UnreadableError, match="can't be read"):
        load_world(tmp_path / "none.toml")
