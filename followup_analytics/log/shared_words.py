"""Words and bins that every room uses for the same things: missing values, days of an attempt, verdicts and arms."""

from __future__ import annotations

from collections.abc import Mapping

#: How a value that is not recorded is called wherever values stand side by side.
MISSING = "(missing)"
#: How what is too rare to stand by itself is called, all together.
OTHER = "(other)"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Default bins of an attempt's day (contract, section 2): first day and name; each ends before the next begins.
TIMING_BINS = ((0, "0"), (1, "1"), (2, "2-3"), (4, "4-7"), (8, "8-14"), (15, "15+"))
TIMING_NAMES = tuple(name for _, name in TIMING_BINS)
#: Numbers of the attempt, six and more together.
LAST_ATTEMPT = 6
ATTEMPT_NAMES = (*(str(number) for number in range(1, LAST_ATTEMPT)), f"{LAST_ATTEMPT}+")

#: The two sides of a claim: those who did as advised, and those who did otherwise.
ARMS = ("strategy", "alternative")
#: The five verdicts as people read them, in every table, chart and page.
VERDICT_WORDS: Mapping[str, str] = {
    "supported": "holds here",
    "contradicted": "the contrary holds here",
    "no_meaningful_difference": "no difference that matters",
    "inconclusive": "can’t tell",
    "not_testable": "can’t be tested",
}
