"""The keys of a table of rates: which column, cut into which bins, in which order.

A request is names with commas (`timing,channel`) or a sequence of names. Bins are written as
`KEY=BIN,BIN,...`, several keys apart by semicolons, each bin a number, a range `2-3` or an open end `4+`:
`timing=0,1,2-3,4+; attempt=1,2,3+; hour=0-8,9-12,13-17,18-23; weekday=Mon-Fri,Sat-Sun`.
Bins follow each other without gap or overlap from the first possible value to the last, so that no attempt is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from followup_analytics.cells.counted import CONTACT_KEYS
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import CHANNELS, PARTIES
from followup_analytics.log.shared_words import ATTEMPT_NAMES, MISSING, TIMING_NAMES, WEEKDAYS
from followup_analytics.log.subsets import built_in_note
from followup_analytics.results.disclosure import DisclosurePolicy
from followup_analytics.text import listed, nearest

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import HasTables


DEFAULT_BINS: Mapping[str, str] = {
    "timing": ",".join(TIMING_NAMES),
    "attempt": ",".join(ATTEMPT_NAMES),
    "weekday": ",".join(WEEKDAYS),
    "hour": ",".join(f"{hour:02}" for hour in range(24)),
}
#: First and last value that a binned key can have (None: no last one).
_RANGES: Mapping[str, tuple[int, int | None]] = {
    "timing": (0, None),
    "attempt": (1, None),
    "weekday": (1, 7),
    "hour": (0, 23),
}
_VOCABULARIES: Mapping[str, Sequence[str]] = {"channel": CHANNELS, "party": PARTIES}
_SINGLE_OUT = ("interview_id", "applicant_id", "contact_id", "previous_interview_id")
#: Fields of every row of the answer: a column of such a name could not be told from them.
_FIELDS = (
    *("n_attempts", "n_interviews", "n_applicants", "n_events", "estimate", "conf_low", "conf_high"),
    *("cumulative", "cumulative_low", "cumulative_high", "status", "reason"),
)
_BIN = re.compile(r"^(?P<low>\w+)(?:-(?P<high>\w+)|(?P<open>\+))?$")


@dataclass(frozen=True)
class Bin:
    """Whole numbers from `low` to `high`, both included; `high` None means all above."""

    label: str
    low: int
    high: int | None


@dataclass(frozen=True)
class Key:
    """One key of the table: a binned number (`bins`), or a column taken as text, in the order of `words` where
    known."""

    name: str
    bins: tuple[Bin, ...] = ()
    words: tuple[str, ...] = ()
    of_contacts: bool = False
    #: The column of the log; None for what is built in (timing, attempt, weekday, hour).
    column: str | None = None

    @property
    def is_column(self) -> bool:
        """Whether the values are those of a column rather than bins."""
        return not self.bins


def parse_keys(
    by: str | Sequence[str], log: HasTables, bins: str | Mapping[str, str] | None, policy: DisclosurePolicy
) -> tuple[Key, ...]:
    """The keys that were asked for; UsageError for an unknown, repeated or missing one, or for bins that don't fit."""
    names = [name.strip() for name in (by.split(",") if isinstance(by, str) else by)]
    if not names or not all(names):
        raise UsageError("--by needs the name of a column, such as timing, channel or attempt.")
    if len(set(names)) < len(names):
        raise UsageError(f"--by names {next(n for n in names if names.count(n) > 1)!r} twice.")
    wanted = parse_bins(bins)
    unused = [name for name in wanted if name not in names]
    if unused:
        raise UsageError(f"--bins cuts {unused[0]!r}, which is not among the keys of --by ({listed(names, 'and')}).")
    return tuple(_key(name, log, wanted.get(name), policy) for name in names)


def parse_bins(bins: str | Mapping[str, str] | None) -> dict[str, str]:
    """`KEY=BINS` parts by key; UsageError where a part has no key or no bins."""
    if bins is None:
        return {}
    if not isinstance(bins, str):
        return {name: cuts if isinstance(cuts, str) else ",".join(map(str, cuts)) for name, cuts in bins.items()}
    found = {}
    for part in filter(None, (part.strip() for part in bins.split(";"))):
        name, sign, cuts = (piece.strip() for piece in part.partition("="))
        if not (sign and name and cuts):
            raise UsageError(f"--bins {part!r} is not of the form KEY=BIN,BIN,... such as timing=0,1,2-3,4+.")
        found[name] = cuts
    return found


def built_in_notes(keys: Sequence[Key], log: HasTables) -> list[Note]:
    """That a built-in key won over a column of its name, for each of which that is so."""
    built_in = [key.name for key in keys if key.column is None or key.name in CONTACT_KEYS]
    return [note for name in built_in if (note := built_in_note(log, name)) is not None]


