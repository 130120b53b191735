"""The coach's pages: whom to see to today, an entry with one press or one line, an interview's story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError, UsageError
from followup_analytics.web.faces import in_page_words
from followup_analytics.web.setting import Fault, form_of, go, house_of, page, telling_faults, words, worked

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store.book import ContactBook
    from followup_analytics.track import Entry, OfficeStore
    from followup_analytics.web.desk import Desk


@dataclass(frozen=True)
class Press:
    """A button of a card: its words, the contact that it records, and whether it stands in the first row."""

    name: str
    label: str
    fields: Mapping[str, str]
    first: bool = False


PRESSES = (
    Press("voicemail", "Left a voicemail", {"channel": "voicemail", "party": "none"}, first=True),
    Press("no_answer", "No answer", {"channel": "phone", "party": "none"}, first=True),
    Press("spoke", "Spoke with them", {"channel": "phone", "party": "hiring_team"}, first=True),
    Press("they_rang", "They rang", {"channel": "phone", "direction": "inbound", "party": "hiring_team"}, first=True),
    Press("receptionist", "Reached the front desk", {"channel": "phone", "party": "receptionist"}),
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
#: What is written down by which a later day counts: its field on the card, and what it needs.
_LATER = {"snooze": "until", "promised": "until", "asked": "until"}
_STEPS = {
    "call": "Call",
    "email": "Write an e-mail",
    "thank_you": "Send a thank-you note",
    "wait": "Wait",
    "move_on": "Move on",
}
_MOST_SHOWN = 60


@telling_faults
async def today(request: Request) -> Response:
    """Cards of open interviews, the most urgent first."""
    if await worked(house_of(request).desk.is_empty):
        return go("/interviews/new")
    return await _cards(request)


async def _cards(
    request: Request,
    *,
    line: str = "",
    problem: str | None = None,
    choices: Any = (),
    nearest: str | None = None,
    chosen: str | None = None,
    wrong: Any = None,
) -> Response:
    """The page of cards; line, problem and choices are of a quick line that was not understood at once.

    nearest: what the line seems to say, where it may be meant otherwise; chosen: the interview that was picked for it.
    wrong: what was typed on one of the cards, and what is wrong with it.
    """
    house = house_of(request)
    desk = house.desk
    # A card that stands on the page with a mistake on it may be one that isn't due.
    everything = request.query_params.get("show") == "all" or wrong is not None
    steps, book = await worked(desk.answer, ("next",), lambda log: _steps(desk, log)), await worked(desk.book)
    due = [row for row in steps.rows if row.due]
    shown = steps.rows if everything else due
    done = request.query_params.get("done")
    return page(
        request, "today.html", title="Today", status=400 if problem or wrong else 200, wrong=wrong,
        cards=[_card(row, steps, book) for row in shown[:_MOST_SHOWN]], n_more=max(0, len(shown) - _MOST_SHOWN),
        n_open=len(steps.rows), n_due=len(due), everything=everything, presses=PRESSES, writable=desk.is_store,
        done=house.entries.get(done or ""), done_key=done, line=line, line_problem=problem, choices=choices,
        nearest=nearest, chosen=chosen,
        command=f"followup next {desk.name}",
    )  # fmt: skip


@telling_faults
async def enter(request: Request) -> Response:
    """Record what a button says about an interview."""
    house, form = house_of(request), await form_of(request)
    name, interview = words(form, "press") or "", words(form, "interview")
    if interview is None or (name not in _BY_NAME and name not in _LATER):
        raise UsageError("Choose what happened from the buttons of a card.")
    said = {one: words(form, one) or "" for one in ("at", "until")}
    if name in _LATER and not said["until"]:
        fault = Fault("Say until when, such as Thursday 14:00 or 2026-03-05.", "until")
        return await _again(request, form, interview, said, fault)
    try:
        store = house.desk.entries()
        if name in _LATER:
            entry = await worked(_put_off, store, interview, name, said["until"])
        else:
            entry = await worked(_record, store, interview, _BY_NAME[name], said["at"] or None)
    except FollowUpError as error:
        fault = Fault.of(error, said, ["until" if name in _LATER else "at"])
        if fault.field is None:
            raise
        return await _again(request, form, interview, said, fault)
    return _noted(request, entry, f"/interviews/{interview}" if words(form, "from") == "interview" else "/today")


async def _again(request: Request, form: FormData, name: str, said: Mapping[str, str], fault: Fault) -> Response:
    """The page that a card's form came from, with what is wrong at its field."""
    wrong = {"said": said, "fault": fault, "interview": name}
    return await (_story(request, name, wrong) if words(form, "from") == "interview" else _cards(request, wrong=wrong))


