"""Files in, log out: the two commands, `ingest_files` and `check_files`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from followup_analytics.ingest.aside.papers import Papers
from followup_analytics.ingest.cohorts import labels_given
from followup_analytics.ingest.known import stored_interviews
from followup_analytics.ingest.linking.decisions import read_reviews
from followup_analytics.ingest.linking.roster import Roster, read_roster
from followup_analytics.ingest.maps.mapping import FileMap, load_map
from followup_analytics.ingest.opening import open_files
from followup_analytics.ingest.result import CheckResult, IngestResult
from followup_analytics.ingest.run import FileOnItsWay, Paths, Progress, Run, as_paths, read_options
from followup_analytics.ingest.storing import store_roster, take, take_postponed
from followup_analytics.ingest.summing import summed
from followup_analytics.log.followup_log import Note
from followup_analytics.log.pseudonyms import load_pseudonyms
from followup_analytics.store import PLAIN_KEYS, Counts, Store, open_store
from followup_analytics.text import listed

Kind = TypeVar("Kind", bound=IngestResult)


def ingest_files(
    files: Paths,
    *,
    into: str,
    source: str = "auto",
    map: str | Path | Mapping[str, Any] | None = None,  # noqa: A002
    roster: Paths | None = None,
    time_zone: str | None = None,
    region: str | None = None,
    day_first: bool | None = None,
    voicemail_under: float | None = None,
    review: Paths | None = None,
    keep_notes: bool = False,
    keep: Sequence[str] = (),
    own_addresses: Sequence[str] = (),
    observed_until: str | dt.date | None = None,
    maps: Mapping[Path, str | Path] | None = None,
    zones: Mapping[Path, str] | None = None,
    cohorts: Mapping[Path, str] | None = None,
    each_file: bool = False,
    join_duplicates: bool = False,
    same_cohort: Sequence[str] = (),
    progress: Progress | None = None,
) -> IngestResult:
    """Read, check, link and store files.

    files: one or several, in any order. into: the store's URL; it is made on first use. source: the kind of file, where
    it can't be told. map: a TOML file (or the name of a shipped map) that says what the columns of a spreadsheet mean.
    roster: interviews with their numbers and addresses, to link calls by. time_zone: of times without an offset.
    region: country of numbers without a prefix. day_first: order of 03/04/2026. voicemail_under: outbound calls of
    fewer seconds, which the source can't tell from a conversation, count as voicemails; noted in the log.
    keep: columns to store although they may tell of people; see `check_files` for what becomes of each column.
    review: one or several review files given back, of calls or of a calendar's events.
    own_addresses: the applicant's own e-mail addresses.
    observed_until: the record of interviews of these files that have no such date of their own is complete up to here.
    join_duplicates: a contact that another source has too becomes one with it; else it is reported.
    same_cohort: labels of cohorts and how to read them, such as `2026=Class of 2026`; the store remembers them.
    progress: called with a file's name, the records read so far, and their share of the file (None where unknown).

    maps, zones: maps and time zones of single files, where they need different ones. cohorts: of the people of single
    files, where their rows name none.
    each_file: store each file in a transaction of its own, so that one that can't be read keeps the others not out.

    Rows that can't be used go to a rejects file beside the store. All files are one transaction: where one of them
    can't be read, or the run is interrupted, nothing is stored.
    Raises UsageError for a wrong request, UnreadableError when the store, map, roster or review can't be read.

    Example:
        >>> found = ingest_files(sorted(sample_data("log").glob("*.csv")), into="sqlite:///taken.db")
        >>> sum(row.accepted for row in found.rows), sum(row.rejected for row in found.rows)
        (1402, 0)
    """
    options = read_options(
        map=map,
        time_zone=time_zone,
        region=region,
        day_first=day_first,
        voicemail_under=voicemail_under,
        keep_notes=keep_notes,
        keep=keep,
        own_addresses=own_addresses,
        observed_until=None if observed_until is None else str(observed_until),
    )
    paths = as_paths(files)
    store = open_store(into, create=True)
    run = Run(options, store.pseudonyms(), store, Papers(store.folder, [*paths, *_given(roster, review)]), progress)
    run.maps = _own_maps(maps)
    run.zones = {path.resolve(): zone for path, zone in (zones or {}).items()}
    run.cohorts = {path.resolve(): cohort for path, cohort in (cohorts or {}).items()}
    run.join_duplicates = join_duplicates
    run.cohort_labels = labels_given(same_cohort)
    # Whoever gives a zone puts right what the store may hold wrongly.
    run.store_zone = None if options.time_zone is not None else store.checked_settings().time_zone
    run.notes += _plain_keys_note(store)
    run.known = stored_interviews(store)
    run.in_store = set(run.known["interview_id"])
    run.stored_before = frozenset(run.in_store)
    run.contacts_before = store.sizes()["contacts"]
    return _through(run, paths, source, roster, review, IngestResult, each_file=each_file)


def check_files(
    files: Paths,
    *,
    source: str = "auto",
    map: str | Path | Mapping[str, Any] | None = None,  # noqa: A002
    roster: Paths | None = None,
    time_zone: str | None = None,
    region: str | None = None,
    day_first: bool | None = None,
    voicemail_under: float | None = None,
    keep_notes: bool = False,
    keep: Sequence[str] = (),
    own_addresses: Sequence[str] = (),
    maps: Mapping[Path, str | Path] | None = None,
    rejects: str | Path | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Read, check and link files as `ingest_files` does, and store nothing.

    maps: maps of single files, where they need different ones.
    rejects: a file for the rejected rows with their reasons; nothing is written without it. The result also tells for
    every column whether it would be stored, replaced by a pseudonym or dropped, and why.

    Example:
        >>> [row.rejected for row in check_files([sample_data("log") / "interviews.csv"]).rows]
        [0]
    """
    options = read_options(
        map=map,
        time_zone=time_zone,
        region=region,
        day_first=day_first,
        voicemail_under=voicemail_under,
        keep_notes=keep_notes,
        keep=keep,
        own_addresses=own_addresses,
    )
    paths = as_paths(files)
    only = Path(rejects) if rejects is not None else None
    papers = Papers(Path(), [*paths, *_given(roster)], only=only, wanted=only is not None)
    run = Run(options, load_pseudonyms("sqlite:///:memory:"), None, papers, progress)
    run.maps = _own_maps(maps)
    return _through(run, paths, source, roster, None, CheckResult)


