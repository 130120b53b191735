"""E-mail: mbox, .eml and Maildir, headers only. Bodies pass by unread, so a mailbox of any size needs little memory.

Who wrote is decided by the applicant's own addresses, else by the employers' addresses of the roster, never by a
folder's name. Automatic replies are marked; bounces are no contacts. The key is the Message-ID, so that a message in
two folders is one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

import polars as pl

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.calls import calls_frame
from followup_analytics.ingest.parsing.parts import SEVERAL, Rejected, set_aside
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Batch, Match, ReadOptions, Source
from followup_analytics.sheets.tabular import ROW

_BATCH = 5_000
_LONGEST_HEADER = 256 * 1024
_FROM_LINE = re.compile(rb"^From \S+.*\d{4}\s*$")
_HEADER_LINE = re.compile(
    r"^(?:Return-Path|Delivered-To|Received|Date|From|To|Subject|Message-ID|MIME-Version|X-[\w-]+): ", re.IGNORECASE
)
_AUTOMATIC = {"auto_reply", "auto-reply", "bulk", "junk", "list"}


def detect_mbox(sample: Sample) -> Match | None:
    """A `From ` line with a date at the very beginning."""
    first = sample.head.split(b"\n", 1)[0].rstrip(b"\r") if sample.container == "file" else b""
    return Match(CERTAIN, "it begins with mbox's From line") if _FROM_LINE.match(first) else None


def detect_eml(sample: Sample) -> Match | None:
    """A block of mail headers, with Date and From among them."""
    if sample.container != "file" or not _HEADER_LINE.match(sample.text):
        return None
    head = re.split(r"\r?\n\r?\n", sample.text, maxsplit=1)[0].lower()
    fits = "\ndate:" in "\n" + head and "\nfrom:" in "\n" + head
    return Match(LIKELY, "it begins with the headers of a message") if fits else None


def detect_maildir(sample: Sample) -> Match | None:
    """A folder with `cur` or `new` in it (an empty one is lost in copies), or one of .eml files."""
    if sample.container != "folder":
        return None
    if any(name.startswith(("cur/", "new/")) for name in sample.members):
        return Match(CERTAIN, "it is a Maildir (cur, new)")
    mails = [name for name in sample.members if name.lower().endswith(".eml")]
    return Match(LIKELY, f"it holds {len(mails):,} .eml files") if mails else None


def _mbox_headers(sample: Sample) -> Iterator[bytes]:
    """The header block of each message, after its From line."""
    header: list[bytes] = []
    size = 0
    inside, blank_before = False, True
    with sample.open() as file:
        # Lines are read with a limit: one of 100 MB must not be taken into memory whole.
        while line := file.readline(_LONGEST_HEADER):
            blank = line in (b"\n", b"\r\n")
            if blank_before and _FROM_LINE.match(line.rstrip(b"\r\n")):
                if header:
                    yield b"".join(header)
                header, size, inside = [line], 0, True
            elif inside and blank:
                inside = False
            elif inside and size < _LONGEST_HEADER:
                header.append(line)
                size += len(line)
            blank_before = blank
    if header:
        yield b"".join(header)


def _file_headers(sample: Sample, names: list[str] | None) -> Iterator[bytes]:
    paths = [sample.path / name for name in names] if names is not None else [sample.path]
    for path in paths:
        with path.open("rb") as file:
            head = file.read(_LONGEST_HEADER)
        yield re.split(rb"\r?\n\r?\n", head.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0] + b"\n"


def read_mbox(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """All messages of an mbox."""
    yield from _batches(_mbox_headers(sample), options)


def read_eml(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """One message."""
    yield from _batches(_file_headers(sample, None), options)


def read_maildir(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """All messages of a Maildir, or of a folder of .eml files."""
    names = [
        name
        for name in sample.members
        if re.search(r"(?:^|/)(?:cur|new)/[^/]+$", name) or name.lower().endswith(".eml")
    ]
    yield from _batches(_file_headers(sample, names), options)


def _batches(headers: Iterator[bytes], options: ReadOptions) -> Iterator[Batch]:
    parser = BytesHeaderParser()
    records: list[dict[str, object]] = []
    number = split = 0
    for block in headers:
        from_line, _, rest = block.partition(b"\n") if block.startswith(b"From ") else (b"", b"", block)
        message = parser.parsebytes(rest)
        if message["Date"] is None and message["From"] is None:
            # A body's own line that begins with "From " splits a message in two; the second half is none.
            split += 1
            continue
        number += 1
        records.append({ROW: number, **_record(message, from_line, options)})
        if len(records) >= _BATCH:
            yield _batch(records, {})
            records = []
    yield _batch(records, {"split_messages": split} if split else {})


def _record(message: Message, from_line: bytes, options: ReadOptions) -> dict[str, object]:
    when = _instant(message, from_line)
    sender = next(iter(_addresses(message, "From")), ("", ""))
    recipients = _addresses(message, "To", "Cc", "Bcc")
    direction = _direction(sender[1], [address for _, address in recipients], options)
    others = [address for _, address in recipients] if direction == "outbound" else [sender[1]]
    own = sender[1] if direction == "outbound" else next((a for _, a in recipients if a in options.own_addresses), None)
    kind = str(message.get_content_type())
    return {
        "at_us": None if when is None else round(when.timestamp()) * 1_000_000,
        "at_text": str(message["Date"] or ""),
        "direction": direction,
        "number": SEVERAL.join(others),
        "name": (recipients[0][0] if recipients else None) if direction == "outbound" else sender[0],
        "own": own,
        "automatic": _is_automatic(message) or None,
        "native_id": str(message["Message-ID"]).strip() if message["Message-ID"] else None,
        "bounce": kind == "multipart/report" or sender[1].startswith(("mailer-daemon@", "postmaster@")),
    }


def _addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """(name, address) of the named headers, in small letters; groups without members give none."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    found = []
    for name, address in getaddresses(values):
        if "@" in address:
            found.append((_decoded(name), address.casefold()))
    return found


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        return text


