"""Reading catalogue files: the package's own and users', checked field by field, errors with line and field."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from followup_analytics.claims.definition import (
    ACTS,
    CONTROLS,
    DESIGNS,
    DIRECTIONS,
    HISTORY,
    MARGIN,
    MOMENTS,
    NO_COVARIATES,
    OUTCOMES,
    Assigned,
    Catalogue,
    Choice,
    Claim,
    Course,
    Moment,
    SecondLine,
)
from followup_analytics.errors import DataError, Problem, UnreadableError, UsageError
from followup_analytics.log.schema import CHANNELS, PARTIES, TONES
from followup_analytics.text import nearest

OWN = "claims.toml"
IN_CIRCULATION = "claims-in-circulation.toml"


@dataclass(frozen=True)
class _Key:
    """What a field must hold: text, number, whole, flag, words (a list of texts), span (two whole numbers), table."""

    kind: str
    required: bool = False
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


_CLAIM = {
    "id": _Key("text", required=True),
    "advice": _Key("text", required=True),
    "source": _Key("text", required=True),
    "population": _Key("text", required=True),
    "outcome": _Key("text", required=True, values=OUTCOMES),
    "horizon": _Key("whole", required=True, least=1, most=365),
    "margin": _Key("number", least=0.001, most=0.5),
    "direction": _Key("text", required=True, values=DIRECTIONS),
    "design": _Key("text", required=True, values=DESIGNS),
    "moment": _Key("table", required=True),
    "strategy": _Key("table", required=True),
    "alternative": _Key("table", required=True),
    "choice": _Key("table"),
    "adjust": _Key("words"),
    "history": _Key("words", values=HISTORY),
    "controls": _Key("words", values=CONTROLS),
    "association": _Key("text"),
    "second_line": _Key("table"),
    "second_way": _Key("text", values=("sequential",)),
    "contradicts": _Key("words"),
    "assigned": _Key("table"),
}
_MOMENT = {
    "kind": _Key("text", required=True, values=MOMENTS),
    "channels": _Key("words", values=CHANNELS),
    "parties": _Key("words", values=PARTIES),
    "nobody": _Key("flag"),
    "number": _Key("whole", least=1, most=20),
    "nth": _Key("whole", least=1, most=20),
    "tone": _Key("text", values=TONES),
    "days": _Key("whole", least=1, most=180),
    "after_interview": _Key("flag"),
}
_COURSE = {
    "words": _Key("text", required=True),
    "act": _Key("text", values=ACTS),
    "none_in": _Key("span"),
    "some_in": _Key("span"),
    "at_most": _Key("whole", least=0, most=20),
    "at_least": _Key("whole", least=1, most=20),
}
_CHOICE = {
    "items": _Key("words"),
    "value": _Key("flag"),
    "channel": _Key("text", values=CHANNELS),
    "party": _Key("text", values=PARTIES),
    "tone": _Key("text", values=TONES),
    "seconds_at_most": _Key("number", least=1, most=86_400),
}
_ASSIGNED = {
    "column": _Key("text", required=True),
    "strategy": _Key("text"),
    "alternative": _Key("text"),
    "share": _Key("number", least=0.01, most=0.99),
}
_SECOND_LINE = {
    "outcome": _Key("text", required=True, values=OUTCOMES),
    "horizon": _Key("whole", required=True, least=1, most=365),
}
_TABLES = {
    "moment": _MOMENT,
    "strategy": _COURSE,
    "alternative": _COURSE,
    "choice": _CHOICE,
    "second_line": _SECOND_LINE,
    "assigned": _ASSIGNED,
}
_TOP = {"catalogue": _Key("table"), "defaults": _Key("table"), "claim": _Key("tables", required=True)}
_HEAD = {"title": _Key("text", required=True), "version": _Key("text", required=True)}
_DEFAULTS = {name: _CLAIM[name] for name in ("margin", "adjust", "controls", "history")}


@lru_cache(maxsize=4)
def own_catalogue(name: str = OWN) -> Catalogue:
    """Give a catalogue that ships with the package: the article's claims, or those in circulation."""
    data = resources.files(__package__).joinpath(name).read_bytes()
    return parse_catalogue(data, name)


def read_catalogue(path: str | Path) -> Catalogue:
    """Read and check a user's catalogue.

    Raises UnreadableError where the file can't be read, DataError (with line and field) where it breaks the form.
    """
    place = Path(path)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{place.name}: the file of claims can't be read ({error.strerror}).") from None
    return parse_catalogue(data, place.name)


def parse_catalogue(data: bytes, name: str) -> Catalogue:
    """Check a catalogue's bytes and build its claims (see `read_catalogue`)."""
    try:
        text = data.decode("utf-8")
        content = tomllib.loads(text)
    except UnicodeDecodeError:
        raise DataError(f"{name}: not UTF-8 text; save the file of claims as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: not a TOML file ({error}).") from None
    check = _Check(name, text)
    check.table(content, _TOP, "", None)
    head = content.get("catalogue", {"title": name, "version": "0"})
    check.table(head, _HEAD, "catalogue", None)
    defaults = content.get("defaults", {})
    check.table(defaults, _DEFAULTS, "defaults", None)
    claims = [_checked_claim(check, number, entry, defaults) for number, entry in enumerate(content.get("claim", []))]
    check.unique([str(entry.get("id")) for entry in content.get("claim", [])])
    check.refuse()
    built = tuple(_claim(entry) for entry in claims)
    return Catalogue(head["title"], head["version"], built, hashlib.sha256(data).hexdigest(), name)


