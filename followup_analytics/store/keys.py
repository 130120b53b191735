"""A store's key on its way: into a backup, to a colleague's machine, and on to a new one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.pseudonyms import (
    KEY_VARIABLE,
    PSEUDONYM,
    Pseudonyms,
    applicant_buckets,
    key_path,
    new_key,
    read_key,
    renewed_pseudonym,
)
from followup_analytics.log.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.book import CALLED, read_book, write_book, write_private
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.encoding import decode, encode, stored_types
from followup_analytics.store.kinds import KEY_MARK, PLAIN_KEYS
from followup_analytics.store.marks import Marks, read_marks, write_marks
from followup_analytics.store.records import covariate_types, write_setting
from followup_analytics.store.sealing import passphrase, seal, unseal
from followup_analytics.store.store import Store
from followup_analytics.store.tombstone_key import SETTING, sealed_key
from followup_analytics.store.tombstones import Tombstone, add_tombstones, made_of, read_tombstones

_FORMAT = "followup_analytics key"
_KEYS = ("applicant_id", "interview_id", "previous_interview_id", "contact_id")
#: A number of so many figures, an address or a name is somebody's; what this package made itself is nobody's.
PERSONAL = re.compile(r"(?:\d\D?){5}|@|\w\s+\w")
_MADE = re.compile(rf"(?:iv|ct)-\w+|row-[0-9a-f]{{20}}|{PSEUDONYM.pattern}")

Renew = Callable[[str], str]


def write_sealed_key(store: Store, file: Path, phrase: str) -> None:
    """Write a store's key into a file, encrypted under a passphrase.

    Raises UsageError for a passphrase that is too short, UnreadableError where the key or the file can't be used.
    """
    if len(phrase.strip()) < 8:
        raise UsageError("the passphrase is too short: it needs at least 8 characters.")
    pseudonyms = store.pseudonyms()
    sealed = seal(pseudonyms.as_text, passphrase(phrase))
    write_private(file, json.dumps({"format": _FORMAT, "mark": pseudonyms.fingerprint, "sealed": sealed}) + "\n")


def take_sealed_key(url: str, file: Path, phrase: str, mark: str | None) -> Path:
    """Put the key of a file that `write_sealed_key` made in its place beside a store; where it lies now.

    mark: what the store holds of its key, None where it has none yet.
    Raises UnreadableError for another passphrase, a file that is none, and a key that is another store's; UsageError
    where there is another key already.
    """
    try:
        held: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
        sealed = held["sealed"] if held["format"] == _FORMAT else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(f"{file.name}: no key of a store can be read here ({type(error).__name__}).") from None
    if sealed is None:
        raise UnreadableError(f"{file.name}: this is no key of a store; `followup store share-key` writes one.")
    pseudonyms = read_key(unseal(sealed, f"The key in {file.name}", passphrase(phrase)), f"the file {file.name}")
    if mark not in (None, pseudonyms.fingerprint):
        raise UnreadableError(f"{file.name}: this is the key of another store.")
    path = key_path(url)
    if path is None:
        raise UsageError("a store in memory has no place for a key.")
    if path.exists() and read_key(path.read_text("utf-8"), path.name) != pseudonyms:
        raise UsageError(f"{path.name} holds another key already; move it away first if this one is right.")
    write_private(path, pseudonyms.as_text)
    return path


def copy_key(source: Store, url: str) -> Path | None:
    """Put a store's key where another store looks for it; None where both have it from the environment.

    Raises UsageError where another key lies there.
    """
    path = key_path(url)
    if path is None or os.environ.get(KEY_VARIABLE) is not None:
        return None
    pseudonyms = source.pseudonyms()
    if path.exists() and read_key(path.read_text("utf-8"), path.name) != pseudonyms:
        raise UsageError(f"{path.name} holds the key of another store; move it away first, or name another place.")
    if path.exists():
        return None
    write_private(path, pseudonyms.as_text)
    return path


def rotate_key(store: Store) -> int:
    """Give a store a new key: each pseudonym is made anew from the old one; how many rows were changed.

    The key file keeps the old keys before the new one, since a typed id still has to find its person. The new key file
    is written first and takes its place after the store has changed: should the process die in between, the store finds
    it (see `Store.pseudonyms`).
    Raises UsageError where the key is in the environment, since it can't be changed from here.
    """
    if os.environ.get(KEY_VARIABLE) is not None:
        raise UsageError(f"the key is in {KEY_VARIABLE}, which can't be changed from here; use a key file.")
    path = key_path(store.address.url)
    if path is None:
        raise UsageError("a store in memory has no key to change.")
    with store.writing() as connection:
        old = store.pseudonyms()
        key = new_key()
        renewed = old.renewed(key)
        coming = path.with_name(path.name + ".coming")
        write_private(coming, renewed.as_text)
        try:
            book = read_book(store.address.url)
            n = _renew_all(connection, lambda one: renewed_pseudonym(one, key))
            stones, sealed = _renewed_stones(connection, store, key, renewed)
            write_setting(connection, KEY_MARK, renewed.fingerprint)
        except BaseException:
            coming.unlink(missing_ok=True)
            raise
    coming.replace(path)
    add_tombstones(store.address.url, stones, key=sealed)
    people = {renewed_pseudonym(one, key): _renewed_entry(entry, key) for one, entry in book.people.items()}
    write_book(store.address.url, replace(book, people=people))
    return n


def _renewed_entry(entry: Mapping[str, str], key: bytes) -> dict[str, str]:
    """What the contact book holds on a person, with the words of a typed id under a further key."""
    words = " ".join(renewed_pseudonym(one, key) for one in entry.get(CALLED, "").split())
    return {**entry, CALLED: words} if words else dict(entry)


def hide_plain_keys(store: Store) -> int:
    """Replace keys of interviews and contacts that look as if they were made of people's ids; how many there were.

    Stores of earlier versions kept such keys as they were. Which they are, the migration has noted (see
    `plain_keys`); each becomes the pseudonym that it would get today, so that the same files are known again.
    """
    with store.writing() as connection:
        plain = plain_keys(store)
        pseudonyms = store.pseudonyms()
        made = {old: new for kind, keys in plain.items() for old, new in pseudonyms.of_all(kind, keys).items()}
        if made:
            _renew_all(connection, lambda one: made.get(one, one))
        write_setting(connection, PLAIN_KEYS, "0")
    return len(made)


def plain_keys(store: Store) -> dict[str, list[str]]:
    """Keys of a store of an earlier version that look as if they were made of people's ids, by kind; else none."""
    if store.setting(PLAIN_KEYS) in (None, "0"):
        return {}
    frames = {"interview": store.read_table("interviews"), "contact": store.read_table("contacts")}
    found = {kind: frame[f"{kind}_id"].drop_nulls().unique().to_list() for kind, frame in frames.items()}
    plain = {kind: sorted(filter(_is_plain, keys)) for kind, keys in found.items()}
    return {kind: keys for kind, keys in plain.items() if keys}


