"""The second half of a run: link what are calls, and store each file in one transaction."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

from followup_analytics.ingest.aside.aside import SetAside
from followup_analytics.ingest.aside.marks import repeated_records
from followup_analytics.ingest.aside.repeated import without_taken_keys
from followup_analytics.ingest.cohorts import keep_labels, labels_kept, relabelled
from followup_analytics.ingest.known import linkable
from followup_analytics.ingest.linking.duplicates import (
    as_joined_before,
    as_one_contact,
    keep_joins,
    marks_of,
    pairs_of,
    read_joins,
)
from followup_analytics.ingest.linking.linking import Lines, Linked, link, unlinked
from followup_analytics.ingest.noted import keep_set_aside
from followup_analytics.ingest.opening import refuse_nothing_read
from followup_analytics.ingest.parsing.calls import complete
from followup_analytics.ingest.registry import Batch, ReadOptions
from followup_analytics.ingest.run import FileOnItsWay, Run, TableOnItsWay
from followup_analytics.ingest.summing import keep_note
from followup_analytics.log.checks import CheckedTable, check_table, covariates, reject_unknown_interviews
from followup_analytics.log.clock import DAY_US, is_zone, local_midnight, zones_of
from followup_analytics.log.followup_log import Note
from followup_analytics.log.pseudonyms import protect
from followup_analytics.log.schema import CONTACTS, INTERVIEWS, TABLES
from followup_analytics.sheets.tabular import ROW
from followup_analytics.store import Counts

#: Interviews and applicants come first: contacts and outcomes refer to them.
_ORDER = {"interviews": 0, "applicants": 1, "contacts": 2, "outcomes": 3}


def store_roster(run: Run, files: Sequence[FileOnItsWay]) -> None:
    """The roster's interviews that neither the store nor a file has: calls can only be kept with their interview."""
    if run.roster is None or run.roster.interviews is None:
        return
    checked = run.roster.interviews
    if run.store is not None:
        tables = [table for file in files for table in file.tables if table.name == INTERVIEWS.name]
        elsewhere = run.in_store.union(*(table.checked.frame["interview_id"] for table in tables))
        new = checked.frame.filter(~pl.col("interview_id").is_in(list(elsewhere)))
        if new.height:
            with run.store.transaction(checked.file) as tx:
                _mark_key(run, tx)
                counts = tx.add(INTERVIEWS.name, _protected(run, new, INTERVIEWS.name, None))
            run.in_store |= set(new["interview_id"])
            run.notes.append(
                Note("roster_interviews", "interviews of the roster were added to the store", counts.accepted)
            )
    if checked.n_rejected:
        text = f"rows of the roster can't be used as interviews; the first: {checked.problems(1)[0].sentence()}"
        run.notes.append(Note("roster_rejected", text, checked.n_rejected))


def take(run: Run, file: FileOnItsWay) -> bool:
    """Store one file: everything of it, or nothing."""
    if file.is_calls:
        linked = _linked_contacts(run, file)
        refuse_nothing_read(file, linked.batch.read + linked.batch.merged + sum(batch.read for batch in file.batches))
        file.tables.append(linked)
    if run.store is None:
        for table in file.tables:
            table.counts = Counts(accepted=table.checked.frame.height)
        run.papers.write_rejects(file.sample, file.tables, file.aside, file.source)
        return True
    with run.store.transaction(file.sample.name) as tx:
        _mark_key(run, tx)
        _keep_settings(run, file, tx)
        keep_labels(run.store, tx, run.cohort_labels)
        labels = labels_kept(tx)
        _join(run, file, tx)
        for table in sorted(file.tables, key=lambda one: _ORDER[one.name]):
            ready = table.checked.frame
            if table.name == INTERVIEWS.name:
                run.in_store |= set(ready["interview_id"])
            elif table.refers_to_interviews and len(run.in_store) < run.known.height:
                ready = ready.filter(pl.col("interview_id").is_in(list(run.in_store)))
            ready = relabelled(ready, labels)
            table.counts += tx.add(table.name, _protected(run, ready, table.name, file), unsaid=table.unsaid)
        keep_set_aside(run, file, tx)
        run.papers.write_rejects(file.sample, file.tables, file.aside, file.source)
    return True


