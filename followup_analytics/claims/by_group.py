"""The verdicts on claims by group: a row a claim and group, and whether effects differ between the groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.claims.result import ClaimRow
from followup_analytics.errors import UsageError
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.frames import frame_of_findings
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.values import plain
from followup_analytics.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from followup_analytics.results.disclosure import Units

#: What the test of a claim's groups comes to.
DIFFERS, NOT_TOLD, NOT_COMPARED = "differs", "inconclusive", "not_testable"
_WORDS = {DIFFERS: "differ", NOT_TOLD: "can’t be told"}


@answer_row
class InteractionRow(Row):
    """Whether a claim's effect differs between the groups that could be compared, and for two how far."""

    claim: str = col.column("text", "", "Id of the claim.", role="key")
    advice: str = col.column("text", "Advice", "The advice as people give it.")
    groups: Sequence[str] = col.column("nested", "", "The groups compared.")
    verdict: str = col.column("text", "", "differs, inconclusive or not_testable.")
    p_value: float | None = col.column("p", "p", "That the effect is the same in all.", role="estimate", default=None)
    p_adjusted: float | None = col.column("p", "", "The same, adjusted over all claims.", role="estimate", default=None)
    statistic: float | None = col.column("number", "", "The statistic of the test.", role="estimate", default=None)
    df: int | None = col.column("count", "", "Its degrees of freedom.", default=None)
    df_residual: float | None = col.column("number", "", "And those of the error.", role="estimate", default=None)
    estimate: float | None = col.column("points", "Apart", "Of two groups, how far.", role="estimate", default=None)
    conf_low: float | None = col.column("points", "", "Lower end of its interval.", role="estimate", default=None)
    conf_high: float | None = col.column("points", "", "Upper end of its interval.", role="estimate", default=None)
    reason: str = col.column("sentence", "Why", "Why the verdict is what it is.")


@answer_row
class GroupClaimRow(ClaimRow):
    """One claim in one group, with the fields of a claim, and whether its effect differs between the groups."""

    by: Mapping[str, str] = col.keys_column("The column of `--by`: the group.")
    interaction: str = col.column(
        "text",
        "",
        "differs, inconclusive or not_testable: whether the effect differs between groups.",
        role="estimate",
        default=NOT_COMPARED,
    )
    interaction_words: str = col.column(
        "text", "Between groups", "The same in words.", role="estimate", default="", importance=col.RARELY
    )
    p_interaction: float | None = col.column(
        "p", "", "p of the test that the effect is the same in all groups.", role="estimate", default=None
    )
    p_interaction_adjusted: float | None = col.column(
        "p", "", "The same, adjusted over all claims whose groups were compared.", role="estimate", default=None
    )

    in_table = ("advice", "verdict_words", "effect", "interaction_words", "reason")


