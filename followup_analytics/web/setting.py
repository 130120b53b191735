"""One way to set a page, and one way to take a form: what all pages share."""

from __future__ import annotations

import functools
import os
import re
import sys
import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError
from followup_analytics.languages import catalogue, speaking
from followup_analytics.report.office import Office
from followup_analytics.web.faces import in_page_words
from followup_analytics.web.roles import may
from followup_analytics.web.tongues import in_tongue, language_for

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.languages import Catalogue
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.web.house import House

Handler = Callable[["Request"], Awaitable["Response"]]
#: The pages by address, in the order of the menu.
MENU = (
    ("/", "Overview"),
    ("/files", "Files"),
    ("/rates", "Rates"),
    ("/curve", "How soon"),
    ("/outcomes", "Cohorts"),
    ("/claims", "Advice tested"),
    ("/today", "Today"),
    ("/report", "Report"),
    ("/plan", "Plan"),
)


@functools.cache
def environment() -> Environment:
    """The templates, with every string escaped and a misspelt name an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("followup_analytics.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def house_of(request: Request) -> House:
    """The house that a request came to, as the gatekeeper let it in."""
    house: House = request.state.house
    return house


def page(request: Request, template: str, *, title: str, status: int = 200, **more: Any) -> Response:
    """A page from its template; `command` among `more` is what gives the same in a terminal."""
    from starlette.responses import HTMLResponse

    house: House | None = request.state.house
    given: Mapping[str, Any] = {
        "title": title,
        "menu": [one for one in MENU if house is not None and may(house.visitor.role, one[0])],
        "here": request.url.path,
        "section": "/" + request.url.path.split("/")[1],
        "desk": house and house.desk,
        "visitor": house and house.visitor,
        "form_token": house and house.form,
        "command": None,
        "problem": None,
        "done": None,
        "running": house.works.running if house else (),
        **more,
    }
    if house is not None and house.visitor.name is not None:
        # Whoever comes over the network has no terminal here, and need not know where the store is.
        given = {**given, "command": None}
    text = environment().get_template(template).render(given)
    words = words_of(request)
    return HTMLResponse(text if words is None else in_tongue(text, words), status)


def words_of(request: Request) -> Catalogue | None:
    """The catalogue of a page's language; None for English."""
    words: Catalogue | None = getattr(request.state, "words", None)
    return catalogue(_language_of(request)) if words is None else words


def _language_of(request: Request) -> str:
    return language_for(request.app.state.language, request.headers.get("accept-language", ""))


def _words_with_names(request: Request) -> Catalogue | None:
    """The catalogue that leaves alone what people called things in the log that is open, and the people."""
    language = _language_of(request)
    if language == "en":
        return None
    house = house_of(request)
    desk = house.desk
    if desk.source is None:
        return catalogue(language)
    people: Collection[str] = () if house.visitor.role == "analyst" else desk.book().names().values()

    def make(log: FollowUpLog) -> Catalogue | None:
        from followup_analytics.report.translation import own_strings

        return catalogue(language, own_strings(log, Office()) | set(people))

    try:
        made: Catalogue | None = desk.answer(("words", language, frozenset(people)), make)
    except FollowUpError:
        # The page itself says why there is no log.
        return catalogue(language)
    return made


def go(address: str) -> Response:
    """Send the browser on after a form, so that a reload doesn't send it twice."""
    from starlette.responses import RedirectResponse

    return RedirectResponse(address, 303)


def telling_faults(handler: Handler) -> Handler:
    """Show what a person can mend as a sentence on a page; work that takes long runs beside the server's own thread."""

    from starlette.exceptions import HTTPException

    @functools.wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            words = request.state.words = await worked(_words_with_names, request)
            with speaking(words):
                return await handler(request)
        except FollowUpError as error:
            return page(
                request, "problem.html", title="That can’t be done", status=400, problem=in_page_words(str(error))
            )
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - told here, behind the gate, which gives the answer its headers
            return failed(request, error)

    return answer


def failed(request: Request, error: Exception) -> Response:
    """A fault of the program: said as such, without anything of the data."""
    if os.environ.get("FOLLOWUP_DEBUG"):
        # For whoever looks for the fault, and asked: it may quote what was read.
        traceback.print_exception(error, file=sys.stderr)
    sentence = f"A fault of this program, not of your data ({type(error).__name__}). Nothing was half written."
    return page(request, "problem.html", title="A fault", status=500, problem=sentence)


async def worked(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What a slow function gives, while other pages are answered."""
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(function, *given, **named)


async def form_of(request: Request) -> FormData:
    """The form of a request. Raises the refusal of a form that no page of this run made."""
    from starlette.exceptions import HTTPException

    form = await bare_form(request)
    token = form.get("form_token")
    if not isinstance(token, str) or not house_of(request).knows_form(token):
        raise HTTPException(403, "This form is from an earlier run: load the page again.")
    return form


async def bare_form(request: Request) -> FormData:
    """The form of a request from somebody who is in no house yet; its fields are few."""
    return await request.form(max_files=50, max_fields=4_000)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form: the sentence, and the name of the field it stands at, None for the form as a whole."""

    sentence: str
    field: str | None

    @classmethod
    def of(cls, error: FollowUpError, said: Mapping[str, str], fields: Sequence[str]) -> Fault:
        """A refusal, at the field whose option it begins with, else at the first whose value it quotes."""
        begins = _BEGINS.match(error.for_commands)
        if begins is not None and (name := begins[1].replace("-", "_")) in fields:
            said_of_it = in_page_words(begins[2])
            return cls(f"This {said_of_it}" if said_of_it.startswith("is ") else said_of_it, name)
        sentence = in_page_words(str(error))
        return cls(sentence, next((name for name in fields if name in said and _quotes(sentence, said[name])), None))


#: A refusal of one option: `--at: is not a day or a time; ...`.
_BEGINS = re.compile(r"--([a-z-]+): (.+)", re.DOTALL)


def _quotes(sentence: str, value: str) -> bool:
    return any(f"{mark}{value}{end}" in sentence for mark, end in ("''", '""', "‘’", "“”", "``"))


def words(form: FormData, name: str) -> str | None:
    """A field of a form as text without blanks around it; None where it is empty or a file."""
    value = form.get(name)
    return value.strip() or None if isinstance(value, str) else None
