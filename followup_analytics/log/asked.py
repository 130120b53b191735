"""Columns that a person asks for by name: any column of a file, whatever it is called, told from what is built in.

`column:NAME` forces the column; where answers are computed, people's columns carry that name too, which nothing of the
package's own has, so that a column called `day` or `arm` meets no other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from followup_analytics.errors import UsageError

_FORCED = "column:"


@dataclass(frozen=True)
class Asked:
    """A column that was asked for: its name in the log, and that of its field in the answer."""

    column: str
    field: str

    @property
    def forced(self) -> bool:
        """Whether it was asked for as `column:NAME`, so that nothing built in is meant."""
        return self.field.startswith(_FORCED)


def asked(request: str, fields: Collection[str] = (), option: str = "--by") -> Asked:
    """What a request for a column means.

    fields: those that the answer has anyhow. option: where it was asked for. Raises UsageError where the column's
    field could not be told from one of the answer's, naming the form that can.
    """
    if request.startswith(_FORCED) and len(request) > len(_FORCED):
        return Asked(request.removeprefix(_FORCED), request)
    if request in fields:
        raise UsageError(
            f"{option} {request}: the answer has a field of that name; write {in_frames(request)} for the column."
        )
    return Asked(request, request)


def in_frames(column: str) -> str:
    """The name that a person's column has where answers are computed, and by which it can be forced."""
    return _FORCED + column


def without_mark(name: str) -> str:
    """The column's own name."""
    return name.removeprefix(_FORCED)


def unused_name(name: str, taken: Collection[str]) -> str:
    """The name, or where it is taken one like it that is not."""
    while name in taken:
        name += "_"
    return name