def _direction(sender: str, recipients: list[str], options: ReadOptions) -> str | None:
    """From the applicant's own addresses; where none are known, from the employers' ones."""
    if options.own_addresses:
        if sender in options.own_addresses:
            return "outbound"
        return "inbound"
    if _is_theirs(sender, options):
        return "inbound"
    return "outbound" if any(_is_theirs(address, options) for address in recipients) else None


def _is_theirs(address: str, options: ReadOptions) -> bool:
    return address in options.their_addresses or "@" + address.rpartition("@")[2] in options.their_addresses


def _instant(message: Message, from_line: bytes) -> dt.datetime | None:
    """The message's date; where its zone is lost or it is none, that of the first Received line or of the From line."""
    text = str(message["Date"] or "")
    when = _parsed(text)
    if when is not None and when.tzinfo is None and text.rstrip().endswith("-0000"):
        return when.replace(tzinfo=dt.UTC)
    if when is not None and when.tzinfo is not None:
        return when
    received = [str(value).rpartition(";")[2].strip() for value in message.get_all("Received", [])]
    for candidate in reversed(received):
        first = _parsed(candidate)
        if first is not None and first.tzinfo is not None:
            return first
    try:
        return dt.datetime.strptime(
            from_line.decode("ascii", "replace").split(maxsplit=2)[2].strip(), "%a %b %d %H:%M:%S %Y"
        ).replace(tzinfo=dt.UTC)
    except (ValueError, IndexError):
        return None


def _parsed(text: str) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_automatic(message: Message) -> bool:
    submitted = str(message["Auto-Submitted"] or "no").strip().casefold()
    precedence = str(message["Precedence"] or "").strip().casefold()
    return (
        not submitted.startswith("no")
        or precedence in _AUTOMATIC
        or message["X-Autoreply"] is not None
        or message["List-Id"] is not None
    )


def _batch(records: list[dict[str, object]], counts: dict[str, int]) -> Batch:
    names = ("at_us", "at_text", "direction", "number", "name", "own", "automatic", "native_id")
    frame = calls_frame({ROW: [r[ROW] for r in records], **{name: [r[name] for r in records] for name in names}})
    frame = frame.with_columns(
        channel=pl.lit("email"),
        party=pl.lit("none"),
        certainty=pl.lit("stated"),
        number=pl.when(pl.col("number") != "").then("number"),
        _bounce=pl.Series([bool(r["bounce"]) for r in records], dtype=pl.Boolean),
    )
    usable, problems = set_aside(
        frame,
        Rejected("Date", "no_time", pl.col("at_us").is_null(), "the message has no readable date."),
        Rejected("From", "bounce", pl.col("_bounce"), "a delivery report is no contact."),
        Rejected(
            "From",
            "unmatched",
            pl.col("direction").is_null(),
            "neither the sender nor a recipient is in the roster, so the message belongs to no interview.",
        ),
    )
    return Batch("calls", usable.drop("_bounce"), len(records), problems, counts=counts)


SOURCES = (
    Source("mbox", "e-mail in an mbox file (headers only)", detect_mbox, read_mbox, calls=True, listed=True),
    Source("eml", "an e-mail (.eml, headers only)", detect_eml, read_eml, calls=True, listed=True),
    Source(
        "maildir",
        "e-mail in a Maildir or a folder of .eml files (headers only)",
        detect_maildir,
        read_maildir,
        calls=True,
        listed=True,
    ),
)
