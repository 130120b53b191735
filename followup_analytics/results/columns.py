"""What a column of an answer is, declared once: its kind, heading, interval partner, importance and privacy role.

Headings, types of frames, JSON, CSV, workbooks, columns of reports and the reference page of the answers are all made
from these declarations.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "text", "count", "share", "points", "days", "number", "p", "date", "bool", "sentence", "nested", "share_interval",
    "points_interval", "number_interval", "days_interval", "fine", "fine_interval",
]  # fmt: skip
_NUMERIC = (
    "count", "share", "points", "days", "number", "p", "share_interval", "points_interval", "number_interval", "fine",
    "fine_interval", "days_interval",
)  # fmt: skip
#: In what a kind is measured.
_UNITS = {
    "count": "whole number",
    "share": "0 to 1",
    "points": "-1 to 1",
    "days": "days",
    "number": "number",
    "fine": "number",
    "p": "0 to 1",
    "date": "ISO date",
    "bool": "true or false",
    "nested": "JSON",
}
#: What disclosure control takes a column for. `key` tells rows apart; `size` is the number of applicants that decides
#: whether a row may be shown; `count`, `estimate` and `derived` (worked out from the two) are hidden with it; `plain`
#: stays; `confidential` is about one person.
Role = Literal["key", "size", "count", "estimate", "derived", "plain", "confidential"]
HIDDEN_ROLES: tuple[Role, ...] = ("size", "count", "estimate", "derived")

#: How long a column stays in a table that is too wide for the screen: the highest number goes first.
ALWAYS, USUALLY, RARELY = 1, 2, 3


@dataclass(frozen=True)
class Field:
    """One column of an answer, as its row class declares it.

    An `_interval` kind shows `name` and `upper` together. `hidden_heading` marks none: a column without a place in
    tables has `shown` false and stays in frames and files. `is_keys` marks the place of columns whose names only the
    question knows (the values of `--by`).
    """

    name: str
    label: str
    kind: Kind = "text"
    upper: str | None = None
    shown: bool = True
    importance: int = USUALLY
    role: Role = "plain"
    about: str = ""
    short: str = ""
    is_keys: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.kind in _NUMERIC

    @property
    def unit(self) -> str:
        """In what the column is measured: `0 to 1` of a share, `text` of words."""
        return _UNITS.get(self.kind.removesuffix("_interval"), "text")


def column(
    kind: Kind = "text",
    label: str = "",
    about: str = "",
    *,
    role: Role = "plain",
    upper: str | None = None,
    importance: int = USUALLY,
    short: str = "",
    default: Any = dataclasses.MISSING,
) -> Any:
    """Declare a column of a row class.

    Args:
        kind: kind of quantity, which decides how it is written and its type in frames.
        label: heading in tables for people; by default the name in words.
        about: what it holds, for the reference page.
        role: what disclosure control takes it for.
        upper: name of the column that holds the upper end of the interval that begins here.
        importance: ALWAYS, USUALLY or RARELY; where a table is too wide, RARELY leaves first.
        short: heading where room is scarce.
        default: value of rows that don't say.
    """
    declared = {
        "kind": kind, "label": label, "about": about, "role": role, "upper": upper, "importance": importance,
        "short": short,
    }  # fmt: skip
    return dataclasses.field(metadata={"column": declared}, default=default)


def keys_column(about: str) -> Any:
    """Declare the place of the columns that only the question names, such as those of `--by`; their values are text."""
    declared = {"kind": "text", "about": about, "role": "key", "importance": ALWAYS, "is_keys": True}
    return dataclasses.field(metadata={"column": declared}, default_factory=dict)


# ------------------------------------------------------------------------------------- columns that most answers share


def estimate(label: str, kind: Kind = "share", about: str = "The estimate.", *, short: str = "") -> Any:
    """The number that the row is about."""
    return column(kind, label, about, role="estimate", importance=ALWAYS, short=short)


def lower(
    kind: Kind = "share_interval", label: str = "95% interval", *, upper: str = "conf_high", short: str = ""
) -> Any:
    """Lower end of the 95% interval, shown together with its upper end."""
    return column(
        kind, label, "Lower end of the 95% interval.", role="estimate", upper=upper, importance=ALWAYS, short=short
    )


def higher(kind: Kind = "share") -> Any:
    """Upper end of the 95% interval."""
    return column(kind, "", "Upper end of the 95% interval.", role="estimate")


def interviews(about: str = "Interviews that the row is about.", label: str = "Interviews", **more: Any) -> Any:
    """Number of interviews."""
    return column("count", label, about, role="count", **more)


def applicants(about: str = "Applicants that the row is about.", label: str = "Applicants", **more: Any) -> Any:
    """Number of applicants: what decides whether the row may be shown."""
    return column("count", label, about, role="size", importance=RARELY, **more)


def events(about: str = "Events among them.", label: str = "Events", **more: Any) -> Any:
    """Number of events."""
    return column("count", label, about, role="count", **more)


def status(label: str = "Note", *, default: str) -> Any:
    """Whether the number may be read: ok, use_with_care, not_estimable, suppressed."""
    about = "ok, use_with_care, not_estimable or suppressed."
    return column("text", label, about, importance=ALWAYS, default=default)


def reason(label: str = "Why", *, default: None) -> Any:
    """Why the status is what it is."""
    return column("sentence", label, "Why the status is not ok; null where it is.", default=default)
