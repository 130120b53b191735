"""Keyed pseudonyms: what stands in a store for ids, names, numbers and addresses of people.

A pseudonym is the HMAC-SHA-256 of the value under a key that never enters the store: it lies in a file of its own
(mode 600) beside the store, or in the environment variable FOLLOWUP_KEY. Who has the store alone can't go back to the
person, nor try out all telephone numbers; who has the key finds a person again by the same name.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.personal import fate_of

KEY_VARIABLE = "FOLLOWUP_KEY"
#: 80 bits: no two of a billion people share one by chance (birthday bound 4e-7).
_BYTES = 10
_SHORTEST_KEY = 16
_PREFIXES = {
    "applicant": "p-",
    "call": "call-",
    "number": "n-",
    "address": "m-",
    "name": "w-",
    "interview": "i-",
    "contact": "c-",
}


@dataclass(frozen=True)
class Pseudonyms:
    """Turns personal values into keyed pseudonyms; the key is never shown."""

    key: bytes = field(repr=False)
    #: Keys that came after the first: each makes the new pseudonym from the old one.
    later: tuple[bytes, ...] = field(default=(), repr=False)

    def of(self, kind: str, value: str) -> str:
        """The pseudonym of one value; `kind` is applicant, call, number, address or name."""
        return self.of_each(kind, (value,))[0]

    def of_each(self, kind: str, values: Iterable[str]) -> list[str]:
        """The pseudonyms of values in their order; the key is set up once for all."""
        found = list(values)
        for key in (self.key, *self.later):
            found = _each_under(key, kind, found)
        return found

    def renewed(self, key: bytes) -> Pseudonyms:
        """The pseudonyms under a further key."""
        return Pseudonyms(self.key, (*self.later, key))

    def earlier(self) -> tuple[Pseudonyms, ...]:
        """The pseudonyms as they were before each change of the key, the latest first."""
        return tuple(Pseudonyms(self.key, self.later[:n]) for n in range(len(self.later) - 1, -1, -1))

    def up_to(self, mark: str | None) -> Pseudonyms | None:
        """The pseudonyms, these or earlier ones, whose keys have a fingerprint; None where none have.

        A backup from before a change of the key is put back without its own key file: the newer one has all keys.
        """
        return next((one for one in (self, *self.earlier()) if one.fingerprint == mark), None)

    @property
    def as_text(self) -> str:
        """The keys as a key file holds them, one a line, the oldest first."""
        return "".join(key.decode("utf-8") + "\n" for key in (self.key, *self.later))

    def of_all(self, kind: str, values: Iterable[str]) -> dict[str, str]:
        """The pseudonyms of many distinct values, by value."""
        distinct = list(values)
        return dict(zip(distinct, self.of_each(kind, distinct), strict=True))

    def applicant(self, applicant_id: str) -> str:
        """The pseudonym under which an applicant stands in the store."""
        return self.of("applicant", applicant_id.strip())

    @property
    def fingerprint(self) -> str:
        """A short mark of the key, safe to keep in the store: it tells a wrong key from the right one."""
        return hashlib.sha256(b"followup key mark\0" + b"\0".join((self.key, *self.later))).hexdigest()[:16]


def _each_under(key: bytes, kind: str, values: list[str]) -> list[str]:
    start = hmac.new(key, f"{kind}\0".encode(), "sha256")
    prefix, found = _PREFIXES[kind], []
    for value in values:
        one = start.copy()
        one.update(value.encode("utf-8", "surrogatepass"))
        found.append(prefix + one.hexdigest()[: 2 * _BYTES])
    return found


#: A pseudonym as it stands in a column, with its kind.
PSEUDONYM = re.compile(r"(p|call|n|m|w|i|c)-[0-9a-f]{20}")


def renewed_pseudonym(value: str, key: bytes) -> str:
    """The pseudonym that a further key makes from an old one; other texts as they are."""
    found = PSEUDONYM.fullmatch(value)
    if found is None:
        return value
    kind = next(kind for kind, prefix in _PREFIXES.items() if prefix == f"{found[1]}-")
    return _each_under(key, kind, [value])[0]


def new_key() -> bytes:
    """A key that nobody can guess."""
    return secrets.token_hex(32).encode("ascii")


def read_key(text: str, where: str) -> Pseudonyms:
    """The pseudonyms of a key as a key file holds it. Raises UsageError for one that is too short."""
    first, *later = [_checked(line, where) for line in text.splitlines() if line.strip()] or [_checked("", where)]
    return Pseudonyms(first, tuple(later))


def load_pseudonyms(url: str, *, create: bool = True) -> Pseudonyms:
    """The pseudonyms of a store, with the key from FOLLOWUP_KEY or from the key file, which is made on first use.

    url: the store's URL. create: make a new key where there is none (never for a store that already has applicants).
    Raises UnreadableError when there is no key and none may be made, UsageError when the key is too short.
    """
    from_environment = os.environ.get(KEY_VARIABLE)
    if from_environment is not None:
        return read_key(from_environment, f"the environment variable {KEY_VARIABLE}")
    path = key_path(url)
    if path is None:
        return Pseudonyms(secrets.token_bytes(32))
    if path.exists():
        try:
            return read_key(path.read_text("utf-8"), f"the key file {path.name}")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(
                f"The key file {path} can't be read ({type(error).__name__}): check its rights."
            ) from None
    if not create:
        raise UnreadableError(
            f"The store's key is missing: {path} is not there and {KEY_VARIABLE} is not set. Put the key back "
            "beside the store; "
            "without it the store's applicants can't be told from new ones."
        )
    return Pseudonyms(_make_key(path))


def key_path(url: str) -> Path | None:
    """Where the key of a store lies: beside an SQLite file, else in the user's configuration folder; None in memory."""
    if url.startswith("sqlite:"):
        database = url.partition(":///")[2].partition("?")[0]
        return None if database in ("", ":memory:") else Path(database + ".key")
    parts = urlsplit(url)
    # The password is left out on purpose: a new password must not lose the key.
    place = (
        f"{parts.hostname or 'local'}{':' + str(parts.port) if parts.port else ''}-{parts.path.strip('/') or 'default'}"
    )
    safe = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in place)
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "followup_analytics" / f"{safe}.key"