def _key(request: str, log: HasTables, cuts: str | None, policy: DisclosurePolicy) -> Key:
    if request in DEFAULT_BINS:
        return Key(request, _cut(request, cuts or DEFAULT_BINS[request], *_RANGES[request]))
    one = asked(request, _FIELDS)
    name, field = one.column, one.field
    if name in _SINGLE_OUT and policy.hides:
        raise UsageError(
            f"--by {name} would name single people or interviews: choose a column that many share "
            "(or, for your own log alone, --min-cell 1)."
        )
    interviews, contacts = log.held("interviews"), log.held("contacts")
    own = () if one.forced else CONTACT_KEYS
    columns = [column for column in interviews.columns if not column.startswith("_") and column not in own]
    of_contacts = [column for column in contacts.columns if not column.startswith("_") and column not in columns]
    if name not in columns and name not in of_contacts:
        guess = nearest(name, [*DEFAULT_BINS, *_VOCABULARIES, *columns, *of_contacts])
        hint = (
            f"; did you mean {guess!r}?"
            if guess
            else f": use {listed([*DEFAULT_BINS, *_VOCABULARIES])}, or a column of the interviews."
        )
        raise UsageError(f"--by: there is no column {name!r}{hint}")
    if cuts is None and name in _VOCABULARIES and name not in columns:
        return Key(field, words=tuple(_VOCABULARIES[name]), of_contacts=name not in columns, column=name)
    values = (interviews if name in columns else contacts).select([name])[name]
    if cuts is None:
        return Key(field, words=_sorted_words(values), of_contacts=name not in columns, column=name)
    if not values.dtype.is_numeric():
        raise UsageError(f"--bins can't cut {name!r}: it is no number.")
    bins = _cut(name, cuts, None, None)
    low, high = values.min(), values.max()
    if low is not None and (low < bins[0].low or (bins[-1].high is not None and high >= bins[-1].high + 1)):
        raise UsageError(f"--bins {name}: some values lie outside of the bins; widen the first or the last one.")
    return Key(field, bins, of_contacts=name not in columns, column=name)


def _sorted_words(column: pl.Series) -> tuple[str, ...]:
    """The values in their own order (numbers as numbers), as text, without null."""
    words = column.cast(pl.String) if isinstance(column.dtype, pl.Enum | pl.Categorical) else column
    return tuple(words.unique().sort().drop_nulls().cast(pl.String))


def _cut(name: str, cuts: str, first: int | None, last: int | None) -> tuple[Bin, ...]:
    bins = tuple(_bin(name, text.strip()) for text in cuts.split(","))
    for before, after in pairwise(bins):
        if before.high is None or after.low != before.high + 1:
            raise UsageError(
                f"--bins {name}: {after.label!r} does not follow {before.label!r} without a gap or an overlap."
            )
    if first is not None and bins[0].low != first:
        raise UsageError(
            f"--bins {name}: the first bin must start at {_word(name, first)}, so that no attempt is lost."
        )
    if first is not None and bins[-1].high != last:
        end = "be open, such as 4+" if last is None else f"end at {_word(name, last)}"
        raise UsageError(f"--bins {name}: the last bin must {end}, so that no attempt is lost.")
    return bins


def _bin(name: str, text: str) -> Bin:
    found = _BIN.match(text)
    low = _number(name, found["low"]) if found else None
    high = _number(name, found["high"]) if found and found["high"] else low
    if not found or low is None or high is None or high < low:
        raise UsageError(
            f"--bins {name}: {text!r} is no bin; write a number, a range such as 2-3, or an open end such as 4+."
        )
    return Bin(text, low, None if found["open"] else high)


def _number(name: str, word: str) -> int | None:
    if name == "weekday" and word.capitalize() in WEEKDAYS:
        return WEEKDAYS.index(word.capitalize()) + 1
    return int(word) if word.isdecimal() else None


def _word(name: str, value: int) -> str:
    return WEEKDAYS[value - 1] if name == "weekday" else str(value)


# ------------------------------------------------------------------------------------------------- codes and labels


def bin_code(value: nw.Expr, bins: Sequence[Bin]) -> nw.Expr:
    """Place of the bin of a whole number, counted from 0; null stays null."""
    first, most = bins[0].low, len(bins) - 1
    if all(one.low == first + place for place, one in enumerate(bins)):
        above = value - first
        single = bins[-1].high == bins[-1].low
        return above if single else nw.when(above > most).then(nw.lit(most)).otherwise(above)
    code: nw.Expr = nw.when(~value.is_null()).then(nw.lit(0))
    for place, one in enumerate(bins[1:], start=1):
        code = nw.when(value >= one.low).then(nw.lit(place)).otherwise(code)
    return code


def labels_in_order(key: Key, values: Iterable[Any]) -> dict[Any, tuple[int, str]]:
    """Rank and label of each code (bins) or text (columns) that occurs; null comes last, as `(missing)`."""
    known: dict[Any, tuple[int, str]]
    if key.bins:
        known = {place: (place, one.label) for place, one in enumerate(key.bins)}
    else:
        known = {word: (place, word) for place, word in enumerate(key.words)}
    return {value: known.get(value, (len(known), MISSING if value is None else str(value))) for value in values}
