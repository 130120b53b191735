"""Who may talk to the page: this machine, over one link that works once, or who signed in where it is shared.

docs/threats-of-the-page.md says what each check is for; tests/end_to_end/test_web_safety.py and test_web_shared.py have
one for every line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from followup_analytics.errors import FollowUpError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from followup_analytics.web.house import House
    from followup_analytics.web.safety import Keys

#: The largest request, in bytes: a drop of several sheets; of somebody who hasn't signed in yet, a name and password.
LARGEST, LARGEST_FOREIGN = 100 * 1024 * 1024, 16 * 1024
#: What is said where the accounts can't be read; why is for whoever started the page.
UNREADABLE = "Nobody can sign in just now: whoever started this page finds out why by `followup store accounts`."
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_READS = ("GET", "HEAD")
#: Of a request that a browser made for a page of ours.
_OWN_SITES = ("same-origin", "none")


class Door(Protocol):
    """How people come in: what their cookie is called, whose it is, and where those go who have none.

    scheme: http or https. open: addresses that anybody may ask for. ask: where to go without a cookie, None where
    there is but a sentence.
    """

    scheme: str
    cookie: str
    open: frozenset[str]
    ask: str | None
    sentence: str

    def house(self, cookie: str | None) -> House | None:
        """The house that a cookie lets in to; None where it lets in to none."""

    def may(self, house: House, path: str) -> bool:
        """Whether an address is for the one whose house it is."""


@dataclass
class LinkDoor:
    """The door of the local page: the one link, and the cookie that it turns into."""

    keys: Keys
    only: House
    scheme: str = "http"
    cookie: str = "followup_session"
    open: frozenset[str] = frozenset({"/open"})
    ask: str | None = None
    sentence: str = "Open the link that `followup open` printed; it works once, in one browser."

    def house(self, cookie: str | None) -> House | None:
        """The one house, for the cookie of this run."""
        return self.only if self.keys.knows_session(cookie) else None

    def may(self, house: House, path: str) -> bool:  # noqa: ARG002 - whoever has the link may see everything
        """Everything is theirs who started the program."""
        return True


class Gatekeeper:
    """Middleware: refuses foreign hosts, foreign origins and requests without the cookie, and sets all headers."""

    def __init__(self, app: ASGIApp, *, door: Door, hosts: frozenset[str]) -> None:
        self.app, self.door, self.hosts = app, door, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before any page has seen it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse, RedirectResponse

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", []) if name != b"server"]
                kept += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": kept}
            await send(message)

        request = Request(scope)
        try:
            house = self.door.house(request.cookies.get(self.door.cookie))
        except FollowUpError:
            await PlainTextResponse(UNREADABLE, 503)(scope, receive, with_headers)
            return
        largest = LARGEST if house is not None else LARGEST_FOREIGN
        refusal = self._refusal(request, house, largest)
        if refusal is not None:
            status, told = refusal
            answer = RedirectResponse(told, status) if status == 303 else PlainTextResponse(told, status)
            await answer(scope, receive, with_headers)
            return
        scope.setdefault("state", {})["house"] = house
        await self.app(scope, _bounded(receive, largest), with_headers)

    def _refusal(self, request: Request, house: House | None, largest: int) -> tuple[int, str] | None:
        """The status and sentence (or address) of a refusal, None where the request may pass."""
        if request.headers.get("host", "") not in self.hosts:
            return 400, "This page answers under its own address only."
        if request.method not in (*_READS, "POST"):
            return 405, "This page reads and takes forms, nothing else."
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > largest:
            return 413, "That is more than 100 MB: give the files in smaller parts."
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if request.method not in _READS:
            own = {f"{self.door.scheme}://{host}" for host in self.hosts}
            same = site == "same-origin" or (site is None and origin in own)
            if not same or (origin is not None and origin not in own):
                return 403, "Forms are taken from this page only."
        if request.url.path in self.door.open or request.url.path.startswith("/static/"):
            return None
        if house is None:
            reads = request.method in _READS and self.door.ask is not None
            return (303, str(self.door.ask)) if reads else (403, self.door.sentence)
        if not self.door.may(house, request.url.path):
            return 403, "This page is not for your role: the menu has those that are."
        # A link on another site leads here without showing anything that was asked for in its address.
        if site is not None and site not in _OWN_SITES and request.url.path != "/":
            return 403, "Open this page from its own address."
        return None


def _bounded(receive: Receive, largest: int) -> Receive:
    """The request's body, cut off with an error where it grows beyond the limit without having said so."""
    from starlette.exceptions import HTTPException

    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > largest:
            raise HTTPException(413, "That is more than may be sent at once.")
        return message

    return bounded
