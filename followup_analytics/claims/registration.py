"""Preregistration: the hash and date of a file of claims, to be checked against it when verdicts are given."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.claims.covariates import ALWAYS
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.errors import DataError, UnreadableError

_HASH = re.compile(r"SHA-256 of the claims file:\s*([0-9a-f]{64})")
_DATE = re.compile(r"Registered on:\s*(\d{4}-\d{2}-\d{2})")
_ADJUST = re.compile(r"Adjusted for in every claim besides:[ \t]*(.*)")
_ONLY = re.compile(r"Adjusted for in every claim alone:[ \t]*(.*)")
_CLUSTER = re.compile(r"Clustered on:[ \t]*(.*)")
_ENTRY = re.compile(r"Records begin at:[ \t]*(.*)")


@dataclass(frozen=True)
class Choices:
    """What the analyst chose besides the claims: columns to adjust for besides or alone, clusters, begin of records."""

    adjust: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    cluster: str | None = None
    entry: str | None = None

    def adjusted(self, claim: Claim) -> tuple[str, ...]:
        """Everything that a claim is adjusted for, besides the call history."""
        if self.only is not None:
            return self.only
        return tuple(dict.fromkeys((*claim.adjust, *ALWAYS, *self.adjust)))

    def alike(self, other: Choices) -> bool:
        """Whether the choices are the same, in whatever order columns are named."""
        only = [None if one.only is None else frozenset(one.only) for one in (self, other)]
        return (
            frozenset(self.adjust) == frozenset(other.adjust)
            and only[0] == only[1]
            and (self.cluster, self.entry) == (other.cluster, other.entry)
        )


AS_USUAL = Choices()


@dataclass(frozen=True)
class Registration:
    """What a preregistration text says: the hash of the claims' file, the date, and what the analyst chose besides."""

    sha256: str
    date: dt.date
    choices: Choices = AS_USUAL


def registration_lines(catalogue: Catalogue, date: dt.date, choices: Choices = AS_USUAL) -> list[str]:
    """The lines by which a registration can be verified later."""
    lines = [f"SHA-256 of the claims file: {catalogue.sha256}", f"Registered on: {date.isoformat()}"]
    if choices.adjust:
        lines.append(f"Adjusted for in every claim besides: {', '.join(choices.adjust)}")
    if choices.only is not None:
        lines.append(f"Adjusted for in every claim alone: {', '.join(choices.only) or 'nothing'}")
    if choices.cluster is not None:
        lines.append(f"Clustered on: {choices.cluster}")
    if choices.entry is not None:
        lines.append(f"Records begin at: {choices.entry}")
    return lines


def read_registration(path: str | Path) -> Registration:
    """Read hash and date from a preregistration text.

    Raises UnreadableError where the file can't be read, DataError where it holds no hash or date.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(f"{place.name}: the registration can't be read.") from None
    return parse_registration(text, place.name)


def parse_registration(text: str, name: str = "registration") -> Registration:
    """Find hash and date in a preregistration text; DataError where there are none."""
    found, day = _HASH.search(text), _DATE.search(text)
    if found is None or day is None:
        raise DataError(
            f"{name}: no line 'SHA-256 of the claims file: ...' with 'Registered on: ...'; "
            "give the text that --preregister wrote."
        )
    besides, alone, cluster, entry = (pattern.search(text) for pattern in (_ADJUST, _ONLY, _CLUSTER, _ENTRY))
    choices = Choices(
        _listed(besides.group(1)) if besides else (),
        _listed(alone.group(1)) if alone else None,
        cluster.group(1).strip() if cluster else None,
        entry.group(1).strip() if entry else None,
    )
    return Registration(found.group(1), dt.date.fromisoformat(day.group(1)), choices)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in words.split(",") if name.strip() and name.strip() != "nothing")


def why_post_hoc(
    catalogue: Catalogue, registration: str | Path | None, data_date: dt.datetime, choices: Choices = AS_USUAL
) -> str | None:
    """Why verdicts are post hoc, as a sentence; empty where they are not, None where nothing was registered.

    They are where the file of claims, what is adjusted for, the clusters or when records begin are not what was
    registered, or where that was registered after the record ended.
    """
    if registration is None:
        return None
    registered = read_registration(registration)
    if registered.sha256 != catalogue.sha256:
        return "The claims' file is not the one that was registered: these verdicts are post hoc."
    if not registered.choices.alike(choices):
        return (
            "What is adjusted for, what hangs together or when records begin is not what was registered: these "
            "verdicts are post hoc."
        )
    if registered.date > data_date.date():
        return "The claims were registered after the record had ended: these verdicts are post hoc."
    return ""