@dataclass(frozen=True, repr=False)
class GroupedClaimsResult(Result):
    """A GroupClaimRow per claim and group: claims in the order of the catalogue, groups in theirs.

    `interactions` holds an InteractionRow a claim: the groups that were compared, the test of whether the effect is the
    same in all of them, its p-value and that adjusted over all claims (a family of its own), and for two groups how far
    they are apart.
    """

    rows: tuple[GroupClaimRow, ...]
    #: The column that was asked for.
    by: str = ""
    behind: Callable[[], pl.DataFrame] | None = field(default=None, compare=False)
    #: Makes the tables for the ledger of releases (confidential) from the rows when `released` is asked for.
    told: Callable[[Sequence[GroupClaimRow]], tuple[Units, ...]] | None = field(default=None, compare=False)

    command: ClassVar[str] = "claims"
    title: ClassVar[str] = "Does the usual advice hold here"
    row_type: ClassVar[type[Row]] = GroupClaimRow

    @property
    def interactions(self) -> tuple[InteractionRow, ...]:
        """Of each claim whether its effect differs between the groups."""
        return tuple(self.extra.get("interactions") or ())

    def released(self) -> tuple[Units, ...]:
        """The interviews that each claim is about in each group, a table a claim."""
        return () if self.told is None else self.told(self.rows)

    def question_keys(self) -> tuple[str, ...]:
        """The column that was asked for."""
        return (self.by,)

    def fields(self) -> tuple[Field, ...]:
        """The columns of frames, JSON and files: the claim, the group, and what a claim's row has."""
        made = super().fields()
        keys = [one for one in made if one.name == self.by]
        rest = [one for one in made if one.name != self.by]
        return (rest[0], *keys, *rest[1:])

    def frame_fields(self) -> tuple[Field, ...]:
        """Frames hold no nested diagnostics."""
        return tuple(one for one in self.fields() if one.kind != "nested")

    def frame_rows(self) -> list[dict[str, Any]]:
        """One row a claim and group as plain values."""
        names = [one.name for one in self.frame_fields()]
        return [{name: plain(row[name]) for name in names} for row in self.rows]

    def shown_fields(self) -> tuple[Field, ...]:
        """The advice, the group, and what was found; of a single claim why, too."""
        several = len({row.claim for row in self.rows}) > 1
        made = [one for one in super().shown_fields() if one.name != "reason" or not several]
        first = [one for one in made if one.name == "advice"]
        return (*first, *(one for one in made if one.name != "advice"))

    def row(self, claim: str, group: str) -> GroupClaimRow:
        """All fields of a claim in a group; KeyError where there is no such claim or group."""
        for row in self.rows:
            if row.claim == claim and row.by[self.by] == group:
                return row
        raise KeyError((claim, group))

    def verdict(self, claim: str, group: str) -> str:
        """The verdict on a claim in a group; KeyError where there is no such claim or group."""
        return self.row(claim, group).verdict

    def table(self, name: str) -> Any:
        """`interactions` as a frame; KeyError for another name."""
        if name != "interactions":
            raise KeyError(f"{name!r}: there are interactions")
        return self.as_native(frame_of_findings([plain(one) for one in self.interactions]))

    def trace(self) -> Any:
        """The interviews behind the numbers, with their group: confidential (see `ClaimsResult.trace`)."""
        if self.behind is None:
            raise UsageError("This answer was read back: ask for the claims anew to trace them.")
        return self.as_native(self.behind())

    def caption(self) -> str:
        """The question, by which column."""
        text = f"{self.title}, by {self.by}?"
        return f"{text} (simulated data)" if self.counts.simulated else text

    def summary(self) -> str:
        """How many effects could be compared between groups, and which of them differ."""
        compared = [one for one in self.interactions if one.verdict != NOT_COMPARED]
        groups = len({row.by[self.by] for row in self.rows})
        if not compared:
            return f"No effect could be compared between the {groups} groups of {self.by}: see the reasons."
        differing = [one.advice.rstrip(".") for one in compared if one.verdict == DIFFERS]
        one = len(compared) == 1
        head = (
            f"The effects of {len(compared)} piece{'' if one else 's'} of advice could be compared between groups of "
            f"{self.by}."
        )
        if not differing:
            return f"{head} None differs between them beyond chance: what holds, holds for all as far as can be told."
        return f"{head} {'This one differs' if len(differing) == 1 else 'These differ'}: {listed(differing, 'and')}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """The differences of all groups with their intervals as a forest chart."""
        from followup_analytics.charts import claim_words, forest_chart

        # A line a claim and group: what tells them apart is their label.
        named = {f"{row.claim} {row.by[self.by]}": row for row in self.rows}
        labels = {name: f"{claim_words(row.claim)}: {row.by[self.by]}" for name, row in named.items()}
        rows = [replace(row, claim=name) for name, row in named.items()]
        return forest_chart(rows, labels=labels, simulated=self.counts.simulated, ax=ax)


def interaction_words(verdict: str, p: float | None) -> str:
    """What the test of a claim's groups found, for a cell of a table."""
    if p is None or verdict == NOT_COMPARED:
        return ""
    return f"{_WORDS[verdict]} (p {_told(p)})"


def _told(p: float) -> str:
    return "< .001" if p < 0.001 else "= 1" if p > 0.9995 else f"= {p:.3f}".replace("0.", ".")
