"""The register of sources: which kinds of file there are, and which of them a file is.

How to add a source
-------------------
Add one module to `ingest/sources/` with a constant `SOURCE = Source(name, description, detect, read)`; it is found by
being there, and nothing else has to change.

* `detect(sample)` gives `Match(strength, why)` or None. Ask for a signature (a set of headers, a root element), never
  for a file name alone. `CERTAIN`: nothing else looks like this. `LIKELY`: the usual headers are there.
* `read(sample, options)` yields `Batch`es of at most some 50,000 records, so that a file of any size needs little
  memory. A source of calls or messages yields `table="calls"` with the columns of `calls.CALLS` (use `calls_frame` or
  `complete`); a source that knows interviews yields raw text under the contract's column names and the table's name.
  Records that can't be used go to `problems`; every record is in one or the other, or counted in `merged`.
* Say what the file says. Where it can't tell (a placed call with a duration), set `certainty` to `unclear`.
* Times: UTC instants, by the source's own rule; times without a marker are read in `options.time_zone` by
  `times.read_times`, which refuses when there is none.
* Add a test module beside `tests/unit/test_source_android.py`: detection, the meaning of each result, damage.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.maps.mapping import FileMap
from followup_analytics.ingest.maps.nearest import nearest_map
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import listed, nearest, shorten

CERTAIN, LIKELY, POSSIBLE = 3, 2, 1


class UnknownKindError(UnreadableError):
    """A file that no source knows."""


@dataclass(frozen=True)
class Match:
    """How well a file fits a source, and why, in words that finish the sentence "taken as X because ..."."""

    strength: int
    why: str


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about the files: zone of unmarked times, home region of numbers, order of day and month."""

    time_zone: str | None = None
    zone_is_given: bool = False  # the zone is the user's own word, not the store's
    region: str | None = None
    day_first: bool | None = None
    voicemail_under: float | None = None
    keep_notes: bool = False
    keep: tuple[str, ...] = ()  # columns that are kept although they may tell of people
    own_addresses: frozenset[str] = frozenset()
    own_numbers: frozenset[str] = frozenset()  # the applicant's own telephone numbers, as keys
    their_numbers: frozenset[str] = frozenset()  # the employers' telephone numbers, as keys, from the roster
    their_addresses: frozenset[str] = frozenset()  # the employers' addresses and @domains, from the roster
    events: Mapping[str, bool] = field(default_factory=dict)  # a person's word on a calendar's events: interview or not
    their_names: frozenset[str] = frozenset()  # the employers' names, folded, from the roster
    map: FileMap | None = None
    observed_until: str | None = None  # until when the record of interviews is complete that say nothing of it


@dataclass(frozen=True)
class Batch:
    """Some records of a file: usable `rows` of a `table`, `problems` (calls.PROBLEMS), how many were `read`.

    `merged` counts records that are part of another one (legs of a call, drafts, plans), `counts` what was decided by
    rule, by the code of its note.
    """

    table: str
    rows: pl.DataFrame
    read: int
    problems: pl.DataFrame | None = None
    merged: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    sheet: str | None = None
    original: pl.DataFrame | None = None  # the cells as the file has them, where `rows` are made from them
    theirs: Mapping[str, str] = field(default_factory=dict)  # the file's own header of a column, where it has one
    notes: tuple[Note, ...] = ()  # what else the user should know of the file
    repeated: frozenset[int] = frozenset()  # rows of a rejects file whose key stood in an earlier row
    origins: Mapping[int, tuple[str, int]] = field(default_factory=dict)  # of a rejects file: where each row came from
    day_first: bool | None = None  # the order of its dates, where it is known
    read_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # ours: the file's own headers, by a map
    personal_keys: frozenset[str] = frozenset()  # keys that are made of people's ids or names
    completed: tuple[int, str] | None = None  # dates that got their year by rule, and from where
    match: pl.DataFrame | None = None  # the cells by which each row's interview is looked for, with `_row`
    events: pl.DataFrame | None = None  # of a calendar: what each event was taken for (review.EVENTS_SCHEMA)
    parts: pl.DataFrame | None = None  # `_row` and `part`, where rows are made from several places of a sheet
    theirs_of_parts: tuple[Mapping[str, str], ...] = ()  # `theirs` of each part

    def headings(self, rejects: pl.DataFrame) -> pl.Series:
        """The file's own headers of the log's columns at fault; a column that has none keeps its name.

        rejects: `_row` and column of n faults.
        """
        columns = rejects["column"].cast(pl.String)
        if self.parts is None:
            return columns.replace({ours: name for ours, name in self.theirs.items() if name})
        own = rejects.select(ROW).join(self.parts, on=ROW, how="left", maintain_order="left")["part"].fill_null(0)
        pairs = zip(own.to_list(), columns.to_list(), strict=True)
        found = [self.theirs_of_parts[part].get(column or "") or column for part, column in pairs]
        return pl.Series("column", found, dtype=pl.String)


