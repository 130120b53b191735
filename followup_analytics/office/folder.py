"""An office's folder: where its workbook, files, maps, store and reports lie, and how it is begun."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.settings import LOG_FILE, read_settings
from followup_analytics.office.starter import write_starter
from followup_analytics.office.template import write_template
from followup_analytics.results import columns as col
from followup_analytics.results.result import NO_LOG, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import counted

WORKBOOK, INPUTS, MAPS, OUTPUTS, STORE, MEND = "office.xlsx", "in", "maps", "out", "store.db", "to mend.xlsx"


@answer_row
class OfficeRow(Row):
    """One file or folder that was made, and what it is."""

    file: str = col.column("text", "File", "Where it is.", role="key", importance=col.ALWAYS)
    what: str = col.column("sentence", "What it is", "What it is for.", importance=col.ALWAYS)

    in_table = ("file", "what")


@dataclass(frozen=True, repr=False)
class OfficeFiles(Result):
    """What a command of `followup office` made. exit_code: as the contract has it, where something couldn't be used."""

    rows: tuple[OfficeRow, ...]
    said: str = ""
    exit_code: int = 0

    command: ClassVar[str] = "office"
    title: ClassVar[str] = "What was made"
    row_type: ClassVar[type[Row]] = OfficeRow

    def summary(self) -> str:
        """What was done, and what comes next."""
        return self.said

    def to_json(self) -> dict[str, Any]:
        """The contract's object; it rests on no log."""
        return {**super().to_json(), "log": None, "said": self.said}


def init_office(folder: str | Path, *, files: Sequence[str | Path] = (), time_zone: str | None = None) -> OfficeFiles:
    """Begin an office's folder: the workbook to fill in, folders for files, maps and reports, and an empty store.

    files: sheets and exports to begin with, which are copied into it. time_zone: written into the settings.
    Raises UsageError where the folder has such a workbook already, UnreadableError where it can't be made.
    """
    from followup_analytics.log.zone_names import zone_given
    from followup_analytics.store import open_store

    place = Path(folder)
    workbook = place / WORKBOOK
    if workbook.exists():
        raise UsageError(f"{workbook} is there already: fill it in and run  followup office run {place}")
    time_zone = zone_given(time_zone)
    missing = [Path(one) for one in files if not Path(one).exists()]
    if missing:
        raise UnreadableError(f"{missing[0].name}: there is no such file; check the name and the folder.")
    try:
        for name in (INPUTS, MAPS, OUTPUTS):
            (place / name).mkdir(parents=True, exist_ok=True)
        write_template(workbook, {"time_zone": time_zone or "", "min_cell": "10", "paper": "a4", "language": "en"})
        for one in files:
            shutil.copy2(one, place / INPUTS)
        simulated = [one for one in files if _keep_simulated(Path(one), place / INPUTS)]
        starter = write_starter(place)
    except OSError as error:
        raise UnreadableError(f"{place}: the folder can't be made ({error.strerror}); choose another place.") from None
    store = open_store(store_url(place), create=True)
    store.pseudonyms()
    rows = [
        OfficeRow(
            file=str(workbook), what="the workbook: settings, and sheets to fill in; begin with its sheet Read me"
        ),
        OfficeRow(file=str(starter), what="double-click it: the same as a page in the browser, on this machine alone"),
        OfficeRow(file=str(place / INPUTS), what="put your own sheets and exports here"),
        OfficeRow(file=str(place / MAPS), what="maps of your sheets; they are drafted by themselves"),
        OfficeRow(file=str(place / STORE), what="the store; its key lies beside it: keep both, and keep them private"),
        OfficeRow(file=str(place / OUTPUTS), what="the reports, a folder for each term"),
    ]
    copied = f" {counted(len(files), 'file')} copied into {INPUTS}." if files else ""
    if simulated:
        copied += " The data are simulated, and every page will say so: begin another folder for your own."
    said = f"{place} is ready.{copied} Fill in the sheet Settings of {WORKBOOK}, then run  followup office run {place}"
    return OfficeFiles(tuple(rows), NO_LOG, said=said)


def _keep_simulated(source: Path, folder: Path) -> bool:
    """Lay the log.toml of a simulated file beside its copy too, so that all that is made of it says what it is.

    Gives whether the file is simulated.
    """
    beside = source.parent / LOG_FILE
    simulated = read_settings(beside).simulated
    if simulated:
        shutil.copy2(beside, folder / LOG_FILE)
    return simulated


def store_url(folder: Path) -> str:
    """The URL of the folder's store."""
    return f"sqlite:///{(folder / STORE).resolve()}"
