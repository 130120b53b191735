"""The first half of a run: find out what each file is, read its tables, and check them with all interviews known."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

import polars as pl

from followup_analytics.errors import DataError, FollowUpError, UsageError
from followup_analytics.ingest.aside.rejects import real_path
from followup_analytics.ingest.aside.repeated import repeated_note, without_taken_keys
from followup_analytics.ingest.beside import observed_as_stored, observed_until, settings_beside
from followup_analytics.ingest.cohorts import with_cohort
from followup_analytics.ingest.detect.archive import unpack_members
from followup_analytics.ingest.detect.foreign import refuse_foreign
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.known import ends_of_story, with_checked
from followup_analytics.ingest.linking.by_name import names_of, tied_by_name
from followup_analytics.ingest.maps.mapping import FileMap
from followup_analytics.ingest.maps.secret_keys import (
    resolved,
    resolved_rows,
    secret_interviews,
    with_secret_keys,
)
from followup_analytics.ingest.registry import (
    CERTAIN,
    FURTHER,
    Batch,
    Match,
    ReadOptions,
    Source,
    UnknownKindError,
    detect_source,
    named_source,
    what_is_seen,
)
from followup_analytics.ingest.run import FileOnItsWay, Run, TableOnItsWay
from followup_analytics.log.checks import CheckedTable, check_table, reject_unknown_interviews
from followup_analytics.log.resaved import order_of_tables
from followup_analytics.log.schema import INTERVIEWS, TABLES
from followup_analytics.sheets.dates import OrderUnknownError
from followup_analytics.sheets.tabular import ROW, require_regular, require_there
from followup_analytics.text import counted

_IDS = ("interview_id", "applicant_id", "contact_id", "previous_interview_id")
_NO_DATE = "is no date that can be read; write it as the other dates of the column are."
_NO_YEAR = (
    f"{_NO_DATE} Where dates have no year, put year = 2026 into the map, or the year into the sheet's title or the "
    "file's name."
)
_REPEATED = (
    "what these cells say stands in an earlier row already; correct what tells the two apart, or delete the repetition."
)
_WITH_ITS_INTERVIEW = "its interview, in the same row, was set aside; when that is mended, this goes in with it."
_EMPTY_COLUMN = (
    "the map reads {ours} from {theirs!r}, which is empty in all these rows: name the column that was meant, or a "
    "value for empty cells under [tables.defaults]."
)
_NO_MATCH = (
    "no interview of this person and employer is known; correct the names, or accept the nearest interview in the "
    "match sheet and give it back with --review."
)
_FEW_ROWS = 3
_WITH_YEAR = r"\d{4}|\d[/.-]\d{1,2}[/.-]\d{2}"
_ROUNDED = r"^\d(?:[.,]\d+)?[eE]\+\d+$"


def open_files(run: Run, paths: Sequence[Path], source: str) -> list[FileOnItsWay]:
    """Detect, read and check the files; one that can't be read is noted in the run and left out."""
    opened = [file for path in paths for file in run.attempt(path.name, partial(_open_all, run, path, source)) or ()]
    run.day_first = order_of_tables(batch.rows for file in opened for batch in file.batches)
    readable = [file for file in opened if run.attempt(file.sample.name, partial(_check, run, file, interviews=True))]
    _learn_interviews(run, readable)
    _resolve_given_keys(run)
    readable = [
        file for file in readable if run.attempt(file.sample.name, partial(_check, run, file, interviews=False))
    ]
    run.ends = ends_of_story(run.store, [table.checked for file in readable for table in file.tables])
    return readable


def _open_all(run: Run, path: Path, source: str) -> list[FileOnItsWay]:
    """A file, or the exports inside an archive or folder that is none itself."""
    try:
        return [_open(run, path, source)]
    except UnknownKindError:
        sample = Sample(path)
        if sample.container not in ("archive", "folder"):
            raise
        inside = []
        for member in unpack_members(sample, run.scratch_folder()):
            with suppress(UnknownKindError):
                inside.append(_open(run, member, source))
        if not inside:
            raise
        return inside


