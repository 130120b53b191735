"""`followup open --share`: the page on an address of an office's network, over TLS, for those who have an account."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from followup_analytics.errors import FollowUpError, UsageError
from followup_analytics.store.address import is_store_url
from followup_analytics.web.accounts import Accounts, accounts_path, hashed, is_password, read_accounts
from followup_analytics.web.certificate import certificate_for
from followup_analytics.web.crowd import FairListener
from followup_analytics.web.desk import Desk, OwnDesk
from followup_analytics.web.gate import UNREADABLE
from followup_analytics.web.house import House, Visitor
from followup_analytics.web.roles import FIRST, may
from followup_analytics.web.server import QUIET, listener_at, make_app
from followup_analytics.web.sessions import LIFE, Locks, Sessions, browser_mark, is_marked
from followup_analytics.web.setting import bare_form, page, telling_faults, words
from followup_analytics.web.works import Works, turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from threading import Semaphore

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.web.accounts import Account

#: Passwords looked at at a time (each takes 64 MB), and how many may wait for that.
_AT_A_TIME, _MOST_WAITING = 2, 20
#: Of these so many from one address.
_MOST_OF_ONE = 8
#: A cookie by which a browser is known in which somebody has signed in, and for how many seconds.
_MARK, _MARK_LASTS = "__Host-followup_browser", 180 * 24 * 3600
_WRONG = "The name or the password is wrong."


@dataclass
class SignInDoor:
    """The door of a shared page: an account of the store, a password, and a cookie for as long as the session lasts.

    whole: the desk with everything on it. Accounts are read anew for each request, so that one that is removed, or
    has another password, is out at once.
    """

    whole: Desk
    sessions: Sessions = field(default_factory=Sessions)
    locks: Locks = field(default_factory=Locks)
    #: Of browsers in which somebody has signed in before: strangers who guess lock nobody out of these.
    own_locks: Locks = field(default_factory=Locks)
    scheme: str = "https"
    #: Only a page of this very host may set a cookie of this name, and only over TLS.
    cookie: str = "__Host-followup_session"
    open: frozenset[str] = frozenset({"/sign-in"})
    ask: str | None = "/sign-in"
    sentence: str = "Sign in first."
    _houses: dict[Account, House] = field(default_factory=dict)
    _turns: Semaphore = field(default_factory=turns)
    _lock: Lock = field(default_factory=Lock)
    _nobody: str = field(default_factory=lambda: hashed("nobody has this password"))

    def accounts(self) -> Accounts:
        """The accounts as they are now."""
        return read_accounts(self.whole.store())

    def house(self, cookie: str | None) -> House | None:
        """The house of an account that is signed in, and still as it was then."""
        account = self.sessions.of(cookie)
        if account is None:
            return None
        if self.accounts().find(account.name) != account:
            self.sessions.end(cookie)
            self._leave(account)
            return None
        with self._lock:
            if account not in self._houses:
                self._houses[account] = self._made(account)
            return self._houses[account]

    def may(self, house: House, path: str) -> bool:
        """Whether an address is for the role of an account; the first page leads to each one's own."""
        return path == "/" or may(house.visitor.role, path)

    def browser_of(self, name: str, mark: str | None) -> str | None:
        """By what a browser is locked in which the account of a name has signed in before; None for another one."""
        account = self.accounts().find(name)
        return str(mark) if account is not None and is_marked(account, mark) else None

    def known(self, name: str, password: str) -> Account | None:
        """The account of a name and its password; it takes as long where there is none."""
        account = self.accounts().find(name)
        right = is_password(self._nobody if account is None else account.hashed, password)
        return account if right else None

    def end(self) -> None:
        """Stop all works, and remove all that was dropped."""
        for account in list(self._houses):
            self._leave(account)

    def _leave(self, account: Account) -> None:
        with self._lock:
            house = self._houses.pop(account, None)
        if house is not None:
            house.end()

    def _made(self, account: Account) -> House:
        whole = self.whole
        own = account.role == "coach"
        desk = OwnDesk(whole.source, whole.home, whole.min_cell, account.name, whole=whole) if own else whole
        return House(desk, Visitor(account.role, account.name), works=Works(turns=self._turns))


