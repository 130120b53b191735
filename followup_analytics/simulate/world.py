"""Worlds declared as data: who interviews, how employers answer, what applicants do, and what that changes.

A world is a TOML file. It may name another in `extends`; what it says replaces what that one says, key by key.
`worlds/base.toml` holds every key with its meaning. Effects are log-odds (of a reply to an attempt, of an advance) or
log-hazards (of a reply that comes by itself), keyed by the cause (`CAUSES`).
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, get_type_hints

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.schema import CHANNELS, ETIQUETTE_ITEMS
from followup_analytics.text import nearest

#: What may change an employer's answer. first_on_*: the day of the first attempt. crowding: the fourth or a later
#: attempt within 10 days after the first. after_5_days: so many since the last attempt. after_21_days: 21 days since
#: the last attempt (of a first one: the interview), and every attempt from then on.
CAUSES = (
    "thank_you",
    "first_on_day_0_1",
    "first_on_day_2_3",
    "first_on_day_4_7",
    "first_on_day_8_or_later",
    *(f"attempt_{number}" for number in range(1, 7)),
    *CHANNELS,
    "interviewer",
    "hiring_team",
    "receptionist",
    "other_person",
    "nobody",
    *ETIQUETTE_ITEMS,
    "asked_when_positive",
    "long_call",
    "quick_voicemail",
    "third_voicemail",
    "crowding",
    "after_5_days",
    "after_21_days",
)


@dataclass(frozen=True)
class Effect:
    """What one cause adds.

    reply: log-odds that the attempt draws a reply. advance: log-odds of advancing, whatever the reply's day.
    patience: log-hazard of a reply that comes by itself from then on.
    """

    reply: float = 0.0
    advance: float = 0.0
    patience: float = 0.0


@dataclass(frozen=True)
class Lean:
    """How an inclination depends on the person: log-odds or log-hazard.

    self_rating: per point above 3. referral: if recommended. tone: per step of the employer's tone so far (-1, 0, 1).
    hidden: per standard deviation of the unmeasured chance of success. spread: standard deviation between applicants
    of what nothing explains.
    """

    self_rating: float = 0.0
    referral: float = 0.0
    tone: float = 0.0
    hidden: float = 0.0
    spread: float = 0.0


@dataclass(frozen=True)
class People:
    """Who interviews, where and when; counts are means, shares are between 0 and 1."""

    interviews_per_applicant: float
    interviews_per_employer: float
    cohorts: tuple[str, ...]
    first_day: date
    term_days: int
    zones: tuple[str, ...]
    without_interview: float
    referral: float
    rating_missing: float
    do_not_contact: float
    decision_promised: float
    items_logged: float


@dataclass(frozen=True)
class Success:
    """What makes an applicant likely to be wanted: log-odds that replies and decisions share.

    Measured: self_rating (per point above 3), referral, industry. Unmeasured, standard deviations: applicant, employer,
    interview (the `hidden` trait of the leans).
    """

    self_rating: float
    referral: float
    industry: float
    applicant: float
    employer: float
    interview: float


@dataclass(frozen=True)
class Replies:
    """How employers answer.

    by_itself: daily hazards from the day named on, of a reply nobody asked for. trait: its log-hazard per unit of
    success. asked: log-odds that a plain attempt draws a reply; asked_scale: 0 switches that off, 1 is as stated;
    asked_trait: per unit of success. lag_days: mean time to a reply drawn. at_once: share of replies that are the
    decision itself. silent: share of the unsuccessful who never hear more. automatic: share of e-mails answered by
    a machine. weekend: share of weekend activity that takes place then. drift: log-hazard per 100 days of calendar.
    """

    by_itself: tuple[tuple[int, float], ...]
    trait: float
    asked: float
    asked_scale: float
    asked_trait: float
    lag_days: float
    at_once: float
    silent: float
    automatic: float
    weekend: float
    drift: float


@dataclass(frozen=True)
class Decision:
    """Whether it goes further: log-odds at success 0, slope on success, days from reply to decision."""

    advance: float
    trait: float
    hidden_only: float
    days: float
    offer: float


@dataclass(frozen=True)
class Ends:
    """Daily hazards of the two ends without an answer."""

    filled: float
    withdrawn: float


@dataclass(frozen=True)
class Acts:
    """What applicants do by themselves.

    first: daily hazards of the first attempt from the day named on; again: daily hazards of a further attempt, by days
    since the last; note: probabilities of a thank-you note on each day from 0. most: attempts after which all stop.
    tired: log-hazard of a further attempt for each attempt made beyond the first.
    channels, parties: weights. message: probability of leaving a message where nobody answers.
    long_call: share of calls over five minutes. items: probability of each item of etiquette.
    """

    first: tuple[tuple[int, float], ...]
    again: tuple[tuple[int, float], ...]
    note: tuple[float, ...]
    most: int
    tired: float
    channels: dict[str, float]
    parties: dict[str, float]
    message: float
    long_call: float
    items: dict[str, float]


@dataclass(frozen=True)
class Record:
    """What of all this reaches the log.

    followed_days: the record runs that long after the last interview; at_most_days: and no longer than that after its
    own. lost: share of records that stop early for reasons of no import. forgotten: share of attempts without an
    answer (rang out, message left) that nobody writes down.
    """

    followed_days: float
    at_most_days: float
    lost: float
    forgotten: float


@dataclass(frozen=True)
class World:
    """One world; `leans` are keyed by inclination (`LEANS`), `effects` by cause (`CAUSES`)."""

    name: str
    title: str
    people: People
    success: Success
    replies: Replies
    decision: Decision
    ends: Ends
    acts: Acts
    record: Record
    leans: dict[str, Lean]
    effects: dict[str, Effect]
    reach: float
    tone: float

    def lean(self, name: str) -> Lean:
        """The inclination of that name; one that leans nowhere where the world does not say."""
        return self.leans.get(name, Lean())

    def effect(self, cause: str) -> Effect:
        """What a cause adds; nothing where the world does not say."""
        return self.effects.get(cause, Effect())


LEANS = ("first", "again", "note", "call", "message", "long_call", "items", *ETIQUETTE_ITEMS)
_KEYED = {"effects": (Effect, CAUSES, "cause"), "leans": (Lean, LEANS, "inclination")}
_FOLDER = "worlds"
_BASE = "base"


def world_names() -> tuple[str, ...]:
    """Names of the worlds that ship with the package."""
    files = resources.files(__package__).joinpath(_FOLDER).iterdir()
    return tuple(
        sorted(Path(file.name).stem for file in files if file.name.endswith(".toml") and file.name != "base.toml")
    )


def load_world(world: str | Path) -> World:
    """A world by its name, or by the path of a TOML file.

    Raises UsageError for a name that there is not, UnreadableError for a file that can't be read, DataError for a key
    or value that a world cannot have.
    """
    text = str(world)
    return _named(text) if not text.endswith(".toml") else _built(Path(text).stem, _read_file(Path(text)), text)


@lru_cache(maxsize=32)
def _named(name: str) -> World:
    return _built(name, _shipped(name), f"{name}.toml")


def _shipped(name: str) -> dict[str, Any]:
    if name not in (*world_names(), _BASE):
        guess = nearest(name, world_names())
        hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(world_names())}; or give a .toml file."
        raise UsageError(f"no world is called {name!r}; {hint}")
    return tomllib.loads(resources.files(__package__).joinpath(_FOLDER, f"{name}.toml").read_text(encoding="utf-8"))


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UnreadableError(f"{path}: can't be read ({reason}).") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not valid TOML ({error}).") from None


def _built(name: str, given: dict[str, Any], file: str) -> World:
    whole = _with_parents(given, file)
    made: World = _section(World, {**whole, "name": name}, file, "")
    return made


def _with_parents(given: dict[str, Any], file: str) -> dict[str, Any]:
    parent = given.get("extends", _BASE)
    own = {key: value for key, value in given.items() if key != "extends"}
    if file == f"{_BASE}.toml":
        return own
    if not isinstance(parent, str) or f"{parent}.toml" == file:
        raise DataError(f"{file}, key extends: must name another world.")
    return _merged(_with_parents(_shipped(parent), f"{parent}.toml"), own)


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(under[key], value) if isinstance(value, dict) and isinstance(under.get(key), dict) else value
        for key, value in over.items()
    }
    return {**under, **both}


def _section(kind: Any, given: Any, file: str, path: str) -> Any:
    """Make one dataclass of one table, refusing what it does not know."""
    if not isinstance(given, dict):
        raise DataError(f"{file}, key {path}: must be a table of settings, not {given!r}.")
    hints = get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind)]
    for key in given:
        if key not in known:
            guess = nearest(key, known)
            hint = f"did you mean {guess!r}?" if guess else f"known keys are {', '.join(known)}."
            raise DataError(f"{file}, key {_joined(path, key)}: no such setting; {hint}")
    missing = [
        field.name
        for field in dataclasses.fields(kind)
        if field.name not in given and field.default is dataclasses.MISSING
    ]
    if missing:
        raise DataError(f"{file}, key {_joined(path, missing[0])}: is missing.")
    return kind(**{key: _value(hints[key], value, file, _joined(path, key)) for key, value in given.items()})


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _value(kind: Any, value: Any, file: str, path: str) -> Any:
    if path in _KEYED:
        return _keyed(value, file, path)
    if dataclasses.is_dataclass(kind):
        return _section(kind, value, file, path)
    wrong = DataError(
        f"{file}, key {path}: must be {_DESCRIBED.get(kind, 'a list or table of numbers')}, not {value!r}."
    )
    if kind is float:
        return _number(value, wrong)
    if kind is int and not isinstance(value, bool) and isinstance(value, int):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind is date and type(value) is date:
        return value
    if kind == dict[str, float] and isinstance(value, dict):
        return {key: _number(one, wrong) for key, one in value.items()}
    return _listed(kind, value, wrong)


def _listed(kind: Any, value: Any, wrong: DataError) -> Any:
    if not isinstance(value, list) or not value:
        raise wrong
    if kind == tuple[str, ...] and all(isinstance(one, str) for one in value):
        return tuple(value)
    if kind == tuple[float, ...]:
        return tuple(_number(one, wrong) for one in value)
    if kind == tuple[tuple[int, float], ...] and all(isinstance(one, list) and len(one) == 2 for one in value):
        steps = tuple((int(_number(one[0], wrong)), _number(one[1], wrong)) for one in value)
        if steps[0][0] == 0 and [day for day, _ in steps] == sorted({day for day, _ in steps}):
            return steps
    raise wrong


_DESCRIBED = {
    float: "a number",
    int: "a whole number",
    str: "a text",
    date: "a date such as 2025-09-08",
    dict[str, float]: "a table of numbers",
    tuple[str, ...]: "a list of texts",
    tuple[float, ...]: "a list of numbers",
    tuple[tuple[int, float], ...]: "a list of [day, value] pairs that starts with day 0 and rises",
}


def _number(value: Any, wrong: DataError) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise wrong
    return float(value)


def _keyed(given: Any, file: str, path: str) -> dict[str, Any]:
    kind, known, what = _KEYED[path]
    if not isinstance(given, dict):
        raise DataError(f"{file}, key {path}: must be a table of {what}s.")
    for key in given:
        if key not in known:
            guess = nearest(key, known)
            hint = f"did you mean {guess!r}?" if guess else f"known are {', '.join(known)}."
            raise DataError(f"{file}, key {path}.{key}: no such {what}; {hint}")
    return {key: _section(kind, value, file, f"{path}.{key}") for key, value in given.items()}