def _join(run: Run, file: FileOnItsWay, tx: Any) -> None:
    """Make contacts one with those that were joined before and, if asked, with those that another source has too."""
    if run.store is None:
        return
    joins = read_joins(tx)
    for table in file.tables:
        if table.name != CONTACTS.name or not table.checked.frame.height or not (joins or run.join_duplicates):
            continue
        frame = table.checked.frame
        held = run.store.read_tables()[CONTACTS.name]
        if joins:
            marks = marks_of(frame["contact_id"], run.pseudonyms)
            known = marks.is_in(list(joins))
            table.counts += Counts(already_known=int(known.sum()))
            kept = marks.is_in(list(joins.values()))
            frame = as_joined_before(frame.filter(~known), held, kept.filter(~known))
        if run.join_duplicates:
            pairs = pairs_of(frame, held, run.known.select("interview_id", "_zone"))
            if pairs.height:
                names = marks_of(pairs["contact_id"], run.pseudonyms)
                joins = {**joins, **dict(zip(names, marks_of(pairs["held_id"], run.pseudonyms), strict=True))}
                keep_joins(tx, joins)
                # Of two that an earlier ingest stored side by side, one goes.
                twice = pairs["contact_id"].filter(pairs["contact_id"].is_in(held["contact_id"].implode()))
                if twice.len():
                    tx.remove(CONTACTS.name, twice.to_list())
                frame = as_one_contact(frame, pairs, held)
                run.joined += pairs.height
        table.passed_over += table.checked.frame.height - frame.height
        table.checked = dataclasses.replace(table.checked, frame=frame)


def take_postponed(run: Run, files: Sequence[FileOnItsWay]) -> None:
    """Rows whose interview came in a later file of the same command."""
    if run.store is None:
        return
    for file, table in ((one, table) for one in files for table in one.tables):
        first = table.counts
        taken = first.accepted + first.already_known + first.forgotten - table.passed_over
        if taken == table.checked.frame.height:
            continue
        with run.store.transaction(table.place) as tx:
            frame = relabelled(table.checked.frame, labels_kept(tx))
            again = tx.add(table.name, _protected(run, frame, table.name, file), unsaid=table.unsaid)
        # What the first pass stored is known to the second one.
        table.counts = dataclasses.replace(
            again, accepted=again.accepted + first.accepted, already_known=again.already_known - first.accepted
        )


def _protected(run: Run, frame: pl.DataFrame, table: str, file: FileOnItsWay | None) -> pl.DataFrame:
    """A table as it may be stored; of another store, everybody is a pseudonym already."""
    if file is not None and file.source.name == "store":
        return frame
    own = covariates(frame, TABLES[table])
    return protect(frame, own, run.pseudonyms, keep=run.options.keep, keep_notes=run.options.keep_notes)


def _mark_key(run: Run, tx: Any) -> None:
    if tx.setting("key_mark") is None:
        tx.set("key_mark", run.pseudonyms.fingerprint)


def _keep_settings(run: Run, file: FileOnItsWay, tx: Any) -> None:
    """What files say about the whole log: its zone, that it is simulated, the analyst's rule for voicemails."""
    zone = file.options.time_zone or (file.options.map.time_zone if file.options.map else None)
    held = tx.setting("time_zone")
    if zone is not None and (held is None or not is_zone(held)):
        tx.set("time_zone", zone)
    if file.settings.simulated:
        tx.set("simulated", "true")
    seconds = run.options.voicemail_under
    if seconds is not None and file.is_calls:
        text = (
            f"outbound calls of under {seconds:g} seconds count as voicemails by the analyst's rule, since their "
            "source can't tell"
        )
        keep_note(tx, Note("voicemail_rule", text, file.decided["voicemail_rule"]))


# -------------------------------------------------------------------------------------------------------------- calls


def _linked_contacts(run: Run, file: FileOnItsWay) -> TableOnItsWay:
    """Read a file's calls in a stream, link each batch, and check what was linked as contacts."""
    streamed = not file.batches
    lines = _lines(run, file.options)
    contacts: list[pl.DataFrame] = []
    file.aside = SetAside(run.scratch_folder)
    read = merged = 0
    for batch in file.source.read(file.sample, file.options) if streamed else file.batches:
        if batch.table != "calls":
            continue
        if streamed:
            file.decided.update(batch.counts)
        file.notes += batch.notes
        read += batch.read
        merged += batch.merged
        linked = _link(run, file, _by_voicemail_rule(batch.rows, run.options.voicemail_under, file.decided), lines)
        file.unmatched += linked.unmatched + _without_interview(batch.problems)
        contacts.append(_as_contacts(linked.contacts, file, run.known.select("interview_id", "_zone")))
        file.aside.add(batch.problems, linked.problems)
        file.review.add(linked.review)
        if run.progress is not None:
            run.progress(file.sample.name, read, file.sample.share_read)
    made = Batch(CONTACTS.name, pl.concat(contacts), read, merged=merged)
    return TableOnItsWay(CONTACTS.name, file.sample.name, made, _checked(run, file, made))


