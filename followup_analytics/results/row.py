"""The row of an answer: a frozen record with declared columns, read by attribute or, by users, by name.

A name that the answer does not have never gives None: it raises an error that says which name was probably meant.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, dataclass_transform

from followup_analytics.results import columns
from followup_analytics.results.columns import HIDDEN_ROLES, Field, column, keys_column
from followup_analytics.text import nearest


class UnknownColumnError(KeyError, AttributeError):
    """A row was asked for a column that its answer does not have."""

    def __str__(self) -> str:
        """The sentence, without the quotation marks that a KeyError puts around it."""
        return str(self.args[0])


class Row(Mapping[str, Any]):
    """What all rows of answers can do; subclasses, made by `answer_row`, declare the columns.

    `row.estimate` is the way of this package, which type checkers follow; `row["estimate"]` the way of users. Both
    raise for a column that the answer lacks, naming the nearest one. A row is a mapping of the names that JSON and
    frames have, the columns of the question (`--by`) among them.
    """

    __slots__ = ()

    #: Names of the columns that people are shown, in the order of the table; the others are in frames and files alone.
    in_table: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def declared(cls) -> tuple[Field, ...]:
        """The declared columns in the order of frames and files."""
        return _columns(cls)

    @classmethod
    def declaration(cls, name: str) -> Field:
        """The declaration of one column; UnknownColumnError, naming the nearest, where there is none of the name."""
        found = _by_name(cls).get(name)
        if found is None:
            raise _unknown(cls, name, _by_name(cls))
        return found

    @classmethod
    def hidden_with_row(cls) -> tuple[str, ...]:
        """The columns that are null in a row that may not be shown."""
        return tuple(one.name for one in _columns(cls) if one.role in HIDDEN_ROLES)

    def question_keys(self) -> Mapping[str, Any]:
        """The values of the columns that only the question names; empty where the answer has none."""
        place = _keys_place(type(self))
        return getattr(self, place) if place else {}

    def having(self, **changes: Any) -> Self:
        """The same row with other values in some columns."""
        for name in changes:
            self.declaration(name)
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def __getitem__(self, name: str) -> Any:
        declared = _by_name(type(self)).get(name)
        if declared is not None and not declared.is_keys:
            return getattr(self, name)
        keys = self.question_keys()
        if name in keys:
            return keys[name]
        raise _unknown(type(self), name, self)

    def __iter__(self) -> Iterator[str]:
        for one in _columns(type(self)):
            if one.is_keys:
                yield from (name for name in self.question_keys() if name not in _by_name(type(self)))
            else:
                yield one.name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default where it is None; like `row[name]` it raises for a column that is not there."""
        value = self[name]
        return default if value is None else value

    def __hash__(self) -> int:
        raise TypeError(f"a row of {type(self).__name__} may hold lists and has no hash")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            raise _unknown(type(self), name, self)


RowType = TypeVar("RowType", bound=Row)


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(
        column, keys_column, columns.estimate, columns.lower, columns.higher, columns.interviews, columns.applicants,
        columns.events, columns.status, columns.reason,
    ),
)  # fmt: skip
def answer_row(cls: type[RowType]) -> type[RowType]:
    """Make a subclass of Row a frozen record with slots, whose values are given by name."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)(cls)


@functools.cache
def _columns(cls: type[Row]) -> tuple[Field, ...]:
    found = []
    for one in dataclasses.fields(cls):  # type: ignore[arg-type]
        declared = dict(one.metadata["column"])
        declared["label"] = declared.get("label") or _in_words(one.name)
        found.append(Field(name=one.name, shown=one.name in cls.in_table, **declared))
    return tuple(found)


@functools.cache
def _by_name(cls: type[Row]) -> dict[str, Field]:
    return {one.name: one for one in _columns(cls)}


@functools.cache
def _keys_place(cls: type[Row]) -> str | None:
    return next((one.name for one in _columns(cls) if one.is_keys), None)


def _in_words(name: str) -> str:
    words = name.removeprefix("n_").replace("_", " ")
    return words[:1].upper() + words[1:]


def _unknown(cls: type[Row], name: str, known: Mapping[str, Any]) -> UnknownColumnError:
    guess = nearest(str(name), [one for one in known if one != _keys_place(cls)])
    hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(known)}."
    return UnknownColumnError(f"{cls.__name__} has no column {name!r}; {hint}")
