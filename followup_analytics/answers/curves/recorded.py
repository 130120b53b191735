"""What of a curve can't be told, since nobody wrote down the outcomes it would be read off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from followup_analytics.answers.curves.result import CurveRow
from followup_analytics.log.unrecorded import NOT_RECORDED, NOT_RECORDED_HERE, labels_of, without_outcomes
from followup_analytics.parted.parted_log import unrecorded_in_parts
from followup_analytics.results.disclosure import Disclosed, is_hidden

if TYPE_CHECKING:
    from followup_analytics.parted.parted_log import PartedLog

Row = dict[str, Any]
_NO_NUMBERS: Row = {"estimate": None, "conf_low": None, "conf_high": None}
#: What of a row is read off outcomes.
_OF_OUTCOMES = (*_NO_NUMBERS, "n_events")


def recorded_of(log: PartedLog, column: str | None) -> Recorded:
    """Where outcomes are written down: in the log at all, and for which groups of a column they are not."""
    lacking = unrecorded_in_parts(log, partial(labels_of, column)) if column else frozenset()
    return Recorded(log.outcomes_recorded, lacking)


@dataclass(frozen=True)
class Recorded:
    """Whether outcomes are written down in the `whole` log, and the groups that are `lacking` them."""

    whole: bool
    lacking: frozenset[str]

    def rows(self, rows: Sequence[CurveRow]) -> list[CurveRow]:
        """The rows, without numbers of outcomes where the whole log has none."""
        if self.whole:
            return list(rows)
        return [row if row.event == "response" else without_outcomes(row, _OF_OUTCOMES, NOT_RECORDED) for row in rows]

    def in_groups(self, shown: Disclosed[CurveRow], field: str) -> Disclosed[CurveRow]:
        """The rows that may be shown, without numbers of outcomes where their group has none though others have."""

        def told(row: CurveRow) -> CurveRow:
            stays = row.event == "response" or row.by[field] not in self.lacking or is_hidden(row)
            return row if stays else without_outcomes(row, _OF_OUTCOMES)

        return shown.each(told)

    def quantiles(self, rows: Sequence[Row]) -> list[Row]:
        """Days by which half had an event."""
        return [
            _without_days(row, NOT_RECORDED_HERE if self.whole else NOT_RECORDED) if self._lacks(row, "group") else row
            for row in rows
        ]

    def differences(self, rows: Sequence[Row]) -> list[Row]:
        """Differences between groups."""
        return [{**row, **_NO_NUMBERS} if self._lacks(row, "group", "against") else row for row in rows]

    def _lacks(self, row: Row, *names: str) -> bool:
        return row["event"] != "response" and (not self.whole or any(row[name] in self.lacking for name in names))


def _without_days(row: Mapping[str, Any], reason: str) -> Row:
    kept = ("group", "event", "by_day")
    return {name: row.get(name) if name in kept else None for name in row} | {"reason": reason}
