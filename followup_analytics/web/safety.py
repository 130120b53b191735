"""Who may talk to the local page: this machine, over one link that works once, and no page of anybody else's.

docs/threats-of-the-page.md says what each check is for; tests/end_to_end/test_web_safety.py has one for every line.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "followup_session"
#: The largest request, in bytes: a drop of several sheets.
LARGEST = 100 * 1024 * 1024
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


@dataclass
class Keys:
    """The secrets of one run: the link's token (used once), the session's cookie, and the forms' token."""

    link: str | None = field(default_factory=lambda: secrets.token_urlsafe(24))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def use_link(self, given: str) -> bool:
        """Whether this is the link's token; it works once."""
        if self.link is None or not _same(given, self.link):
            return False
        self.link = None
        return True

    def knows_session(self, given: str | None) -> bool:
        """Whether a cookie is this run's."""
        return given is not None and _same(given, self.session)

    def knows_form(self, given: str | None) -> bool:
        """Whether a form came from a page of this run."""
        return given is not None and _same(given, self.form)


def _same(given: str, secret: str) -> bool:
    # Bytes, since the comparison of texts refuses letters beyond ASCII.
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode("utf-8"))


class Gatekeeper:
    """Middleware: refuses foreign hosts, foreign origins and requests without the cookie, and sets all headers."""

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: frozenset[str]) -> None:
        self.app, self.keys, self.hosts = app, keys, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before any page has seen it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", []) if name != b"server"]
                kept += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": kept}
            await send(message)

        refusal = self._refusal(Request(scope))
        if refusal is not None:
            status, sentence = refusal
            await PlainTextResponse(sentence, status)(scope, receive, with_headers)
            return
        await self.app(scope, _bounded(receive), with_headers)

    def _refusal(self, request: Request) -> tuple[int, str] | None:  # type: ignore[name-defined]  # noqa: F821
        """The status and sentence of a refusal, None where the request may pass."""
        if request.headers.get("host", "") not in self.hosts:
            return 400, "This page answers under its own address only."
        if request.method not in (*_READS, "POST"):
            return 405, "This page reads and takes forms, nothing else."
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST:
            return 413, "That is more than 100 MB: give the files in smaller parts."
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if request.method not in _READS:
            same = site == "same-origin" or (site is None and origin in {f"http://{host}" for host in self.hosts})
            if not same or (origin is not None and origin not in {f"http://{host}" for host in self.hosts}):
                return 403, "Forms are taken from this page only."
        if request.url.path == "/open" or request.url.path.startswith("/static/"):
            return None
        if not self.keys.knows_session(request.cookies.get(COOKIE)):
            return 403, "Open the link that `followup open` printed; it works once, in one browser."
        # A link on another site leads here without showing anything that was asked for in its address.
        if site is not None and site not in _OWN_SITES and request.url.path != "/":
            return 403, "Open this page from its own address."
        return None


def _bounded(receive: Receive) -> Receive:
    """The request's body, cut off with an error where it grows beyond the limit without having said so."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST:
            raise ConnectionError("the request is larger than it may be")
        return message

    return bounded
