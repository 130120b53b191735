"""What a run has to tell: rules that were broken, notes and warnings, and what the log now holds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, TypeVar

import polars as pl

from followup_analytics.ingest.cohorts import cohort_note, without_cohort
from followup_analytics.ingest.columns import fates_of_columns
from followup_analytics.ingest.completeness import logged_share
from followup_analytics.ingest.doubts import same_calls_elsewhere, warnings_of
from followup_analytics.ingest.linking.by_hand import entered_by_hand
from followup_analytics.ingest.linking.duplicates import pairs_of
from followup_analytics.ingest.registry import FURTHER
from followup_analytics.ingest.result import BrokenRule, CheckResult, FailedFile, IngestResult, IngestRow
from followup_analytics.ingest.run import FileOnItsWay, Run, TableOnItsWay
from followup_analytics.ingest.twins import twin_notes
from followup_analytics.log.assembling import assemble, clock_notes
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.clock import local_times
from followup_analytics.log.followup_log import Note
from followup_analytics.log.recording import recording_notes
from followup_analytics.log.schema import APPLICANTS, CLOCKS, CONTACTS, INTERVIEWS, OUTCOME_TABLE, TABLES
from followup_analytics.results.result import LogCounts
from followup_analytics.sheets.tabular import ROW, header_key
from followup_analytics.store import Store
from followup_analytics.text import listed, shorten

Kind = TypeVar("Kind", bound=IngestResult)

_EXAMPLES = 3
#: From this share of a table's rows on, refused rows are told above all else.
_MANY_REFUSED, _FEW_REFUSED = 0.2, 3
_DECIDED = {
    "truncated_file": "records that the file's own count promises are not in it: the export was cut off",
    "legs": "rows were legs or transfers of another row's call and were taken together with it",
    "internal": "calls between lines of the house were passed over as internal",
    "ambiguous_hour": "local times that occur twice when clocks go back were taken as the earlier one",
    "missing_hour": "local times that are skipped when clocks go forward were moved on by an hour",
    "split_messages": "parts of messages were passed over: a body's line that begins with From looks like a message",
    "more_pages": "the export says that it has further pages, which are not in this file",
    "unverified_map": "rows were read by headings that nobody has seen in a real export of this kind: compare some",
    "voicemail_rule": "outbound calls were taken for voicemails by --voicemail-under",
}


def broken_rules(table: TableOnItsWay, file: str) -> list[BrokenRule]:
    """The rules that rows of a table broke, most broken first; values only of columns that are not personal."""
    found = []
    rejects = table.checked.rejects
    rejects = rejects.with_columns(heading=table.batch.headings(rejects))
    groups = rejects.group_by("rule", "column", "heading", maintain_order=True).agg(
        n=pl.col(ROW).n_unique(), message=pl.col("message").first(), rows=pl.col(ROW).sort().head(_EXAMPLES)
    )
    for group in groups.sort("n", descending=True, maintain_order=True).iter_rows(named=True):
        column = group["column"]
        examples = tuple(
            (row % FURTHER, column, _value(table, row, column, group["heading"]))
            for row in group["rows"]
            if row is not None
        )
        heading = group["heading"]
        found.append(
            BrokenRule(file, table.name, group["rule"], group["n"], group["message"], examples, heading, table.sheet)
        )
    return found


def _value(table: TableOnItsWay, row: int, column: str | None, theirs: str | None) -> str | None:
    """The shortened cell at fault, as written; none of a personal column or of a column that isn't the log's own."""
    known = {one.name: one for one in TABLES[table.name].columns}
    if column is None or column not in known or known[column].personal or known[column].type == "text":
        return None
    if theirs in table.original.columns:
        cells = table.original.filter(pl.col(ROW) == row % FURTHER)[theirs].to_list()
    else:
        name = next((name for name in table.raw.columns if header_key(name) == column), None)
        cells = table.raw.filter(pl.col(ROW) == row)[name].to_list() if name else []
    return shorten(str(cells[0]), 30) if len(cells) and cells[0] is not None else None


def summed(run: Run, files: Sequence[FileOnItsWay], kind: type[Kind]) -> Kind:
    """The result of a run: a row per file and table, what was broken, what to know, and the exit code."""
    tables = [(file, table) for file in files for table in file.tables]
    rows = [_row(run, file, table) for file, table in tables]
    of_tables = [rule for file, table in tables for rule in broken_rules(table, file.sample.name)]
    broken = [*_aside_rules(files), *of_tables]
    notes = [*run.notes, *_notes(run, files)]
    reviews = [file.review for file in files if file.review.calls and run.store is not None]
    review_file = run.papers.write_review(pl.concat([one.frame() for one in reviews])) if reviews else None
    if review_file:
        text = f"calls are to be looked at: fill in interview_id in {review_file} and give it back with --review"
        notes.append(Note("review", text, sum(one.calls for one in reviews)))
        left_out = sum(one.numbers_left_out for one in reviews)
        text = "numbers that fit no interview, those with the fewest calls, have no place in the review file"
        notes += [Note("review_left_out", text, left_out)] if left_out else []
    notes += _many_refused(tables, of_tables)
    if run.missed.rows:
        where = f"; {run.papers.write_matches(run.missed.frame())} lists them" if run.store is not None else ""
        n = sum(1 for one in run.missed.rows if one.get("suggested_interview"))
        text = (
            f"rows fit no interview by person and employer{where}, with the key that was built from each and for {n:,} "
            "the nearest interview: write yes under accept where it is the right one, and give the sheet back with "
            "--review"
        )
        notes.append(Note("matches", text, len(run.missed.rows)))
    for file in files:
        if (file.review.events["interview"] == "no").any():
            listed_in = run.papers.write_review(file.review.events, f"{file.sample.path.stem}.events")
            text = (
                f"what each event was taken for stands in {listed_in}: correct its column interview, and give it back "
            )
            text += "with --review"
            if listed_in is not None:
                notes.append(Note("events_review", text))
                review_file = review_file or listed_in
    return kind(
        rows=tuple(rows),
        counts=_log_counts(run.store, [table.checked for _, table in tables]),
        notes=tuple(notes),
        broken=tuple(broken),
        failed=tuple(run.failed),
        review_file=review_file,
        columns_become=fates_of_columns(files, run.options),
        exit_code=_exit_code(rows, run.failed, kind),
    )


def _many_refused(tables: Sequence[tuple[FileOnItsWay, TableOnItsWay]], broken: Sequence[BrokenRule]) -> list[Note]:
    """Tables of a sheet of which many rows were refused, with the commonest reason: that is to be mended first."""
    told = []
    for file, table in tables:
        n, read = table.checked.n_rejected, table.batch.read
        if file.is_calls or n < _FEW_REFUSED or n < _MANY_REFUSED * read:
            continue
        place = f"{file.sample.name}, sheet {table.sheet}" if table.sheet else file.sample.name
        own = [one for one in broken if (one.file, one.sheet, one.table) == (file.sample.name, table.sheet, table.name)]
        reason = f" Most often: {own[0].why()}" if own else ""
        lost = f"{n:,} of {read:,} rows of {table.name} were refused"
        text = f"{place}: {lost}; mend this before you use any number.{reason}"
        told.append(Note("many_refused", text))
    return told


def _aside_rules(files: Sequence[FileOnItsWay]) -> list[BrokenRule]:
    """The rules for which records of call sources were set aside while they streamed."""
    return [
        BrokenRule(
            file.sample.name,
            CONTACTS.name,
            one.rule,
            one.n,
            one.message,
            tuple((row, one.column, None) for row in one.rows),
        )
        for file in files
        if file.aside is not None
        for one in file.aside.rules
    ]


def _row(run: Run, file: FileOnItsWay, table: TableOnItsWay) -> IngestRow:
    calls = file.is_calls and table.name == CONTACTS.name
    return IngestRow(
        file=file.sample.name,
        table=table.name,
        source=file.source.name,
        rows_read=table.batch.read,
        accepted=table.counts.accepted,
        already_known=table.counts.already_known,
        replaced=table.counts.new_versions,
        rejected=table.checked.n_rejected + table.counts.forgotten + (file.aside.n if calls and file.aside else 0),
        unmatched=file.unmatched if calls else 0,
        rejects_file=run.papers.rejects_of(file.sample, table.sheet, table.name),
        why=file.match.why,
    )


def _exit_code(rows: Sequence[IngestRow], failed: Sequence[FailedFile], kind: type[IngestResult]) -> int:
    """Contract section 3: 1 when a file is unreadable; check: 3 when a row is bad; ingest: 0 when any row counts."""
    if any(one.error.exit_code == 1 for one in failed):
        return 1
    if issubclass(kind, CheckResult):
        return 3 if failed or any(row.rejected > row.unmatched for row in rows) else 0
    return 0 if any(row.accepted or row.already_known for row in rows) else 3


def _notes(run: Run, files: Sequence[FileOnItsWay]) -> list[Note]:
    """What was decided by rule, what was kept out, and warnings about data that came in anew."""
    tables = [table for file in files for table in file.tables]
    notes = list(clock_notes([table.checked for table in tables]))
    for file in files:
        if file.source.name not in ("canonical", "mapped"):
            notes.append(Note("taken_as", f"{file.sample.name} was taken as {file.source.name}: {file.match.why}"))
        notes += [
            Note(code, f"{file.sample.name}: {_DECIDED.get(code, code)}", n) for code, n in file.decided.items() if n
        ]
        notes += file.notes
    forgotten = sum(table.counts.forgotten for table in tables)
    if forgotten:
        text = "rows are about people who were forgotten, and were not stored again"
        notes.append(Note("forgotten", text, forgotten))
    fresh = [table.checked for table in tables if table.counts.accepted]
    # What was simulated may lie ahead; it isn't anybody's slip.
    simulated = any(file.settings.simulated for file in files)
    now = dt.datetime.max.replace(tzinfo=dt.UTC) if simulated else dt.datetime.now(dt.UTC)
    notes += [*warnings_of(fresh, run.known, now), *_how_recorded(fresh), *_cohorts(run, tables)]
    notes += _twins(run, tables)
    notes += without_cohort(
        [
            (file.sample.name, table.checked.frame["cohort"])
            for file in files
            for table in file.tables
            if table.name == INTERVIEWS.name and table.counts.accepted
        ]
    )
    return [*notes, *_beside_other_records(run, files)]


def _how_recorded(fresh: Sequence[CheckedTable]) -> tuple[Note, ...]:
    """Signs that what was recorded depends on what was done, where interviews and contacts came in together."""
    frames = {name: [one.frame for one in fresh if one.table == name] for name in (*CLOCKS, APPLICANTS.name)}
    if not all(frames[name] for name in (INTERVIEWS.name, CONTACTS.name)):
        return ()
    together = {name: pl.concat(found, how="diagonal_relaxed") for name, found in frames.items() if found}
    # Files of one run may name the same interview, such as a sheet and its mended rows: the last one holds. Contacts of
    # interviews that the store had before say nothing here.
    here = together[INTERVIEWS.name].drop("_story", strict=False)
    here = together[INTERVIEWS.name] = here.unique("interview_id", keep="last", maintain_order=True)
    for name in (one for one in (CONTACTS.name, OUTCOME_TABLE.name) if one in together):
        rows = together[name].drop("_story", strict=False)
        together[name] = rows.join(here.select("interview_id"), on="interview_id", how="semi", maintain_order="left")
    log = assemble(together)
    return recording_notes(log, about_outcomes=False)


def _twins(run: Run, tables: Sequence[TableOnItsWay]) -> tuple[Note, ...]:
    """New interviews that look like stored ones, where files bring new ones to a store that had some before."""
    of_interviews = [table for table in tables if table.name == INTERVIEWS.name]
    if run.store is None or not run.stored_before or not any(table.counts.accepted for table in of_interviews):
        return ()
    read = {key for table in of_interviews for key in table.checked.frame["interview_id"]}
    if read <= run.stored_before:
        return ()
    columns = ["interview_id", "applicant_id", "employer", "interviewed_at"]
    return twin_notes(run.store.read_table(INTERVIEWS.name, columns), read, run.stored_before)


def _cohorts(run: Run, tables: Sequence[TableOnItsWay]) -> tuple[Note, ...]:
    """Whether interviews and applicants, of the store or of the files of a check, name their cohorts alike."""
    if not {INTERVIEWS.name, APPLICANTS.name} & {table.name for table in tables}:
        return ()
    found = []
    for name in (INTERVIEWS.name, APPLICANTS.name):
        if run.store is not None:
            found.append(run.store.read_table(name, [TABLES[name].key, "cohort"])["cohort"])
        else:
            here = [table.checked.frame["cohort"] for table in tables if table.name == name]
            found.append(pl.concat(here) if here else pl.Series([], dtype=pl.String))
    return cohort_note(found[0], found[1])


def _beside_other_records(run: Run, files: Sequence[FileOnItsWay]) -> tuple[Note, ...]:
    """Calls that came in anew beside what others wrote down: perhaps the same calls, or calls that a record lacks.

    The other record is what the store has from elsewhere; of a check, the contacts that are no calls of a source.
    """
    columns = ["contact_id", "interview_id", "at", "direction", "channel"]
    contacts = [(file, table) for file in files for table in file.tables if table.name == CONTACTS.name]
    calls = [(file, table.checked.frame.select(columns)) for file, table in contacts if _came_in_anew(run, file, table)]
    if not calls:
        return _same_contacts(run, files)
    new = pl.concat([frame for _, frame in calls])
    if run.store is not None:
        record = run.store.read_table("contacts", columns)
        notes = (*same_calls_elsewhere(new, record), *entered_by_hand(new, record))
    else:
        by_hand = [table.checked.frame.select(columns) for file, table in contacts if not file.is_calls]
        record, notes = pl.concat([new.clear(), *by_hand]), ()
    notes = (*notes, *_same_contacts(run, files))
    shares = [note for file, frame in calls for note in logged_share(frame, record, run.known, file.sample.name)]
    return (*notes, *shares)


def _same_contacts(run: Run, files: Sequence[FileOnItsWay]) -> tuple[Note, ...]:
    """Contacts that came in and that another file, or the store, perhaps has too: counted twice unless joined."""
    told = []
    if run.joined:
        text = "contacts were joined with the same ones of another source, by --join-duplicates"
        told.append(Note("joined_contacts", text, run.joined))
    tables = [
        (file, table)
        for file in files
        for table in file.tables
        if table.name == CONTACTS.name and (table.counts.accepted or run.store is None) and table.checked.frame.height
    ]
    if not tables or run.join_duplicates or (run.store is not None and run.contacts_before == 0 and len(tables) < 2):
        return tuple(told)
    held = run.store.read_tables()[CONTACTS.name] if run.store is not None else None
    zones = run.known.select("interview_id", "_zone")
    found: set[frozenset[str]] = set()
    examples: list[str] = []
    for file, table in tables:
        elsewhere = [other.checked.frame for one, other in tables if one is not file]
        others = held if held is not None else pl.concat(elsewhere, how="diagonal_relaxed") if elsewhere else None
        if others is None:
            continue
        for contact, other, _ in pairs_of(table.checked.frame, others, zones).iter_rows():
            if frozenset((contact, other)) not in found:
                found.add(frozenset((contact, other)))
                examples.append(f"{contact} of {file.sample.name} and {other}")
    if found:
        text = (
            "contacts are perhaps the same as others of the same interview, day, channel and direction that another "
            f"file or the store has; ingest again with --join-duplicates to join them: {listed(examples[:3], 'and')}"
        )
        told.append(Note("perhaps_the_same_contacts", text, len(found)))
    return tuple(told)


def _came_in_anew(run: Run, file: FileOnItsWay, table: TableOnItsWay) -> bool:
    return file.is_calls and bool(table.counts.accepted or run.store is None)


def _log_counts(store: Store | None, checked: Sequence[CheckedTable]) -> LogCounts:
    """What the store holds now; of a check, what the files hold."""
    if store is None:
        return _counts_of_files({one.table: one.frame for one in checked})
    query = "SELECT count(*), count(DISTINCT applicant_id), max(observed_until), max(interviewed_at) FROM interviews"
    with store.reading() as connection:
        n, applicants, until, last = connection.rows(query)[0]
        touches = connection.rows('SELECT count(record), max("at") FROM contacts')[0]
    latest = until or max(filter(None, (last, touches[1])), default=None)
    settings = store.checked_settings()
    return LogCounts(n, applicants, touches[0], _date(latest, settings.time_zone), settings.simulated)


def _counts_of_files(frames: dict[str, pl.DataFrame]) -> LogCounts:
    interviews, contacts = frames.get("interviews"), frames.get("contacts")
    n = interviews.height if interviews is not None else 0
    applicants = interviews["applicant_id"].n_unique() if interviews is not None else 0
    clocks = ((interviews, "observed_until"), (interviews, "interviewed_at"), (contacts, "at"))
    times = [frame[name].dt.epoch("us").max() for frame, name in clocks if frame is not None]
    latest = next((time for time in times if time is not None), None)
    return LogCounts(n, applicants, contacts.height if contacts is not None else 0, _date(latest), simulated=False)


def _date(us: Any, time_zone: str | None = None) -> str:
    """The local date of an instant in the log's zone, else in UTC."""
    if us is None:
        return ""
    return str(local_times(pl.Series([int(us)]), pl.Series([time_zone or "UTC"])).dt.date()[0])


def keep_note(tx: Any, note: Note) -> None:
    """Write a note into the log itself, in the place of an earlier one of its code."""
    held = [one for one in json.loads(tx.setting("notes") or "[]") if one["code"] != note.code]
    # A count of nothing is nothing to tell.
    told = [] if note.n == 0 else [{"code": note.code, "text": note.text, "n": note.n}]
    tx.set("notes", json.dumps([*held, *told], ensure_ascii=False))
