"""The report: chosen, looked at page by page, taken as PDF, web page or workbook, and published."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError, UsageError
from followup_analytics.web.analysis import cohorts_of, command_of, part_of
from followup_analytics.web.faces import face_of
from followup_analytics.web.setting import Fault, form_of, go, house_of, page, telling_faults, words, worked

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import Result
    from followup_analytics.web.desk import Desk

KINDS = (
    ("cohort", "The whole report: findings, rates, curve and advice"),
    ("bulletin", "Bulletin: the findings on one page"),
    ("claims", "The usual advice tested"),
    ("methods", "How the numbers were worked out"),
    ("day-sheet", "Day sheet: everybody’s next steps (confidential)"),
    ("handout", "Handout: one applicant’s next steps (confidential)"),
)
PAPERS = (("a4", "A4"), ("letter", "US letter"))
#: What stands on the title page, by its name in an office's file.
TITLE = (("name", "Name of the office"), ("author", "Author"), ("contact", "Contact"), ("signature", "Line to sign on"))
_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOST_KEPT = 5


@dataclass
class Made:
    """One report: what was asked for, its forms as they were made, and pictures of its pages."""

    id: str
    asked: dict[str, str]
    name: str
    forms: dict[str, bytes] = field(default_factory=dict)
    pages: list[bytes] = field(default_factory=list)
    published: str | None = None

    @property
    def confidential(self) -> bool:
        """Whether it is a working paper, which is never published."""
        return self.asked["kind"] in ("day-sheet", "handout")


@dataclass
class Shelf:
    """The reports made in this run, the latest last."""

    made: dict[str, Made] = field(default_factory=dict)

    def put(self, asked: dict[str, str]) -> Made:
        """A new report, not written yet."""
        cohort = "".join(one if one.isalnum() else "-" for one in asked.get("cohort", ""))
        one = Made(token_urlsafe(8), asked, "-".join(part for part in ("report", asked["kind"], cohort) if part))
        self.made[one.id] = one
        while len(self.made) > _MOST_KEPT:
            self.made.pop(next(iter(self.made)))
        return one

    def of(self, name: str) -> Made:
        """A report by its id. Raises UsageError where it is gone."""
        if name not in self.made:
            raise UsageError("This report is no longer here: make it again.")
        return self.made[name]


def shelf_of(request: Request) -> Shelf:
    """The reports of this run."""
    shelf: Shelf = request.app.state.shelf
    return shelf


@telling_faults
async def report(request: Request) -> Response:
    """The form of the report; the report itself goes to a page of its own."""
    if request.method != "POST":
        return await _form(request, {}, None)
    desk = house_of(request).desk
    form = await form_of(request)
    names = ("kind", "cohort", "against", "applicant", "paper", *(name for name, _ in TITLE))
    asked = {name: value for name in names if (value := words(form, name)) is not None}
    asked.setdefault("kind", "cohort")
    if asked["kind"] not in dict(KINDS):
        raise UsageError("Choose one of the kinds of report.")
    if asked["kind"] == "handout" and "applicant" not in asked:
        return await _form(request, asked, Fault("A handout is about one applicant: say whom it is for.", "applicant"))
    one = shelf_of(request).put(asked)
    try:
        await worked(_write, desk, one, "pdf")
    except FollowUpError as error:
        return await _form(request, asked, Fault.of(error, asked, names))
    return go(f"/report/{one.id}")


async def _form(request: Request, said: Mapping[str, str], fault: Fault | None) -> Response:
    """The form as it was filled in, with what is wrong at its field."""
    desk = house_of(request).desk
    log = await worked(desk.log)
    return page(
        request, "report.html", title="Make the report", status=400 if fault else 200, cohorts=cohorts_of(log),
        kinds=KINDS, papers=PAPERS, titles=TITLE, said=said, fault=fault,
        command=command_of(desk, "report", "-o", "report.pdf"),
    )  # fmt: skip


@telling_faults
async def made(request: Request) -> Response:
    """A report to look at, with its forms and the step of publishing it."""
    desk, one = house_of(request).desk, shelf_of(request).of(request.path_params["report"])
    options = [
        part
        for name in ("kind", "cohort", "against", "applicant", "paper")
        if name in one.asked
        for part in (f"--{name}", one.asked[name])
    ]
    return page(
        request,
        "made.html",
        title="The report",
        one=one,
        command=command_of(desk, "report", *options, "-o", "report.pdf"),
    )


@telling_faults
async def form(request: Request) -> Response:
    """A report as a file, or one of its pages as a picture."""
    from starlette.responses import Response as Plain

    desk, one = house_of(request).desk, shelf_of(request).of(request.path_params["report"])
    stem, _, end = str(request.path_params["file"]).rpartition(".")
    if end == "png" and stem.isdigit() and 1 <= int(stem) <= len(one.pages):
        return Plain(one.pages[int(stem) - 1], media_type="image/png")
    if stem != "report" or end not in _TYPES:
        raise UsageError("A report comes as a PDF, a web page or a workbook.")
    if end not in one.forms:
        await worked(_write, desk, one, end)
    headers = {"Content-Disposition": f'attachment; filename="{one.name.encode("ascii", "ignore").decode()}.{end}"'}
    return Plain(one.forms[end], media_type=_TYPES[end], headers=headers)


@telling_faults
async def publish(request: Request) -> Response:
    """Enter a report in the ledger of releases, or refuse what would give a hidden number away."""
    desk, one, given = (
        house_of(request).desk,
        shelf_of(request).of(request.path_params["report"]),
        await form_of(request),
    )
    name = words(given, "name")
    if name is None:
        raise UsageError("Give the release a name, such as spring-2026.")
    if one.confidential:
        raise UsageError("This is a working paper about single interviews; it can’t be published.")
    one.forms.clear()
    await worked(_write, desk, one, "pdf", name)
    one.asked["publish"] = name
    return go(f"/report/{one.id}")


@telling_faults
async def releases(request: Request) -> Response:
    """What was published, checked again together."""
    desk = house_of(request).desk
    face = await worked(_released, desk)
    return page(request, "answer.html", title="Releases", face=face, command=command_of(desk, "releases"))


def _released(desk: Desk) -> Any:
    from followup_analytics.releases import check_releases, open_ledger
    from followup_analytics.results.disclosure import policy_of
    from followup_analytics.results.result import LogCounts

    ledger = open_ledger(str(desk.source), None)
    return face_of(check_releases(ledger, policy_of(min_cell=desk.min_cell), LogCounts.of(desk.log())), drawn=False)


def _write(desk: Desk, one: Made, end: str, publish_as: str | None = None) -> None:
    from followup_analytics import write_report

    asked, log = one.asked, desk.log()
    name = publish_as or asked.get("publish")
    cohort = asked.get("cohort")
    part = part_of(log, cohort)
    options: dict[str, Any] = {"paper": asked.get("paper", "a4"), "min_cell": desk.min_cell, "kind": asked["kind"]}
    options |= {key: asked[key] for key in ("against", "applicant") if key in asked and not _idle(key, asked["kind"])}
    if cohort is not None and asked["kind"] in ("bulletin", "cohort"):
        options["whole"] = log
    if name is not None:
        options["publish_as"] = name
    if publish_as is not None:
        options["enter"] = lambda found: _enter(desk, one, publish_as, found, part)
    if end == "pdf":
        options["pages"] = lambda pages: one.pages.__setitem__(slice(None), pages)
    with tempfile.TemporaryDirectory(prefix="followup-") as folder:
        office = _office(desk, asked, Path(folder))
        path = write_report(part, Path(folder) / f"report.{end}", office=office, **options)
        one.forms[end] = path.read_bytes()


def _idle(option: str, kind: str) -> bool:
    """Whether a field of the form is not for this kind of report."""
    return (option == "applicant") != (kind == "handout")


def _office(desk: Desk, asked: dict[str, str], folder: Path) -> Path | None:
    """What stands on the title page: as typed, else as the office's workbook has it."""
    said = {name: asked[name] for name, _ in TITLE if name in asked}
    if not said:
        return desk.workbook
    path = folder / "office.toml"
    # A string of JSON is one of TOML.
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items()), encoding="utf-8")
    return path


def _enter(desk: Desk, one: Made, name: str, found: Sequence[Result], part: FollowUpLog) -> None:
    from followup_analytics.releases import open_ledger
    from followup_analytics.releases import publish as entered
    from followup_analytics.results.disclosure import policy_of

    question: dict[str, Any] = {key: one.asked[key] for key in ("kind", "cohort", "against") if key in one.asked}
    ledger = open_ledger(str(desk.source), None)
    one.published = entered(name, found, part, ledger, policy_of(min_cell=desk.min_cell), question)