def _is_plain(key: str) -> bool:
    return PERSONAL.search(key) is not None and _MADE.fullmatch(key) is None


def _renew_all(connection: Connection, renew: Renew) -> int:
    """Renew the keys of people, interviews and contacts in all tables, the journal and the settings."""
    n = sum(_renew_table(connection, name, renew) for name in TABLES)
    _renew_records(connection, renew)
    return n


def _renewed_stones(
    connection: Connection, store: Store, key: bytes, renewed: Pseudonyms
) -> tuple[tuple[Tombstone, ...], str | None]:
    """The tombstones of those who were forgotten, as their next pseudonyms have them; they go into the database too.

    With the tombstones' own key, which stays as it is, sealed under the new key of the store; None where there is none.
    """
    marks, made = Marks(connection, store.address), []
    if not marks.any():
        return (), None
    own = marks.own_key()
    for stone in read_tombstones(store.address.url).stones:
        pseudonym = stone.pseudonym(marks.stone_keys())
        if pseudonym is not None:
            fresh = renewed_pseudonym(pseudonym, key)
            made.append(made_of(marks.marks(stone.table, fresh)[0], stone.at, stone.table, fresh, own))
    held, sealed = set(read_marks(connection)), sealed_key(own, renewed)
    write_marks(connection, {one.mark: one.at for one in made if one.mark not in held})
    write_setting(connection, SETTING, sealed)
    return tuple(made), sealed


def _renew_table(connection: Connection, name: str, renew: Renew) -> int:
    """Renew the pseudonyms in a table and its history; gives how many rows stand anew."""
    n, kinds = 0, covariate_types(connection, name)
    for table in (tables.current[name], tables.history[name]):
        types = {**stored_types(name), "record": pl.Int64()}
        if "superseded_at" in table.names:
            types |= {"superseded_at": pl.Int64(), "superseded_by": pl.Int64()}
        rows = bulk_of(connection).read(table, types)
        if not rows.height:
            continue
        texts = [one for one in _KEYS if one in rows.columns]
        fresh = rows.with_columns(_renewed(rows[one], renew) for one in texts)
        fresh = fresh.with_columns(
            fresh["covariates"].map_elements(lambda text: _renewed_within(text, renew), return_dtype=pl.String)
        )
        if "applicant_bucket" in fresh.columns:
            fresh = fresh.with_columns(
                applicant_buckets(fresh["applicant_id"]).cast(pl.Int64).alias("applicant_bucket")
            )
        content = encode(name, decode(name, fresh, kinds))[0]["content"]
        changes = fresh.select(*texts, *(one for one in ("covariates", "applicant_bucket") if one in fresh.columns))
        changes = changes.with_columns(content)
        renewed = ", ".join(f"{one} = :{one}" for one in changes.columns)
        values = [
            {"record": record, **row}
            for record, row in zip(rows["record"].to_list(), changes.iter_rows(named=True), strict=True)
        ]
        connection.execute_many(f"UPDATE {table.name} SET {renewed} WHERE record = :record", values)  # noqa: S608
        n += len(values)
    return n


def _renewed(values: pl.Series, renew: Renew) -> pl.Series:
    distinct = values.drop_nulls().unique().to_list()
    made = [renew(one) for one in distinct]
    return values.replace_strict(distinct, made, default=None, return_dtype=pl.String)


def _renewed_within(text: str, renew: Renew) -> str:
    quoted = re.compile(rf'(?<="){PSEUDONYM.pattern}(?=")')
    return quoted.sub(lambda found: renew(found[0]), text)


def _renew_records(connection: Connection, renew: Renew) -> None:
    """Renew the pseudonyms in the journal and the settings."""
    for batch, record in connection.rows("SELECT batch, record_key FROM batches"):
        if record is not None and (fresh := renew(record)) != record:
            connection.execute("UPDATE batches SET record_key = :key WHERE batch = :batch", key=fresh, batch=batch)
    for name, value in connection.rows("SELECT name, value FROM settings"):
        start, colon, rest = str(name).partition(":")
        fresh_name, fresh_value = start + colon + renew(rest), renew(str(value))
        if (fresh_name, fresh_value) != (name, value):
            connection.execute(
                "UPDATE settings SET name = :fresh, value = :value WHERE name = :name",
                fresh=fresh_name,
                value=fresh_value,
                name=name,
            )
