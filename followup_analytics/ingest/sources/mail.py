"""E-mail: mbox, .eml and Maildir, headers only. Bodies pass by unread, so a mailbox of any size needs little memory.

Who wrote is decided by the applicant's own addresses, else by the employers' addresses of the roster, never by a
folder's name. Automatic replies are marked; bounces are no contacts. The key is the Message-ID, so that a message in
two folders is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

import polars as pl

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.linking.names import sender_names
from followup_analytics.ingest.parsing.calls import calls_frame
from followup_analytics.ingest.parsing.mail_dates import envelope_time, message_time
from followup_analytics.ingest.parsing.parts import SEVERAL, Rejected, set_aside
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Batch, Match, ReadOptions, Source
from followup_analytics.sheets.tabular import ROW

_BATCH = 5_000
_LONGEST_HEADER = 256 * 1024
#: A From line: the sender, who may be missing or written as words, and a date that ends in a year or an offset.
_FROM_LINE = re.compile(
    rb"^From (?:\S.*? +)?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}).*\d{4}.*$"
    rb"|^From \S+.*\d{4}\s*$|^From \S+ +\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*$"
)
#: Separators that have lost their date: Thunderbird's and those of archives.
_BARE_FROM_LINE = re.compile(rb"^From (?:-|\S+@\S+|MAILER[-_ ]DAEMON|\S+ at \S+|\?\?\?)? *$|^From *$")
#: A separator that was copied into a header when one mailbox was put into another.
_QUOTED_FROM = re.compile(rb"^>[> ]*From(?: .*)?\r?\n?$")
_HEADER_LINE = re.compile(
    r"^(?:Return-Path|Delivered-To|Received|Date|From|To|Subject|Message-ID|MIME-Version|X-[\w-]+): ", re.IGNORECASE
)
_HEADER_START = re.compile(rb"^[A-Za-z][A-Za-z0-9-]*: ?\S|^[A-Za-z][A-Za-z0-9-]*:\r?\n")
_DOT = r"(?:\.|\s+(?:dot|\(dot\)|\[dot\])\s+)"
_AT_IN_WORDS = re.compile(rf"^\s*([\w.+-]+)\s+(?:at|\(at\)|\[at\])\s+([\w-]+(?:{_DOT}[\w-]+)+)", re.IGNORECASE)
_ONE_SENDER = re.compile(r"^([^<>@\"]*|\s*\"[^\"]*\"\s*)<\s*([^<>@\s]+@[^<>@\s]+)\s*>\s*$", re.DOTALL)
_AUTOMATIC = {"auto_reply", "auto-reply", "bulk", "junk", "list"}


def detect_mbox(sample: Sample) -> Match | None:
    """A `From ` line at the very beginning: with a date, or without one and headers behind it."""
    if sample.container != "file":
        return None
    first, _, rest = sample.head.lstrip(b"\xef\xbb\xbf\r\n").partition(b"\n")
    plain = _unquoted(first.rstrip(b"\r"))
    fits = _FROM_LINE.match(plain) or (_BARE_FROM_LINE.match(plain) and _HEADER_START.match(rest.lstrip(b"\r\n")))
    return Match(CERTAIN, "it begins with mbox's From line") if fits else None


def detect_eml(sample: Sample) -> Match | None:
    """A block of mail headers, with From among them, and one that tells of the message's time or id."""
    if sample.container != "file" or not _HEADER_LINE.match(sample.text):
        return None
    head = re.split(r"\r?\n\r?\n", sample.text, maxsplit=1)[0].lower()
    names = {line.partition(":")[0].strip() for line in head.splitlines() if line[:1].strip()}
    fits = "from" in names and bool(names & {"date", "received", "message-id"})
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
    """The header block of each message, after its From line.

    A separator without a date counts where headers follow it: in a body, "From " begins an ordinary sentence.
    """
    header: list[bytes] = []
    size = 0
    inside, blank_before = False, True
    with sample.open() as file:
        # Lines are read with a limit: one of 100 MB must not be taken into memory whole.
        line = file.readline(_LONGEST_HEADER).removeprefix(b"\xef\xbb\xbf")
        # Some programs quote the separators themselves: a mailbox that begins so goes on so.
        quoted = bool(_QUOTED_FROM.match(line))
        while line:
            following = file.readline(_LONGEST_HEADER)
            if quoted and blank_before and _HEADER_START.match(following):
                line = _unquoted(line)
            blank = line in (b"\n", b"\r\n")
            if _separates(line, following, blank_before=blank_before):
                if header:
                    yield b"".join(header)
                header, size, inside = [line], 0, True
            elif inside and blank:
                # Some programs leave a blank line after the separator.
                inside = len(header) == 1 and bool(_HEADER_START.match(following))
            elif inside and size < _LONGEST_HEADER and not _QUOTED_FROM.match(line):
                header.append(line)
                size += len(line)
            blank_before = blank
            line = following
    if header:
        yield b"".join(header)