def _checked(text: str, where: str) -> bytes:
    key = text.strip()
    if len(key) < _SHORTEST_KEY:
        raise UsageError(f"The key in {where} is too short: it needs at least {_SHORTEST_KEY} characters.")
    return key.encode("utf-8")


def _make_key(path: Path) -> bytes:
    """Write a new key that only its owner can read; if another process was quicker, take its key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_hex(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _checked(path.read_text("utf-8"), f"the key file {path.name}")
    except OSError as error:
        raise UnreadableError(
            f"The key file {path} can't be written ({error.strerror}): choose a folder you may write to."
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(key + "\n")
    return key.encode("utf-8")


# ------------------------------------------------------------------------------------------------- columns of people


def protect(
    frame: pl.DataFrame,
    own_columns: Iterable[str],
    pseudonyms: Pseudonyms,
    *,
    keep: Collection[str] = (),
    keep_notes: bool = False,
) -> pl.DataFrame:
    """A checked table as it may be stored: applicants under pseudonyms, without columns that tell of people.

    own_columns: the table's columns beyond the contract's. keep: those that the user named, which stay as they are.
    The applicants' group is made from the pseudonym, so that nobody can be found by trying out a list of ids.
    """
    if "applicant_id" in frame.columns:
        frame = frame.with_columns(applicant_id=_replaced(frame["applicant_id"], "applicant", pseudonyms))
        frame = frame.with_columns(applicant_buckets(frame["applicant_id"]))
    fates = [fate_of(frame[name], keep=keep, keep_notes=keep_notes) for name in own_columns]
    return frame.drop(fate.column for fate in fates if fate.becomes == "dropped")


def applicant_buckets(applicant_ids: pl.Series) -> pl.Series:
    """SHA-256 of each applicant id as it stands in the log, modulo 1000 (contract section 2)."""
    ids = applicant_ids.drop_nulls().unique().to_list()
    buckets = [int.from_bytes(hashlib.sha256(one.encode()).digest(), "big") % 1000 for one in ids]
    return applicant_ids.replace_strict(ids, buckets, default=None, return_dtype=pl.Int16).alias("_bucket")


def _replaced(values: pl.Series, kind: str, pseudonyms: Pseudonyms) -> pl.Series:
    found = pseudonyms.of_all(kind, values.drop_nulls().unique())
    return values.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)
