"""Files in, log out: detects, reads, checks, links and stores, one transaction per file."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.checks import CheckedTable, check_table, covariates
from followup_analytics.clock import is_zone
from followup_analytics.errors import FollowUpError, UnreadableError, UsageError
from followup_analytics.ingest import known as known_interviews
from followup_analytics.ingest.beside import Settings, settings_beside
from followup_analytics.ingest.calls import complete
from followup_analytics.ingest.linking import Lines, Linked, link
from followup_analytics.ingest.mapping import load_map
from followup_analytics.ingest.numbers import region_checked
from followup_analytics.ingest.papers import Papers
from followup_analytics.ingest.registry import Batch, Match, ReadOptions, Source, detect_source, named_source
from followup_analytics.ingest.result import CheckResult, FailedFile, IngestResult, table_row
from followup_analytics.ingest.roster import Roster, read_review, read_roster
from followup_analytics.ingest.sample import Sample
from followup_analytics.ingest.summing import broken_rules, log_counts, notes_of
from followup_analytics.log import Note
from followup_analytics.privacy import Pseudonyms, load_pseudonyms, protect
from followup_analytics.schema import CONTACTS, INTERVIEWS, TABLES
from followup_analytics.store import Counts, Store, open_store
from followup_analytics.tabular import ROW

Progress = Callable[[str, int], None]
Paths = str | Path | Sequence[str | Path]

#: Interviews and applicants come first: contacts and outcomes refer to them.
_ORDER = {"interviews": 0, "applicants": 1, "contacts": 2, "outcomes": 3}


@dataclass
class _Table:
    """A table of a file on its way: as read, as checked, and what became of its rows."""

    name: str
    place: str
    raw: pl.DataFrame
    checked: CheckedTable
    rows_read: int
    counts: Counts = field(default_factory=Counts)
    sheet: str | None = None


@dataclass
class _File:
    """A file on its way: what kind it is and its tables; the calls of a call source are read when it is stored."""

    sample: Sample
    source: Source
    match: Match
    settings: Settings
    options: ReadOptions
    tables: list[_Table] = field(default_factory=list)
    calls: list[Batch] = field(default_factory=list)
    decided: Counter[str] = field(default_factory=Counter)
    problems: pl.DataFrame | None = None
    unmatched: int = 0
    review: pl.DataFrame | None = None

    @property
    def has_interviews(self) -> bool:
        return any(table.name == INTERVIEWS.name for table in self.tables)

    @property
    def is_calls(self) -> bool:
        return self.source.calls or bool(self.calls)


@dataclass
class _Run:
    """Everything that one command needs on its way through the files."""

    options: ReadOptions
    pseudonyms: Pseudonyms
    store: Store | None
    papers: Papers
    roster: Roster | None
    progress: Progress | None
    decisions: Mapping[str, str] = field(default_factory=dict)
    failed: list[FailedFile] = field(default_factory=list)
    known: pl.DataFrame = field(default_factory=lambda: known_interviews.stored_interviews(None))
    ends: pl.DataFrame = field(default_factory=lambda: known_interviews.ends_of_story(None, []))
    in_store: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)


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
    review: str | Path | None = None,
    keep_notes: bool = False,
    own_addresses: Sequence[str] = (),
    progress: Progress | None = None,
) -> IngestResult:
    """Read, check, link and store files.

    files: one or several, in any order. into: the store's URL; it is made on first use. source: the kind of file, where
    it can't be told. map: a TOML file (or the name of a shipped map) that says what the columns of a spreadsheet mean.
    roster: interviews with their numbers and addresses, to link calls by. time_zone: of times without an offset.
    region: country of numbers without a prefix. day_first: order of 03/04/2026. voicemail_under: outbound calls of
    fewer seconds, which the source can't tell from a conversation, count as voicemails; noted in the log.
    review: a review file given back. own_addresses: the applicant's own e-mail addresses.
    progress: called with a file's name and the records read so far.

    Rows that can't be used go to a rejects file beside the store; each file is one transaction.
    Raises UsageError for a wrong request, UnreadableError when the store, map, roster or review can't be read.
    """
    options = _options(map, time_zone, region, day_first, voicemail_under, keep_notes, own_addresses)
    paths = _paths(files)
    store = open_store(into, create=True)
    pseudonyms = load_pseudonyms(into, create=not store.setting("key_mark"))
    _require_same_key(store, pseudonyms)
    options = dataclasses.replace(options, time_zone=options.time_zone or store.setting("time_zone"))
    run = _Run(options, pseudonyms, store, Papers(store.folder, paths), None, progress)
    run.known = known_interviews.stored_interviews(store)
    run.in_store = set(run.known["interview_id"])
    return _run(run, paths, source, roster, review, IngestResult)


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
    own_addresses: Sequence[str] = (),
    progress: Progress | None = None,
) -> CheckResult:
    """Read, check and link files as `ingest_files` does, and store nothing; rejects files lie in the current folder."""
    options = _options(map, time_zone, region, day_first, voicemail_under, False, own_addresses)
    paths = _paths(files)
    run = _Run(options, load_pseudonyms("sqlite:///:memory:"), None, Papers(Path(), paths), None, progress)
    made = _run(run, paths, source, roster, None, CheckResult)
    assert isinstance(made, CheckResult)  # noqa: S101
    return made


def _options(
    map_: str | Path | Mapping[str, Any] | None,
    time_zone: str | None,
    region: str | None,
    day_first: bool | None,
    voicemail_under: float | None,
    keep_notes: bool,
    own_addresses: Sequence[str],
) -> ReadOptions:
    if time_zone is not None and not is_zone(time_zone):
        raise UsageError(f"the time zone {time_zone!r} is not known; give an IANA name such as Europe/Berlin.")
    if voicemail_under is not None and not 0 < voicemail_under < 86_400:
        raise UsageError(f"--voicemail-under {voicemail_under:g} must be a number of seconds above 0.")
    return ReadOptions(
        time_zone=time_zone,
        region=region_checked(region) if region else None,
        day_first=day_first,
        voicemail_under=voicemail_under,
        keep_notes=keep_notes,
        own_addresses=frozenset(address.strip().casefold() for address in own_addresses),
        map=load_map(map_) if map_ is not None else None,
    )


def _paths(files: Paths) -> list[Path]:
    given = [files] if isinstance(files, str | Path) else list(files)
    if not given:
        raise UsageError("name at least one file.")
    return [Path(one) for one in given]


def _require_same_key(store: Store, pseudonyms: Pseudonyms) -> None:
    mark = store.setting("key_mark")
    if mark is not None and mark != pseudonyms.fingerprint:
        raise UnreadableError(
            f"{store.address.shown}: the key is not the one that this store was made with; put the right key file beside the store "
            "(or set FOLLOWUP_KEY to it), or the same applicant would become two."
        )


# ------------------------------------------------------------------------------------------------------ the run itself


def _run(
    run: _Run,
    paths: Sequence[Path],
    source: str,
    roster: Paths | None,
    review: str | Path | None,
    kind: type[IngestResult],
) -> IngestResult:
    if roster is not None:
        run.roster = read_roster(_paths(roster), time_zone=run.options.time_zone, region=run.options.region)
        run.notes += _roster_notes(run.roster)
    if review is not None:
        run.decisions = read_review(Path(review), run.options.region or (run.roster.region if run.roster else None))
    opened = [
        file for path in paths if (file := _attempt(run, path.name, partial(_opened, run, path, source)))
    ]  # type: ignore[misc]
    _learn_interviews(run, opened)
    _check_dependents(run, opened)
    _store_roster(run, opened)
    # Files with interviews go in first; the sort is stable, so files keep the order in which they were given.
    queue = sorted(opened, key=lambda file: not file.has_interviews)
    done = {id(file): _attempt(run, file.sample.name, partial(_take, run, file)) for file in queue}
    _take_postponed(run, [file for file in queue if done[id(file)]])
    return _result(run, [file for file in opened if done[id(file)]], kind)


def _attempt(run: _Run, name: str, work: Callable[[], Any]) -> Any:
    """Do one file's work; what goes wrong with it is kept for the result, so that the other files still count."""
    try:
        return work()
    except FollowUpError as error:
        if isinstance(error, UsageError):
            raise
        run.failed.append(FailedFile(name, error))
        return None


