"""Policies: what may be shown about how many people, as one frozen object that travels from the option to the gate.

The policies that publishers have are data (`policies.toml`, each with its source); an office may bring its own file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.text import listed, nearest

#: Fewest applicants that a shown number is about, unless somebody says otherwise.
MIN_CELL = 10


@dataclass(frozen=True)
class Band:
    """How shares of groups of `base` people or more are given: in ranges of `step`, coded below and above `edge`."""

    base: int
    edge: float
    step: float


@dataclass(frozen=True)
class DisclosurePolicy:
    """What may leave the office.

    Attributes:
        name: as it is printed; about: what it does, in a sentence.
        min_cell: fewest applicants of a shown row; 1 hides nothing and rounds nothing.
        min_events, min_non_events: fewest events, and fewest units without the event, of a shown row, where there are
            any (0: no threshold).
        hide_zeros: whether rows in which nobody or everybody had the event are hidden as well.
        dominance_n, dominance_k: a row is hidden where its `dominance_n` applicants with most units have more than the
            share `dominance_k` of them (0: no such rule).
        p_ratio: a row is hidden where all but the two largest applicants have less than this share of the largest.
        min_base: fewest applicants below a share.
        count_base: counts are rounded to its multiples (1: not at all).
        share_step: shares and differences are rounded to its multiples.
        bands: how shares are given by size of the group; none gives them as they are.
        event_counts: whether the number of events is shown beside a share.
        min_step_events: steps of a curve with fewer events are merged with the next.
        width: least width of the interval in which a reader can place a hidden number of people, interviews or
            attempts; None takes it from `min_cell`. event_width: the same for a hidden number of events. A count that
            is smaller needs an interval no wider than itself, but never a single value.
    """

    name: str = "default"
    about: str = ""
    min_cell: int = MIN_CELL
    min_events: int = 0
    min_non_events: int = 0
    hide_zeros: bool = False
    dominance_n: int = 0
    dominance_k: float = 1.0
    p_ratio: float = 0.0
    min_base: float = 0.0
    count_base: int = 1
    share_step: float = 0.001
    bands: tuple[Band, ...] = ()
    event_counts: bool = True
    min_step_events: int = 1
    width: int | None = None
    event_width: int | None = None

    @property
    def hides(self) -> bool:
        """Whether anything is hidden or rounded at all."""
        return self.min_cell > 1

    @property
    def least_people(self) -> float:
        """Fewest applicants of a row with a share."""
        return max(self.min_cell, self.min_base)

    def width_of(self, count: int) -> int:
        """Least width of the interval in which a hidden number of people, interviews or attempts can be placed.

        Two rows of `min_cell` people together, each of at least one, can be no better hidden than to `min_cell` - 2.
        """
        return max(1, min(count, self.min_cell - 2 if self.width is None else self.width))

    def width_of_events(self, count: int) -> int:
        """Least width of the interval in which a hidden number of events can be placed."""
        widest = max(self.min_events - 2, 2) if self.event_width is None else self.event_width
        return max(1, min(count, widest))

    def band(self, people: int) -> Band | None:
        """The band for shares of a group of so many people."""
        fitting = [band for band in self.bands if band.base <= people]
        return max(fitting, key=lambda band: band.base) if fitting else None

    def has_dominance(self) -> bool:
        """Whether a row's units by applicant decide whether it may be shown."""
        return self.dominance_n > 0 or self.p_ratio > 0


#: What may be given for a policy: one, the name of one, a TOML file, or None for the default.
Disclosure = str | Path | DisclosurePolicy | None

NOTHING_HIDDEN = DisclosurePolicy("none", min_cell=1)


@cache
def published() -> Mapping[str, DisclosurePolicy]:
    """The policies that come with the package, by name."""
    text = files("followup_analytics.results.disclosure").joinpath("policies.toml").read_text(encoding="utf-8")
    return {name: _policy(name, body, "policies.toml") for name, body in tomllib.loads(text).items()}


