"""One command's run through its files: what it was asked, what it knows, and each file on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from followup_analytics.errors import FollowUpError, UnreadableError, UsageError
from followup_analytics.ingest.aside.aside import SetAside
from followup_analytics.ingest.aside.papers import Papers
from followup_analytics.ingest.aside.review import Review
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.known import no_ends, no_interviews
from followup_analytics.ingest.linking.by_name import NAMES_SCHEMA, Missed
from followup_analytics.ingest.linking.roster import Roster
from followup_analytics.ingest.maps.mapping import FileMap, load_map
from followup_analytics.ingest.parsing.telephone import contact_key, region_checked
from followup_analytics.ingest.registry import Batch, Match, ReadOptions, Source
from followup_analytics.ingest.result import FailedFile
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.followup_log import Note
from followup_analytics.log.places import tables_in
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.log.record_end import parse_moment
from followup_analytics.log.schema import INTERVIEWS, TABLES
from followup_analytics.log.settings import Settings
from followup_analytics.log.zone_names import zone_given
from followup_analytics.sheets.headings import header_key
from followup_analytics.store import Counts, Store

Progress = Callable[[str, int, float | None], None]
Paths = str | Path | Sequence[str | Path]


@dataclass
class TableOnItsWay:
    """A table of a file: as read, as checked once all interviews are known, and what became of its rows."""

    name: str
    place: str
    batch: Batch
    checked: CheckedTable
    counts: Counts = field(default_factory=Counts)
    passed_over: int = 0  # contacts that had been joined with others before

    @property
    def raw(self) -> pl.DataFrame:
        """The records under the contract's names."""
        return self.batch.rows

    @property
    def original(self) -> pl.DataFrame:
        """The cells as they stand in the file."""
        return self.batch.rows if self.batch.original is None else self.batch.original

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Columns of the contract that the file doesn't have: it says nothing of them, which is not to say "empty"."""
        said = {header_key(name) for name in self.batch.rows.columns}
        return tuple(name for name in TABLES[self.name].names if name not in said)

    @property
    def sheet(self) -> str | None:
        """The workbook's sheet, if it is one."""
        return self.batch.sheet

    @property
    def refers_to_interviews(self) -> bool:
        """Whether its rows belong to interviews that are listed elsewhere."""
        return self.name != INTERVIEWS.name and "interview_id" in TABLES[self.name].names


@dataclass
class FileOnItsWay:
    """A file: what kind it is and its tables; the calls of a call source are read when it is stored."""

    sample: Sample
    source: Source
    match: Match
    settings: Settings
    options: ReadOptions
    batches: list[Batch] = field(default_factory=list)
    tables: list[TableOnItsWay] = field(default_factory=list)
    decided: Counter[str] = field(default_factory=Counter)
    aside: SetAside | None = None
    unmatched: int = 0
    review: Review = field(default_factory=Review)
    notes: list[Note] = field(default_factory=list)
    forced: bool = False  # --source named the kind

    @property
    def has_interviews(self) -> bool:
        """Whether contacts of other files may refer to it."""
        return any(batch.table == INTERVIEWS.name for batch in self.batches)

    @property
    def is_calls(self) -> bool:
        """Whether its records are calls that have to be linked."""
        return self.source.calls or any(batch.table == "calls" for batch in self.batches)


