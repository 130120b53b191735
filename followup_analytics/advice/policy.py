"""The office's policy: how far the rules of advice are tightened, and who says so; read from a small TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from followup_analytics.advice.situation import Situation
from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.text import nearest

#: What the rules fix. An office may ask for more patience or fewer attempts, never for less patience or more attempts.
_AT_MOST = ("max_attempts", "max_voicemails", "silence_days")
_AT_LEAST = ("first_call_day", "spacing_days")
_LIMITS = {
    "max_attempts": (1, 4),
    "max_voicemails": (0, 2),
    "silence_days": (1, 21),
    "first_call_day": (2, 60),
    "spacing_days": (2, 60),
}


@dataclass(frozen=True)
class Policy:
    """Limits of the advice: the contract's by default, stricter where the office's policy file says so.

    max_attempts, max_voicemails: caps on attempts and on messages left. silence_days: days without an answer after the
    last attempt until the advice is to move on. first_call_day: day after the interview (day 0) of the first attempt.
    spacing_days: days between two attempts. country: whose working days count; None for Monday to Friday, "zone" for
    the country of each employer's time zone. source: how texts name the policy. changed: names of the limits it sets.
    """

    max_attempts: int = 4
    max_voicemails: int = 2
    silence_days: int = 21
    first_call_day: int = 2
    spacing_days: int = 2
    country: str | None = None
    source: str = "the usual advice"
    changed: frozenset[str] = field(default_factory=frozenset)


def messages_full(now: Situation, policy: Policy) -> bool:
    """Whether no further message may be left on their machine, which a call of theirs in vain doesn't change."""
    return now.messages >= policy.max_voicemails


def read_policy(given: Policy | Mapping[str, Any] | str | Path | None) -> Policy:
    """The policy from a TOML file, a mapping of the same keys, or None for the contract's own limits.

    The file holds any of max_attempts, max_voicemails, silence_days, first_call_day, spacing_days (whole numbers),
    country (ISO code, or "zone") and name (how the advice refers to the policy).

    Raises UnreadableError for a file that can't be read, UsageError for an unknown key or a limit that is too loose.
    """
    if given is None or isinstance(given, Policy):
        return given or Policy()
    if isinstance(given, Mapping):
        return _policy(dict(given), "the policy")
    return _policy(_read(Path(given)), f"the policy file {Path(given).name}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableError(
            f"The policy file {path.name} can't be read: {error.strerror or 'no reason given'}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(f"The policy file {path.name} is not valid TOML: {error}.") from None


def _policy(values: dict[str, Any], where: str) -> Policy:
    known = {*_LIMITS, "country", "name"}
    for key in values:
        if key not in known:
            hint = nearest(key, known)
            raise UsageError(
                f"{where[0].upper()}{where[1:]} has an unknown key {key!r}"
                + (f": did you mean {hint!r}?" if hint else ".")
            )
    name, country = values.pop("name", None), values.pop("country", None)
    for key, value in values.items():
        _check_limit(key, value, where)
    for key, value in (("name", name), ("country", country)):
        if value is not None and not isinstance(value, str):
            raise UsageError(f"In {where}, {key} has to be text.")
    changed = frozenset(key for key, value in values.items() if value != getattr(Policy(), key))
    return replace(Policy(), **values, country=country, source=name or "the office's policy", changed=changed)


def _check_limit(key: str, value: object, where: str) -> None:
    low, high = _LIMITS[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError(f"In {where}, {key} has to be a whole number from {low} to {high}.")
    if not low <= value <= high:
        why = (
            "an office may only be stricter than the rules"
            if (key in _AT_MOST and value > high) or (key in _AT_LEAST and value < low)
            else "that is beyond reason"
        )
        raise UsageError(f"In {where}, {key} is {value}, and has to be from {low} to {high}: {why}.")