def _open(run: Run, path: Path, source: str) -> FileOnItsWay:
    """What a file is, and its tables; the calls of a call source are left for later."""
    require_there(path)
    require_regular(path)
    own = run.store.address.path if run.store is not None else None
    if own is not None and real_path(path) == real_path(own):
        raise UsageError(f"{path.name}: this is the store itself; name the file or the other store to read from.")
    sample = Sample(path)
    sample.require_content()
    refuse_foreign(sample)
    settings = settings_beside(path)
    own_map = run.maps.get(path.resolve(), run.options.map)
    chosen, match = _kind(own_map, sample, source)
    # The user's word first, then the file's own folder, then what the store was begun with.
    given = run.zones.get(path.resolve(), run.options.time_zone)
    zone = given or settings.time_zone or run.store_zone
    options = dataclasses.replace(run.options, time_zone=zone, zone_is_given=given is not None, map=own_map)
    if chosen.calls and run.store is not None and not run.links:
        _refuse_without_roster(sample, chosen, options)
    file = FileOnItsWay(sample, chosen, match, settings, options, forced=source != "auto")
    if not chosen.calls:
        cohort = run.cohorts.get(path.resolve())
        file.batches = [with_cohort(_in_our_words(run, batch), cohort) for batch in chosen.read(sample, options)]
        for batch in file.batches:
            file.decided.update(batch.counts)
            file.notes += batch.notes
            if batch.events is not None:
                file.review.events = batch.events
        refuse_nothing_read(file, sum(batch.read + batch.merged for batch in file.batches))
    return file


def refuse_nothing_read(file: FileOnItsWay, read: int) -> None:
    """Raise DataError for a file of which the kind that --source named found nothing: that is no success."""
    if not file.forced or read:
        return
    name = file.source.name
    try:
        guess, _ = detect_source(file.sample)
        looks = f"it looks like {guess.name}" if guess.name != name else "it holds no record"
    except FollowUpError:
        looks = what_is_seen(file.sample)
    skipped = sum(file.decided.values())
    passed = f" {counted(skipped, 'part')} of it had neither Date nor From." if file.decided["split_messages"] else ""
    raise DataError(
        f"{file.sample.name}: nothing in it could be read as {name}, which --source names: {looks}.{passed} "
        "Leave --source out, or name the kind that it is (`followup ingest --sources` lists them)."
    )


def _refuse_without_roster(sample: Sample, source: Source, options: ReadOptions) -> NoReturn:
    """Raise UsageError, after what is wrong with the file itself, which would be the first thing to mend."""
    for _ in source.read(sample, options):
        pass
    raise UsageError(
        f"{sample.name}: calls are tied to interviews through a roster; give --roster FILE, a table of interview_id "
        "and numbers (and applicant_id and interviewed_at, where the store doesn't have the interviews yet)."
    )


def _in_our_words(run: Run, batch: Batch) -> Batch:
    """A batch with its personal keys as pseudonyms."""
    return with_secret_keys(batch, run.pseudonyms)


def _kind(own_map: FileMap | None, sample: Sample, source: str) -> tuple[Source, Match]:
    if source != "auto":
        return named_source(source), Match(CERTAIN, "--source says so")
    if own_map is not None and sample.container in ("file", "workbook", "parquet"):
        return named_source("mapped"), Match(CERTAIN, "--map says what its columns mean")
    return detect_source(sample)