def _checked_claim(check: _Check, number: int, entry: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    full = {"margin": MARGIN, **defaults, **entry} if isinstance(entry, dict) else {}
    if "assigned" in full:
        # What was assigned at random is analysed as such, whatever else it could be taken for.
        full |= {"design": "randomised"} if full.get("design") in (None, *DESIGNS) else {}
    check.table(full, _CLAIM, "claim", number)
    for name, keys in _TABLES.items():
        if isinstance(full.get(name), dict):
            check.table(full[name], keys, f"claim.{name}", number)
    if not check.problems:
        check.sense(full, number)
    return full


class _Check:
    """Collects what is wrong with a file, each problem with its line and field."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()
        self.problems: list[Problem] = []
        self._heads = [place for place, line in enumerate(self.lines) if line.strip().startswith("[[claim]]")]

    def add(self, message: str, number: int | None, field: str) -> None:
        """Note a problem in a field of the claim with this number (None: outside the claims)."""
        self.problems.append(Problem(message, self.name, self._line(number, field), field, "claims"))

    def _line(self, number: int | None, field: str) -> int | None:
        """Line of the field, counted from 1; of the claim's head where the field is not there."""
        leaf = field.rsplit(".", 1)[-1]
        first, last = 0, len(self.lines)
        if number is not None and number < len(self._heads):
            first = self._heads[number]
            last = self._heads[number + 1] if number + 1 < len(self._heads) else last
        for name in (leaf, field.split(".")[1] if field.count(".") > 1 else leaf):
            pattern = re.compile(rf"(^|[\s{{,\[]){re.escape(name)}\s*[=\].]")
            for place in range(first, last):
                if pattern.search(self.lines[place].split("#")[0]):
                    return place + 1
        return first + 1 if number is not None else None

    def table(self, table: Any, keys: Mapping[str, _Key], path: str, number: int | None) -> None:
        """Check that a table has the fields it needs, no others, and each of its kind."""
        if not isinstance(table, dict):
            self.add("must be a table.", number, path)
            return
        for name in table:
            if name not in keys:
                guess = nearest(str(name), keys)
                self.add(f"no such field{f'; did you mean {guess!r}?' if guess else '.'}", number, _join(path, name))
        for name, key in keys.items():
            if name in table:
                wrong = _wrong(table[name], key)
                if wrong:
                    self.add(wrong, number, _join(path, name))
            elif key.required:
                self.add("is missing.", number, _join(path, name))

    def unique(self, names: list[str]) -> None:
        """Refuse an id that comes twice."""
        for number, name in enumerate(names):
            if name in names[:number]:
                self.add(f"the id {name!r} was used before; give each claim its own.", number, "claim.id")

    def sense(self, entry: Mapping[str, Any], number: int) -> None:
        """Check what fields must be to each other."""
        kind, choice = entry["moment"]["kind"], entry.get("choice")
        courses = [entry["strategy"], entry["alternative"]]
        if (entry["design"] == "randomised") != ("assigned" in entry):
            self.add("a randomised design says in which column the arms were assigned.", number, "claim.assigned")
        if "assigned" in entry:
            self._assignment(entry, number)
        if entry["design"] in ("attempt-contrast", "prediction") and choice is None:
            self.add("an attempt contrast needs a choice that tells the arms apart.", number, "claim.choice")
        if choice is not None and kind != "attempt":
            self.add("a choice needs a moment of kind attempt.", number, "claim.choice")
        if choice is not None and sum(name in choice for name in _CHOICE if name != "value") != 1:
            self.add("name exactly one of items, channel, party, tone, seconds_at_most.", number, "claim.choice")
        if entry["design"] == "clone-censor-weight" and not any("act" in course for course in courses):
            self.add("clone-censor-weight needs an act in strategy or alternative.", number, "claim.strategy")
        if kind == "silence" and "days" not in entry["moment"]:
            self.add("silence needs its days.", number, "claim.moment.days")
        if "second_way" in entry and not _is_sequential(entry):
            self.add(
                "needs no choice, one course with an act in some_in = [0, k] alone, and the other without it in "
                "none_in = [0, k].",
                number,
                "claim.second_way",
            )
        for name in entry.get("adjust", ()):
            if name in NO_COVARIATES:
                self.add(f"{name} is an id or a time, and nothing to adjust for.", number, "claim.adjust")
        self._courses(entry, courses, number)

    def _courses(self, entry: Mapping[str, Any], courses: Sequence[Mapping[str, Any]], number: int) -> None:
        asked = [{name: value for name, value in course.items() if name != "words"} for course in courses]
        if "choice" not in entry and "assigned" not in entry and asked[0] == asked[1]:
            self.add(
                "strategy and alternative ask the same, so that nothing tells them apart.", number, "claim.strategy"
            )
        for side, course in zip(("strategy", "alternative"), courses, strict=True):
            if ("none_in" in course or "some_in" in course) and "act" not in course:
                self.add("none_in and some_in need an act.", number, f"claim.{side}.act")

    def _assignment(self, entry: Mapping[str, Any], number: int) -> None:
        assigned = entry["assigned"]
        if "choice" in entry or "second_way" in entry:
            self.add("arms that were assigned need no choice and no second way.", number, "claim.assigned")
        if ("strategy" in assigned) != ("alternative" in assigned):
            self.add("name the values of both arms, or of neither.", number, "claim.assigned")
        if "strategy" in assigned and assigned["strategy"] == assigned.get("alternative"):
            self.add("both arms have the same value.", number, "claim.assigned.alternative")

    def refuse(self) -> None:
        """Raise DataError for what was found, if anything."""
        if self.problems:
            raise DataError.from_problems(tuple(self.problems), rest=" in this file")


def _is_sequential(entry: Mapping[str, Any]) -> bool:
    """Whether a claim sets acting within a window against not acting in it, which is what sequential trials compare."""
    acting, idle = entry["strategy"], entry["alternative"]
    if "some_in" not in acting:
        acting, idle = idle, acting
    window = acting.get("some_in")
    return bool(
        "choice" not in entry
        and window
        and window[0] == 0
        and idle.get("none_in") == window
        and acting.get("act") == idle.get("act")
        and acting.get("at_least", 1) == 1
        and idle.get("at_most", 0) == 0
        and "none_in" not in acting
        and "some_in" not in idle
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else str(name)


def _wrong(value: Any, key: _Key) -> str | None:
    """What is wrong with a value, as the end of a sentence; None if nothing is."""
    kinds: dict[str, tuple[bool, str]] = {
        "text": (isinstance(value, str) and bool(value.strip() or not key.required), "must be text."),
        "number": (_is_number(value), "must be a number."),
        "whole": (_is_number(value) and isinstance(value, int), "must be a whole number."),
        "flag": (isinstance(value, bool), "must be true or false."),
        "words": (isinstance(value, list) and all(isinstance(one, str) for one in value), "must be a list of texts."),
        "span": (_is_span(value), "must be two whole numbers, first and last interval, such as [2, 3]."),
        "table": (isinstance(value, dict), "must be a table."),
        "tables": (isinstance(value, list) and bool(value), "must be one or more [[claim]] tables."),
    }
    right, sentence = kinds[key.kind]
    if not right:
        return sentence
    if key.values:
        for one in value if isinstance(value, list) else [value]:
            if one not in key.values:
                return f"{one!r} is none of {', '.join(key.values)}."
    if key.least is not None and not key.least <= value <= (key.most or key.least):
        return f"must be between {key.least:g} and {key.most:g}."
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_span(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(_is_number(one) and isinstance(one, int) for one in value) and 0 <= value[0] <= value[1] <= 60


def _claim(entry: Mapping[str, Any]) -> Claim:
    fields = {name: entry[name] for name in _CLAIM if name in entry}
    made: dict[str, Any] = {
        **_tuples(fields),
        "margin": float(entry["margin"]),
        "moment": Moment(**_tuples(entry["moment"])),
        "strategy": Course(**_tuples(entry["strategy"])),
        "alternative": Course(**_tuples(entry["alternative"])),
        "assigned": Assigned(**entry["assigned"]) if "assigned" in entry else None,
        "choice": Choice(**_tuples(entry["choice"])) if "choice" in entry else None,
        "second_line": SecondLine(**entry["second_line"]) if "second_line" in entry else None,
        "second_way": "second_way" in entry,
    }
    return Claim(**made)


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


def choose_catalogue(claims: str | Path | Catalogue | None) -> Catalogue:
    """The package's own catalogue, the one given, or the one in a file (see `read_catalogue`)."""
    if claims is None:
        return own_catalogue()
    return claims if isinstance(claims, Catalogue) else read_catalogue(claims)


def find_claim(catalogue: Catalogue, identifier: str) -> Claim:
    """The claim of that id, or UsageError with the nearest one."""
    found = catalogue.claim(identifier)
    if found is None:
        known = [claim.id for claim in catalogue.claims]
        guess = nearest(identifier, known)
        hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(known)}."
        raise UsageError(f"no claim is called {identifier!r}; {hint}")
    return found


def chosen_claims(catalogue: Catalogue, wanted: str | Sequence[str] | None) -> tuple[Claim, ...]:
    """The claims of the ids that are wanted, in the order of the catalogue; all of them where none is named.

    Raises UsageError for an id that the catalogue doesn't have.
    """
    if wanted is None:
        return catalogue.claims
    names = {find_claim(catalogue, name).id for name in ([wanted] if isinstance(wanted, str) else wanted)}
    return tuple(claim for claim in catalogue.claims if claim.id in names)
