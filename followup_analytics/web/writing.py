"""A report as a child process writes it: functions of a module, so that the process can find them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import WithheldError
from followup_analytics.text import clean
from followup_analytics.web.analysis import part_of
from followup_analytics.web.research import counting
from followup_analytics.web.shelf import CONFIDENTIAL, Written

if TYPE_CHECKING:
    from followup_analytics.claims import ClaimsResult
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import Result

#: What stands on the title page, by its name in an office's file.
TITLE = (("name", "Name of the office"), ("author", "Author"), ("contact", "Contact"), ("signature", "Line to sign on"))
#: Of the bar: the verdicts are this much of the work.
_VERDICTS = 0.6


@dataclass(frozen=True)
class Task:
    """One form of a report to be written.

    asked: the fields of the form on the page. end: pdf, html or xlsx. workbook: an office's, for the title page. coach:
    whose interviews alone it is about.
    verdicts: those of an earlier form of the same report. publish_as: the name under which it was published; enter:
    whether this is the form that enters it in the ledger.
    """

    source: str
    asked: Mapping[str, str]
    end: str
    min_cell: int
    workbook: Path | None = None
    verdicts: ClaimsResult | None = None
    publish_as: str | None = None
    enter: bool = False
    coach: str | None = None


def written(task: Task, tell: Callable[..., None]) -> Written:
    """Write one form of a report, telling how far it is. Raises what `write_report` and the ledger raise."""
    from followup_analytics import read_log, write_report
    from followup_analytics.errors import UnreadableError
    from followup_analytics.log.subsets import of_coach
    from followup_analytics.store.address import is_store_url
    from followup_analytics.store.book import read_book
    from followup_analytics.track.finding import client_of

    tell("Reading the log", None)
    log, asked = read_log(task.source), task.asked
    if task.coach is not None:
        log = of_coach(log, task.coach)
    cohort, kind = asked.get("cohort"), asked["kind"]
    part = part_of(log, cohort)
    verdicts = task.verdicts or (None if kind in CONFIDENTIAL else _verdicts(part, task.min_cell, tell))
    options: dict[str, Any] = {"paper": asked.get("paper", "a4"), "min_cell": task.min_cell, "kind": kind}
    options["language"] = asked.get("language", "en")
    options |= {key: asked[key] for key in ("against", "applicant") if key in asked and not idle(key, kind)}
    if "applicant" in options:
        options["applicant"] = client_of(task.source, options["applicant"], coach=task.coach)
    if cohort is not None and kind in ("bulletin", "cohort"):
        options["whole"] = log
    if kind in CONFIDENTIAL and is_store_url(task.source):
        # One that can't be opened names nobody: ids stand on the paper then.
        with suppress(UnreadableError):
            options["book"] = read_book(task.source)
    if task.publish_as is not None:
        options["publish_as"] = task.publish_as
    entered: list[str] = []
    if task.enter and task.publish_as is not None:
        options["enter"] = _entering(entered, task, part)
    pages: list[bytes] = []
    if task.end == "pdf":
        options["pages"] = pages.extend
    tell("Setting the pages", _VERDICTS)
    with tempfile.TemporaryDirectory(prefix="followup-") as folder:
        office = _office(task, Path(folder))
        path = write_report(part, Path(folder) / f"report.{task.end}", office=office, claims=verdicts, **options)
        return Written(path.read_bytes(), tuple(pages), verdicts, entered[0] if entered else None)


def idle(option: str, kind: str) -> bool:
    """Whether a field of the form is not for this kind of report."""
    return (option == "applicant") != (kind == "handout")


def _verdicts(part: FollowUpLog, min_cell: int, tell: Callable[..., None]) -> ClaimsResult | None:
    """The verdicts, for every form of the report; None where they may not be shown, which the report then says."""
    from followup_analytics import test_claims

    def told(said: str, share: float) -> None:
        tell(said, _VERDICTS * share)

    try:
        found = test_claims(part, min_cell=min_cell, progress=counting(None, told))
    except WithheldError:
        return None
    # The rows behind it can't be carried between processes.
    return replace(found, behind=None)


def _office(task: Task, folder: Path) -> Path | None:
    """What stands on the title page: as typed, else as the office's workbook has it."""
    from followup_analytics.report.office import read_office

    said = {name: task.asked[name] for name, _ in TITLE if name in task.asked}
    if not said:
        return task.workbook
    path = folder / "office.toml"
    # A string of JSON is one of TOML, but for escaped halves of a sign and one control character.
    lines = [f"{name} = {json.dumps(clean(value), ensure_ascii=False)}\n" for name, value in said.items()]
    path.write_text("".join(lines), encoding="utf-8")
    logo = None if task.workbook is None else read_office(task.workbook).logo
    if logo is not None:
        (folder / "logo.png").write_bytes(logo)
        path.write_text(path.read_text("utf-8") + 'logo = "logo.png"\n', encoding="utf-8")
    return path


def _entering(entered: list[str], task: Task, part: FollowUpLog) -> Callable[[Sequence[Result]], None]:
    """What enters the answers of a report in the ledger, and adds its sentence to `entered`."""
    from followup_analytics.releases import open_ledger, publish
    from followup_analytics.results.disclosure import policy_of

    question: dict[str, Any] = {key: task.asked[key] for key in ("kind", "cohort", "against") if key in task.asked}

    def enter(found: Sequence[Result]) -> None:
        ledger = open_ledger(task.source, None)
        entered.append(publish(str(task.publish_as), found, part, ledger, policy_of(min_cell=task.min_cell), question))

    return enter