def _check(run: Run, file: FileOnItsWay, *, interviews: bool) -> bool:
    """Check a file's tables: interviews (and applicants) first, then what refers to them, in their zones."""
    for number, given in enumerate(file.batches):
        batch = given
        if batch.table == "calls" or (batch.table in (INTERVIEWS.name, "applicants")) != interviews:
            continue
        if file.source.name == "canonical":
            known = run.known["interview_id"]
            secret = secret_interviews if batch.table == INTERVIEWS.name else resolved_rows
            batch = file.batches[number] = secret(batch, known, run.pseudonyms)
        place = file.sample.name + (f", sheet {batch.sheet}" if batch.sheet else "")
        zones = None if interviews else run.known.select("interview_id", "_zone")
        batch, unmatched = _tied(run, file, batch)
        checked = _check_batch(run, file, batch, place, zones)
        _refuse_without_zone(checked, batch, place)
        checked = _told_of_names(checked, unmatched)
        checked = _without_damaged_ids(with_shapeless(_in_words_of_sheets(checked, batch), batch.problems))
        checked = without_taken_keys(checked, batch.repeated, run.store, run.pseudonyms)
        file.notes += [note for note in repeated_note(batch, place, run.store) if note not in file.notes]
        if batch.table == INTERVIEWS.name:
            checked = _with_ends_of_record(run, file, checked)
        table = TableOnItsWay(batch.table, place, batch, checked)
        if table.refers_to_interviews and (run.store is not None or run.known.height or file.has_interviews):
            table.checked = _told_of_own_row(file, table, reject_unknown_interviews(checked, run.known["interview_id"]))
        file.tables.append(table)
    return True


def _refuse_without_zone(checked: CheckedTable, batch: Batch, place: str) -> None:
    """Raise DataError where a zone is missing for most rows: one option mends them all, and is asked for once."""
    lacking = checked.rejects.filter(pl.col("rule") == "no_zone")
    n = lacking[ROW].n_unique()
    if n > checked.rows_read / 2:
        column = str(lacking["column"][0])
        raise DataError(
            f"{place}, column {batch.theirs.get(column) or column}: the times have no zone and the file doesn't say "
            "which is meant; give --time-zone, such as --time-zone America/New_York, or put time_zone into log.toml."
        )


def _tied(run: Run, file: FileOnItsWay, batch: Batch) -> tuple[Batch, list[int]]:
    """Touches that name person and employer instead of an interview, tied to it; and the rows that fit none."""
    if batch.match is None:
        return batch, []
    clock = next((name for name in ("at", "decided_at") if name in batch.rows.columns), None)
    days = batch.rows[clock] if clock else pl.Series([None] * batch.rows.height, dtype=pl.String)
    own = batch.rows.select(pl.col(ROW) % FURTHER)
    cells = own.join(batch.match, on=ROW, how="left", maintain_order="left")
    found, missed = tied_by_name(cells, days, run.names, run.pseudonyms, run.decisions)
    place = file.sample.name + (f", sheet {batch.sheet}" if batch.sheet else "")
    run.missed.rows += [{"file": place, **one} for one in missed]
    rows = batch.rows.with_columns(found.alias("interview_id"))
    return dataclasses.replace(batch, rows=rows), [int(str(one["row"])) for one in missed]


def _told_of_names(checked: CheckedTable, rows: Sequence[int]) -> CheckedTable:
    """For rows whose names fit no interview, that, instead of an empty key."""
    if not rows:
        return checked
    here = (pl.col(ROW) % FURTHER).is_in(rows) & (pl.col("column") == "interview_id")
    said = {"rule": "unknown_interview", "message": _NO_MATCH}
    told = [
        pl.when(here).then(pl.lit(word)).otherwise(pl.col(name).cast(pl.String)).alias(name)
        for name, word in said.items()
    ]
    return dataclasses.replace(checked, rejects=checked.rejects.with_columns(told))


def _check_batch(run: Run, file: FileOnItsWay, batch: Batch, place: str, zones: pl.DataFrame | None) -> CheckedTable:
    """One table checked; where its own dates don't tell the order of day and month, those of the others may."""
    check = partial(
        check_table,
        batch.rows,
        TABLES[batch.table],
        file=place,
        time_zone=file.options.time_zone,
        interview_zones=zones,
    )
    given = batch.day_first if file.options.day_first is None else file.options.day_first
    try:
        return check(day_first=given)
    except OrderUnknownError:
        if run.day_first is None:
            raise
        return check(day_first=run.day_first)