def _unquoted(line: bytes) -> bytes:
    """A separator without the mark of quotation before it."""
    return line.lstrip(b"> ") if _QUOTED_FROM.match(line) else line


def _separates(line: bytes, following: bytes, *, blank_before: bool) -> bool:
    if not line.startswith(b"From"):
        return False
    plain = line.rstrip(b"\r\n")
    if plain == b"From" and not blank_before:
        return False
    headed = bool(_HEADER_START.match(following) or _QUOTED_FROM.match(following))
    if _FROM_LINE.match(plain):
        return blank_before or (headed and envelope_time(plain.decode("ascii", "replace")) is not None)
    return headed and bool(_BARE_FROM_LINE.match(plain))


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
        from_line, _, rest = block.partition(b"\n") if re.match(rb"From[ \r\n]", block) else (b"", b"", block)
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
    when = message_time(message, from_line.decode("ascii", "replace"), options.time_zone)
    sender = next(iter(_addresses(message, "From")), ("", ""))
    recipients = _addresses(message, "To", "Cc", "Bcc")
    # Applicant systems write from an address of their own: who it is stands in Reply-To and in the name.
    replies = [address for _, address in _addresses(message, "Reply-To") if address not in options.own_addresses]
    senders = list(dict.fromkeys([sender[1], *replies]))
    direction = _direction(sender, senders, recipients, options)
    others = [address for _, address in recipients] if direction == "outbound" else senders
    own = sender[1] if direction == "outbound" else next((a for _, a in recipients if a in options.own_addresses), None)
    kind = str(message.get_content_type())
    return {
        "at_us": None if when is None else round(when.timestamp()) * 1_000_000,
        "at_text": str(message["Date"] or ""),
        "direction": direction,
        "number": SEVERAL.join(filter(None, others)),
        "name": (recipients[0][0] if recipients else None) if direction == "outbound" else sender[0],
        "own": own,
        "automatic": _is_automatic(message) or None,
        "native_id": str(message["Message-ID"]).strip() if message["Message-ID"] else None,
        "bounce": kind == "multipart/report" or sender[1].startswith(("mailer-daemon@", "postmaster@")),
    }


def _addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """(name, address) of the named headers, in small letters; groups without members give none."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    if names == ("From",) and len(values) == 1:
        # A comma that nobody quoted belongs to the name: Acme, Inc. <jobs@acme.example>.
        alone = _ONE_SENDER.match(values[0])
        if alone:
            return [(_decoded(alone[1].strip().strip('"')), alone[2].casefold())]
    found = []
    for name, address in getaddresses(values):
        if "@" in address:
            found.append((_decoded(name), address.casefold()))
    # Archives of lists write "jobs at acme.example (Acme HR)", so that nobody gathers addresses.
    for value in values if not found else ():
        hidden = _AT_IN_WORDS.match(value)
        if hidden:
            domain = re.sub(r"\s+\W?dot\W?\s+", ".", hidden[2], flags=re.IGNORECASE)
            named = re.search(r"\(([^()]*)\)\s*$", value)
            found.append((_decoded(named[1]) if named else "", f"{hidden[1]}@{domain}".casefold()))
    return found


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        return text


def _direction(
    sender: tuple[str, str], senders: list[str], recipients: list[tuple[str, str]], options: ReadOptions
) -> str | None:
    """From the applicant's own addresses; where none are known, from the employers' ones, then from their names."""
    if options.own_addresses:
        return "outbound" if sender[1] in options.own_addresses else "inbound"
    if any(_is_theirs(address, options) for address in senders):
        return "inbound"
    if any(_is_theirs(address, options) for _, address in recipients):
        return "outbound"
    if options.their_names.intersection(sender_names(sender[0])):
        return "inbound"
    named = any(options.their_names.intersection(sender_names(name)) for name, _ in recipients)
    return "outbound" if named else None


def _is_theirs(address: str, options: ReadOptions) -> bool:
    return address in options.their_addresses or "@" + address.rpartition("@")[2] in options.their_addresses


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
