"""The ledger of releases: what was published of a record, so that a later answer can be held against it.

A release keeps the answer as it was published, the policy, a fingerprint of the record, and which units each row was
about, as salted hashes: without them nobody could tell what two releases give away together. The ledger is as
confidential as the record that it lies beside.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.results.disclosure.policy import DisclosurePolicy
from followup_analytics.results.disclosure.released import Units
from followup_analytics.results.disclosure.together import ToldTable, found_together

FORMAT = "followup_analytics releases"
VERSION = 1


@dataclass(frozen=True)
class Release:
    """One release as the ledger has it."""

    name: str
    at: str
    command: str
    question: Mapping[str, Any]
    policy: Mapping[str, Any]
    fingerprint: str
    digest: str
    published: Mapping[str, Any]
    tables: tuple[ToldTable, ...] = ()

    def told(self) -> str:
        """The release in a few words."""
        return f"{self.name!r} ({self.command}, {self.at[:10]})"


@dataclass(frozen=True)
class Place:
    """Where a ledger lies: how its text is read (None where there is none yet) and written, and its name for people."""

    name: str
    read: Callable[[], str | None]
    write: Callable[[str], None]


def file_place(path: Path) -> Place:
    """A ledger in a file that only its owner may read."""

    def read() -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise UnreadableError(f"{path.name} can't be read: name the ledger of releases with --ledger.") from None

    def write(text: str) -> None:
        from followup_analytics.results.exports import private

        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            private(draft).write_text(text, encoding="utf-8")
            draft.replace(path)
        except OSError as failed:
            draft.unlink(missing_ok=True)
            raise UnreadableError(
                f"{path.name} can't be written ({failed.strerror or 'no reason given'}): name another ledger with "
                "--ledger."
            ) from None

    return Place(path.name, read, write)


class Ledger:
    """All releases of a record, oldest first."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.salt, self.releases = secrets.token_hex(16), []
        text = place.read()
        if text is not None:
            self._take(text)

    releases: list[Release]

    def publish(
        self,
        name: str,
        *,
        at: str,
        command: str,
        question: Mapping[str, Any],
        policy: DisclosurePolicy,
        fingerprint: str,
        published: Mapping[str, Any],
        tables: Sequence[Units],
    ) -> Release | None:
        """Enter a release, or give the earlier one that was the same answer.

        Raises:
            WithheldError: by itself or with earlier releases it would let a hidden number be found.
            UsageError: the name stands for another release.
        """
        digest = _digest(command, question, published)
        same = next((one for one in self.releases if one.digest == digest), None)
        if same is not None:
            return same
        if not name.strip():
            raise UsageError("--publish needs a name for the release, such as --publish 'spring 2026'.")
        if any(one.name == name for one in self.releases):
            raise UsageError(f"--publish {name!r}: there is another release of that name; choose a new one.")
        if not policy.hides:
            raise WithheldError(
                "This answer is withheld from the ledger: nothing is hidden in it. Publish it with a disclosure policy."
            )
        made = Release(
            name, at, command, dict(question), asdict(policy), fingerprint, digest, dict(published),
            tuple(self._hashed(name, one) for one in tables),
        )  # fmt: skip
        if found_together(made.tables, policy):
            raise WithheldError(
                f"This answer, {name!r}, is withheld: two of its own numbers are about the same interviews but for "
                f"fewer than {policy.min_cell} applicants. Publish fewer claims at once, without groups, or in a "
                "coarser form."
            )
        with_it = self.giving_away(made, policy)
        if with_it:
            raise WithheldError(
                f"This answer, {name!r}, is withheld: together with the release {with_it[0].told()} it would let a "
                f"number about fewer than {policy.min_cell} applicants be worked out. Publish it for the same part of "
                "the record and the same groups, or in a coarser form."
            )
        self.releases.append(made)
        self.place.write(self._text())
        return None

    def forget(self, ids: Collection[str]) -> list[Release]:
        """Put numbers that stand for nobody in the place of the hashes of some units or people; the releases with any.

        What was published stays, and can't be recalled; how many units a row had stays too, so that later answers are
        still held against it.
        """
        known = _hashes(pl.Series(sorted(ids), dtype=pl.String), self.salt)
        instead = {int(one): secrets.randbits(64) for one in known}
        about = []
        for place, release in enumerate(self.releases):
            tables = tuple(_without(table, instead) for table in release.tables)
            if any(new is not old for new, old in zip(tables, release.tables, strict=True)):
                self.releases[place] = replace(release, tables=tables)
                about.append(release)
        if about:
            self.place.write(self._text())
        return about

    def giving_away(self, made: Release, policy: DisclosurePolicy) -> list[Release]:
        """The earlier releases that together with this one let a hidden number be found; empty where none does."""
        others = [one for one in self.releases if one.name != made.name]
        for one in others:
            if found_together([*one.tables, *made.tables], _stricter(policy, one)):
                return [one]
        everything = [table for one in others for table in one.tables]
        return others if others and found_together([*everything, *made.tables], policy) else []

    def _hashed(self, release: str, units: Units) -> ToldTable:
        frame = units.frame
        return ToldTable(
            release, units.name, units.level, units.keys, units.n, units.events,
            _hashes(frame["unit"], self.salt), _hashes(frame["person"], self.salt),
            frame["cell"].cast(pl.Int64).to_numpy(), frame["happened"].cast(pl.Boolean).to_numpy(),
        )  # fmt: skip

    def _take(self, text: str) -> None:
        try:
            body = json.loads(text)
            if body["format"] != FORMAT or body["version"] != VERSION:
                raise UnreadableError(f"{self.place.name} is no ledger of releases that this version reads.")
            self.salt = str(body["salt"])
            self.releases = [_release(one) for one in body["releases"]]
        except (KeyError, TypeError, ValueError, zlib.error):
            raise UnreadableError(
                f"{self.place.name} is damaged, or no ledger of releases: name the right file with --ledger."
            ) from None

    def _text(self) -> str:
        body = {"format": FORMAT, "version": VERSION, "salt": self.salt, "confidential": True}
        return json.dumps(body | {"releases": [_plain(one) for one in self.releases]}, ensure_ascii=False) + "\n"


