"""Taking back and forgetting: what `followup track` does to entries that should not be there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.log.schema import TABLES
from followup_analytics.store import Store
from followup_analytics.store.book import read_book
from followup_analytics.store.kinds import UNDO
from followup_analytics.store.names import name_key
from followup_analytics.text import counted, listed
from followup_analytics.track.doubts import written_otherwise
from followup_analytics.track.entry import Entry
from followup_analytics.track.finding import Finder, find_interview
from followup_analytics.track.history import changes_told, entry_told
from followup_analytics.track.places import opened
from followup_analytics.track.times import Clock, zone_of

if TYPE_CHECKING:
    from followup_analytics.store.undo import Undone

_WHAT = {"outcomes": "the outcome of interview", "contacts": "contact", "interviews": "interview"}


def track_undo(
    place: str | Store, key: str | None = None, *, ingest: bool = False, clock: Clock | None = None
) -> Entry:
    """Take back the last entry of `track` that was not taken back yet; it stays in the history.

    key: take back the last entry about this contact or interview instead. ingest: take back all that the last ingested
    file brought. The id given back is that of the contact or interview, of an outcome its interview's, of an ingest the
    name of the file. Raises UsageError when there is none, or when later rows rest on it.
    """
    from followup_analytics.store.undo import undo_ingest, undo_last, undo_record

    store = opened(place, write=True, clock=clock)
    if ingest:
        if key is not None:
            raise UsageError("undo takes back an entry by its id or, with --ingest, a file's rows: give one of them.")
        undone = undo_ingest(store)
        rows = listed((counted(number, name[:-1]) for name, number in undone.removed.items()), "and") or "no row"
        back = f"; {counted(undone.restored, 'row')} it had replaced {_are(undone.restored)} in force again"
        sentence = f"Took back the ingest of {undone.source}: {rows}{back if undone.restored else ''}."
        sentence += " The history keeps it, and the file can be ingested again."
        sentence += f" Once more takes back {undone.before}, which came before it." if undone.before else ""
        return Entry(undone.source, None, sentence)
    if key is not None and not (store.ever_had("contacts", key.strip()) and store.is_own("contacts", key.strip())):
        key = find_interview(store, key)
    if key is None and store.coach is not None:
        raise UsageError("the last entry of all may be somebody else's: say which of your own is taken back.")
    undone = undo_last(store) if key is None else undo_record(store, key)
    tail = "; what it had replaced is in force again" if undone.restored else ""
    what = f"the last change of {_WHAT[undone.table_name]}" if undone.restored else _WHAT[undone.table_name]
    said, stands = _taken_back(store, undone)
    sentence = f"Took back {what} {undone.key}{said}{tail}."
    if undone.source:
        sentence += f" It came from {undone.source}: ingesting that file again brings it back."
    if undone.later_files:
        files = counted(undone.later_files, "file ingested after it stays", "files ingested after it stay")
        sentence += f" {files}; `undo --ingest` takes back the last one."
    return Entry(undone.key, undone.interview_id if stands else None, sentence)


def _taken_back(store: Store, undone: Undone) -> tuple[str, bool]:
    """What an entry said that was taken back, in words, and whether the interview that it is about stands still."""
    from followup_analytics.store.journal import interview_history

    versions = interview_history(store, undone.interview_id)
    about = store.find("interviews", [undone.interview_id])
    latest = about if about.height else versions["interviews"].tail(1)
    zone = zone_of(store, latest, None) or "UTC"
    rows = versions[undone.table_name].filter(pl.col(TABLES[undone.table_name].key) == undone.key)
    gone = rows.filter(pl.col("_ended_by") == UNDO).sort("_superseded_at").tail(1)
    if not gone.height:
        return "", about.height > 0
    row = gone.row(0, named=True)
    before = store.find(undone.table_name, [undone.key])
    if before.height:
        held = before.row(0, named=True)
        changed = {name: row[name] for name in TABLES[undone.table_name].names if row[name] != held[name]}
        told = changes_told(changed, zone)
    else:
        told = entry_told(undone.table_name, row, zone)
    name = Finder.of(store).book.name(latest["applicant_id"][0])
    who = listed([one for one in (name, latest["employer"][0]) if one], "at")
    return f" ({'; '.join(one for one in (who, told) if one)})", about.height > 0


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def ids_of(place: str | Store, applicant: str) -> tuple[str, ...]:
    """The ids under which a store has an applicant: the pseudonym of the id given, or that id itself.

    Raises UsageError when the store has no interview of the applicant.
    """
    store = opened(place)
    pseudonyms = store.pseudonyms()
    ids = _ids(store, pseudonyms, applicant)
    if not store.find("interviews", ids, by="applicant_id").height:
        near = written_otherwise(store, applicant.strip(), pseudonyms)
        hint = "; one differs from it in capitals or blanks only" if near else ""
        raise UsageError(f"{store.address.shown}: there is no interview of an applicant of that id{hint}.")
    return tuple(ids)


def holdings(place: str | Store, applicant: str) -> str | None:
    """What is stored about an applicant, in words; None where nothing is."""
    store = opened(place)
    ids = _ids(store, store.pseudonyms(), applicant)
    found = store.find("interviews", ids, by="applicant_id")
    if not found.height:
        return None
    contacts = store.find("contacts", found["interview_id"].to_list(), by="interview_id")
    return f"{counted(found.height, 'interview')} and {counted(contacts.height, 'contact')}"


def track_forget(
    place: str | Store, applicant: str, *, certificate: Path | None = None, clock: Clock | None = None
) -> Entry:
    """Erase an applicant from the store and the papers beside it, for good.

    applicant: the id as people know it, or the pseudonym under which the store has it. certificate: a file for the
    signed certificate of the erasure, which lists every place looked at and names nobody.
    Raises UsageError when the store has never had the applicant, UnreadableError when another program keeps the files
    from being rewritten, or the certificate can't be written.
    """
    from followup_analytics.store.certificate import certificate as certified
    from followup_analytics.store.certificate import write_certificate
    from followup_analytics.store.erase import erase_applicant

    if certificate is not None and certificate.exists():
        raise UsageError(f"{certificate.name} is there already; name another file for the certificate.")

    store = opened(place, write=True, clock=clock)
    pseudonyms = store.pseudonyms()
    erased = erase_applicant(store, _ids(store, pseudonyms, applicant))
    if not erased.known:
        hint = (
            "; one differs from it in capitals or blanks only, so write it as it was entered"
            if written_otherwise(store, applicant.strip(), pseudonyms)
            else ""
        )
        raise UsageError(f"{store.address.shown}: there is no applicant of that id{hint}; nothing was erased.")
    parts = (
        f"Erased {counted(erased.interviews, 'interview')}, {counted(erased.contacts, 'contact')} and "
        f"{counted(erased.outcomes, 'outcome')}, with their history"
    )
    papers = f", and cleaned {counted(erased.papers, 'paper')} beside the store" if erased.papers else ""
    names = listed(erased.left, "and")
    look = f" Look at {names} yourself: they may still speak of this applicant." if names else ""
    out = listed(erased.releases, "and")
    published = f" What was published can't be recalled: {out}; its hashes of this applicant are gone." if out else ""
    copies = " PDFs, copies and backups made before are yours to erase."
    on_server = store.address.path is None
    logs = (
        " The server's write-ahead log and its backups keep the rows until they are recycled: "
        "`CHECKPOINT; SELECT pg_switch_wal();` and the retention of the backups clear them."
        if on_server
        else ""
    )
    made = ""
    if certificate is not None:
        write_certificate(certificate, certified(store.address.url, erased, store.now(), server=on_server))
        made = f" The certificate is in {certificate.name}."
    return Entry("", None, f"{parts}{papers}.{look}{published}{copies}{logs}{made}")


def _ids(store: Store, pseudonyms: Pseudonyms, applicant: str) -> list[str]:
    """The ids that a text may mean: itself, its pseudonym, what they were merged into; a whole name of the book."""
    wanted = applicant.strip()
    aliases = store.aliases()
    ids = {wanted, pseudonyms.applicant(wanted)} - {""}
    ids |= {aliases[one] for one in ids if one in aliases}
    if not store.find("interviews", sorted(ids), by="applicant_id").height:
        called = [
            one for one, name in read_book(store.address.url).names().items() if name_key(name) == name_key(wanted)
        ]
        # Of two people with one name neither is meant.
        ids |= set(called) if len(called) == 1 else set()
    return sorted(ids)
