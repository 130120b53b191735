"""The ledger: what earlier releases and a new one give away together is refused, and nothing else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.results.disclosure import policy_of
from followup_analytics.results.disclosure.ledger import Ledger, file_place
from followup_analytics.results.disclosure.released import Units


def units(name: str, groups: dict[str, range], *, hidden: tuple[str, ...] = ()) -> Units:
    """A published table of interviews: each group has those with the given numbers, one applicant each."""
    rows = [(f"i{number}", f"p{number}", place) for place, ids in enumerate(groups.values()) for number in ids]
    frame = pl.DataFrame(rows, schema=["unit", "person", "cell"], orient="row").with_columns(happened=False)
    n = tuple(None if group in hidden else len(ids) for group, ids in groups.items())
    return Units(name, "interviews", tuple(groups), n, (None,) * len(n), frame)


def release(ledger: Ledger, name: str, *tables: Units, question: str = "") -> object:
    """Publish tables under a name; the earlier release where it is the same answer."""
    return ledger.publish(
        name, at="2026-05-01T09:00:00+00:00", command="rates", question={"asked": question or name}, policy=policy_of(),
        fingerprint="f", published={"rows": [list(map(str, one.n)) for one in tables]}, tables=tables,
    )  # fmt: skip


WHOLE = {"law": range(4), "arts": range(4, 40), "music": range(40, 60)}


@pytest.mark.parametrize(
    ("later", "refused"),
    [
        pytest.param(units("all", {"all": range(60)}), False, id="the whole record"),
        pytest.param(units("music", {"music": range(40, 60)}), True, id="--where prints what --by hid"),
        pytest.param(units("later", {"all": range(63)}), True, id="--as-of: three more in the record"),
        pytest.param(units("much later", {"all": range(75)}), False, id="--as-of: fifteen more"),
        pytest.param(units("bins", {"law and arts": range(40), "music": range(40, 60)}), True, id="other --bins"),
        pytest.param(units("a cohort less", {"all": range(4, 60)}), True, id="all but a small cohort"),
        pytest.param(units("others", {"x": range(0, 60, 2), "y": range(1, 60, 2)}), False, id="another column"),
    ],
)
def test_what_gives_a_hidden_number_away_is_refused(tmp_path: Path, later: Units, refused: bool) -> None:
    """Law's four and music's twenty are hidden beside arts and the whole of sixty; both releases are named."""
    ledger = Ledger(file_place(tmp_path / "releases.json"))
    release(ledger, "first", units("whole", {"all": range(60)}), units("by school", WHOLE, hidden=("law", "music")))
    if not refused:
        release(ledger, "second", later)
        assert [one.name for one in ledger.releases] == ["first", "second"]
        return
    with pytest.raises(WithheldError) as error:
        release(ledger, "second", later)
    assert "'first'" in str(error.value)
    assert "'second'" in str(error.value)
    assert [one.name for one in Ledger(file_place(tmp_path / "releases.json")).releases] == ["first"]


def test_two_releases_that_are_safe_alone_and_not_with_a_third(tmp_path: Path) -> None:
    """The third gives away what the first two hide together."""
    ledger = Ledger(file_place(tmp_path / "releases.json"))
    release(ledger, "one", units("a", {"all": range(80)}))
    release(ledger, "two", units("b", {"part": range(30)}))
    with pytest.raises(WithheldError):
        release(ledger, "three", units("c", {"rest but four": range(34, 80)}), units("d", {"part": range(30)}))


def test_the_same_answer_again_is_no_new_release(tmp_path: Path) -> None:
    """Also under another name."""
    ledger = Ledger(file_place(tmp_path / "releases.json"))
    assert release(ledger, "one", units("a", WHOLE, hidden=("law", "music")), question="q") is None
    assert release(ledger, "again", units("a", WHOLE, hidden=("law", "music")), question="q").name == "one"
    assert len(ledger.releases) == 1


def test_a_name_stands_for_one_release(tmp_path: Path) -> None:
    """Another answer under a name that is taken is a wrong command, as is no name."""
    ledger = Ledger(file_place(tmp_path / "releases.json"))
    release(ledger, "one", units("a", {"all": range(60)}))
    for name in ("one", " "):
        with pytest.raises(UsageError, match="--publish"):
            release(ledger, name, units("b", {"all": range(60)}), question="other")


def test_the_file_is_its_owners_and_holds_no_id(tmp_path: Path) -> None:
    """Mode 600; interviews and applicants stand in it as salted hashes alone; it reads back as it was."""
    path = tmp_path / "releases.json"
    ledger = Ledger(file_place(path))
    release(ledger, "one", units("a", WHOLE, hidden=("law", "music")))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert "p41" not in text
    assert "i41" not in text
    again = Ledger(file_place(path))
    assert again.salt == ledger.salt
    assert again.releases[0].tables[0].units.tolist() == ledger.releases[0].tables[0].units.tolist()


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"format": "followup_analytics releases", "version": 9})])
def test_a_file_that_is_no_ledger(tmp_path: Path, text: str) -> None:
    """It is named, and nothing is overwritten."""
    path = tmp_path / "releases.json"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=r"releases\.json"):
        Ledger(file_place(path))
    assert path.read_text() == text
