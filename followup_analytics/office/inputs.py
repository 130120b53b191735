"""The files of an office's folder, and the map that reads each: named in the workbook, known by itself, or drafted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from followup_analytics.errors import DataError, FollowUpError, UnreadableError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.maps.draft import MapDraft, draft_map
from followup_analytics.ingest.maps.mapping import shipped_maps
from followup_analytics.ingest.registry import detect_source
from followup_analytics.log.settings import LOG_FILE
from followup_analytics.office.answered import mended_files, take_answers
from followup_analytics.office.folder import INPUTS, MAPS, MEND, WORKBOOK
from followup_analytics.office.settings import ROSTER, SKIP, OfficeSettings
from followup_analytics.office.template import headings
from followup_analytics.sheets.tabular import is_tabular, read_raw_tables


@dataclass
class Inputs:
    """What is read: files in their order, the maps of those that need one, rosters, and drafts made on the way."""

    files: list[Path] = field(default_factory=list)
    maps: dict[Path, Path | str] = field(default_factory=dict)
    rosters: list[Path] = field(default_factory=list)
    drafts: dict[Path, MapDraft] = field(default_factory=dict)
    refused: list[tuple[str, FollowUpError]] = field(default_factory=list)
    mended: dict[Path, str] = field(default_factory=dict)  # rows that came back mended, and the file they are of


def inputs_of(folder: Path, settings: OfficeSettings) -> Inputs:
    """The workbook's own sheets, where something is filled in, and every file of the folder `in`."""
    found = Inputs()
    workbook = folder / WORKBOOK
    if _is_filled(workbook):
        found.files.append(workbook)
        found.maps[workbook] = "office_workbook"
    for path in sorted((folder / INPUTS).glob("*")):
        if path.name.startswith((".", "~$")) or path.name == LOG_FILE:
            continue
        try:
            _add(found, path, folder, settings)
        except FollowUpError as error:
            found.refused.append((path.name, error))
    by_name = {path.name: path for path in found.files}
    take_answers(folder, folder / MEND, by_name)
    for path, name in mended_files(folder).items():
        if name in by_name:
            found.files.append(path)
            found.maps |= {path: found.maps[by_name[name]]} if by_name[name] in found.maps else {}
            found.mended[path] = name
    return found


def _is_filled(workbook: Path) -> bool:
    sheets = headings()
    words = [name for names in sheets.values() for name in names]
    return any(raw.sheet in sheets and raw.frame.height for raw in read_raw_tables(workbook, words))


def _add(found: Inputs, path: Path, folder: Path, settings: OfficeSettings) -> None:
    named = settings.map_of(path.name)
    if named is not None and named.casefold() == SKIP:
        return
    if named is not None and named.casefold() == ROSTER:
        found.rosters.append(path)
        return
    own = folder / MAPS / f"{path.stem}.toml"
    if named is not None:
        found.maps[path] = _named_map(named, folder)
    elif own.is_file():
        found.maps[path] = own
    elif not _is_known(path):
        if not is_tabular(path):
            raise UnreadableError(
                f"{path.name}: this is no file that followup reads; take it out of the folder {INPUTS}."
            )
        draft = draft_map(
            path, time_zone=settings.zone_of(path.name) or settings.time_zone, day_first=settings.day_first
        )
        own.write_text(draft.text, encoding="utf-8")
        found.drafts[own] = draft
        found.maps[path] = own
    found.files.append(path)


def _named_map(named: str, folder: Path) -> Path | str:
    for place in (folder / MAPS / named, folder / MAPS / f"{named}.toml"):
        if place.is_file():
            return place
    if named in shipped_maps():
        return named
    raise DataError(
        f"{WORKBOOK}, sheet Files: the map {named!r} is neither in the folder {MAPS} nor one that is shipped."
    )


def _is_known(path: Path) -> bool:
    """Whether the file is of a kind that is read without a map."""
    try:
        detect_source(Sample(path))
    except FollowUpError:
        return False
    return True
