"""Groups of which no outcome is written down, beside others that have some: their share is not 0, it is not known.

An office merges three sheets, and one of them has no column for what became of it. Nobody of that cohort then seems to
have got anywhere. Whether a group without any outcome (of any kind: refusals count) has none because none was written
down can't be seen, but how likely that would be by chance can: by the rates of the groups that have some, on the days
on which this one was watched. Where that chance is small (`unlikely_empty`) the group's outcomes count as not recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.log.shared_words import MISSING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from followup_analytics.log.followup_log import FollowUpLog

#: Said in place of every number that would have to be read off outcomes, where none is recorded in the log,
NOT_RECORDED = (
    "Outcomes are not recorded in this log: who advanced, had an offer, was refused or withdrew can't be told. "
    "That none is recorded doesn't mean that there was none."
)
#: and where none is recorded for a group, while others have some.
NOT_RECORDED_HERE = (
    "Outcomes are not recorded for this group, while others have some: who advanced, had an offer, was refused or "
    "withdrew can't be told. That none is recorded doesn't mean that there was none."
)
#: The group of each interview of a log, as text, in the order of the interviews.
Labels = Callable[["FollowUpLog"], pl.Series]


def is_not_recorded(reason: str | None) -> bool:
    """Whether a row has no number since nobody wrote down what it would be read off."""
    return reason in (NOT_RECORDED, NOT_RECORDED_HERE)


def without_outcomes(row: Any, fields: Iterable[str], reason: str = NOT_RECORDED_HERE) -> Any:
    """A row of an answer without what (`fields`) would have to be read off outcomes that nobody wrote down."""
    return row.having(**dict.fromkeys(fields), status="not_estimable", reason=reason)


def events_known(row: Any) -> int | None:
    """How many events a reader of a row knows of: of one that says that none is recorded, that there is none."""
    known: int | None = 0 if is_not_recorded(row.reason) else row.n_events
    return known


def labels_of(column: str, log: FollowUpLog) -> pl.Series:
    """The values of a column of interviews as groups."""
    return log.held("interviews").select([column])[column].cast(pl.String).fill_null(MISSING)


@dataclass(frozen=True)
class Watched:
    """Outcomes and days on which one could have come, of a group in a part of a log, by time since the interview."""

    outcomes: NDArray[np.float64]
    days: NDArray[np.float64]


def outcomes_in(labels: Labels, log: FollowUpLog) -> dict[str, bool]:
    """Whether any outcome is written down for each group of a part of a log."""
    groups = labels(log)
    places = log.places("outcomes").drop_nulls().cast(pl.Int64)
    having = set(groups.gather(places).unique())
    return {str(name): name in having for name in groups.unique()}


def watched_in(labels: Labels, log: FollowUpLog) -> dict[str, Watched]:
    """What the question rests on, for each group of a part of a log."""
    # Here and not above: an entry's answer shows rows, whose module knows this one, and counts nothing.
    import numpy as np

    from followup_analytics.log.record_comparison import by_group, ends_of
    from followup_analytics.log.record_times import OF_INTERVIEWS, times_of

    at, stop = ends_of(times_of(log, log.held("interviews").select(list(OF_INTERVIEWS)), None), "outcome")
    names, place = np.unique(labels(log).to_numpy().astype(str), return_inverse=True)
    outcomes, days = by_group(place, len(names), at, stop)
    return {str(name): Watched(outcomes[one], days[one]) for one, name in enumerate(names)}


def groups_without(
    seen: Sequence[Mapping[str, bool]], watched: Callable[[], Sequence[Mapping[str, Watched]]]
) -> frozenset[str]:
    """The groups whose outcomes count as not recorded.

    seen: `outcomes_in` of each part. watched: gives `watched_in` of each part; asked only where a group has none.
    """
    having = {name for part in seen for name, any_ in part.items() if any_}
    bare = sorted({name for part in seen for name in part} - having)
    if not having or not bare:
        return frozenset()
    import numpy as np

    from followup_analytics.log.record_comparison import unlikely_empty

    total: dict[str, Watched] = {}
    for part in watched():
        for name, one in part.items():
            before = total.get(name)
            total[name] = one if before is None else Watched(before.outcomes + one.outcomes, before.days + one.days)
    outcomes = np.sum([total[name].outcomes for name in having], axis=0)
    days = np.sum([total[name].days for name in having], axis=0)
    unlikely = unlikely_empty(np.stack([total[name].days for name in bare]), outcomes, days)
    return frozenset(name for name, one in zip(bare, unlikely, strict=True) if one)


def unrecorded_groups(labels: Labels, log: FollowUpLog) -> frozenset[str]:
    """The groups of a log in memory whose outcomes count as not recorded."""
    return groups_without([outcomes_in(labels, log)], lambda: [watched_in(labels, log)])