def _opened(run: _Run, path: Path, source: str) -> _File:
    """Detect and read a file; the calls of a call source are left for later."""
    sample = Sample(path)
    if not path.exists():
        raise UnreadableError(f"{path.name}: there is no such file; check the name and the folder.")
    sample.require_content()
    settings = settings_beside(path)
    if source == "auto" and run.options.map is not None and sample.container in ("file", "workbook", "parquet"):
        chosen, match = named_source("mapped"), Match(3, "--map says what its columns mean")
    elif source == "auto":
        chosen, match = detect_source(sample)
    else:
        chosen, match = named_source(source), Match(3, "--source says so")
    if chosen.calls and run.store is not None and run.roster is None and not run.decisions:
        raise UsageError(
            f"{path.name}: calls are tied to interviews through a roster; give --roster FILE, a table of interview_id and numbers "
            "(and applicant_id and interviewed_at, where the store doesn't have the interviews yet)."
        )
    options = dataclasses.replace(run.options, time_zone=run.options.time_zone or settings.time_zone)
    file = _File(sample, chosen, match, settings, options)
    if not chosen.calls:
        for batch in chosen.read(sample, options):
            _keep_batch(run, file, batch)
    return file


def _keep_batch(run: _Run, file: _File, batch: Batch) -> None:
    file.decided.update(batch.counts)
    if batch.table == "calls":
        file.calls.append(batch)
        return
    table = TABLES[batch.table]
    place = file.sample.name + (f", sheet {batch.sheet}" if batch.sheet else "")
    # Contacts and outcomes are checked once all interviews are known, since their zone is their interview's.
    zones = run.known.select("interview_id", "_zone") if run.known.height else None
    checked = check_table(batch.rows, table, file=place, time_zone=file.options.time_zone, interview_zones=zones)
    checked = _with_shapeless(checked, batch)
    file.tables.append(_Table(batch.table, place, batch.rows, checked, batch.read, sheet=batch.sheet))


