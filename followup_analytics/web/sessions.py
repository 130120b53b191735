"""Who is signed in on a shared page, and how often somebody may try: all of it in memory, gone with the program."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from followup_analytics.web.accounts import Account
from followup_analytics.web.safety import is_same

Clock = Callable[[], float]
#: Seconds after which a session ends: without a request, and whatever comes.
IDLE, LIFE = 2 * 3600.0, 12 * 3600.0
_MOST_SESSIONS = 500
#: Of one account, so that nobody who signs in again and again ends the sessions of others.
_MOST_OF_ONE = 10
#: So many passwords may be wrong; after each further one a name is locked, twice as long each time.
FREE_TRIES = 5
_FIRST_LOCK, _LONGEST_LOCK = 30.0, 3600.0
#: Names are counted in so many places, so that no flood of names makes a lock forgotten.
_PLACES = 4096


@dataclass
class Session:
    """One browser that is signed in."""

    account: Account
    begun: float
    seen: float


@dataclass
class Sessions:
    """The sessions of a run, by a hash of their cookie."""

    clock: Clock = time.monotonic
    _held: dict[bytes, Session] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, account: Account) -> str:
        """Sign somebody in; the cookie of the new session."""
        token, now = secrets.token_urlsafe(32), self.clock()
        with self._lock:
            self._held = {key: one for key, one in self._held.items() if _lasts(one, now)}
            own = [key for key, one in self._held.items() if one.account.name == account.name]
            for keys, most in ((own, _MOST_OF_ONE), (list(self._held), _MOST_SESSIONS)):
                if len(keys) >= most:
                    self._held.pop(min(keys, key=lambda key: self._held[key].seen), None)
                    break
            self._held[_hash(token)] = Session(account, now, now)
        return token

    def of(self, token: str | None) -> Account | None:
        """Whose session a cookie is of; None where it is of none, or of one that has ended."""
        if not token:
            return None
        now = self.clock()
        with self._lock:
            found = self._held.get(_hash(token))
            if found is None or not _lasts(found, now):
                return None
            found.seen = now
            return found.account

    def end(self, token: str | None) -> None:
        """Sign out."""
        with self._lock:
            self._held.pop(_hash(token or ""), None)


@dataclass
class Locks:
    """How often passwords were wrong, by name: known or not, so that a lock doesn't tell which names there are."""

    clock: Clock = time.monotonic
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    _failed: dict[int, tuple[int, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, name: str) -> float:
        """Begin a try; how many seconds to wait first where the name is locked, 0 where the password may be looked at.

        It counts as a wrong one until `passed` says otherwise, so that many at once are no way around the lock.
        """
        with self._lock:
            place, now = self._place(name), self.clock()
            n, until = self._failed.get(place, (0, 0.0))
            if until > now:
                return until - now
            n += 1
            wait = 0.0 if n < FREE_TRIES else min(_LONGEST_LOCK, _FIRST_LOCK * 2.0 ** min(n - FREE_TRIES, 20))
            self._failed[place] = (n, now + wait)
            return 0.0

    def passed(self, name: str) -> None:
        """Forget the wrong passwords of somebody who gave the right one."""
        with self._lock:
            self._failed.pop(self._place(name), None)

    def _place(self, name: str) -> int:
        plain = " ".join(name.split()).casefold().encode("utf-8", "replace")
        return int.from_bytes(hashlib.blake2b(plain, key=self._secret, digest_size=4).digest()) % _PLACES


def browser_mark(account: Account) -> str:
    """What a browser keeps in which somebody has signed in, so that it is known again until the password changes."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_signed(account, nonce)}"


def is_marked(account: Account, mark: str | None) -> bool:
    """Whether a browser is one in which somebody has signed in with this account and password."""
    nonce, dot, signed = (mark or "").partition(".")
    return bool(dot) and is_same(signed, _signed(account, nonce))


def _signed(account: Account, nonce: str) -> str:
    return hmac.new(
        account.hashed.encode(), f"followup browser\0{nonce}".encode("utf-8", "replace"), "sha256"
    ).hexdigest()


def _lasts(session: Session, now: float) -> bool:
    return now - session.seen < IDLE and now - session.begun < LIFE


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