def _with_ends_of_record(run: Run, file: FileOnItsWay, checked: CheckedTable) -> CheckedTable:
    """The end of each record: the row's own, else the user's, else that of the log.toml beside it, else the store's."""
    given = observed_until(checked, file.options.observed_until)
    return observed_as_stored(observed_until(given, file.settings.data_date), run.known)


def _told_of_own_row(file: FileOnItsWay, table: TableOnItsWay, checked: CheckedTable) -> CheckedTable:
    """Where the interview stands in the same row of a sheet, and was set aside, that is what to mend."""
    beside = [one for one in file.tables if one.name == INTERVIEWS.name and one.sheet == table.sheet]
    if table.batch.original is None or not beside:
        return checked
    bad = pl.concat([one.checked.rejects[ROW] for one in beside]) % FURTHER
    keys = [name for name in (TABLES[table.name].key, "interview_id") if name in TABLES[table.name].names]
    # A key that is made of the same cells is empty or unknown for the same reason as the interview's.
    same = (pl.col("rule") == "unknown_interview") | ((pl.col("rule") == "nullability") & pl.col("column").is_in(keys))
    lost = same & (pl.col(ROW) % FURTHER).is_in(bad.implode())
    told = {"column": "interview_id", "rule": "unknown_interview", "message": _WITH_ITS_INTERVIEW}
    said = [
        pl.when(lost).then(pl.lit(word)).otherwise(pl.col(name).cast(pl.String)).alias(name)
        for name, word in told.items()
    ]
    return dataclasses.replace(checked, rejects=checked.rejects.with_columns(said).unique(maintain_order=True))


def _in_words_of_sheets(checked: CheckedTable, batch: Batch) -> CheckedTable:
    """For somebody's own sheet, where dates needn't look as they do in a table of the log."""
    if batch.original is None:
        return checked
    checked = _told_of_empty_columns(checked, batch)
    composed = [ours for ours, theirs in batch.theirs.items() if theirs and theirs not in batch.original.columns]
    emptied = (pl.col("rule") == "nullability") & pl.col("column").is_in(composed)
    said = (
        pl.when(pl.col("rule") == "unparsable")
        .then(pl.when(_lacks_year(checked, batch)).then(pl.lit(_NO_YEAR)).otherwise(pl.lit(_NO_DATE)))
        .when(emptied)
        .then(pl.lit("one of these cells is empty, but all are needed; fill it in."))
        .when((pl.col("rule") == "first_of_its_key") & pl.col("column").is_in(composed))
        .then(pl.lit(_REPEATED))
        .otherwise("message")
    )
    return dataclasses.replace(checked, rejects=checked.rejects.with_columns(said.alias("message")))


def _lacks_year(checked: CheckedTable, batch: Batch) -> pl.Series:
    """Of each reject, whether the cell at fault has no year in it."""
    columns = [name for name in checked.rejects["column"].unique() if name in batch.rows.columns]
    cells = [batch.rows.select(ROW, column=pl.lit(name), cell=pl.col(name).cast(pl.String)) for name in columns]
    if not cells:
        return pl.Series([False]).new_from_index(0, checked.rejects.height)
    found = checked.rejects.join(pl.concat(cells), on=[ROW, "column"], how="left", maintain_order="left")
    return ~found["cell"].str.contains(_WITH_YEAR).fill_null(value=True)


def _told_of_empty_columns(checked: CheckedTable, batch: Batch) -> CheckedTable:
    """Where all rows lack a needed cell, the map most likely names another column than was meant: that is said."""
    lacking = checked.rejects.filter(pl.col("rule") == "nullability").group_by("column").agg(n=pl.col(ROW).n_unique())
    empty = lacking.filter(pl.col("n") == max(batch.rows.height, _FEW_ROWS))["column"].to_list()
    said = pl.col("message").cast(pl.String)
    for column in (one for one in empty if batch.theirs.get(one)):
        fault = (pl.col("rule") == "nullability") & (pl.col("column") == column)
        told = _EMPTY_COLUMN.format(theirs=batch.theirs[column], ours=column)
        said = pl.when(fault).then(pl.lit(told)).otherwise(said)
    return dataclasses.replace(checked, rejects=checked.rejects.with_columns(said.alias("message")))