def _with_shapeless(checked: CheckedTable, batch: Batch) -> CheckedTable:
    """The checked table with the rows that had no shape among its rejects."""
    if batch.problems is None or not batch.problems.height:
        return checked
    shapeless = batch.problems.select(checked.rejects.columns)
    return dataclasses.replace(checked, rejects=pl.concat([shapeless, checked.rejects]))


def _learn_interviews(run: _Run, files: Sequence[_File]) -> None:
    """All interviews that contacts may refer to: the store's, those of the files in this command, the roster's."""
    checked = [table.checked for file in files for table in file.tables]
    if run.roster is not None and run.roster.interviews is not None:
        checked.append(run.roster.interviews)
    for file in files:
        for table in file.tables:
            if table.name == INTERVIEWS.name and file.settings.data_date is not None:
                table.checked = file.settings.complete(table.checked, file.options.time_zone)
    run.known = known_interviews.with_checked(run.known, checked, run.pseudonyms)


def _check_dependents(run: _Run, files: Sequence[_File]) -> None:
    """Check contacts and outcomes again where the zones of their interviews matter: times without an offset."""
    zones = run.known.select("interview_id", "_zone")
    for file in files:
        for place, table in enumerate(file.tables):
            if "interview_id" in TABLES[table.name].names and table.name != INTERVIEWS.name:
                if file.options.time_zone is None or _depends_on_zone(table):
                    checked = check_table(
                        table.raw,
                        TABLES[table.name],
                        file=table.place,
                        time_zone=file.options.time_zone,
                        interview_zones=zones,
                    )
                    extra = table.checked.rejects.filter(~pl.col(ROW).is_in(table.raw[ROW].implode()))
                    table.checked = dataclasses.replace(checked, rejects=pl.concat([extra, checked.rejects]))
                file.tables[place] = table
    run.ends = known_interviews.ends_of_story(run.store, [table.checked for file in files for table in file.tables])


