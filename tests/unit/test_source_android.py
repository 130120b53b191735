"""Android SMS Backup & Restore: what its types mean, damage, attacks. The pattern for a source's tests."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import ReadOptions, detect_source

HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore-->\n"


def read(path: Path, options: ReadOptions | None = None) -> tuple[str, pl.DataFrame, pl.DataFrame]:
    """The source's name, its usable rows and its problems."""
    sample = Sample(path)
    source, _ = detect_source(sample)
    batches = list(source.read(sample, options or ReadOptions()))
    problems = [batch.problems for batch in batches if batch.problems is not None]
    return source.name, pl.concat([batch.rows for batch in batches]), pl.concat(problems)


def call(**attributes: object) -> str:
    """One call element with usual attributes."""
    given = {"number": "+12025550143", "duration": 64, "date": 1709647200123, "type": 2, "presentation": 1} | attributes
    return "  <call " + " ".join(f'{name}="{value}"' for name, value in given.items()) + " />\n"


def backup(folder: Path, *elements: str, root: str = "calls", count: int | None = None) -> Path:
    """A backup file with these elements."""
    path = folder / "backup.xml"
    count = len(elements) if count is None else count
    path.write_text(f'{HEAD}<{root} count="{count}" backup_set="x">\n{"".join(elements)}</{root}>\n', "utf-8")
    return path


@pytest.mark.parametrize(
    ("kind", "duration", "direction", "channel", "party", "certainty"),
    [
        (1, 64, "inbound", "phone", None, "stated"),
        (2, 64, "outbound", "phone", None, "unclear"),
        (2, 0, "outbound", "phone", "none", "stated"),
        (3, 0, "inbound", "phone", "none", "stated"),
        (4, 20, "inbound", "voicemail", None, "stated"),
        (5, 0, "inbound", "phone", "none", "stated"),
        (6, 0, "inbound", "phone", "none", "stated"),
        (7, 30, "inbound", "phone", None, "stated"),
    ],
)
def test_types_of_calls(
    tmp_path: Path, kind: int, duration: int, direction: str, channel: str, party: str | None, certainty: str
) -> None:
    """Each type code has its meaning from the applicant's view, and what can't be told is marked unclear."""
    name, rows, problems = read(backup(tmp_path, call(type=kind, duration=duration)))
    row = rows.row(0, named=True)
    assert name == "android_calls"
    assert problems.height == 0
    assert (row["direction"], row["channel"], row["party"], row["certainty"]) == (direction, channel, party, certainty)
    assert row["at_us"] == 1709647200123000


def test_unknown_type_is_set_aside(tmp_path: Path) -> None:
    """A code of some maker's own is no error of the file: its record alone is set aside, with the reason."""
    _, rows, problems = read(backup(tmp_path, call(type=9), call(), call(date="soon"), call(duration="long")))
    assert rows["_row"].to_list() == [2]
    assert problems.select("_row", "rule").rows() == [(1, "unknown_type"), (3, "no_time"), (4, "bad_duration")]


@pytest.mark.parametrize("number", ["", "-1", "-2", "null", "(Unknown)", "Private"])
def test_withheld_numbers_are_null(tmp_path: Path, number: str) -> None:
    """What stands for a withheld number is never a number that calls could share."""
    _, rows, _ = read(backup(tmp_path, call(number=number)))
    assert rows["number"].to_list() == [None]


def test_older_files_have_fewer_attributes(tmp_path: Path) -> None:
    """The oldest backups have number, duration, date and type alone, which is all that is needed."""
    element = '<call number="+12025550143" duration="59" date="1312563906092" type="1" />'
    _, rows, _ = read(backup(tmp_path, element))
    assert rows["number"].to_list() == ["+12025550143"]


def test_missing_records_are_counted(tmp_path: Path) -> None:
    """A file that promises more records than it has was cut off, and says so."""
    sample = Sample(backup(tmp_path, call(), count=3))
    source, _ = detect_source(sample)
    assert [dict(batch.counts) for batch in source.read(sample, ReadOptions())] == [{"truncated_file": 2}]


@pytest.mark.parametrize(
    "evil",
    [
        '<!DOCTYPE calls [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<calls count="1">\n</calls>',
        '<!DOCTYPE calls SYSTEM "http://example.org/x.dtd">\n<calls count="1">\n</calls>',
        '<!DOCTYPE calls [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<calls><call number="&x;"/></calls>',
    ],
)
def test_document_types_are_refused(tmp_path: Path, evil: str) -> None:
    """Entities and external references are refused in one sentence, before anything is read."""
    path = tmp_path / "calls.xml"
    path.write_text(evil, "utf-8")
    with pytest.raises(UnreadableError, match="document type"):
        read(path)


def test_a_file_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    """Damage names the line, and gives nothing half-read."""
    path = backup(tmp_path, *[call() for _ in range(10)])
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UnreadableError, match="damaged at line"):
        read(path)


def test_messages(tmp_path: Path) -> None:
    """Received and sent texts are contacts, drafts are not; halves of surrogate pairs in texts do no harm."""
    path = backup(
        tmp_path,
        '<sms address="+12025550143" date="1709647300000" type="2" body="Thank you &#55357;&#56833;" />',
        '<sms address="+12025550143" date="1709647400000" type="1" body="Hi" />',
        '<sms address="+12025550143" date="1709647500000" type="3" body="draft" />',
        '<mms date="1709647600000" msg_box="1" address="+12025550143~+12025550199"><parts><part seq="0" text="x"/></parts>'  # noqa: E501
        '<addrs><addr address="+12025550143" type="137"/><addr address="+12025550199" type="151"/></addrs></mms>',
        '<mms date="1709647700000" msg_box="2" address="+12025550143~+12025550199"><parts/><addrs/></mms>',
        root="smses",
    )
    name, rows, problems = read(path)
    assert name == "android_messages"
    assert rows["direction"].to_list() == ["outbound", "inbound", "inbound", "outbound"]
    assert rows["number"].to_list() == ["+12025550143"] * 3 + ["+12025550143\x1f+12025550199"]
    assert rows["note"].null_count() == 4
    assert problems.select("_row", "rule").rows() == [(3, "not_sent")]
    assert set(rows["channel"]) == {"text"}


def test_texts_are_kept_only_when_asked(tmp_path: Path) -> None:
    """The words of a message stay out unless --keep-notes is given."""
    path = backup(tmp_path, '<sms address="1" date="1709647300000" type="1" body="Hi" />', root="smses")
    _, rows, _ = read(path, ReadOptions(keep_notes=True))
    assert rows["note"].to_list() == ["Hi"]
