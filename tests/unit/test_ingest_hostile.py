"""Damaged, foreign and evil files: one sentence, the right exit code, and a store that is as it was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from followup_analytics.errors import UsageError
from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import CERTAIN, Match, Source, detect_source, sources

HEADER = "contact_id,interview_id,at,direction,channel\n"
GOOD = "1,i1,2024-03-05T09:00Z,outbound,phone\n"
PAGE = (
    '<html><body><div class="haudio"><a class="tel" href="tel:+12025550143"></a>'
    '<abbr class="published" title="2024-03-05T09:00:00.000-05:00">x</abbr><a rel="tag" href="#placed">Placed</a></div></body></html>'  # noqa: E501
)
CALL_PAGE = "Takeout/Voice/Calls/a - Placed - 2024-03-05T14_00_00Z.html"


def packed(**files: str) -> bytes:
    """An archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


REFUSED = {
    "empty.csv": (b"", 3, "is empty"),
    "blank.csv": (b"\n\n  \n", 3, "is empty"),
    "nul.csv": (HEADER.encode() + b"a\0b,i1,2024-03-05T09:00Z,outbound,phone\n", 1, "NUL"),
    "encoding.csv": (HEADER.encode() + b"\x81\x8d,i1,2024-03-05T09:00Z,outbound,phone\n", 1, "byte 45"),
    "book.xlsx": (b"PK\x03\x04nonsense", 1, "damaged or not a workbook"),
    "table.parquet": (b"PAR1nonsense", 1, "not Parquet"),
    "misspelt.csv": (
        HEADER.replace("direction", "direcction").encode() + GOOD.encode(),
        3,
        "'direcction' looks like it",
    ),
    "bomb.zip": (packed(**{CALL_PAGE: "0" * 80_000_000}), 1, "unpacks to more than"),
    "escape.zip": (packed(**{"../../evil.html": PAGE, CALL_PAGE: PAGE}), 1, "leads out of it"),
    "cut.zip": (packed(**{CALL_PAGE: PAGE})[:-30], 1, "damaged"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\0\0", 1, "it is a picture (PNG)"),
    "letter.csv": (b"%PDF-1.7\n", 1, "it is a PDF document"),
    "make.py": (b"import random, datetime\n", 1, "it is a program's text (.py)"),
    "letter.docx": (packed(**{"word/document.xml": "<w/>"}), 1, "it is a text document (Word)"),
    "other.zip": (packed(**{"a.txt": "hello"}), 1, "not a table or export that followup reads by itself"),
    "deep.json": (b"[" * 100_000, 1, "JSON of no known service"),
    "cut.json": (b'{"calls":[{"sid":"CA' + b"0" * 32 + b'"', 1, "JSON is damaged"),
    "entities.xml": (b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><calls>&b;</calls>', 1, "document type"),
    "unknown.xml": (b"<other/>", 1, "<other>"),
    "cut.xml": (b"<calls>", 1, "damaged at line"),
    "foreign.db": (b"SQLite format 3\0" + b"\0" * 200, 1, "not a table or export that followup reads by itself"),
    "garbage.json.gz": (b"\x1f\x8b\x08\x00garbage", 1, "can't be read"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each says what is wrong and what to do, with the exit code of the contract; nothing is stored."""
    monkeypatch.chdir(tmp_path)
    content, code, sentence = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    result = check_files(name)
    said = str(result.failed[0].error)
    assert sentence in said
    assert said.startswith(name)
    assert result.exit_code == code
    assert ingest_files(name, into="sqlite:///log.db").counts.contacts == 0


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (HEADER + '1,i1,"2024-03-05T09:00Z,outbound,phone\n' + GOOD, {"open_quote"}),
        (HEADER + GOOD + "2,i1,2024-03-05T09:00Z,outbound,phone,more,more\n", {"too_many_cells"}),
        (
            HEADER + "1,i1,0001-01-01T00:00Z,outbound,phone\n2,i1,2024-02-30T09:00Z,outbound,phone\n",
            {"beyond_reason", "no_such_day"},
        ),
        (HEADER + GOOD + GOOD, {"first_of_its_key"}),
    ],
)
def test_rows_are_set_aside_by_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, rules: set[str]
) -> None:
    """A bad row costs its own place alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contacts.csv").write_text(text, "utf-8")
    result = check_files("contacts.csv")
    assert {rule.rule for rule in result.broken} == rules
    row = result.rows[0]
    assert row["rows_read"] == row["accepted"] + row["rejected"]


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    """A folder where a file was meant, and a file that isn't there."""
    (tmp_path / "folder").mkdir()
    result = check_files([tmp_path / "folder", tmp_path / "nowhere.csv"])
    assert [str(one.error).partition(":")[2].partition(";")[0] for one in result.failed] == [
        " this is a folder where a file was meant",
        " there is no such file",
    ]
    assert result.exit_code == 1


def test_two_kinds_that_fit_equally_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is guessed: both names stand in the sentence, and --source decides."""
    path = tmp_path / "calls.xml"
    path.write_text('<calls><call number="+12025550143" date="1709647200123" type="3" /></calls>', "utf-8")
    twin = Source(
        "twin", "a twin", lambda sample: Match(CERTAIN, "it is a twin"), sources()["android_calls"].read, calls=True
    )
    monkeypatch.setitem(sources(), "twin", twin)
    with pytest.raises(UsageError, match=r"android_calls .* and twin .* equally well; say which with --source"):
        detect_source(Sample(path))
    assert check_files(path, source="android_calls").rows[0]["source"] == "android_calls"
    with pytest.raises(UsageError, match="did you mean"):
        check_files(path, source="android_call")


def test_messages_have_no_personal_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and addresses of a file that isn't known never reach a message."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text("2025550143,ann@example.org,Ann\n2025550144,bob@example.org,Bob\n", "utf-8")
    said = str(check_files("list.csv").failed[0].error)
    assert "202555" not in said
    assert "@" not in said


def test_a_locked_or_foreign_store(tmp_path: Path) -> None:
    """A database of somebody else is left as it was."""
    import sqlite3

    from followup_analytics.errors import UnreadableError

    (tmp_path / "contacts.csv").write_text(HEADER + GOOD, "utf-8")
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(UnreadableError, match="another program"):
        ingest_files(tmp_path / "contacts.csv", into=f"sqlite:///{tmp_path}/other.db")
    assert (tmp_path / "other.db").read_bytes() == before