def _plain_keys_note(store: Store) -> list[Note]:
    held = store.setting(PLAIN_KEYS) or "0"
    text = (
        "keys that an earlier version stored look as if they were made of people's ids; "
        "`followup store hide-keys STORE` replaces them by pseudonyms"
    )
    return [Note("plain_keys", text, int(held))] if held != "0" else []


def _own_maps(maps: Mapping[Path, str | Path] | None) -> dict[Path, FileMap]:
    """The maps of single files, by the place of each file."""
    return {path.resolve(): load_map(one) for path, one in (maps or {}).items()}


def _given(*files: Paths | None) -> list[Path]:
    """The further inputs of a run, which no working paper may be written over."""
    return [path for one in files if one is not None for path in as_paths(one)]


def _through(
    run: Run,
    paths: Sequence[Path],
    source: str,
    roster: Paths | None,
    review: Paths | None,
    kind: type[Kind],
    *,
    each_file: bool = False,
) -> Kind:
    if roster is not None:
        run.roster = read_roster(
            as_paths(roster), time_zone=run.options.time_zone or run.store_zone, region=run.options.region
        )
        run.notes += _roster_notes(run.roster)
        run.options = dataclasses.replace(
            run.options,
            region=run.options.region or run.roster.region,
            own_addresses=run.options.own_addresses | {key for key in run.roster.own if "@" in key},
            own_numbers=run.options.own_numbers | {key for key in run.roster.own if "@" not in key},
            their_numbers=frozenset(key for key in run.roster.lines["key"] if key.startswith("+")),
            their_addresses=frozenset(key for key in run.roster.lines["key"] if "@" in key),
            their_names=frozenset(key.partition(":")[2] for key in run.roster.employers["key"]),
        )
    if review is not None:
        decided = read_reviews(as_paths(review), run.options.region)
        run.decisions = decided.calls
        run.options = dataclasses.replace(run.options, events=decided.events)
    run.scratch.callback(run.papers.discard)
    with run.scratch:
        opened = open_files(run, paths, source)
        done = _all_or_nothing(run, opened) if run.store is not None and not each_file else _taken(run, opened)
        return summed(run, done, kind)


