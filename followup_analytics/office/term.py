"""One term of an office: what is new goes into the store, what needs mending is listed, and the reports are written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.log.followup_log import Note
from followup_analytics.office.answered import mended_rows
from followup_analytics.office.folder import MEND, OUTPUTS, WORKBOOK, OfficeFiles, OfficeRow, store_url
from followup_analytics.office.inputs import Inputs, inputs_of
from followup_analytics.office.mending import write_mending
from followup_analytics.office.remaining import without_mended
from followup_analytics.office.settings import OfficeSettings, read_office_settings
from followup_analytics.office.stored import nothing_to_report, stored_in_words
from followup_analytics.office.tables import write_tables
from followup_analytics.results.result import NO_LOG, LogCounts
from followup_analytics.text import counted

if TYPE_CHECKING:
    from followup_analytics.claims.result import ClaimsResult
    from followup_analytics.ingest.result import IngestResult
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import Result

Progress = Callable[[str, int, float | None], None]
_EARLIER = "earlier"
#: What a term's folder holds; what of it was made before is moved aside, never written over.
PDF, HTML, TABLES, SETTINGS, FINGERPRINT = (
    "report.pdf",
    "report.html",
    "tables.xlsx",
    "settings.json",
    "fingerprint.json",
)


def run_office(folder: str | Path, *, publish: str | None = None, progress: Progress | None = None) -> OfficeFiles:
    """Ingest what is new, list what needs mending, and write the term's report and tables into out/TERM.

    folder: as `init_office` made it. publish: the name under which the report is entered in the ledger of releases;
    without one a note says that it is no release yet.

    Raises UnreadableError where there is no workbook, DataError for a setting that can't be used, WithheldError where
    earlier releases and this one would give something away. Where the term's people are too few to be reported on, the
    result says so, with exit code 4.
    """
    place = Path(folder)
    workbook = place / WORKBOOK
    if not workbook.is_file():
        raise UnreadableError(f"{workbook}: there is no such workbook; make one with  followup office init {place}")
    settings = read_office_settings(workbook)
    inputs = inputs_of(place, settings)
    mended = mended_rows(place)
    result = _ingested(place, settings, inputs, progress)
    result = without_mended(result, mended) if result is not None else None
    n = write_mending(place / MEND, result, inputs.drafts, inputs.refused, mended)
    rows = [OfficeRow(file=str(place / MEND), what=f"what to look at: {counted(n, 'finding')} (confidential)")]
    rows += [OfficeRow(file=str(path), what="a map that was drafted; look at it") for path in inputs.drafts]
    failed = _exit_code(inputs, result)
    if failed:
        said = (
            f"Nothing new was stored and no report was written, since not all files can be used: see {place / MEND}, "
            f"mend them or name them as skip in the sheet Files of {WORKBOOK}, and run again."
        )
        return OfficeFiles(tuple(rows), NO_LOG, said=said, exit_code=failed)
    return _reported(place, settings, inputs, rows, result, n, publish)


def _ingested(place: Path, settings: OfficeSettings, inputs: Inputs, progress: Progress | None) -> IngestResult | None:
    from followup_analytics.ingest import ingest_files

    if not inputs.files or inputs.refused:
        return None
    named = {path: inputs.mended.get(path, path.name) for path in inputs.files}
    return ingest_files(
        inputs.files,
        into=store_url(place),
        maps=inputs.maps,
        zones={path: zone for path, name in named.items() if (zone := settings.zone_of(name)) is not None},
        cohorts={path: cohort for path, name in named.items() if (cohort := settings.cohort_of(name)) is not None},
        roster=inputs.rosters or None,
        time_zone=settings.time_zone,
        region=settings.region,
        day_first=settings.day_first,
        observed_until=settings.observed_until,
        same_cohort=[f"{written}={meant}" for written, meant in settings.cohorts.items()],
        progress=progress,
    )


def _exit_code(inputs: Inputs, result: IngestResult | None) -> int:
    """0 where all files could be used, if not all of their rows; else what the first one's failure is."""
    if inputs.refused:
        return inputs.refused[0][1].exit_code
    if result is None:
        return 0
    return result.failed[0].error.exit_code if result.failed else 0


def _reported(
    place: Path,
    settings: OfficeSettings,
    inputs: Inputs,
    rows: list[OfficeRow],
    result: IngestResult | None,
    findings: int,
    publish: str | None,
) -> OfficeFiles:
    from followup_analytics.reading.logs import read_log
    from followup_analytics.results.disclosure import policy_of, require_enough
    from followup_analytics.store import open_store

    if not open_store(store_url(place), create=True).sizes()["interviews"]:
        raise UsageError(f"{place}: {nothing_to_report(result, place / MEND)}")
    log = read_log(store_url(place))
    part = _part(log, settings)
    try:
        require_enough(part.interviews["applicant_id"].n_unique(), policy_of(min_cell=settings.min_cell))
    except WithheldError as error:
        said = (
            f"{stored_in_words(result)} No report was written: it would be about fewer than {settings.min_cell} "
            f"applicants. Report on a larger group, or lower Smallest group in the sheet Settings of {WORKBOOK} for "
            "your own eyes."
        )
        told = result.notes if result is not None else ()
        return OfficeFiles(tuple(rows), NO_LOG, tuple(told), said=said, exit_code=error.exit_code)
    term = _folder_name(settings.term or settings.cohort or part.data_date.date().isoformat())
    target = place / OUTPUTS / term
    draft = place / OUTPUTS / f".{term}.new"
    made, entered = _write_all(draft, log, part, settings, place, publish)
    made[FINGERPRINT] = "what the report was made from: version, settings, and marks of all files"
    _fingerprint(draft, inputs, settings)
    moved = _put(draft, target, made)
    rows = [*(OfficeRow(file=str(target / name), what=what) for name, what in made.items()), *rows]
    kept = f" What was there before is in {moved}." if moved else ""
    look = f" {counted(findings, 'thing')} to look at: {place / MEND}." if findings else ""
    said = f"{stored_in_words(result)} The report on {term} is in {target}.{kept}{look} {entered}".rstrip()
    notes = [*(result.notes if result is not None else ())]
    if publish is None:
        again = f"followup office run {place} --publish NAME"
        notes.append(Note("not_released", f"this report is no release yet; {again} enters it in the ledger"))
    return OfficeFiles(tuple(rows), LogCounts.of(part), tuple(notes), said=said)