@dataclass
class Run:
    """Everything that one command needs on its way through the files."""

    options: ReadOptions
    pseudonyms: Pseudonyms
    store: Store | None
    papers: Papers
    progress: Progress | None = None
    store_zone: str | None = None
    roster: Roster | None = None
    decisions: Mapping[str, str] = field(default_factory=dict)
    maps: Mapping[Path, FileMap] = field(default_factory=dict)
    zones: Mapping[Path, str] = field(default_factory=dict)  # of single files
    cohorts: Mapping[Path, str] = field(default_factory=dict)  # of the people of single files that name none
    failed: list[FailedFile] = field(default_factory=list)
    known: pl.DataFrame = field(default_factory=no_interviews)
    ends: pl.DataFrame = field(default_factory=no_ends)
    cohort_labels: Mapping[str, str] = field(default_factory=dict)  # labels that are to be read as others
    join_duplicates: bool = False
    contacts_before: int = 0  # how many the store had when the run began
    joined: int = 0  # contacts that were joined with others
    stored_before: frozenset[str] = frozenset()  # the interviews that the store had before this run
    in_store: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    names: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NAMES_SCHEMA))
    missed: Missed = field(default_factory=Missed)
    day_first: bool | None = None  # what the dates of all files together tell
    scratch: ExitStack = field(default_factory=ExitStack)

    def scratch_folder(self) -> Path:
        """A folder of our own for what archives hold; it goes when the run ends."""
        return Path(self.scratch.enter_context(TemporaryDirectory(prefix="followup-")))

    @property
    def links(self) -> bool:
        """Whether there is anything to link calls by."""
        return self.roster is not None or bool(self.decisions)

    def attempt(self, name: str, work: partial[Any]) -> Any:
        """Do one file's work; what goes wrong with it is kept for the result, so that the other files still count."""
        try:
            return work()
        except UsageError:
            raise
        except FollowUpError as error:
            self.failed.append(FailedFile(name, error))
            return None
        except (pl.exceptions.PolarsError, OSError, UnicodeError, RecursionError, MemoryError, OverflowError) as error:
            # What a file holds can go beyond what any reader foresees: that is the file's fault, and it is named.
            text = (
                f"{name}: something in the file can't be read ({type(error).__name__}); open it, look for cells or "
                "names that are damaged, and save or export it again."
            )
            self.failed.append(FailedFile(name, UnreadableError(text)))
            return None


def read_options(
    *,
    map: str | Path | Mapping[str, Any] | None,  # noqa: A002
    time_zone: str | None,
    region: str | None,
    day_first: bool | None,
    voicemail_under: float | None,
    keep_notes: bool = False,
    keep: Sequence[str] = (),
    own_addresses: Sequence[str],
    observed_until: str | None = None,
) -> ReadOptions:
    """The user's options, checked. Raises UsageError for a zone, region, number or date that is none."""
    time_zone = zone_given(time_zone)
    if observed_until is not None:
        parse_moment(observed_until, time_zone)
    if voicemail_under is not None and not 0 < voicemail_under < 86_400:
        raise UsageError(f"--voicemail-under {voicemail_under:g} must be a number of seconds above 0.")
    return ReadOptions(
        time_zone=time_zone,
        region=region_checked(region) if region else None,
        day_first=day_first,
        voicemail_under=voicemail_under,
        keep_notes=keep_notes,
        keep=tuple(keep),
        own_addresses=frozenset(one.strip().casefold() for one in own_addresses if "@" in one),
        own_numbers=frozenset(key for one in own_addresses if "@" not in one and (key := contact_key(one, region))),
        map=load_map(map) if map is not None else None,
        observed_until=observed_until,
    )


def as_paths(files: Paths) -> list[Path]:
    """One or several files as paths, a folder of the log's tables as these; UsageError when there are none."""
    given = [_plain_path(one) for one in ([files] if isinstance(files, str | Path) else list(files))]
    if not given:
        raise UsageError("name at least one file.")
    return [path for one in given for path in _tables_in(Path(one)) or [Path(one)]]


def _plain_path(given: str | Path) -> Path:
    """A file's path; of another store's URL, that of its database.

    Raises UsageError for a store on a server.
    """
    text = str(given)
    if text.startswith(("postgresql:", "postgres:")):
        raise UsageError("a store on a server can't be read as a file: copy it into an SQLite store first.")
    if not text.startswith("sqlite:"):
        return Path(given)
    # A path swallows strokes: sqlite:///log.db and sqlite:////log.db have become the same.
    rest = text.removeprefix("sqlite:").lstrip("/")
    return Path(rest) if Path(rest).exists() else Path("/" + rest)


def _tables_in(folder: Path) -> list[Path]:
    """The files of a log's tables in a folder, interviews first; none where it is no folder or holds something else."""
    if not folder.is_dir():
        return []
    return [path for paths in tables_in(folder).tables.values() for path in paths]