#: A row of somebody's sheet can hold several records: further ones add a multiple of this to `_row`.
FURTHER = 1 << 32


def with_further(rows: pl.DataFrame) -> pl.DataFrame:
    """Records with a `_row` of their own each; `_row % FURTHER` is their row in the file."""
    place = pl.int_range(pl.len()).over(ROW)
    return rows.with_columns((pl.col(ROW) + place * FURTHER).alias(ROW))


Detect = Callable[[Sample], "Match | None"]
Read = Callable[[Sample, ReadOptions], Iterator[Batch]]


@dataclass(frozen=True)
class Source:
    """One kind of file: its name (for --source), what it is, how it is known and how it is read."""

    name: str
    description: str
    detect: Detect
    read: Read
    calls: bool = False  # yields calls to be linked, in a stream, rather than tables of the log
    by_place: bool = False  # a delimited file without a header: its rejects have none either
    listed: bool = False  # text that is no table: its rejects are a list of places and reasons


@cache
def sources() -> dict[str, Source]:
    """All sources by name: every module of `ingest/sources/` that has a SOURCE or SOURCES."""
    import followup_analytics.ingest.sources as package

    found: dict[str, Source] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        loaded = importlib.import_module(f"{package.__name__}.{module}")
        for source in getattr(loaded, "SOURCES", None) or (getattr(loaded, "SOURCE", None),):
            if source is not None:
                found[source.name] = source
    return found


def named_source(name: str) -> Source:
    """The source of that name; UsageError naming the nearest one when there is none."""
    known = sources()
    if name in known:
        return known[name]
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"use auto or one of {listed(sorted(known))}."
    raise UsageError(f"--source {name!r} is not a known kind of file: {hint}")


def detect_source(sample: Sample) -> tuple[Source, Match]:
    """The one source that fits the file best, and why.

    Raises UnreadableError when none fits, UsageError naming both when two fit equally well: guessing would be silent.
    """
    refuse_doctype(sample)
    matches = [(match, source) for source in sources().values() if (match := source.detect(sample)) is not None]
    if not matches:
        raise UnknownKindError(unknown_kind(sample))
    best = max(match.strength for match, _ in matches)
    top = [(match, source) for match, source in matches if match.strength == best]
    if len(top) > 1:
        reasons = listed([f"{source.name} ({match.why})" for match, source in top], "and")
        raise UsageError(
            f"{sample.name}: fits {reasons} equally well; say which with --source {listed([s.name for _, s in top])}."
        )
    return top[0][1], top[0][0]


def refuse_doctype(sample: Sample) -> None:
    """Raise UnreadableError for XML that declares a document type; pages of HTML are read by other means."""
    start = sample.text[:4096].casefold()
    if sample.xml_root is not None and "<!doctype" in start and "<!doctype html" not in start:
        raise UnreadableError(
            f"{sample.name}: the file declares a document type (DOCTYPE), which can hide entities that attack the "
            "reader; exports of telephones have none. Export it again from the app."
        )


def unknown_kind(sample: Sample) -> str:
    """The sentence for a file that no source knows, with what was seen in it.

    Raises UnreadableError naming the byte when the file is text in no known encoding.
    """
    if sample.container == "folder":
        return f"{sample.name}: this is a folder where a file was meant; name the files inside it."
    sample.require_text()
    return (
        f"{sample.name}: this is not a table or export that followup reads by itself: {what_is_seen(sample)}. If it "
        "is one of those that `followup ingest --sources` lists, name it with --source; if it is a spreadsheet of your "
        f"own, `followup map {shorten(sample.name, 60)}` drafts a map that says what its columns mean, to be given "
        f"with --map.{_nearest(sample)}"
    )


def _nearest(sample: Sample) -> str:
    """Which shipped map comes nearest to a sheet, and what it lacks."""
    rows = sorted((sorted(row) for row in sample.headers if len(row) > 1), key=len)
    told = nearest_map(rows[-1]) if rows else ""
    return f" {told}" if told else ""


def what_is_seen(sample: Sample) -> str:
    """What a file begins with, without anything that could be somebody's number or address."""
    if sample.xml_root is not None:
        return f"its first element is <{shorten(sample.xml_root, 30)}>"
    if sample.json_start:
        return "it is JSON of no known service"
    if sample.container in ("archive", "sqlite"):
        return f"it is an {sample.container}" if sample.container == "archive" else "it is an SQLite database"
    for row in sample.headers:
        words = [cell for cell in sorted(row) if not any(mark.isdigit() or mark == "@" for mark in cell)]
        if len(words) > 1:
            return f"its first row reads {listed([repr(shorten(word, 30)) for word in words[:6]], 'and')}"
    return "it has no header that tells"