def policy_of(disclosure: Disclosure = None, min_cell: int | None = None) -> DisclosurePolicy:
    """The policy that was asked for.

    Args:
        disclosure: a policy, the name of one, or a TOML file with an office's own; None is the default one.
        min_cell: fewest applicants, where it is given beside the policy: 1 hides nothing, whatever the policy.

    Raises:
        UsageError: no such policy, or fewer applicants than a named one asks for; UnreadableError and DataError: the
            office's file can't be read, or has a line that can't be used.
    """
    if min_cell is not None and (isinstance(min_cell, bool) or not isinstance(min_cell, int) or min_cell < 1):
        raise UsageError(f"min_cell must be a whole number from 1 (hide nothing) on, not {min_cell!r}.")
    found = disclosure if isinstance(disclosure, DisclosurePolicy) else _named(disclosure)
    if min_cell is None:
        return found
    if min_cell == 1:
        return NOTHING_HIDDEN
    if not found.hides and disclosure is not None:
        raise UsageError(f"the disclosure policy 'none' hides nothing, and min_cell {min_cell} asks for hiding.")
    if disclosure is not None and min_cell < found.min_cell:
        raise UsageError(
            f"min_cell is {min_cell}, but the disclosure policy {found.name!r} asks for {found.min_cell} or more "
            "applicants; leave one of the two out."
        )
    return replace(found, min_cell=min_cell)


def _named(disclosure: str | Path | None) -> DisclosurePolicy:
    if disclosure is None:
        return published()["default"]
    known = published()
    if str(disclosure) in known:
        return known[str(disclosure)]
    path = Path(disclosure)
    if path.suffix.lower() == ".toml":
        return policy_from_file(path)
    guess = nearest(str(disclosure), known)
    hint = f"; did you mean {guess!r}?" if guess else f": choose {listed(list(known), 'or')}, or name a TOML file."
    raise UsageError(f"There is no disclosure policy {str(disclosure)!r}{hint}")


def policy_from_file(path: Path) -> DisclosurePolicy:
    """An office's own policy; `like` names a published one whose rules hold where the file says nothing."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as failed:
        raise UnreadableError(
            f"{path.name} can't be read ({failed.strerror or 'no reason given'}): name a TOML file with a disclosure "
            "policy."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failed:
        raise DataError(f"{path.name} is not TOML: {failed}.") from None
    base = body.pop("like", "default")
    if base not in published():
        raise DataError(f"{path.name}: like = {base!r} is no disclosure policy: choose {listed(list(published()))}.")
    return _policy(str(body.pop("name", path.stem)), body, path.name, published()[base])


def _policy(name: str, body: Mapping[str, Any], where: str, base: DisclosurePolicy | None = None) -> DisclosurePolicy:
    kinds = {one.name: str(one.type) for one in fields(DisclosurePolicy) if one.name != "name"}
    found: dict[str, Any] = {}
    for key, value in body.items():
        if key not in kinds:
            guess = nearest(key, kinds)
            hint = f"; did you mean {guess!r}?" if guess else f": a policy has {listed(list(kinds), 'and')}."
            raise DataError(f"{where}: a disclosure policy has no {key!r}{hint}")
        found[key] = _bands(value, where) if key == "bands" else _checked(key, value, kinds[key], where)
    made = replace(base or DisclosurePolicy(), name=name, **found)
    if not 0 < made.dominance_k <= 1 or not 0 <= made.p_ratio <= 1 or not 0 < made.share_step <= 0.5:
        raise DataError(f"{where}: dominance_k, p_ratio and share_step are shares between 0 and 1.")
    if made.min_cell < 1 or made.count_base < 1 or min(made.min_events, made.min_non_events, made.dominance_n) < 0:
        raise DataError(f"{where}: min_cell and count_base are 1 or more, the other thresholds 0 or more.")
    return made


def _checked(key: str, value: Any, kind: str, where: str) -> Any:
    fits = {
        "bool": isinstance(value, bool),
        "str": isinstance(value, str),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
    }.get(kind, isinstance(value, int) and not isinstance(value, bool))
    if not fits:
        words = {"bool": "true or false", "str": "a text", "float": "a number"}.get(kind, "a whole number")
        raise DataError(f"{where}: {key} = {value!r} is not {words}.")
    return float(value) if kind == "float" else value


def _bands(value: Any, where: str) -> tuple[Band, ...]:
    try:
        made = tuple(Band(int(one["base"]), float(one["edge"]), float(one["step"])) for one in value)
    except (TypeError, KeyError, ValueError):
        raise DataError(
            f"{where}: each of the bands is {{ base = 10, edge = 0.2, step = 0.1 }}: people, and two shares."
        ) from None
    if any(not (0 <= one.edge < 0.5 and 0 < one.step <= 0.5) for one in made):
        raise DataError(f"{where}: a band's edge and step are shares below one half.")
    return made
