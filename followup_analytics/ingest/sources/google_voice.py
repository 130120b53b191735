"""Google Voice from Google Takeout: placed, received, missed and recorded calls, voicemail and texts.

One HTML file per call or per thread of texts, in a folder, an archive, or by itself. The markup's own ISO time with
its offset counts, not the file's name. A voicemail that the applicant left is a placed call with a duration, which the
export can't tell from a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import polars as pl

from followup_analytics.ingest.detect.archive import read_members
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, MESSAGE, UNANSWERED, telephone_call
from followup_analytics.ingest.parsing.calls import calls_frame, complete, is_withheld
from followup_analytics.ingest.parsing.parts import SEVERAL, Rejected, set_aside
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.clock import parse_times
from followup_analytics.sheets.tabular import ROW

#: All records of an export together, as a rule: names are learnt from one page for another.
_BATCH = 100_000
_LARGEST_PAGE = 64 * 1024**2
_DIRECTIONS = {
    "placed": "outbound",
    "received": "inbound",
    "missed": "inbound",
    "voicemail": "inbound",
    "recorded": "inbound",
}
#: What a page's kind says of the call; of a placed one it doesn't say whether anybody took it.
_RESULTS = {"received": ANSWERED, "missed": UNANSWERED, "voicemail": MESSAGE, "recorded": ANSWERED}
_TITLES = {
    "placed call to": "placed",
    "received call from": "received",
    "missed call from": "missed",
    "voicemail from": "voicemail",
    "recorded call with": "recorded",
}
#: Contact - Kind - time, the kind in the account's language; read from the right, as a name may hold the same dash.
_FILE_NAME = re.compile(
    r"^(?P<contact>.*?)(?: - |^- |^)(?P<kind>[^\W\d_](?:(?! - )\D)*?) - \d{4}-\d\d-\d\dT[\d_]+Z?.*\.html$", re.DOTALL
)
#: A page of a call or of a thread of texts, whatever its language.
_MARKS = (b'class="haudio', b'class="hChatLog')
_LOOKED_AT = 3
_HEAD_BYTES = 65_536
_NUMBER = re.compile(r"\+?[\d ()-]{3,}")
_DURATION = re.compile(r"^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$")


def detect(sample: Sample) -> Match | None:
    """Takeout's folder of calls in an archive or folder, or one of its HTML files."""
    if sample.container in ("folder", "archive"):
        inside = _voice_folders(sample)
        n = sum(name.lower().endswith(".html") and _folder(name) in inside for name in sample.members)
        return Match(CERTAIN, f"it holds {n:,} Google Voice files") if inside else None
    text = sample.text
    if 'class="haudio"' in text and "published" in text:
        return Match(CERTAIN, "it is a Google Voice call log page")
    if 'class="hChatLog' in text:
        return Match(CERTAIN, "it is a Google Voice text thread")
    return None


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _voice_folders(sample: Sample) -> set[str]:
    """The folders inside that hold pages of calls and texts: known by some of their pages, never by their names."""
    looked: dict[str, list[str]] = {}
    for name in sample.members:
        pages = looked.setdefault(_folder(name), []) if name.lower().endswith(".html") else []
        if len(pages) < _LOOKED_AT:
            pages.append(name)
    some = {name for pages in looked.values() for name in pages}
    found: set[str] = set()
    for name, head in read_members(sample, some.__contains__, most=_HEAD_BYTES):
        if any(mark in head for mark in _MARKS):
            found.add(_folder(name))
    return found


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """All calls and texts, in batches; a page that is neither is counted as a problem."""
    if sample.container in ("folder", "archive"):
        folders = _voice_folders(sample)
        pages = read_members(sample, lambda name: name.lower().endswith(".html") and _folder(name) in folders)
    else:
        with sample.open() as file:
            pages = iter([(sample.name, file.read(_LARGEST_PAGE))])
    records: list[_Record] = []
    number = 0
    for name, content in pages:
        for record in _page_records(name, content):
            number += 1
            record.row = number
            records.append(record)
        if len(records) >= _BATCH:
            yield _batch(records, options)
            records = []
    yield _batch(records, options)


@dataclass
class _Record:
    member: str
    kind: str | None = None
    at: str | None = None
    direction: str | None = None
    numbers: list[str] = field(default_factory=list)
    name: str | None = None
    own: str | None = None
    duration: str | None = None
    text: str | None = None
    row: int = 0


def _page_records(name: str, content: bytes) -> list[_Record]:
    page = _Page()
    page.feed(content.decode("utf-8", "replace"))
    page.close()
    base = name.rpartition("/")[2]
    found = _FILE_NAME.match(base)
    contact = (found["contact"] if found else base.rpartition(" - ")[0]).strip()
    if page.is_thread:
        return _thread_records(page, name, contact)
    named = found["kind"].strip().lower() if found else ""
    kind = page.kind or (named if named in _DIRECTIONS else None)
    number = page.numbers[0] if page.numbers else contact if _NUMBER.fullmatch(contact) else ""
    record = _Record(
        name, kind, page.published, _DIRECTIONS.get(kind or ""), [number], page.names[0] if page.names else None
    )
    record.duration, record.text = page.duration, page.transcript
    return [record]


def _thread_records(page: _Page, member: str, contact: str) -> list[_Record]:
    """A thread's messages; the other side of what the applicant wrote is whoever else writes or takes part."""
    others = page.participants or [m.number for m in page.messages if not m.mine and m.number]
    if not others:
        others = [contact] if _NUMBER.fullmatch(contact) else []
    others = list(dict.fromkeys(others))
    records = []
    for message in page.messages:
        numbers = others if message.mine else [message.number or ""]
        direction = "outbound" if message.mine else "inbound"
        name = page.title_name or contact if message.mine else message.name
        records.append(
            _Record(member, "text", message.at, direction, numbers, name, message.number if message.mine else None)
        )
        records[-1].text = message.text
    return records


