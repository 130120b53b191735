"""What a person should look at: calls whose line serves several interviews, and numbers that fit none."""

from __future__ import annotations

import hashlib

import polars as pl

REVIEW_SCHEMA = {
    "why": pl.String,
    "call": pl.String,
    "number": pl.String,
    "at": pl.String,
    "calls": pl.Int64,
    "interview_id": pl.String,
    "alternatives": pl.String,
}
#: The events of a calendar: what each was taken for. `interview` (yes or no) may be corrected and given back.
EVENTS_SCHEMA = {"event": pl.String, "at": pl.String, "title": pl.String, "interview": pl.String, "why": pl.String}
SEVERAL_INTERVIEWS = "one line, several interviews"
NO_INTERVIEW = "no interview has this line"
#: Nobody goes through more numbers than this: of more, those with the fewest calls are left out and counted.
_MOST_NUMBERS = 50_000


def event_key(uid: str) -> str:
    """The name of a calendar's event in a review file, by which a decision finds it again."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


class Review:
    """Gathers the calls of a file batch by batch: those with several interviews one by one, the others by number."""

    def __init__(self) -> None:
        self._several: list[pl.DataFrame] = []
        self._numbers = pl.DataFrame(schema={name: REVIEW_SCHEMA[name] for name in ("number", "at", "calls")})
        self.events = pl.DataFrame(schema=EVENTS_SCHEMA)
        self.calls = 0
        self.numbers_left_out = 0

    def add(self, calls: pl.DataFrame) -> None:
        """Add a batch's calls (REVIEW_SCHEMA)."""
        if not calls.height:
            return
        self.calls += int(calls["calls"].sum())
        several = calls["why"] == SEVERAL_INTERVIEWS
        if several.any():
            self._several.append(calls.filter(several))
        together = pl.concat([self._numbers, calls.filter(~several).select(self._numbers.columns)])
        self._numbers = together.group_by("number", maintain_order=True).agg(pl.col("at").min(), pl.col("calls").sum())
        if self._numbers.height > 4 * _MOST_NUMBERS:
            self._keep_busiest()

    def _keep_busiest(self) -> None:
        kept = self._numbers.sort("calls", descending=True, maintain_order=True).head(_MOST_NUMBERS)
        self.numbers_left_out += self._numbers.height - kept.height
        self._numbers = kept

    def frame(self) -> pl.DataFrame:
        """The rows of the review file."""
        if self._numbers.height > _MOST_NUMBERS:
            self._keep_busiest()
        strays = self._numbers.with_columns(
            why=pl.lit(NO_INTERVIEW),
            call=pl.lit(None, pl.String),
            interview_id=pl.lit(None, pl.String),
            alternatives=pl.lit(""),
        )
        return pl.concat([pl.DataFrame(schema=REVIEW_SCHEMA), *self._several, strays.select(list(REVIEW_SCHEMA))])