def _depends_on_zone(table: _Table) -> bool:
    """Whether any time of a table could read otherwise in another zone."""
    unmarked = (table.checked.rejects["rule"] == "no_zone").any()
    clock_name = next(column.name for column in TABLES[table.name].columns if column.type == "timestamp")
    texts = table.raw.rename({name: name.strip().lower() for name in table.raw.columns}).get_column(
        clock_name, default=None
    )
    if texts is None or texts.dtype != pl.String:
        return True
    return bool(unmarked) or not bool(texts.drop_nulls().str.contains(r"(?:Z|[+-]\d{2}:?\d{2})\s*$").all())


def _store_roster(run: _Run, files: Sequence[_File]) -> None:
    """The roster's interviews that nobody else knows, where it has all that the table needs; a transaction of its own."""
    if run.roster is None or run.roster.interviews is None:
        return
    checked = run.roster.interviews
    if run.store is not None:
        named = {one for file in files for table in file.tables if table.name == INTERVIEWS.name for one in table.checked.frame["interview_id"]}
        new = checked.frame.filter(~pl.col("interview_id").is_in(list(run.in_store | named)))
        with run.store.transaction(checked.file) as tx:
            _mark_key(run, tx)
            counts = tx.add(INTERVIEWS.name, _protected(run, new, INTERVIEWS.name))
        run.in_store |= set(new["interview_id"])
        if counts.accepted:
            run.notes.append(Note("roster_interviews", "interviews of the roster were added to the store", counts.accepted))
    if checked.n_rejected:
        text = f"rows of the roster can't be used as interviews; the first: {checked.problems(1)[0].sentence()}"
        run.notes.append(Note("roster_rejected", text, checked.n_rejected))


def _roster_notes(roster: Roster) -> list[Note]:
    notes = []
    if roster.unreadable:
        notes.append(
            Note(
                "roster_unreadable",
                "entries of the roster are neither a telephone number nor an address and were passed over",
                roster.unreadable,
            )
        )
    if roster.region and roster.region_from != "given":
        notes.append(
            Note(
                "home_region",
                f"numbers without a country code are read as numbers of {roster.region}, by {roster.region_from}",
            )
        )
    return notes


# ------------------------------------------------------------------------------------------------------- file by file


def _take(run: _Run, file: _File) -> bool:
    """Store one file: everything of it, or nothing."""
    if file.is_calls:
        file.tables.append(_linked_contacts(run, file))
    known = run.known["interview_id"]
    for table in file.tables:
        dependent = "interview_id" in TABLES[table.name].names and table.name != INTERVIEWS.name
        if dependent and (run.store is not None or (known.len() and not (file.is_calls and run.roster is None))):
            table.checked = _without_strays(table.checked, known)
    if run.store is None:
        for table in file.tables:
            table.counts = Counts(accepted=table.checked.frame.height)
    else:
        with run.store.transaction(file.sample.name) as tx:
            _mark_key(run, tx)
            _keep_settings(run, file, tx)
            for table in sorted(file.tables, key=lambda one: _ORDER[one.name]):
                ready = table.checked.frame
                if table.name == INTERVIEWS.name:
                    run.in_store |= set(ready["interview_id"])
                elif "interview_id" in ready.columns:
                    ready = ready.filter(pl.col("interview_id").is_in(list(run.in_store)))
                table.counts += tx.add(table.name, _protected(run, ready, table.name))
            run.papers.write_rejects(file.sample, file.tables, file.problems)
        return True
    run.papers.write_rejects(file.sample, file.tables, file.problems)
    return True


def _without_strays(checked: CheckedTable, known: pl.Series) -> CheckedTable:
    from followup_analytics.checks import reject_unknown_interviews

    return reject_unknown_interviews(checked, known)


