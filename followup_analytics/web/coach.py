"""The coach's pages: whom to see to today, an entry with one press, an interview's story, a new interview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.web.setting import form_of, go, house_of, page, told, words, worked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.log.followup_log import FollowUpLog


@dataclass(frozen=True)
class Press:
    """A button of a card: its words, and the contact that it records."""

    name: str
    label: str
    fields: Mapping[str, str]


PRESSES = (
    Press("voicemail", "Left a voicemail", {"channel": "voicemail", "party": "none"}),
    Press("no_answer", "No answer", {"channel": "phone", "party": "none"}),
    Press("spoke", "Spoke with them", {"channel": "phone", "party": "hiring_team"}),
    Press("receptionist", "Reached the front desk", {"channel": "phone", "party": "receptionist"}),
    Press("they_rang", "They rang", {"channel": "phone", "direction": "inbound", "party": "hiring_team"}),
    Press("wrote", "Sent an e-mail", {"channel": "email"}),
    Press("thanked", "Sent a thank-you note", {"channel": "email", "purpose": "thank_you"}),
    Press("they_wrote", "They wrote", {"channel": "email", "direction": "inbound"}),
)
_BY_NAME = {one.name: one for one in PRESSES}
OUTCOMES = (
    ("advanced", "A further round"),
    ("offer", "An offer"),
    ("rejected", "Turned down"),
    ("filled", "Somebody else got it"),
    ("withdrawn", "The applicant left"),
)
_STEPS = {
    "call": "Call",
    "email": "Write an e-mail",
    "thank_you": "Send a thank-you note",
    "wait": "Wait",
    "move_on": "Move on",
}


@told
async def today(request: Request) -> Response:
    """Cards of open interviews, the most urgent first."""
    desk = house_of(request).desk
    everything = request.query_params.get("show") == "all"
    steps = await worked(desk.answer, ("next",), _steps)
    due = [row for row in steps.rows if row.due]
    return page(
        request, "today.html", title="Today", cards=[_card(row) for row in (steps.rows if everything else due)],
        n_open=len(steps.rows), n_due=len(due), everything=everything, presses=PRESSES, writable=desk.is_store,
        done=request.query_params.get("done"), command=f"followup next {desk.name}",
    )  # fmt: skip


@told
async def enter(request: Request) -> Response:
    """Record what a button says about an interview."""
    desk, form = house_of(request).desk, await form_of(request)
    press, interview = _BY_NAME.get(words(form, "press") or ""), words(form, "interview")
    if press is None or interview is None:
        raise UsageError("Choose what happened from the buttons of a card.")
    entry = await worked(_record, desk.store(), interview, press, words(form, "at"), words(form, "callback_at"))
    return go(_back(form, entry))


@told
async def decide(request: Request) -> Response:
    """Record how an interview's story ended."""
    from followup_analytics.track import track_outcome

    desk, form = house_of(request).desk, await form_of(request)
    interview, outcome = words(form, "interview"), words(form, "outcome")
    if interview is None or outcome is None:
        raise UsageError("Choose an interview and how it ended.")
    await worked(track_outcome, desk.store(), interview, outcome, at=words(form, "at"))
    return go("/today?done=stored")


@told
async def undo(request: Request) -> Response:
    """Take back the last entry."""
    from followup_analytics.track import track_undo

    desk = house_of(request).desk
    await form_of(request)
    await worked(track_undo, desk.store())
    return go("/today?done=undone")


@told
async def interview(request: Request) -> Response:
    """An interview's story, and what may be noted about it."""
    from followup_analytics.track import track_history

    desk, name = house_of(request).desk, request.path_params["interview"]
    lines = await worked(track_history, desk.store(), name)
    steps = await worked(desk.answer, ("next",), _steps)
    card = next((_card(row) for row in steps.rows if row.interview_id == name), None)
    return page(
        request, "interview.html", title=f"Interview {name}", name=name, lines=lines, card=card, presses=PRESSES,
        outcomes=OUTCOMES, command=f"followup track {desk.name} history {name}",
    )  # fmt: skip


@told
async def new(request: Request) -> Response:
    """The form of a new interview, and the interview."""
    from followup_analytics.track import track_interview

    desk = house_of(request).desk
    if request.method != "POST":
        return page(request, "new.html", title="A new interview", command=f"followup track {desk.name} interview ...")
    form = await form_of(request)
    applicant = words(form, "applicant")
    if applicant is None:
        raise UsageError("Say whose interview it was.")
    url = desk.store_at_home()
    entry = await worked(
        track_interview, url, applicant, at=words(form, "at"),
        time_zone=words(form, "time_zone"), employer=words(form, "employer"), cohort=words(form, "cohort"),
    )  # fmt: skip
    desk.open(url)
    return go(f"/interviews/{entry.id}")


def _steps(log: FollowUpLog) -> Any:
    from followup_analytics import next_steps

    return next_steps(log, test=False)


def _record(url: str, name: str, press: Press, at: str | None, callback_at: str | None) -> str:
    from followup_analytics.track import track_contact

    fields: dict[str, Any] = dict(press.fields) | ({"callback_at": callback_at} if callback_at else {})
    return track_contact(url, name, at=at, **fields).interview_id or name


def _card(row: Any) -> dict[str, Any]:
    return {
        "interview": row.interview_id,
        "about": row.about,
        "step": _STEPS[row.step],
        "on": row.on,
        "why": row.why,
        "sure": row.confidence,
        "due": row.due,
    }


def _back(form: Any, interview_id: str) -> str:
    """Where a press came from: the interview's own page, or the cards."""
    return f"/interviews/{interview_id}" if words(form, "from") == "interview" else "/today?done=stored"
