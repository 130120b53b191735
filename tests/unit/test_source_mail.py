"""E-mail: directions by addresses, automatic replies, bounces, dates with lost zones, pseudo messages."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from source_reading import read_source

ME, HR = "me@example.org", "hr@acme.example"


def message(
    sender: str,
    to: str,
    *,
    date: str = "Tue, 5 Mar 2024 09:00:00 -0500",
    key: str = "1",
    extra: str = "",
    body: str = "Hello\n",
) -> str:
    """One message with its headers and a body."""
    return f"Date: {date}\nFrom: {sender}\nTo: {to}\nMessage-ID: <{key}@example.org>\nSubject: Hi\n{extra}\n{body}"


def mbox(folder: Path, *messages: str) -> Path:
    """The messages as one mbox."""
    path = folder / "mail.mbox"
    path.write_text("".join(f"From x@example.org Tue Mar  5 14:00:00 2024\n{one}\n" for one in messages), "utf-8")
    return path


def test_directions_by_own_addresses(tmp_path: Path) -> None:
    """What the applicant's own address wrote went out, all else came in; display names and case don't matter."""
    path = mbox(tmp_path, message(f"Me <{ME.upper()}>", f"HR <{HR}>"), message(f'"HR, Acme" <{HR}>', ME, key="2"))
    name, rows, _, _ = read_source(path, own_addresses=frozenset({ME}))
    assert name == "mbox"
    assert rows.select("direction", "channel", "party", "number", "automatic").rows() == [
        ("outbound", "email", "none", HR, None),
        ("inbound", "email", "none", HR, None),
    ]
    assert rows["at_us"].to_list() == [1709647200000000] * 2


def test_directions_by_the_roster(tmp_path: Path) -> None:
    """Without own addresses the employers' addresses and domains decide; other mail belongs to no interview."""
    path = mbox(
        tmp_path, message(ME, HR), message("boss@acme.example", ME, key="2"), message("mum@example.net", ME, key="3")
    )
    _, rows, problems, _ = read_source(path, their_addresses=frozenset({"@acme.example"}))
    assert rows["direction"].to_list() == ["outbound", "inbound"]
    assert problems["rule"].to_list() == ["unmatched"]


def test_automatic_replies_and_bounces(tmp_path: Path) -> None:
    """An out-of-office reply is marked automatic, mass mail too; a delivery report is no contact."""
    path = mbox(
        tmp_path,
        message(HR, ME, extra="Auto-Submitted: auto-replied\n"),
        message(HR, ME, key="2", extra="Precedence: bulk\n"),
        message(HR, ME, key="3", extra="Auto-Submitted: no\n"),
        message("MAILER-DAEMON@example.org", ME, key="4", extra="Content-Type: multipart/report; boundary=x\n"),
    )
    _, rows, problems, _ = read_source(path, own_addresses=frozenset({ME}))
    assert rows["automatic"].to_list() == [True, True, None]
    assert problems["rule"].to_list() == ["bounce"]


@pytest.mark.parametrize(
    ("date", "extra", "expected"),
    [
        ("Tue, 5 Mar 2024 09:00:00 EST", "", 1709647200),
        ("Tue, 5 Mar 2024 14:00:00 -0000", "", 1709647200),
        (
            "Tue, 5 Mar 2024 15:00:00 GMT+0100 (CET)",
            "Received: from x by y; Tue, 5 Mar 2024 14:00:00 +0000\n",
            1709647200,
        ),
        ("sometime", "", 1709647200),
    ],
)
def test_dates(tmp_path: Path, date: str, extra: str, expected: int) -> None:
    """A date whose zone is lost, or that is none, gives way to the first Received line, then to the From line."""
    _, rows, _, _ = read_source(mbox(tmp_path, message(HR, ME, date=date, extra=extra)), own_addresses=frozenset({ME}))
    assert rows["at_us"].to_list() == [expected * 1_000_000]


def test_a_body_that_looks_like_a_new_message(tmp_path: Path) -> None:
    """A body's own line beginning with From splits a message; its second half is counted and passed over."""
    body = "Dear all\n\nFrom Monday 4 March 2024\nwe are closed\n"
    _, rows, _, counts = read_source(mbox(tmp_path, message(HR, ME, body=body)), own_addresses=frozenset({ME}))
    assert (rows.height, counts) == (1, {"split_messages": 1})


def test_eml_and_maildir(tmp_path: Path) -> None:
    """A single message and a Maildir say what the mbox says; undisclosed recipients are nobody."""
    one = tmp_path / "message.eml"
    one.write_bytes(message(HR, "undisclosed-recipients:;").replace("\n", "\r\n").encode())
    name, rows, _, _ = read_source(one, own_addresses=frozenset({ME}))
    assert (name, rows["number"].to_list()) == ("eml", [HR])
    folder = tmp_path / "Maildir"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    (folder / "cur" / "1:2,S").write_text(message(ME, f"{HR}, boss@acme.example"), "utf-8")
    name, rows, _, _ = read_source(folder, own_addresses=frozenset({ME}))
    assert name == "maildir"
    assert rows.select(pl.col("number").str.split("\x1f")).to_series().to_list() == [[HR, "boss@acme.example"]]