def _without_damaged_ids(checked: CheckedTable) -> CheckedTable:
    """The checked table without ids that a spreadsheet has rounded (1.20256E+10): two may be one person's.

    An id with all its digits (1.2025550143E+10) is refused too: it would not be the id of other files.
    """
    names = [name for name in _IDS if name in checked.frame.columns]
    damaged = {name: checked.frame[name].str.contains(_ROUNDED).fill_null(value=False) for name in names}
    rejects = [
        checked.frame.filter(rows).select(
            ROW,
            column=pl.lit(name),
            rule=pl.lit("damaged_id"),
            message=pl.lit(
                "a spreadsheet has turned this id into a rounded number (1.20256E+10), so its digits are lost; take "
                "it from the first export, with the column formatted as text."
            ),
        )
        for name, rows in damaged.items()
        if rows.any()
    ]
    if not rejects:
        return checked
    kept = checked.frame.filter(~pl.any_horizontal(pl.lit(rows) for rows in damaged.values()))
    return dataclasses.replace(
        checked, frame=kept, rejects=pl.concat([checked.rejects, *rejects], how="vertical_relaxed")
    )


def with_shapeless(checked: CheckedTable, problems: pl.DataFrame | None) -> CheckedTable:
    """The checked table with the records that never became rows among its rejects."""
    if problems is None or not problems.height:
        return checked
    shapeless = problems.select(checked.rejects.columns)
    rejects = checked.rejects.cast(shapeless.schema)
    return dataclasses.replace(checked, rejects=pl.concat([shapeless, rejects]))


def _resolve_given_keys(run: Run) -> None:
    """Keys of interviews in rosters and reviews, by those under which the interviews are known."""
    known = run.known["interview_id"]
    if run.roster is not None:
        told = [run.roster.lines, run.roster.employers]
        found = resolved(pl.concat([one["interview_id"] for one in told]), known, run.pseudonyms)
        if found:
            lines, employers = (
                one.with_columns(pl.col("interview_id").replace(list(found), list(found.values()))) for one in told
            )
            run.roster = dataclasses.replace(run.roster, lines=lines, employers=employers)
    if run.decisions:
        found = resolved(pl.Series(list(run.decisions.values()), dtype=pl.String), known, run.pseudonyms)
        run.decisions = {call: found.get(key, key) for call, key in run.decisions.items()}


def _learn_interviews(run: Run, files: Sequence[FileOnItsWay]) -> None:
    """All interviews that contacts may refer to: the store's, those of the files in this command, the roster's."""
    checked = [table.checked for file in files for table in file.tables]
    if run.roster is not None and run.roster.interviews is not None:
        held = run.known["interview_id"]
        table = run.roster.interviews
        rows = secret_interviews(Batch(INTERVIEWS.name, table.frame, table.rows_read), held, run.pseudonyms).rows
        run.roster = dataclasses.replace(run.roster, interviews=dataclasses.replace(table, frame=rows))
        checked.append(dataclasses.replace(table, frame=rows))
    run.known = with_checked(run.known, checked, run.pseudonyms)
    if any(batch.match is not None for file in files for batch in file.batches):
        columns = ["interview_id", "applicant_id", "employer", "interviewed_at"]
        frames = [
            names_of(one.frame.select(columns), run.pseudonyms) for one in checked if one.table == INTERVIEWS.name
        ]
        if run.store is not None:
            frames.append(names_of(run.store.read_table(INTERVIEWS.name, columns), None))
        run.names = pl.concat([run.names, *frames]).unique("interview_id", keep="first", maintain_order=True)
