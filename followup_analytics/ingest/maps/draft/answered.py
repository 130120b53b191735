"""What a sheet's answers say of contacts: that something was done or came back, that it wasn't, that it isn't known."""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.maps.draft.columns import View
from followup_analytics.ingest.maps.draft.layout import Group, Layout
from followup_analytics.ingest.maps.draft.lexicon import SAYS_NOTHING, Lexicon
from followup_analytics.ingest.maps.draft.sections import Section
from followup_analytics.ingest.maps.marks import is_mark

_MOST_WORDS = 40
_NEARLY_ALL = 0.9


def answers_of(view: View, name: str) -> list[str]:
    """The words of a column that mean yes, no or unknown; a question mark is an answer that isn't known."""
    words = [word for word, found in view.profile.meanings["answers"].items() if found.name == name]
    return words + [word for word in view.profile.words if name == "unknown" and is_mark(word)]


def add_undated(section: Section, layout: Layout) -> None:
    """Answers and results that say that something came back where no column says when, and those that don't know."""
    if layout.long:
        return
    replies = [group for group in layout.groups if group.of == "reply"]
    for view in _answers_about(layout, "reply", "outcome"):
        _note(section.undated, view, answers_of(view, "yes"))
    for view in [*_answers_about(layout, "reply"), *(how for group in replies for how in group.hows)]:
        _note(section.unknown, view, answers_of(view, "unknown"))
    outcome = layout.first("outcome")
    if outcome is not None and layout.decided is None:
        meanings = outcome.profile.meanings["outcomes"]
        none = no_results(outcome)
        _note(section.undated, outcome, [w for w, one in meanings.items() if one.name != "open" and w not in none])
    if section.undated:
        section.dated = [group.date.name for group in replies]


def add_denials(section: Section, layout: Layout, group: Group, lexicon: Lexicon) -> None:
    """What answers and the cells of dates say of a touch: done but not when, not done, not known."""
    if layout.long or section.entries is not None:
        return
    alike = [one for one in layout.groups if one.of == group.of]
    for view in _answers_about(layout, group.of):
        # A question stands before its date: "Called?", "Called on", "Emailed?", "Emailed on".
        nearest = min(alike, key=lambda one: (abs(one.date.place - view.place), one.date.place < view.place))
        if nearest is not group:
            continue
        if group.of != "reply":
            _note(section.undated, view, answers_of(view, "yes"))
        # A date beside a "no" is the day on which somebody looked, or a plan: no contact, and least of all a reply.
        unknown = answers_of(view, "unknown") if group.of == "reply" else []
        _note(section.skip, view, [*answers_of(view, "no"), *unknown])
    if section.undated:
        section.dated = list(section.when)
    if group.date.name in section.when:
        _note(section.unsaid, group.date, _words_for_dates(layout.raw.frame[group.date.name], lexicon))


def not_held(layout: Layout, lexicon: Lexicon) -> dict[str, list[str]]:
    """The words of columns about interviews by which these did not take place ("cancelled", "no show"), by column."""
    found = {}
    for view in layout.views:
        means = {word: one.name for word in view.profile.words if (one := lexicon.meaning("held", word)) is not None}
        told = sum(view.profile.words[word] for word in means)
        sure = view.about("interview") and told > 0.5 * view.profile.filled
        words = [word for word, name in means.items() if name == "not_held"]
        if words and view.contact_subject is None and (sure or told >= _NEARLY_ALL * view.profile.filled):
            found[view.name] = words
    return found


def no_results(view: View) -> frozenset[str]:
    """The words of a column of results that only say that nobody got back: "no" to "heard back?" is no rejection."""
    return frozenset(answers_of(view, "no")) if view.about("reply") else frozenset()


def _answers_about(layout: Layout, *subjects: str) -> list[View]:
    return [view for view in layout.of("answer") if layout.roles[view.name].of in subjects]


def _note(kept: dict[str, list[str]], view: View, words: list[str]) -> None:
    if words:
        kept[view.name] = [*kept.get(view.name, []), *(word for word in words if word not in kept.get(view.name, []))]


def _words_for_dates(cells: pl.Series, lexicon: Lexicon) -> list[str]:
    """The words in the place of a date that say that there is none: "not yet", "no reply"."""
    texts = cells.cast(pl.String).str.strip_chars().drop_nulls()
    words = texts.filter(~texts.str.contains(r"\d")).unique(maintain_order=True).head(_MOST_WORDS)

    def says_none(word: str) -> bool:
        touch, answer = lexicon.meaning("touches", word), lexicon.meaning("answers", word)
        without = touch is not None and touch.name in (*SAYS_NOTHING, "no_answer")
        return without or (answer is not None and answer.name in ("no", "unknown"))

    return [word for word in words if says_none(word)]