def _take_postponed(run: _Run, files: Iterable[_File]) -> None:
    """Rows whose interview came in a later file of the same command."""
    if run.store is None:
        return
    for file in files:
        for table in file.tables:
            taken = table.counts.accepted + table.counts.already_known + table.counts.forgotten
            if taken == table.checked.frame.height:
                continue
            with run.store.transaction(file.sample.name) as tx:
                table.counts = tx.add(table.name, _protected(run, table.checked.frame, table.name)) + Counts()
                table.counts = dataclasses.replace(
                    table.counts,
                    accepted=table.counts.accepted + taken,
                    already_known=table.counts.already_known - taken,
                )


def _protected(run: _Run, frame: pl.DataFrame, table: str) -> pl.DataFrame:
    return protect(frame, covariates(frame, TABLES[table]), run.pseudonyms, keep_notes=run.options.keep_notes)


def _mark_key(run: _Run, tx: Any) -> None:
    if tx.setting("key_mark") is None:
        tx.set("key_mark", run.pseudonyms.fingerprint)


def _keep_settings(run: _Run, file: _File, tx: Any) -> None:
    """What the files say about the log as a whole: its zone, and that it is simulated."""
    zone = file.options.time_zone
    if zone is not None and tx.setting("time_zone") is None:
        tx.set("time_zone", zone)
    if file.settings.simulated:
        tx.set("simulated", "true")
    if run.options.voicemail_under is not None and file.is_calls:
        from followup_analytics.ingest.summing import keep_note

        keep_note(tx, voicemail_note(run.options.voicemail_under, file.decided["voicemail_rule"]))


def voicemail_note(seconds: float, n: int) -> Note:
    """The sentence about the analyst's own rule for calls that the source can't tell apart."""
    return Note(
        "voicemail_rule",
        f"outbound calls of under {seconds:g} seconds count as voicemails by the analyst's rule, since their source can't tell",
        n,
    )


def _linked_contacts(run: _Run, file: _File) -> _Table:
    """Read a file's calls in a stream, link each batch, and check what was linked as contacts."""
    batches = iter(file.calls) if file.calls else file.source.read(file.sample, file.options)
    lines = _lines(run, file.options)
    contacts: list[pl.DataFrame] = []
    problems: list[pl.DataFrame] = []
    reviews: list[pl.DataFrame] = []
    read = 0
    for batch in batches:
        if not file.calls:
            file.decided.update(batch.counts)
        read += batch.read
        rows = _by_voicemail_rule(batch.rows, run.options.voicemail_under, file.decided)
        linked = _link_batch(run, file, rows, lines)
        file.unmatched += linked.unmatched
        contacts.append(_as_contacts(linked.contacts, file.source.name, file.options))
        problems += [frame for frame in (batch.problems, linked.problems) if frame is not None and frame.height]
        reviews.append(linked.review)
        if run.progress is not None:
            run.progress(file.sample.name, read)
    raw = pl.concat(contacts)
    file.problems = pl.concat(problems) if problems else None
    file.review = pl.concat(reviews)
    checked = check_table(
        raw, CONTACTS, file=file.sample.name, interview_zones=run.known.select("interview_id", "_zone")
    )
    if file.problems is not None:
        checked = dataclasses.replace(
            checked, rejects=pl.concat([file.problems.select(checked.rejects.columns), checked.rejects])
        )
    return _Table(CONTACTS.name, file.sample.name, raw, checked, read)


def _lines(run: _Run, options: ReadOptions) -> Lines:
    interviews = known_interviews.linkable(run.known, run.ends)
    if run.roster is None:
        return dataclasses.replace(Lines.empty(options.region), interviews=interviews, decisions=run.decisions)
    own = {key: run.pseudonyms.applicant(who) for key, who in run.roster.own.items()}
    return Lines(run.roster.lines, interviews, own, run.decisions, run.roster.region)


def _link_batch(run: _Run, file: _File, rows: pl.DataFrame, lines: Lines) -> Linked:
    if run.store is None and run.roster is None:
        # A check without a roster looks at the file alone: every readable call is good.
        from followup_analytics.ingest.linking import unlinked

        return unlinked(rows, run.pseudonyms, file.source.name)
    return link(rows, lines, run.pseudonyms, file.source.name)