def _without_interview(problems: pl.DataFrame | None) -> int:
    """Records of which the source itself could say that no interview of the roster has them."""
    return 0 if problems is None else problems.filter(pl.col("rule") == "unmatched").height


def _checked(run: Run, file: FileOnItsWay, made: Batch) -> CheckedTable:
    zones = run.known.select("interview_id", "_zone")
    checked = check_table(made.rows, CONTACTS, file=file.sample.name, interview_zones=zones)
    checked = dataclasses.replace(checked, rows_read=made.read)
    if run.store is not None or run.links:
        checked = reject_unknown_interviews(checked, run.known["interview_id"])
    repeated = repeated_records(file.sample) if run.store is not None else frozenset()
    return without_taken_keys(checked, repeated, run.store, run.pseudonyms)


def _lines(run: Run, options: ReadOptions) -> Lines:
    interviews = linkable(run.known, run.ends)
    if run.roster is None:
        return dataclasses.replace(Lines.empty(options.region), interviews=interviews, decisions=run.decisions)
    own = {key: run.pseudonyms.applicant(who) for key, who in run.roster.own.items()}
    known_by = pl.concat([run.roster.lines, run.roster.employers])
    return Lines(known_by, interviews, own, run.decisions, run.roster.region)


def _link(run: Run, file: FileOnItsWay, rows: pl.DataFrame, lines: Lines) -> Linked:
    if run.store is None and not run.links:
        # A check without a roster looks at the file alone: every readable call is good.
        return unlinked(rows, run.pseudonyms, file.source.name)
    return link(rows, lines, run.pseudonyms, file.source.name)


def _by_voicemail_rule(rows: pl.DataFrame, seconds: float | None, decided: Counter[str]) -> pl.DataFrame:
    """The analyst's own rule for outbound calls whose source can't tell a mailbox from a conversation."""
    if seconds is None:
        return rows
    unclear = (pl.col("certainty") == "unclear") & (pl.col("direction") == "outbound")
    applies = (unclear & (pl.col("duration_s") < seconds)).fill_null(value=False)
    decided["voicemail_rule"] += int(rows.select(applies.sum()).item())
    return rows.with_columns(
        channel=pl.when(applies).then(pl.lit("voicemail")).otherwise("channel"),
        party=pl.when(applies).then(pl.lit("none")).otherwise("party"),
        certainty=pl.when(applies).then(pl.lit("rule")).otherwise("certainty"),
    )


def _days_begin(calls: pl.DataFrame, zones: pl.DataFrame) -> pl.Series:
    """The calls' instants, those that are dates as the beginning of that day where the interview was."""
    by_day = calls["is_day"].fill_null(value=False)
    if not by_day.any():
        return calls["at_us"]
    there = (
        zones_of(calls["interview_id"], zones).fill_null("UTC")
        if zones.height
        else pl.repeat("UTC", calls.height, eager=True)
    )
    return calls["at_us"].zip_with(~by_day, local_midnight(calls["at_us"] // DAY_US, there))


def _as_contacts(linked: pl.DataFrame, file: FileOnItsWay, zones: pl.DataFrame) -> pl.DataFrame:
    """Linked calls under the contract's names; the other party's number and name stay behind.

    The kind of file is not a column: two systems that kept one call alike must give one contact, not two versions.
    """
    by_day = pl.col("is_day").fill_null(value=False)
    whole = pl.concat([complete(linked), linked.select("contact_id", "interview_id")], how="horizontal")
    whole = whole.with_columns(_days_begin(whole, zones).alias("at_us"))
    return whole.select(
        ROW,
        "contact_id",
        "interview_id",
        "direction",
        "channel",
        "party",
        "duration_s",
        "automatic",
        "certainty",
        at=pl.from_epoch("at_us", time_unit="us").dt.replace_time_zone("UTC"),
        at_precision=pl.when(by_day).then(pl.lit("day")),
        **({"notes": pl.col("note")} if file.options.keep_notes else {}),
    )