def _batch(records: list[_Record], options: ReadOptions) -> Batch:
    kinds = pl.Series("kind", [record.kind for record in records], dtype=pl.String)
    times = pl.Series([record.at for record in records], dtype=pl.String)
    parsed = parse_times(times, pl.Series([None] * len(records), dtype=pl.String))
    calls = calls_frame(
        {
            ROW: [record.row for record in records],
            "member": [record.member for record in records],
            "at_us": parsed.us,
            "at_text": times,
            "direction": [record.direction for record in records],
            "number": [SEVERAL.join(filter(None, record.numbers)) for record in records],
            "name": [record.name for record in records],
            "own": [record.own for record in records],
            "duration_s": [_seconds(record.duration) for record in records],
            "note": [record.text if options.keep_notes else None for record in records],
        }
    ).with_columns(kinds, number=pl.when(~is_withheld(pl.col("number"))).then("number"))
    usable, problems = set_aside(
        calls,
        Rejected("kind", "not_a_call", pl.col("kind").is_null(), "the page is neither a call nor a thread of texts."),
        Rejected("published", "no_time", pl.col("at_us").is_null(), "the page has no readable time with its offset."),
        Rejected("kind", "unknown_type", pl.col("direction").is_null(), "the page doesn't say who called whom."),
    )
    kind = pl.col("kind")
    result = kind.replace_strict(_RESULTS, default=None, return_dtype=pl.String)
    meaning = telephone_call(pl.col("direction"), pl.col("duration_s"), result)
    written = {
        "channel": pl.lit("text"),
        "party": pl.lit("none"),
        "certainty": pl.lit("stated"),
        "duration_s": pl.lit(None, pl.Float64),
    }
    rows = usable.with_columns(
        pl.when(kind == "text").then(written[name]).otherwise(told).alias(name) for name, told in meaning.items()
    )
    rows = rows.with_columns(certainty=pl.when(kind == "recorded").then(pl.lit("unclear")).otherwise("certainty"))
    return Batch("calls", complete(rows), len(records), problems)


def _seconds(duration: str | None) -> float | None:
    found = _DURATION.match(duration or "")
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


@dataclass
class _Message:
    at: str | None = None
    number: str | None = None
    name: str | None = None
    mine: bool = False
    text: str = ""


class _Page(HTMLParser):
    """What a call or thread page says; made for pages that are not well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.is_thread = False
        self.kind: str | None = None
        self.published: str | None = None
        self.duration: str | None = None
        self.numbers: list[str] = []
        self.names: list[str] = []
        self.participants: list[str] = []
        self.messages: list[_Message] = []
        self.title_name: str | None = None
        self.transcript: str | None = None
        self._place = ""  # participants, message or contributor: where a number belongs
        self._taking: list[str] | None = None
        self._take_until = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element says by its class and attributes."""
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        if tag == "div":
            self._enter(classes)
        elif tag == "abbr" and "published" in classes:
            self.published = given.get("title")
        elif tag == "abbr" and "duration" in classes:
            self.duration = given.get("title")
        elif tag == "abbr" and "dt" in classes and self.messages:
            self.messages[-1].at = given.get("title")
        elif tag == "a" and "tel" in classes:
            self._number(given.get("href", "").removeprefix("tel:"))
        elif tag == "a" and given.get("rel") == "tag":
            self._tag(given.get("href", "").rpartition("#")[2].lower())
        elif "fn" in classes and self._place == "message" and self.messages and not self.messages[-1].at:
            return
        elif "fn" in classes or tag in ("title", "q") or "full-text" in classes:
            self._start_taking(tag, classes)

    def _enter(self, classes: set[str]) -> None:
        if "hChatLog" in classes:
            self.is_thread = True
        for place in ("participants", "message", "contributor", "tags"):
            if place in classes:
                self._place = place
        if "message" in classes:
            self.messages.append(_Message())

    def _number(self, number: str) -> None:
        if self._place == "participants":
            self.participants.append(number)
        elif self._place == "message" and self.messages:
            self.messages[-1].number = number or None
        elif number:
            self.numbers.append(number)

    def _tag(self, label: str) -> None:
        if label in _DIRECTIONS:
            self.kind = label

    def _start_taking(self, tag: str, classes: set[str]) -> None:
        if tag == "abbr" and self._place == "message" and self.messages:
            self.messages[-1].mine = True
        self._taking, self._take_until = [], tag
        self._meaning = "transcript" if "full-text" in classes else tag

    def handle_data(self, data: str) -> None:
        """Gather the text of the element that is being taken."""
        if self._taking is not None:
            self._taking.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Put the gathered text where it belongs."""
        if self._taking is None or tag != self._take_until:
            return
        text = "".join(self._taking).strip()
        self._taking = None
        if self._meaning == "transcript":
            self.transcript = text
        elif self._meaning == "title":
            self._title(text)
        elif self._meaning == "q" and self.messages:
            self.messages[-1].text = text
        elif self._place == "message" and self.messages:
            self.messages[-1].name = text or None
        elif self._place == "contributor" and text:
            self.names.append(text)

    def _title(self, text: str) -> None:
        first, _, rest = text.partition("\n")
        self.title_name = rest.strip() or None
        self.kind = self.kind or _TITLES.get(first.strip().lower())


SOURCE = Source("google_voice", "Google Voice from Google Takeout (folder, archive or page)", detect, read, calls=True)