def _part(log: FollowUpLog, settings: OfficeSettings) -> FollowUpLog:
    """The log of the cohort in question, where one is."""
    from followup_analytics.log.subsets import subset

    return subset(log, cohort=(settings.cohort,), where=()) if settings.cohort is not None else log


def _write_all(
    draft: Path, log: FollowUpLog, part: FollowUpLog, settings: OfficeSettings, place: Path, publish: str | None
) -> tuple[dict[str, str], str]:
    """Write everything beside its place first, so that a run that fails leaves the term as it was.

    Gives the files with what they are, and a sentence on the release where there is one.
    """
    from followup_analytics.report import write_report

    draft.mkdir(parents=True, exist_ok=True)
    for old in draft.iterdir():
        old.unlink()
    options: dict[str, Any] = {"whole": log} if settings.cohort is not None else {}
    shared: dict[str, Any] = {"min_cell": settings.min_cell, "paper": settings.paper, "office": place / WORKBOOK}
    shared |= {"language": settings.language}
    entered: list[str] = []
    if publish is not None:
        options |= {"publish_as": publish}
    enter = None if publish is None else _entering(entered, publish, part, settings, place)
    options["claims"] = judged = _verdicts(part, settings)
    write_report(part, draft / PDF, cohort=settings.cohort, enter=enter, **shared, **options)
    made = {PDF: "the report, to read, sign and publish"}
    write_report(part, draft / HTML, cohort=settings.cohort, **shared, **options)
    made[HTML] = "the same as a web page"
    write_tables(draft / TABLES, log, part, settings, judged)
    made[TABLES] = "all tables of the report, for a spreadsheet"
    (draft / SETTINGS).write_text(json.dumps(dict(settings.said), ensure_ascii=False, indent=2) + "\n", "utf-8")
    made[SETTINGS] = "the settings of this term"
    return made, " ".join(entered)


def _verdicts(part: FollowUpLog, settings: OfficeSettings) -> ClaimsResult | None:
    """The verdicts, worked out once for the report, the page and the tables; None where they may not be shown."""
    from followup_analytics.claims import test_claims

    try:
        return test_claims(part, min_cell=settings.min_cell)
    except WithheldError:
        return None


def _entering(
    said: list[str], name: str, part: FollowUpLog, settings: OfficeSettings, place: Path
) -> Callable[[Sequence[Result]], None]:
    """What enters the answers of a report in the ledger beside the office's store, and adds its sentence to `said`."""
    from followup_analytics.releases import open_ledger, publish
    from followup_analytics.results.disclosure import policy_of

    def enter(found: Sequence[Result]) -> None:
        question = {"kind": "cohort", "cohort": settings.cohort}
        ledger = open_ledger(store_url(place), None)
        said.append(publish(name, found, part, ledger, policy_of(min_cell=settings.min_cell), question))

    return enter


def _fingerprint(draft: Path, inputs: Inputs, settings: OfficeSettings) -> None:
    """Marks of what went in and came out, by which anybody can tell whether a report is the one that was made."""
    from followup_analytics import __version__

    maps = [Path(one) for one in inputs.maps.values() if isinstance(one, Path)]
    read = {path.name: _mark(path) for path in [*inputs.files, *inputs.rosters, *maps] if path.is_file()}
    outputs = {path.name: _mark(path) for path in sorted(draft.iterdir()) if path.name != FINGERPRINT}
    text: Mapping[str, Any] = {"version": __version__, "read": read, "made": outputs, "settings": dict(settings.said)}
    (draft / FINGERPRINT).write_text(json.dumps(text, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")


def _mark(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def _put(draft: Path, target: Path, made: Mapping[str, str]) -> Path | None:
    """Put what was made into the term's folder; what is there and says something else is kept in a folder beside it."""
    target.mkdir(parents=True, exist_ok=True)
    there = [target / name for name in made if (target / name).is_file()]
    same = there and all(_mark(path) == _mark(draft / path.name) for path in there if path.name in (PDF, TABLES))
    kept = None
    if there and not same:
        number = next(n for n in range(1, 10_000) if not (target / f"{_EARLIER}-{n}").exists())
        kept = target / f"{_EARLIER}-{number}"
        kept.mkdir()
        for path in there:
            path.replace(kept / path.name)
    for name in made:
        (draft / name).replace(target / name)
    draft.rmdir()
    return kept


def _folder_name(term: str) -> str:
    """A term as the name of a folder: strokes and the like become hyphens."""
    name = "".join(one if one.isalnum() or one in " ._-" else "-" for one in term).strip(" .")
    return name or "term"