class _NothingStoredError(Exception):
    """A file of several failed: what the others brought is taken back."""


def _all_or_nothing(run: Run, opened: Sequence[FileOnItsWay]) -> Sequence[FileOnItsWay]:
    """Store all files in one transaction; where one of them can't be used, none is stored, which is said."""
    if not run.failed and run.store is not None:
        with suppress(_NothingStoredError), run.store.together():
            done = _taken(run, opened)
            if not run.failed:
                return done
            raise _NothingStoredError
    for table in (table for file in opened for table in file.tables):
        table.counts = Counts()
    if opened:
        names = listed(dict.fromkeys(one.file for one in run.failed), "and")
        text = f"nothing was stored, since {names} can't be used; mend that, or store the other files with --each-file"
        run.notes.append(Note("nothing_stored", text))
    return opened


def _taken(run: Run, opened: Sequence[FileOnItsWay]) -> list[FileOnItsWay]:
    """Store each file; gives those that could be."""
    store_roster(run, opened)
    run.notes += _strangers(run)
    # Files with interviews go in first; the sort is stable, so files keep the order in which they were given.
    queue = sorted(opened, key=lambda file: not file.has_interviews)
    taken = {file.sample.path for file in queue if run.attempt(file.sample.name, partial(take, run, file))}
    done = [file for file in opened if file.sample.path in taken]
    take_postponed(run, done)
    return done


def _strangers(run: Run) -> list[Note]:
    """Interviews of the roster that nothing is known of: calls of their lines can't be linked."""
    if run.roster is None:
        return []
    unknown = run.roster.lines.filter(~pl.col("interview_id").is_in(run.known["interview_id"].implode()))
    n = unknown["interview_id"].n_unique()
    text = (
        "interviews of the roster are neither in the store nor in these files, and the roster lacks their "
        "applicant_id or interviewed_at, so that no call can be tied to them"
    )
    return [Note("roster_unknown_interviews", text, n)] if n else []


def _roster_notes(roster: Roster) -> list[Note]:
    notes = []
    if roster.unreadable:
        rows = [f"row {row}" for row in dict.fromkeys(roster.unreadable)]
        where = listed([*rows[:3], *(["more"] if rows[3:] else [])], "and")
        text = (
            "entries of the roster are neither a telephone number nor an address (a spreadsheet may have rounded "
            f"them to 1.20256E+10) and were passed over; correct them: {where}"
        )
        notes.append(Note("roster_unreadable", text, len(roster.unreadable)))
    tails = roster.lines.filter(pl.col("key").str.starts_with("tail:")).height
    if tails:
        text = (
            "numbers of the roster have no country code, and nothing says where they belong: they are compared by "
            "their last nine digits; give --region (such as US) to be exact"
        )
        notes.append(Note("compared_by_last_digits", text, tails))
    if roster.region and roster.region_from != "given":
        text = f"numbers without a country code are read as numbers of {roster.region}, by {roster.region_from}"
        notes.append(Note("home_region", text))
    return notes
