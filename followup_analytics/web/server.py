"""`followup open`: the page served on this machine alone, until it is closed."""

from __future__ import annotations

import contextlib
import socket
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from followup_analytics.errors import UnreadableError
from followup_analytics.results.disclosure import MIN_CELL
from followup_analytics.web.desk import Desk
from followup_analytics.web.safety import COOKIE, Gatekeeper, Keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LOOPBACK = "127.0.0.1"


def make_app(desk: Desk, *, hosts: frozenset[str], keys: Keys, close: Callable[[], None]) -> Starlette:
    """The application: every page, behind the gatekeeper. hosts: the addresses it answers under. close: ends it."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from followup_analytics.web import analysis, coach, files, reports, research, working
    from followup_analytics.web.drops import Tray
    from followup_analytics.web.setting import House, environment
    from followup_analytics.web.works import Works

    both = ["GET", "POST"]
    routes = [
        Route("/open", _opened),
        Route("/", analysis.overview),
        Route("/rates", analysis.rates),
        Route("/curve", analysis.curve),
        Route("/outcomes", analysis.outcomes),
        Route("/claims", research.claims),
        Route("/claims/{claim}", research.claim),
        Route("/claims/{claim}/{file}", research.text),
        Route("/plan", research.plan),
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
    async def lifespan(app: Starlette):  # type: ignore[no-untyped-def]
        app.state.tray, app.state.shelf = Tray(), reports.Shelf()
        try:
            yield
        finally:
            app.state.house.works.end()
            app.state.tray.clear()

    from starlette.exceptions import HTTPException

    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gatekeeper, keys=keys, hosts=hosts)],
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused, 500: _failed},
    )
    app.state.house = House(desk, keys, environment(), Works())
    app.state.close = close
    return app


def serve(
    source: str | None,
    *,
    port: int = 0,
    browser: bool = True,
    say: Callable[[str], None],
    home: Path | None = None,
    min_cell: int = MIN_CELL,
) -> None:
    """Serve the page on a loopback port until Ctrl-C or its own `Close`.

    source: what is open, None for nothing yet. port: 0 takes a free one. say: is given the one-time link. home: where a
    store is made of dropped files; the current folder by default.
    Raises UnreadableError where the port is taken.
    """
    import uvicorn

    listener = _listener(port)
    bound = listener.getsockname()[1]
    hosts = frozenset(f"{name}:{bound}" for name in (LOOPBACK, "localhost"))
    keys = Keys()
    config = uvicorn.Config(
        make_app(Desk(source, home or Path.cwd(), min_cell), hosts=hosts, keys=keys, close=lambda: _stop(server)),
        # No access log: addresses hold what was asked for.
        access_log=False,
        log_level="critical",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    link = f"http://{LOOPBACK}:{bound}/open?token={keys.link}"
    say(link)
    if browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(link)
    server.run(sockets=[listener])


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        # From now on: the link is told, and may be opened, before the server takes its first request.
        listener.listen(128)
    except OSError:
        listener.close()
        raise UnreadableError(
            f"Port {port} is in use or not allowed: leave --port out and a free one is taken."
        ) from None
    return listener


def _stop(server: object) -> None:
    server.should_exit = True  # type: ignore[attr-defined]


async def _opened(request: Request) -> Response:
    """Turn the link's token into the cookie of this session; the token is used up."""
    from starlette.responses import PlainTextResponse, RedirectResponse

    keys: Keys = request.app.state.house.keys
    if not keys.use_link(request.query_params.get("token", "")):
        return PlainTextResponse("This link was used already: run `followup open` again for a new one.", 403)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(COOKIE, keys.session, httponly=True, samesite="strict", path="/")
    return answer


async def _closed(request: Request) -> Response:
    """End the program; what is stored stays stored."""
    from followup_analytics.web.setting import form_of, page

    await form_of(request)
    request.app.state.close()
    return page(request, "closed.html", title="Closed")


async def _refused(request: Request, error: Exception) -> Response:
    """What the server refuses, as a page with one sentence."""
    from followup_analytics.web.setting import page

    status = int(getattr(error, "status_code", 400))
    sentence = "There is no page at this address." if status == 404 else str(getattr(error, "detail", ""))
    return page(request, "problem.html", title="That can’t be done", status=status, problem=sentence)


async def _failed(request: Request, error: Exception) -> Response:
    """A fault of the program: said as such, without anything of the data."""
    import os
    import sys
    import traceback

    from followup_analytics.web.setting import page

    if os.environ.get("FOLLOWUP_DEBUG"):
        # For whoever looks for the fault, and asked: it may quote what was read.
        traceback.print_exception(error, file=sys.stderr)
    sentence = f"A fault of this program, not of your data ({type(error).__name__}). Nothing was half written."
    return page(request, "problem.html", title="A fault", status=500, problem=sentence)