@telling_faults
async def quick(request: Request) -> Response:
    """Record what a line says, as `followup log` does; where several interviews fit, ask which."""
    from followup_analytics.track.finding import AmbiguousInterviewError
    from followup_analytics.track.quick import UnsureReadingError

    house, form = house_of(request), await form_of(request)
    line = words(form, "line") or ""
    # The nearest reading is accepted of the very line that it was told of.
    accept, chosen = words(form, "accept") == line, words(form, "interview")
    try:
        entry = await worked(house.desk.entries().log, line, interview=chosen, accept=accept)
    except UnsureReadingError as unsure:
        problem = in_page_words(f"{unsure.why}.")
        return await _cards(request, line=line, problem=problem, nearest=unsure.told, chosen=chosen)
    except AmbiguousInterviewError as several:
        choices = [(story.interview_id, story.told) for story in several.stories[:_MOST_SHOWN]]
        return await _cards(request, line=line, problem="Several interviews fit: say which is meant.", choices=choices)
    except UsageError as error:
        return await _cards(request, line=line, problem=in_page_words(str(error)))
    return _noted(request, entry, "/today")


@telling_faults
async def decide(request: Request) -> Response:
    """Record how an interview's story ended."""
    house, form = house_of(request), await form_of(request)
    interview, outcome = words(form, "interview"), words(form, "outcome")
    if interview is None or outcome is None:
        raise UsageError("Choose an interview and how it ended.")
    said = {"outcome": outcome, "ended": words(form, "ended") or ""}
    try:
        entry = await worked(house.desk.entries().outcome, interview, outcome, at=said["ended"] or None)
    except FollowUpError as error:
        # The field has another name than the card's `at`, which stands on the same page.
        fault = Fault.of(error, {"at": said["ended"]}, ["at"])
        if fault.field is None:
            raise
        wrong = {"said": said, "fault": Fault(fault.sentence, "ended"), "interview": interview}
        return await _story(request, interview, wrong)
    return _noted(request, entry, "/today")


@telling_faults
async def undo(request: Request) -> Response:
    """Take back the last entry, or the last one about what is named: another tab may have made one since."""
    house, form = house_of(request), await form_of(request)
    entry = await worked(house.desk.entries().undo, words(form, "key"))
    house.entries["undone"] = entry.sentence
    return go("/today?done=undone")


@telling_faults
async def interview(request: Request) -> Response:
    """An interview's story, and what may be noted about it."""
    return await _story(request, request.path_params["interview"])


async def _story(request: Request, name: str, wrong: Any = None) -> Response:
    house = house_of(request)
    desk = house.desk
    lines = await worked(desk.entries().history, name)
    steps, book = await worked(desk.answer, ("next",), lambda log: _steps(desk, log)), await worked(desk.book)
    card = next((_card(row, steps, book) for row in steps.rows if row.interview_id == name), None)
    done = request.query_params.get("done")
    return page(
        request, "interview.html", title=card["title"] if card else f"Interview {name}", name=name, card=card,
        status=400 if wrong else 200, wrong=wrong,
        lines=[_told_line(line) for line in lines], presses=PRESSES, outcomes=OUTCOMES,
        done=house.entries.get(done or ""), done_key=done, command=f"followup track {desk.name} history {name}",
    )  # fmt: skip


@telling_faults
async def calendar(request: Request) -> Response:
    """The dated steps as a calendar file."""
    from starlette.responses import Response as Plain

    desk = house_of(request).desk
    steps, book = await worked(desk.answer, ("next",), lambda log: _steps(desk, log)), await worked(desk.book)
    headers = {"Content-Disposition": 'attachment; filename="next steps.ics"'}
    return Plain(steps.to_ics(book.names()), media_type="text/calendar; charset=utf-8", headers=headers)