def _without(table: ToldTable, instead: Mapping[int, int]) -> ToldTable:
    known = np.array(sorted(instead), dtype=np.uint64)
    changed = {}
    for name in ("units", "persons"):
        values = getattr(table, name)
        found = np.isin(values, known)
        if found.any():
            changed[name] = values.copy()
            changed[name][found] = np.array([instead[int(one)] for one in values[found]], dtype=np.uint64)
    return replace(table, **changed) if changed else table


def _stricter(policy: DisclosurePolicy, earlier: Release) -> DisclosurePolicy:
    """The policy with the higher of the two numbers of applicants."""
    return replace(policy, min_cell=max(policy.min_cell, int(earlier.policy.get("min_cell", 0))))


def _digest(command: str, question: Mapping[str, Any], published: Mapping[str, Any]) -> str:
    text = json.dumps([command, question, published], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _hashes(ids: pl.Series, salt: str) -> NDArray[np.uint64]:
    found = [hashlib.sha256(f"{salt}\0{one}".encode("utf-8", "surrogatepass")).digest()[:8] for one in ids]
    return np.frombuffer(b"".join(found), dtype="<u8").copy() if found else np.empty(0, dtype=np.uint64)


# ------------------------------------------------------------------------------------------------------------ as text


def _plain(release: Release) -> dict[str, Any]:
    body = {name: getattr(release, name) for name in release.__dataclass_fields__ if name != "tables"}
    return body | {
        "tables": [
            {
                **{name: getattr(table, name) for name in ("name", "level", "keys", "n", "events")},
                **{name: _packed(getattr(table, name)) for name in _ARRAYS},
            }
            for table in release.tables
        ]
    }


_ARRAYS: Mapping[str, str] = {"units": "<u8", "persons": "<u8", "cells": "<i8", "happened": "|b1"}


def _release(body: Mapping[str, Any]) -> Release:
    tables = tuple(
        ToldTable(
            release=str(body["name"]), name=str(one["name"]), level=str(one["level"]), keys=tuple(one["keys"]),
            n=tuple(one["n"]), events=tuple(one["events"]),
            **{name: _unpacked(one[name], kind) for name, kind in _ARRAYS.items()},
        )
        for one in body["tables"]
    )  # fmt: skip
    names = [name for name in Release.__dataclass_fields__ if name != "tables"]
    return Release(**{name: body[name] for name in names}, tables=tables)


def _packed(values: NDArray[Any]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values).tobytes())).decode("ascii")


def _unpacked(text: str, kind: str) -> NDArray[Any]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=kind).copy()
