"""Accounts of a page that is shared on an office's network: who may sign in, as what; kept beside the store's key."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from followup_analytics.errors import MissingExtraError, UnreadableError, UsageError
from followup_analytics.log.pseudonyms import key_path
from followup_analytics.store.book import write_private

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Role = Literal["coach", "analyst"]
ROLES: tuple[Role, ...] = get_args(Role)
#: Letters of a password: NIST SP 800-63B asks for eight at least; these passwords are a store's only guard.
SHORTEST, LONGEST = 12, 1_000
_LONGEST_NAME = 80
_FORMAT = "followup_analytics accounts"


@dataclass(frozen=True)
class Account:
    """One person who may sign in. A coach's name is the one in the column `coach`. hashed: by Argon2id."""

    name: str
    role: Role
    hashed: str = field(repr=False)


@dataclass(frozen=True)
class Accounts:
    """All accounts of a store, by the name as it is compared: without regard to case."""

    by_name: Mapping[str, Account] = field(default_factory=dict)

    def find(self, name: str) -> Account | None:
        """The account of a name as somebody typed it."""
        return self.by_name.get(_key(name))

    def with_account(self, name: str, role: Role, password: str) -> Accounts:
        """With an account, new or set anew. Raises UsageError for a name or password that can't be taken."""
        plain = " ".join(name.split())
        if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
            raise UsageError(
                f"The name of an account is 1 to {_LONGEST_NAME} letters; a coach's as interviews have it."
            )
        if not SHORTEST <= len(password) <= LONGEST or password.casefold() == plain.casefold():
            raise UsageError(f"The password needs {SHORTEST} letters or more (and at most {LONGEST:,}), not the name.")
        return Accounts({**self.by_name, _key(plain): Account(plain, role, hashed(password))})

    def without(self, name: str) -> Accounts:
        """Without an account. Raises UsageError where there is none of this name."""
        if self.find(name) is None:
            raise UsageError(f"There is no account {name!r}; `followup store accounts` lists them.")
        return Accounts({key: one for key, one in self.by_name.items() if key != _key(name)})


def accounts_path(url: str) -> Path:
    """Where the accounts of a store lie: beside its key. Raises UsageError for a store without a place for a key."""
    path = key_path(url)
    if path is None:
        raise UsageError("A store in memory has no place for accounts.")
    return path.with_suffix(".accounts")


def read_accounts(url: str) -> Accounts:
    """The accounts of a store; none where there is no file.

    Raises UnreadableError for a file that others may read or write, or that is none of accounts.
    """
    path = accounts_path(url)
    try:
        if path.stat().st_mode & 0o077:
            raise UnreadableError(f"{path.name}: other users of this machine may read it; run  chmod 600 {path}")
        held = json.loads(path.read_text("utf-8"))
        told = {_FORMAT: held["accounts"]}[held["format"]]
        made = [Account(one["name"], one["role"], one["password"]) for one in told]
    except FileNotFoundError:
        return Accounts()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(f"{path.name}: no accounts can be read here ({type(error).__name__}).") from None
    return Accounts({_key(one.name): one for one in made if one.role in ROLES})


def write_accounts(url: str, accounts: Accounts) -> Path:
    """Keep the accounts of a store, for their owner's eyes only; where they lie."""
    path = accounts_path(url)
    told = [{"name": one.name, "role": one.role, "password": one.hashed} for one in accounts.by_name.values()]
    write_private(path, json.dumps({"format": _FORMAT, "accounts": told}, ensure_ascii=False, indent=1) + "\n")
    return path


def change_accounts(url: str, change: Callable[[Accounts], Accounts]) -> Path:
    """Change the accounts of a store; of two who do so at once neither brings back what the other took away."""
    from followup_analytics.store import open_store

    # The store has one writer at a time.
    with open_store(url, write=True).together():
        return write_accounts(url, change(read_accounts(url)))


def hashed(password: str) -> str:
    """A password as it is kept: by Argon2id. Raises MissingExtraError without the library."""
    return str(_hasher().hash(password))


def is_password(kept: str, password: str) -> bool:
    """Whether a password is the one that was kept."""
    hasher = _hasher()
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(hasher.verify(kept, password))
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> PasswordHasher:
    """What hashes passwords, with the library's own costs (RFC 9106, for little memory)."""
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise MissingExtraError.for_extra("An account of the shared page", "share") from None
    return PasswordHasher()


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
