"""`followup open`: the page served on this machine alone, until it is closed."""

from __future__ import annotations

import contextlib
import socket
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UnreadableError
from followup_analytics.results.disclosure import MIN_CELL
from followup_analytics.web.desk import Desk
from followup_analytics.web.gate import Door, Gatekeeper, LinkDoor
from followup_analytics.web.house import House
from followup_analytics.web.safety import Keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

LOOPBACK = "127.0.0.1"
#: How the server itself behaves: no access log, since addresses hold what was asked for.
QUIET: dict[str, Any] = {
    "access_log": False,
    "log_level": "critical",
    "server_header": False,
    "proxy_headers": False,
    # The listener of a shared page counts what it accepts, which another loop would not ask it for.
    "loop": "asyncio",
    "timeout_graceful_shutdown": 2,
}


def make_app(
    door: Door,
    *,
    hosts: frozenset[str],
    entrance: Sequence[BaseRoute],
    end: Callable[[], None],
    close: Callable[[], None] | None = None,
    language: str | None = None,
) -> Starlette:
    """The application: every page, behind the gatekeeper.

    door: who is let in. hosts: the addresses it answers under. entrance: the pages by which people come in. end: called
    when it ends. close: ends it; None where that is not for its users. language: of all pages; else the browser says.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from followup_analytics.web import analysis, coach, files, reports, research, simulated, working

    both = ["GET", "POST"]
    routes = [
        *entrance,
        Route("/", analysis.overview),
        Route("/rates", analysis.rates),
        Route("/curve", analysis.curve),
        Route("/outcomes", analysis.outcomes),
        Route("/claims", research.claims),
        Route("/claims/{claim}", research.claim),
        Route("/claims/{claim}/{file}", research.text),
        Route("/plan", research.plan),
        Route("/simulate", simulated.simulate),
        Route("/simulate/{world}/truth.json", simulated.truth),
        Route("/quality", analysis.quality),
        Route("/report", reports.report, methods=both),
        Route("/report/{report}", reports.made),
        Route("/report/{report}/publish", reports.publish, methods=["POST"]),
        Route("/report/{report}/{file}", reports.form),
        Route("/releases", reports.releases),
        Route("/files", files.files, methods=both),
        Route("/files/{drop}", files.looked),
        Route("/files/{drop}/answers", files.answers, methods=["POST"]),
        Route("/files/{drop}/options", files.options, methods=["POST"]),
        Route("/files/{drop}/mend", files.mend, methods=["POST"]),
        Route("/files/{drop}/mend.xlsx", files.to_mend),
        Route("/files/{drop}/store", files.store, methods=["POST"]),
        Route("/files/{drop}/discard", files.discard, methods=["POST"]),
        Route("/job/{work}", working.work),
        Route("/job/{work}/events", working.heard),
        Route("/job/{work}/stop", working.stop, methods=["POST"]),
        Route("/today", coach.today),
        Route("/today.ics", coach.calendar),
        Route("/today/quick", coach.quick, methods=["POST"]),
        Route("/today/entry", coach.enter, methods=["POST"]),
        Route("/today/outcome", coach.decide, methods=["POST"]),
        Route("/today/undo", coach.undo, methods=["POST"]),
        Route("/interviews/new", coach.new, methods=both),
        Route("/interviews/{interview}", coach.interview),
        Route("/close", _closed, methods=["POST"]),
        Mount("/static", StaticFiles(packages=[("followup_analytics.web", "static")])),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette):  # type: ignore[no-untyped-def]
        try:
            yield
        finally:
            end()

    from starlette.exceptions import HTTPException

    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gatekeeper, door=door, hosts=hosts)],
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused, 500: _broken},
    )
    app.state.close, app.state.language = close, language
    return app


def local_app(
    house: House, *, hosts: frozenset[str], keys: Keys, close: Callable[[], None], language: str | None = None
) -> Starlette:
    """The application for whoever started it, who comes in by the link."""
    from starlette.routing import Route

    async def opened(request: Request) -> Response:
        """Turn the link's token into the cookie of this session; the token is used up."""
        from starlette.responses import PlainTextResponse, RedirectResponse

        if not keys.use_link(request.query_params.get("token", "")):
            return PlainTextResponse("This link was used already: run `followup open` again for a new one.", 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(door.cookie, keys.session, httponly=True, samesite="strict", path="/")
        return answer

    door = LinkDoor(keys, house)
    return make_app(door, hosts=hosts, entrance=[Route("/open", opened)], end=house.end, close=close, language=language)


def serve(
    source: str | None,
    *,
    port: int = 0,
    browser: bool = True,
    say: Callable[[str], None],
    home: Path | None = None,
    min_cell: int = MIN_CELL,
    language: str | None = None,
) -> None:
    """Serve the page on a loopback port until Ctrl-C or its own `Close`.

    source: what is open, None for nothing yet. port: 0 takes a free one. say: is given the one-time link. home: where a
    store is made of dropped files; the current folder by default. language: of the pages; None takes the browser's.
    Raises UnreadableError where the port is taken.
    """
    import uvicorn

    listener = listener_at(LOOPBACK, port)
    bound = listener.getsockname()[1]
    hosts = frozenset(f"{name}:{bound}" for name in (LOOPBACK, "localhost"))
    keys = Keys()
    config = uvicorn.Config(
        local_app(
            House(Desk(source, home or Path.cwd(), min_cell)),
            hosts=hosts,
            keys=keys,
            close=lambda: _stop(server),
            language=language,
        ),
        **QUIET,
    )
    server = uvicorn.Server(config)
    link = f"http://{LOOPBACK}:{bound}/open?token={keys.link}"
    say(link)
    if browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(link)
    server.run(sockets=[listener])


def listener_at(address: str, port: int, kind: type[socket.socket] = socket.socket) -> socket.socket:
    """A socket that listens at one address alone. Raises UnreadableError where the address or port can't be had."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = kind(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        # From now on: the link is told, and may be opened, before the server takes its first request.
        listener.listen(128)
    except OSError:
        listener.close()
        where = f"Port {port}" if address == LOOPBACK else f"{address} is no address of this machine, or port {port}"
        raise UnreadableError(f"{where} is in use or not allowed: leave --port out and a free one is taken.") from None
    return listener


def _stop(server: object) -> None:
    server.should_exit = True  # type: ignore[attr-defined]


async def _closed(request: Request) -> Response:
    """End the program; what is stored stays stored."""
    from starlette.exceptions import HTTPException

    from followup_analytics.web.setting import form_of, page

    await form_of(request)
    if request.app.state.close is None:
        raise HTTPException(403, "The shared page is ended where it was started.")
    request.app.state.close()
    return page(request, "closed.html", title="Closed")


async def _refused(request: Request, error: Exception) -> Response:
    """What the server refuses, as a page with one sentence."""
    from followup_analytics.web.setting import page

    status = int(getattr(error, "status_code", 400))
    sentence = "There is no page at this address." if status == 404 else str(getattr(error, "detail", ""))
    return page(request, "problem.html", title="That can’t be done", status=status, problem=sentence)


async def _broken(request: Request, error: Exception) -> Response:
    from followup_analytics.web.setting import failed

    return failed(request, error)
