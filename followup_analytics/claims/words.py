"""Verdicts, effects and reasons in words that a career adviser understands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from followup_analytics.claims.definition import Claim
from followup_analytics.claims.verdict import ALPHA, ASSOCIATION, WEAK, Labelled, Test, Verdict

#: Verdicts that say something of the advice.
FIRM = ("supported", "contradicted", "no_meaningful_difference")
_COUNTED = {
    "supported": ("{} holds here", "{} hold here"),
    "contradicted": ("for {} the contrary holds", "for {} the contrary holds"),
    "no_meaningful_difference": ("{} makes no difference that matters", "{} make no difference that matters"),
    "inconclusive": ("for {} these data can't tell", "for {} these data can't tell"),
    "not_testable": ("{} can't be tested", "{} can't be tested"),
}


def counted_words(verdict: str, number: int) -> str:
    """How many pieces of advice got a verdict: `5 hold here`, `1 makes no difference that matters`."""
    one, more = _COUNTED[verdict]
    return (one if number == 1 else more).format(number)


class Judgement(Protocol):
    """A claim's verdict and how far its difference may be read as an effect."""

    @property
    def verdict(self) -> str:
        """The verdict."""
        ...

    @property
    def label(self) -> str | None:
        """The label."""
        ...


def association_words(rows: Sequence[Judgement]) -> str:
    """How many of the verdicts given rest on associations, as a sentence; nothing where none does."""
    given = [row for row in rows if row.verdict in FIRM]
    associated = sum(row.label == ASSOCIATION for row in given)
    if not associated:
        return ""
    if len(given) == 1:
        return "The one verdict given rests on an association, not shown to be a cause."
    if associated == len(given):
        all_of_them = "Both" if len(given) == 2 else f"All {len(given)}"
        return f"{all_of_them} verdicts given rest on associations, not shown to be causes."
    if associated == 1:
        return f"Of the {len(given)} verdicts given 1 rests on an association, not shown to be a cause."
    return f"Of the {len(given)} verdicts given {associated} rest on associations, not shown to be causes."


def in_a_hundred(difference: float | None) -> str:
    """A difference of risks as so many more or fewer in 100."""
    if difference is None or difference != difference:
        return ""
    count = 100 * difference
    size = f"{abs(count):.0f}" if abs(count) >= 0.95 else f"{abs(count):.1f}"
    if float(size) == 0:
        return "no more and no fewer in 100"
    return f"{size.removesuffix('.0')} {'more' if count > 0 else 'fewer'} in 100"


def effect_words(estimate: float | None, low: float | None, high: float | None) -> str:
    """An estimate with its interval: `6 more in 100, between 2 and 10`."""
    if estimate is None or low is None or high is None:
        return ""
    head = in_a_hundred(estimate)
    ends = (100 * low, 100 * high)
    if estimate > 0 and low >= 0:
        return f"{head}, between {ends[0]:.0f} and {ends[1]:.0f}"
    if estimate < 0 and high <= 0:
        return f"{head}, between {-ends[1]:.0f} and {-ends[0]:.0f}"
    return f"{head}, between {_side(ends[0])} and {_side(ends[1])}"


def told_effect(claim: Claim, test: Test, low: float | None, high: float | None) -> str:
    """A claim's difference as it is told: with its interval, and of a one-sided claim with the limit that decides."""
    words = effect_words(test.estimate, low, high)
    if not words or not claim.one_sided:
        return words
    decides = test.high90 if claim.direction == "gain_below_margin" else test.low90
    bound = "at most" if claim.direction == "gain_below_margin" else "at least"
    if claim.direction == "harm_below_margin" and decides < 0:
        bound = "at most"
    return f"{in_a_hundred(test.estimate)}, {bound} {_side_precisely(100 * decides)} (90% limit)"


def _side_precisely(count: float) -> str:
    return f"{abs(count):.1f} {'more' if count > 0 else 'fewer'}"


def _side(count: float) -> str:
    return f"{abs(count):.0f} {'more' if count > 0 else 'fewer'}"


def reason_for(claim: Claim, verdict: Verdict, test: Test, mde: float | None, *, enough_people: bool) -> str:
    """Why a claim that passed its gates got its verdict, in one sentence."""
    margin = f"{100 * claim.margin:g} in 100"
    if not enough_people:
        return f"Fewer than 100 applicants in this comparison: too few for any verdict{_detectable(mde)}."
    if verdict == "no_meaningful_difference":
        return f"Whatever difference there is lies below {margin} either way."
    what = _capital(claim.outcome_words())
    if claim.direction == "gain_below_margin":
        return _about_gain(verdict, what, margin, mde)
    if claim.direction == "harm_below_margin":
        return _about_harm(verdict, what, margin, mde)
    if verdict in ("supported", "contradicted"):
        way = "more" if test.estimate > 0 else "less"
        found = f"the difference found reaches {margin}"
        return f"{what} is {way} frequent with it, beyond chance, and {found}."
    if abs(test.estimate) >= claim.margin and test.p_value < ALPHA:
        return (
            "By itself the difference would be beyond chance, but not among all the claims that were tested together."
        )
    if abs(test.estimate) >= claim.margin:
        return f"The difference could be chance{_detectable(mde)}."
    return f"The interval reaches beyond {margin}, but the difference itself does not{_detectable(mde)}."


def with_label(reason: str, label: Labelled, verdict: Verdict) -> str:
    """A reason with why the difference is called an association, as one sentence.

    That a weak cause could explain a difference away is said of one that was found alone.
    """
    if not label.why or (label.why == WEAK and verdict not in ("supported", "contradicted")):
        return reason
    return with_more(reason, [label.why])


def with_more(reason: str, more: Sequence[str]) -> str:
    """A reason with more sentences, as one sentence."""
    parts = [reason.removesuffix("."), *(f"{text[:1].lower()}{text[1:]}".removesuffix(".") for text in more if text)]
    return "; ".join(parts) + "."


def _about_gain(verdict: Verdict, what: str, margin: str, mde: float | None) -> str:
    if verdict == "supported":
        return f"{what} is more frequent with a further attempt by less than {margin}, if at all."
    if verdict == "contradicted":
        return f"{what} is more frequent with a further attempt, beyond chance, and the difference reaches {margin}."
    return f"How much more frequent it is with a further attempt may lie on either side of {margin}{_detectable(mde)}."


def _about_harm(verdict: Verdict, what: str, margin: str, mde: float | None) -> str:
    if verdict == "supported":
        return f"{what} is less frequent with it by less than {margin}, if at all."
    if verdict == "contradicted":
        return f"{what} is less frequent with it, beyond chance, and the difference reaches {margin}."
    return f"That it is less frequent with it by {margin} can't be ruled out{_detectable(mde)}."


def _detectable(mde: float | None) -> str:
    # Rounded up: of less the rule would not find it as often.
    return (
        "" if mde is None else f"; these data would find a difference of {math.ceil(100 * mde - 1e-9)} in 100 or more"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