@telling_faults
async def new(request: Request) -> Response:
    """The form of a new interview, and the interview; names and numbers go to the contact book alone."""
    desk = house_of(request).desk

    def asked(said: Mapping[str, str], fault: Fault | None) -> Response:
        return page(
            request, "new.html", title="A new interview", status=400 if fault else 200, said=said, fault=fault,
            command=f"followup track {desk.name if desk.is_store else 'followup.db'} interview ...",
        )  # fmt: skip

    if request.method != "POST":
        return asked({}, None)
    form = await form_of(request)
    said = {name: value for name in form if (value := words(form, name)) is not None}
    if "applicant" not in said:
        return asked(said, Fault("Say whose interview it was.", "applicant"))
    store = desk.entries_at_home()
    try:
        entry = await worked(_begin, store, said)
    except FollowUpError as error:
        return asked(said, Fault.of(error, said, list(said)))
    desk.open(desk.store_at_home())
    return _noted(request, entry, f"/interviews/{entry.id}")


def _begin(store: OfficeStore, said: Mapping[str, str]) -> Entry:
    columns: dict[str, Any] = {name: said[name] for name in ("at", "time_zone", "employer", "cohort") if name in said}
    entry = store.interview(said["applicant"], **columns)
    if "name" in said:
        store.person(said["applicant"], name=said["name"])
    of_employer: dict[str, Any] = {name: said[name] for name in ("person", "phone") if name in said}
    if "employer" in said and of_employer:
        entry = replace(entry, doubts=(*entry.doubts, *store.employer(said["employer"], **of_employer).doubts))
    return entry


def _steps(desk: Desk, log: FollowUpLog) -> Any:
    """The next steps, by the verdicts that were kept, and by the office's holidays and contact book."""
    from followup_analytics import next_steps
    from followup_analytics.advice.kept import kept_evidence
    from followup_analytics.advice.reach import reaches_of
    from followup_analytics.store import open_store

    if not desk.is_store:
        return next_steps(log, test=False)
    store = open_store(desk.store())
    evidence, country = kept_evidence(store), store.setting("country")
    return next_steps(
        log,
        test=False,
        verdicts={} if evidence is None else evidence.verdicts,
        meaning=None if evidence is None else evidence.meaning.with_employers(log),
        examined_on=None if evidence is None else evidence.on,
        country=None if country in (None, "none") else country,
        reached_at=reaches_of(desk.book(), log),
    )


def _record(store: OfficeStore, name: str, press: Press, at: str | None) -> Entry:
    fields: dict[str, Any] = dict(press.fields)
    return store.contact(name, at=at, **fields)


def _put_off(store: OfficeStore, interview: str, name: str, until: str) -> Entry:
    """What counts from a later day on: put off until then, a decision promised for then, a call asked for then."""
    if name == "snooze":
        return store.snooze(interview, until)
    if name == "promised":
        return store.correct(interview, decision_promised_at=until)
    return store.contact(interview, channel="phone", party="hiring_team", callback_at=until)


def _noted(request: Request, entry: Entry, address: str) -> Response:
    """Go on to a page that says what was stored and offers to take it back; ids alone stand in the address."""
    from urllib.parse import quote

    house_of(request).note(entry.id, " ".join([in_page_words(entry.sentence), *map(in_page_words, entry.doubts)]))
    return go(f"{address}?done={quote(entry.id)}")


def _card(row: Any, steps: Any, book: ContactBook) -> dict[str, Any]:
    from followup_analytics.advice.hours import hours_told
    from followup_analytics.advice.script import script_for

    name, employer = book.name(row.applicant_id), book.employer(row.employer)
    script = None
    if row.step == "call" and row.due:
        number = book.people.get(row.applicant_id, {}).get("phone")
        told = {"me": name or "", "them": employer.get("person") or "", "number": number or ""}
        now = next((one for one in steps.situations if one.interview_id == row.interview_id), None)
        script = None if now is None else script_for(now, steps.verdicts, told).text()
    phone = employer.get("phone")
    return {
        "interview": row.interview_id,
        "step": _STEPS[row.step],
        "title": f"{name}, {row.about}" if name else row.about,
        "on": None if row.is_for_today else row.acted_on,
        "at": row.at,
        "why": row.why,
        "sure": row.confidence,
        "reach": row.reach,
        "dial": "".join(one for one in phone or "" if one.isdigit() or one == "+") if row.step == "call" else "",
        "hours": hours_told(row.hours, row.expects),
        "silence": row.silence_means,
        "due": row.due,
        "script": script,
    }


def _told_line(line: str) -> dict[str, Any]:
    """A line of the history parted into its time and what happened."""
    when, _, rest = line.partition("  ")
    return {"when": when, "what": rest, "gone": "; taken back" in rest or "; replaced" in rest}
