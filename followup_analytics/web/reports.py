"""The report: chosen, looked at page by page, taken as PDF, web page or workbook, and published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError, UsageError
from followup_analytics.languages import spoken
from followup_analytics.web.analysis import cohorts_of, command_of
from followup_analytics.web.faces import face_of, in_page_words
from followup_analytics.web.roles import may_make
from followup_analytics.web.setting import Fault, form_of, go, house_of, page, telling_faults, words, worked
from followup_analytics.web.shelf import CONFIDENTIAL, Made, Shelf, Written
from followup_analytics.web.writing import TITLE, Task, written

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.web.desk import Desk

KINDS = (
    ("cohort", "The whole report: findings, rates, curve and advice"),
    ("bulletin", "Bulletin: the findings on one page"),
    ("claims", "The usual advice tested"),
    ("methods", "How the numbers were worked out"),
    ("day-sheet", "Day sheet: everybody’s next steps (confidential)"),
    ("handout", "Handout: one applicant’s next steps (confidential)"),
)
#: Each language by its own name.
TONGUES = (("en", "English"), ("de", "Deutsch"), ("es", "Español"))
PAPERS = (("a4", "A4"), ("letter", "US letter"))
_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAMES = ("kind", "cohort", "against", "applicant", "paper", "language", *(name for name, _ in TITLE))
#: Each form by its end: as it is called once it is there, and what makes it.
_FORMS = {
    "pdf": ("PDF to sign", "Make the PDF"),
    "html": ("Web page", "Make the web page"),
    "xlsx": ("All tables as a workbook", "Make the workbook of all tables"),
}


def shelf_of(request: Request) -> Shelf:
    """The reports of whoever asks."""
    return house_of(request).shelf


@telling_faults
async def report(request: Request) -> Response:
    """The form of the report; the report itself goes to a page of its own."""
    if request.method != "POST":
        again = shelf_of(request).made.get(request.query_params.get("again", ""))
        if again is None or again.refused is None:
            return await _form(request, {}, None)
        fault = Fault.of(again.refused, again.asked, _NAMES)
        if fault.field is None and again.asked["kind"] == "handout":
            # Of a handout's fields it is the one that may be wrong.
            fault = Fault(fault.sentence, "applicant")
        return await _form(request, again.asked, fault)
    form = await form_of(request)
    asked = {name: value for name in _NAMES if (value := words(form, name)) is not None}
    asked.setdefault("kind", _kinds(request)[0][0])
    if asked["kind"] not in dict(_kinds(request)):
        raise UsageError("Choose one of the kinds of report.")
    if asked["kind"] == "methods":
        # It is in English alone.
        asked.pop("language", None)
    if asked["kind"] == "handout" and "applicant" not in asked:
        return await _form(request, asked, Fault("A handout is about one applicant: say whom it is for.", "applicant"))
    one = shelf_of(request).put(asked)
    return _begun(request, one, "pdf", refused=lambda _: f"/report?again={one.id}")


def _kinds(request: Request) -> Sequence[tuple[str, str]]:
    """The kinds of report that are for whoever asks."""
    role = house_of(request).visitor.role
    return [one for one in KINDS if may_make(role, confidential=one[0] in CONFIDENTIAL)]


def _begun(
    request: Request,
    one: Made,
    end: str,
    *,
    publish_as: str | None = None,
    refused: Callable[[FollowUpError], str] | None = None,
) -> Response:
    """The page of the work that writes one form of a report, and enters the report in the ledger where it is asked."""
    house = house_of(request)
    desk = house.desk
    task = Task(
        desk.chosen(), one.asked, end, desk.min_cell, workbook=desk.workbook, verdicts=one.verdicts,
        publish_as=publish_as or one.asked.get("publish"), enter=publish_as is not None, coach=desk.coach,
    )  # fmt: skip

    def take(made: Written) -> None:
        if publish_as is not None:
            # The others say yet that they are no release.
            one.forms.clear()
            one.asked["publish"], one.published = publish_as, made.entered
        one.take(end, made)

    def said(error: FollowUpError) -> str:
        one.refused = error
        return f"/report/{one.id}" if refused is None else refused(error)

    one.refused = None
    title = "Entering the report in the ledger" if publish_as else "Making the report"
    work = house.works.begin(
        ("report", one.id, end), title, written, (task,), then=f"/report/{one.id}", take=take, refused=said
    )
    return go(f"/job/{work.id}")


async def _form(request: Request, said: Mapping[str, str], fault: Fault | None) -> Response:
    """The form as it was filled in, with what is wrong at its field."""
    desk = house_of(request).desk
    log = await worked(desk.log)
    return page(
        request, "report.html", title="Make the report", status=400 if fault else 200, cohorts=cohorts_of(log),
        kinds=_kinds(request), papers=PAPERS, languages=TONGUES, language=spoken(), titles=TITLE, said=said,
        fault=fault,
        command=command_of(desk, "report", "-o", "report.pdf"),
    )  # fmt: skip


@telling_faults
async def made(request: Request) -> Response:
    """A report to look at, with its forms and the step of publishing it."""
    desk, one = house_of(request).desk, shelf_of(request).of(request.path_params["report"])
    options = [
        part
        for name in ("kind", "cohort", "against", "applicant", "paper", "language")
        if name in one.asked
        for part in (f"--{name}", one.asked[name])
    ]
    return page(
        request,
        "made.html",
        title="The report",
        one=one,
        forms=_FORMS,
        problem=None if one.refused is None else in_page_words(str(one.refused)),
        command=command_of(desk, "report", *options, "-o", "report.pdf"),
    )


@telling_faults
async def form(request: Request) -> Response:
    """A report as a file, or one of its pages as a picture."""
    from starlette.responses import Response as Plain

    one = shelf_of(request).of(request.path_params["report"])
    stem, _, end = str(request.path_params["file"]).rpartition(".")
    if end == "png" and stem.isdecimal() and 1 <= int(stem) <= len(one.pages):
        return Plain(one.pages[int(stem) - 1], media_type="image/png")
    if stem != "report" or end not in _TYPES:
        raise UsageError("A report comes as a PDF, a web page or a workbook.")
    if end not in one.forms:
        return _begun(request, one, end)
    headers = {"Content-Disposition": f'attachment; filename="{one.name.encode("ascii", "ignore").decode()}.{end}"'}
    return Plain(one.forms[end], media_type=_TYPES[end], headers=headers)


@telling_faults
async def publish(request: Request) -> Response:
    """Enter a report in the ledger of releases, or refuse what would give a hidden number away."""
    one, given = shelf_of(request).of(request.path_params["report"]), await form_of(request)
    name = words(given, "name")
    if name is None:
        raise UsageError("Give the release a name, such as spring-2026.")
    if one.confidential:
        raise UsageError("This is a working paper about single interviews; it can’t be published.")
    return _begun(request, one, "pdf", publish_as=name)


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