def _by_voicemail_rule(rows: pl.DataFrame, seconds: float | None, decided: Counter[str]) -> pl.DataFrame:
    """The analyst's own rule for outbound calls whose source can't tell a mailbox from a conversation."""
    if seconds is None:
        return rows
    applies = (
        (pl.col("certainty") == "unclear") & (pl.col("direction") == "outbound") & (pl.col("duration_s") < seconds)
    )
    applies = applies.fill_null(value=False)
    decided["voicemail_rule"] += int(rows.select(applies.sum()).item())
    return rows.with_columns(
        channel=pl.when(applies).then(pl.lit("voicemail")).otherwise("channel"),
        party=pl.when(applies).then(pl.lit("none")).otherwise("party"),
        certainty=pl.when(applies).then(pl.lit("rule")).otherwise("certainty"),
    )


def _as_contacts(linked: pl.DataFrame, source: str, options: ReadOptions) -> pl.DataFrame:
    """Linked calls under the contract's names; the other party's number and name stay behind."""
    by_day = pl.col("is_day").fill_null(value=False)
    return complete_contacts(linked).select(
        ROW,
        "contact_id",
        "interview_id",
        at=pl.from_epoch("at_us", time_unit="us").dt.replace_time_zone("UTC"),
        direction="direction",
        channel="channel",
        party="party",
        duration_s="duration_s",
        at_precision=pl.when(by_day).then(pl.lit("day")),
        automatic="automatic",
        source=pl.lit(source),
        certainty="certainty",
        **({"notes": pl.col("note")} if options.keep_notes else {}),
    )


def complete_contacts(linked: pl.DataFrame) -> pl.DataFrame:
    """Linked calls with all columns, also where a batch is empty."""
    return pl.concat([complete(linked), linked.select("contact_id", "interview_id")], how="horizontal")


# ------------------------------------------------------------------------------------------------------------- result


def _result(run: _Run, files: Sequence[_File], kind: type[IngestResult]) -> IngestResult:
    rows, broken = [], []
    for file in files:
        for table in file.tables:
            rejected = table.checked.rejects[ROW].n_unique() + table.counts.forgotten
            counts = {
                "rows_read": table.rows_read,
                "accepted": table.counts.accepted,
                "already_known": table.counts.already_known,
                "new_versions": table.counts.new_versions,
                "rejected": rejected,
                "unmatched": file.unmatched if file.is_calls and table.name == CONTACTS.name else 0,
            }
            paper = run.papers.rejects_of(file.sample, table.sheet, table.name)
            rows.append(table_row(file.sample.name, table.name, file.source.name, counts, paper, file.match.why))
            broken += broken_rules(table.checked, table.raw, file.sample.name, table.name)
    reviews = [file.review for file in files if file.review is not None and file.review.height]
    review_file = run.papers.write_review(pl.concat(reviews)) if reviews else None
    failed = tuple(run.failed)
    checked = [table.checked for file in files for table in file.tables]
    notes = (
        *run.notes,
        *notes_of(checked, [(file.sample.name, file.decided) for file in files], run.options, run.known),
    )
    if review_file:
        unmatched = sum(file.unmatched for file in files)
        text = f"calls are to be looked at: fill in interview_id in {review_file} and give it back with --review"
        notes = (
            *notes,
            Note("review", text, unmatched + sum(r.filter(pl.col("call").is_not_null()).height for r in reviews)),
        )
    return kind(
        rows=tuple(rows),
        counts=log_counts(run.store, checked),
        notes=notes,
        broken=tuple(broken),
        failed=failed,
        review_file=review_file,
        exit_code=_exit_code(rows, failed, kind),
    )


def _exit_code(rows: Sequence[Mapping[str, Any]], failed: Sequence[FailedFile], kind: type[IngestResult]) -> int:
    """Contract section 3: 1 when any file is unreadable; check: 3 when any row is bad; ingest: 0 when any row counts."""
    if any(one.error.exit_code == 1 for one in failed):
        return 1
    if kind is CheckResult:
        return 3 if failed or any(row["rejected"] > row["unmatched"] for row in rows) else 0
    return 0 if any(row["accepted"] or row["already_known"] for row in rows) else 3
