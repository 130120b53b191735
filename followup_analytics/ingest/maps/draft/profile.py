"""What the cells of a column are like: dates, times, keys, categories, words of a list, people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from followup_analytics.ingest.maps.draft.lexicon import Found, Lexicon
from followup_analytics.sheets.dates import has_yearless, share_of_dates
from followup_analytics.sheets.years import NO_YEARS

#: Sections of the word lists that cells may be words of.
VOCABULARIES = ("touches", "outcomes", "destinations", "answers", "directions", "parties", "purposes", "tones")
_END = r"\s*(?:[ap]\.?\s?m\.?|uhr|hrs?\.?|h)?"
_TIME = (
    r"(?i)^\d{1,2}(?:(?:[:.]|\s?(?:h|uhr)\s?)\d{2}(?::\d{2})?)?"
    + _END
    + r"(?:\s*[-–]\s*\d{1,2}(?:[:.h]\d{2})?"
    + _END
    + ")?$"
)
_CLOCK = r"(?i)\d[:.h]\d{2}|\d\s*[ap]\.?m|uhr|\d\s?h\b"
_MOST_WORDS = 60
_LOOKED_AT = 5_000
_LONG_TEXT = 35.0


@dataclass(frozen=True)
class Profile:
    """A column's cells in figures: how many are filled, and which share of these are of each kind.

    words: the distinct cells with their counts, where there are few. meanings: by vocabulary, what each word means.
    """

    filled: int
    height: int
    distinct: int
    dates: float
    yearless: bool
    times: float
    numbers: float
    emails: float
    phones: float
    long_text: bool
    words: Mapping[str, int] = field(default_factory=dict)
    meanings: Mapping[str, Mapping[str, Found]] = field(default_factory=dict)

    @property
    def is_dates(self) -> bool:
        """Whether most cells are dates."""
        return self.dates >= 0.6 and self.filled > 0

    @property
    def has_clock(self) -> bool:
        """Whether most cells are times of day."""
        return self.times >= 0.6 and self.filled > 0

    @property
    def is_unique(self) -> bool:
        """Whether no cell stands twice."""
        return self.filled > 0 and self.distinct == self.filled

    @property
    def is_full(self) -> bool:
        """Whether nearly every row has a cell."""
        return self.height > 0 and self.filled >= 0.9 * self.height

    def share(self, vocabulary: str) -> float:
        """Which share of the filled cells are words of a vocabulary, each as sure as it is."""
        found = self.meanings.get(vocabulary, {})
        if not self.filled or not self.words:
            return 0.0
        return sum(self.words[word] * one.certainty for word, one in found.items()) / self.filled


def profile_of(cells: pl.Series, lexicon: Lexicon) -> Profile:
    """The profile of a column of text; null cells are empty ones."""
    text = cells.cast(pl.String).str.strip_chars()
    text = text.set(text == "", None)
    filled = text.drop_nulls()
    n = len(filled)
    looked = filled.head(_LOOKED_AT)
    counts = filled.value_counts(sort=True)
    words: dict[str, int] = {}
    if counts.height <= _MOST_WORDS or counts.height <= 0.3 * n:
        # Of equal counts the word that comes first in the alphabet is first, so that a draft is the same every time.
        ordered = counts.sort("count", counts.columns[0], descending=[True, False]).head(_MOST_WORDS)
        words = {str(word): int(count) for word, count in ordered.rows()}
    meanings = {
        vocabulary: {word: found for word in words if (found := lexicon.meaning(vocabulary, word)) is not None}
        for vocabulary in VOCABULARIES
    }
    return Profile(
        filled=n,
        height=len(text),
        distinct=counts.height,
        dates=share_of_dates(looked, years=NO_YEARS),
        yearless=bool(n) and has_yearless(looked),
        times=_share(looked, _TIME) if bool(looked.str.contains(_CLOCK).any()) else 0.0,
        numbers=_share(looked, r"^-?\d+(?:[.,]\d+)?$"),
        emails=_share(looked, r"(?i)^[^@\s]+@[^@\s]+\.[a-z]{2,}$"),
        phones=_share_of_phones(looked),
        long_text=bool(n) and float(looked.str.len_chars().mean() or 0.0) > _LONG_TEXT,  # type: ignore[arg-type]
        words=words,
        meanings=meanings,
    )


def looks_like_people(cells: pl.Series) -> bool:
    """Whether most cells look like names of people: two or three words with capitals and no figures."""
    filled = cells.drop_nulls()
    if not len(filled):
        return False
    named = filled.str.contains(r"^[\p{Lu}][\p{L}'’.\-]*,? (?:[\p{Lu}][\p{L}'’.\-]* ?){1,3}$")
    return bool(named.mean() >= 0.7) if named.mean() is not None else False  # type: ignore[operator]


def _share(texts: pl.Series, pattern: str) -> float:
    return float(texts.str.contains(pattern).mean() or 0.0) if len(texts) else 0.0  # type: ignore[arg-type]


def _share_of_phones(texts: pl.Series) -> float:
    """Which share of the cells are telephone numbers: seven figures and more, with a plus or marks between them."""
    if not len(texts):
        return 0.0
    shaped = texts.str.contains(r"^[+\d(][\d\s()./-]{6,}(?:(?:x|ext\.?)\s*\d+)?$") & texts.str.contains(r"^\+|[\s().-]")
    figures = texts.str.count_matches(r"\d").is_between(7, 15)
    return int((shaped & figures).sum()) / len(texts)