def shared_app(door: SignInDoor, *, hosts: frozenset[str], language: str | None = None) -> Starlette:
    """The application for those who have an account."""
    import anyio
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    strangers, known = anyio.CapacityLimiter(_AT_A_TIME), anyio.CapacityLimiter(1)
    trying: dict[str, int] = {}

    async def looked_at(request: Request, name: str, given: str, *, is_known: bool) -> Account | None:
        """The account of a name and its password, when its turn has come."""
        where = request.client.host if request.client else ""
        trying[where] = trying.get(where, 0) + 1
        try:
            limiter = known if is_known else strangers
            return await anyio.to_thread.run_sync(door.known, name, given, limiter=limiter)
        finally:
            trying[where] -= 1
            if not trying[where]:
                del trying[where]

    def is_crowded(request: Request) -> bool:
        of_one = trying.get(request.client.host if request.client else "", 0)
        return of_one >= _MOST_OF_ONE or strangers.statistics().tasks_waiting >= _MOST_WAITING

    @telling_faults
    async def sign_in(request: Request) -> Response:
        """The form of name and password; the cookie of a session for those that are right."""
        if request.method != "POST":
            return page(request, "sign_in.html", title="Sign in")
        form = await bare_form(request)
        name, password = words(form, "name") or "", form.get("password")
        try:
            browser = door.browser_of(name, request.cookies.get(_MARK))
        except FollowUpError:
            return PlainTextResponse(UNREADABLE, 503)
        if browser is None and is_crowded(request):
            return PlainTextResponse("Too many people sign in at once: try again in a minute.", 503)
        locks, key = (door.locks, name) if browser is None else (door.own_locks, browser)
        seconds = locks.begin(key)
        if seconds:
            minutes = max(1, round(seconds / 60))
            wait = f"Too many wrong passwords: try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
            return page(request, "sign_in.html", title="Sign in", status=429, problem=wait)
        given = password if isinstance(password, str) else ""
        account = await looked_at(request, name, given, is_known=browser is not None)
        if account is None:
            return page(request, "sign_in.html", title="Sign in", status=403, problem=_WRONG)
        locks.passed(key)
        # Whoever was signed in here before is no longer.
        door.sessions.end(request.cookies.get(door.cookie))
        answer = _to(FIRST[account.role])
        cookies = [(door.cookie, door.sessions.begin(account), int(LIFE))]
        cookies += [(_MARK, browser_mark(account), _MARK_LASTS)] if browser is None else []
        for cookie, value, lasts in cookies:
            answer.set_cookie(cookie, value, max_age=lasts, path="/", secure=True, httponly=True, samesite="strict")
        return answer

    async def sign_out(request: Request) -> Response:
        """End this browser's session."""
        from followup_analytics.web.setting import form_of

        await form_of(request)
        door.sessions.end(request.cookies.get(door.cookie))
        answer = _to("/sign-in")
        answer.delete_cookie(door.cookie, path="/", secure=True, httponly=True, samesite="strict")
        return answer

    entrance = [
        Route("/sign-in", sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
    ]
    return make_app(door, hosts=hosts, entrance=entrance, end=door.end, language=language)


def serve_shared(
    source: str | None,
    address: str,
    *,
    port: int,
    say: Callable[[str], None],
    home: Path,
    min_cell: int,
    language: str | None = None,
) -> None:
    """Serve the page at an address of this machine, over TLS, until Ctrl-C.

    source: the store. say: is given the page's address, and the fingerprint of its certificate.
    Raises UsageError where what is open is no store, there is no account, or the address is that of every network at
    once; UnreadableError where the address or port can't be had; MissingExtraError without the extra `share`.
    """
    import uvicorn

    if source is None or not is_store_url(source):
        raise UsageError("--share needs a store, such as  followup open sqlite:///followup.db --share ADDRESS")
    host = _host(address)
    door = SignInDoor(Desk(source, home, min_cell))
    if not door.accounts().by_name:
        raise UsageError("Nobody has an account yet: make one with  followup store add-account STORE NAME --role coach")
    listener = listener_at(host, port, FairListener)
    bound = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    hosts = frozenset({f"{shown}:{bound}", *((shown,) if bound == 443 else ())})
    pem = accounts_path(source).with_suffix(".certificate")
    mark = certificate_for(host, pem)
    config = uvicorn.Config(
        shared_app(door, hosts=hosts, language=language), ssl_certfile=pem, ssl_keyfile=str(pem), **QUIET
    )
    say(f"https://{shown}:{bound}/")
    say(f"SHA-256 fingerprint of its certificate: {mark}")
    uvicorn.Server(config).run(sockets=[listener])


def _host(address: str) -> str:
    """An address as it is bound. Raises UsageError for one that would open the page to every network at once."""
    plain = address.strip().removeprefix("[").removesuffix("]").lower()
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        if not plain or any(not (one.isalnum() or one in "-.") for one in plain):
            raise UsageError(f"--share: {address!r} is no address of this machine, such as 192.168.1.20.") from None
        return plain
    if found.is_unspecified or found.is_multicast:
        raise UsageError("--share: choose one address of this machine, such as 192.168.1.20, and not all of them.")
    return str(found)


def _to(address: str) -> Response:
    from starlette.responses import RedirectResponse

    return RedirectResponse(address, 303)
