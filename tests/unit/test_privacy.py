"""Keyed pseudonyms: the same person under the same key, nothing without it, and the key kept apart."""

from __future__ import annotations

import stat
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.personal import fate_of, heading_tells
from followup_analytics.log.pseudonyms import Pseudonyms, key_path, load_pseudonyms, protect


def test_pseudonyms_depend_on_key_and_kind() -> None:
    """The same value gives the same pseudonym; another key or kind gives another; the key is never shown."""
    one, other = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)
    assert one.applicant(" s1 ") == one.applicant("s1") != other.applicant("s1")
    assert one.of("name", "x") != one.of("number", "x")
    assert "aaaa" not in repr(one)
    assert one.fingerprint != other.fingerprint
    assert "a" * 8 not in one.fingerprint


def test_a_known_value_of_the_construction() -> None:
    """HMAC-SHA-256 over kind, NUL and value, its first 80 bits in hexadecimal: fixed, since stores rest on it."""
    import hashlib
    import hmac

    expected = hmac.new(b"k" * 32, b"applicant\0s1", hashlib.sha256).hexdigest()[:20]
    assert Pseudonyms(b"k" * 32).applicant("s1") == "p-" + expected


def test_the_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made once, beside the store, for its owner alone; the environment comes first; a short key is refused."""
    monkeypatch.delenv("FOLLOWUP_KEY", raising=False)
    url = f"sqlite:///{tmp_path}/log.db"
    first = load_pseudonyms(url)
    path = tmp_path / "log.db.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_pseudonyms(url).key == first.key
    monkeypatch.setenv("FOLLOWUP_KEY", "a key from the environment")
    assert load_pseudonyms(url).key != first.key
    monkeypatch.setenv("FOLLOWUP_KEY", "short")
    with pytest.raises(UsageError, match="too short"):
        load_pseudonyms(url)


def test_a_missing_key_is_not_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that has applicants needs its own key back."""
    monkeypatch.delenv("FOLLOWUP_KEY", raising=False)
    with pytest.raises(UnreadableError, match="key is missing"):
        load_pseudonyms(f"sqlite:///{tmp_path}/log.db", create=False)


def test_the_key_of_a_shared_store_has_no_password_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new password must not lose the key, nor show itself in a file's name."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")
    one, other = (key_path(f"postgresql://office:{word}@db.example:5432/log") for word in ("secret", "other"))
    assert one == other == Path("/nowhere/followup_analytics/db.example_5432-log.key")


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("student name", "person"),
        ("Last_Name", "person"),
        ("mobile phone", "person"),
        ("E-mail", "person"),
        ("home address", "person"),
        ("recruiter", "person"),
        ("Advisor", "person"),
        ("contact_person", "person"),
        ("dob", "person"),
        ("StudentID", "person"),
        ("Ansprechpartnerin", "person"),
        ("Geburtsdatum", "person"),
        ("Teléfono", "person"),
        ("Prénom", "person"),
        ("Notes", "note"),
        ("comments", "note"),
        ("Bemerkungen", "note"),
        ("company name", None),
        ("employer", None),
        ("gpa", None),
        ("job title", None),
        ("course_name", None),
        ("interview_format", None),
    ],
)
def test_columns_of_people(column: str, kind: str | None) -> None:
    """A user's own column is personal by the words of its heading."""
    assert heading_tells(column) == kind


def test_protect() -> None:
    """Applicants are replaced, people in further columns and free text go, things stay, and what is named stays."""
    frame = pl.DataFrame(
        {
            "applicant_id": ["a", "a", "b"],
            "student name": ["Ann", None, "Bob"],
            "notes": ["x", "y", "z"],
            "gpa": [1.0, 2.0, 3.0],
        }
    )
    safe = protect(frame, ["student name", "notes", "gpa"], Pseudonyms(b"k" * 32))
    assert safe.columns == ["applicant_id", "gpa", "_bucket"]
    assert safe["applicant_id"].n_unique() == 2
    own = ["student name", "notes", "gpa"]
    kept = protect(frame, own, Pseudonyms(b"k" * 32), keep_notes=True, keep=["Student Name"])
    assert kept["notes"].to_list() == ["x", "y", "z"]
    assert kept["student name"].to_list() == ["Ann", None, "Bob"]


def test_values_of_people_under_any_heading() -> None:
    """Addresses and numbers are dropped also where the heading doesn't say what they are."""
    frame = pl.DataFrame(
        {
            "reach": ["ann@example.org", None],
            "line": ["+1 202 555 0143", "none"],
            "grade": ["A", "B"],
        }
    )
    safe = protect(frame, frame.columns, Pseudonyms(b"k" * 32))
    assert safe.columns == ["grade"]


@pytest.mark.parametrize(
    ("cells", "becomes"),
    [
        (["Arts", "Sciences", "Arts"], "stored"),
        (["Computer Science", "Business Administration", "Art History"], "stored"),
        (["Maria Lopez", "Peter Novak", "Anna Smith"], "dropped"),
        (["Lopez, Maria", "Novak, Peter", "Smith, Anna"], "dropped"),
        ([f"{number}" for number in range(47110, 47130)], "dropped"),
        ([f"{number % 5}" for number in range(40)], "stored"),
        (["3.5", "2.75", "3.9"], "stored"),
        (["yes", "no", None], "stored"),
        ([f"answer number {number}" for number in range(40)], "dropped"),
        (["he said that he would call again on Monday at noon"] * 3, "dropped"),
    ],
    ids=["category", "two capitals", "names", "last first", "keys", "points", "decimals", "booleans", "many", "texts"],
)
def test_fate_of_columns_by_content(cells: list[str | None], becomes: str) -> None:
    """Numbers, booleans and categories of few values are stored; keys, names and texts are dropped."""
    assert fate_of(pl.Series("x1", cells)).becomes == becomes
