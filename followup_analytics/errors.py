"""What can go wrong, as sentences for the person who can mend it, each with its exit code."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Options of commands that are arguments of Python functions too, by the same name: a sentence that names one is
#: written with the option, and tells a caller in Python the argument (`FollowUpError`).
_ARGUMENTS = (
    "adjust", "adjust-only", "against", "alpha", "as-of", "baseline", "bins", "by", "claim", "cluster", "cohort",
    "disclosure", "effect", "entry", "horizon", "min-cell", "power", "today", "where", "within",
)  # fmt: skip
#: A number after the option belongs to it: `pass --min-cell 1`.
_OPTION = re.compile(
    rf"--({'|'.join(sorted(_ARGUMENTS, key=len, reverse=True))})(?![\w-])(?: (\d+(?:\.\d+)?)(?=[\s.,;)]|$))?"
)


def _as_argument(found: re.Match[str]) -> str:
    name = found[1].replace("-", "_")
    return name if found[2] is None else f"{name}={found[2]}"


@dataclass(frozen=True)
class Problem:
    """One broken rule at one place: the unit of every rejects file and of every refusal.

    `row` counts as a spreadsheet does (row 1 is the header); None where no single row is at fault.
    `message` says what was wrong and what to do, and never quotes a value of a personal column.
    """

    message: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    rule: str = "invalid"

    def sentence(self) -> str:
        """The problem with its place in front: `file, row 3, column at: ...`."""
        place = [
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else None,
                f"column {self.column}" if self.column else None,
            )
            if part
        ]
        return f"{', '.join(place)}: {self.message}" if place else self.message


class FollowUpError(Exception):
    """Root of all that this package raises on purpose; the command line prints its text alone.

    Sentences are written with the options of the commands (`--within 7`); `str` gives them as a caller in Python knows
    them (`within=7`), `for_commands` as they were written.
    """

    exit_code = 1

    def __str__(self) -> str:
        return _OPTION.sub(_as_argument, self.for_commands)

    @property
    def for_commands(self) -> str:
        """The sentence with the options of the command line."""
        return super().__str__()


class UnreadableError(FollowUpError):
    """Something can't be read or reached: absent, locked, foreign, undecodable."""

    exit_code = 1


class MissingExtraError(UnreadableError):
    """An optional part that the request needs is not installed."""

    @classmethod
    def for_extra(cls, what: str, extra: str) -> MissingExtraError:
        """Name what was asked for and the extra that brings it."""
        return cls(
            f"{what} needs the optional part {extra!r}, which is not installed: run  pip install '.[{extra}]'  in the "
            "folder of the README."
        )


class UsageError(FollowUpError):
    """The request itself is wrong: an unknown option value, column or cohort."""

    exit_code = 2


class DataError(FollowUpError):
    """Readable, but the data break the rules of the follow-up log."""

    exit_code = 3

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems

    @classmethod
    def from_problems(cls, problems: tuple[Problem, ...], rest: str = "; `followup check` lists them all") -> DataError:
        """One sentence for the first problem, how many more there are, and with `rest` where they are to be seen."""
        first = problems[0].sentence()
        more = len(problems) - 1
        tail = "" if not more else f" (and {more:,} more {'problem' if more == 1 else 'problems'}{rest})"
        return cls(first + tail, problems)


class WithheldError(FollowUpError):
    """All that was asked for is hidden, to protect the few people it is about."""

    exit_code = 4

    @classmethod
    def too_few(cls, min_cell: int) -> WithheldError:
        """The refusal never says how many people there were."""
        return cls(
            f"This answer is withheld: it would be about fewer than {min_cell} applicants. "
            "Ask for a larger group, or, for your own log alone, pass --min-cell 1."
        )
