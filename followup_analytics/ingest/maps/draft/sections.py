"""The parts of a map that is being drafted: sections of tables, and what each column of the sheet was used for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from followup_analytics.ingest.maps.draft.columns import View
from followup_analytics.ingest.maps.draft.lexicon import SAYS_NOTHING, Found, Lexicon
from followup_analytics.ingest.maps.marks import is_mark


@dataclass
class Section:
    """A `[[tables]]` section: `keys` are those of a map, in the order in which they are written."""

    table: str
    group: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    when: list[str] = field(default_factory=list)
    only: dict[str, list[str]] = field(default_factory=dict)
    ignore: dict[str, list[str]] = field(default_factory=dict)
    skip: dict[str, list[str]] = field(default_factory=dict)
    unsaid: dict[str, list[str]] = field(default_factory=dict)
    split: dict[str, list[str]] = field(default_factory=dict)
    keep: list[str] = field(default_factory=list)
    sheet: str | None = None
    entries: str | None = None
    undated: dict[str, list[str]] = field(default_factory=dict)
    dated: list[str] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)

    def as_map(self) -> dict[str, Any]:
        """The section as a map has it, without what is empty."""
        made: dict[str, Any] = {"table": self.table}
        lists = ("only", "ignore", "skip", "unsaid", "split", "keep", "undated", "dated", "unknown")
        for name in ("sheet", "entries", "when", *lists, "columns", "values"):
            if getattr(self, name):
                made[name] = getattr(self, name)
        for name in ("others", "defaults", "constants"):
            if getattr(self, name):
                made[name] = getattr(self, name)
        if len(self.when) == 1:
            made["when"] = self.when[0]
        return made


@dataclass
class Use:
    """What a column of the sheet was taken for: a column of a table, or nothing, with the reason.

    values: what its words mean, each with its certainty. sure: the person has said so.
    """

    column: str
    sheet: str | None
    means: str | None
    certainty: float
    table: str | None = None
    group: str | None = None
    why: str = ""
    values: dict[str, tuple[str | None, float]] = field(default_factory=dict)
    vocabulary: str | None = None


def touch_meanings(view: View, lexicon: Lexicon) -> dict[str, Mapping[str, str]]:
    """What the words of a column of touches mean: by word, the columns of the log and their values."""
    return {
        word: lexicon.touches[found.name]["means"]
        for word, found in view.profile.meanings["touches"].items()
        if found.name in lexicon.touches
    }


def words_of(view: View, vocabulary: str) -> dict[str, tuple[str | None, float]]:
    """All words of a column with what they mean in a vocabulary; None where nothing is known of them."""
    meanings: Mapping[str, Found] = view.profile.meanings.get(vocabulary, {})
    return {
        word: (meanings[word].name, meanings[word].certainty) if word in meanings else (None, 0.0)
        for word in view.profile.words
    }


def add_touches(
    section: Section, views: Iterable[View], lexicon: Lexicon, *, inbound: bool, commonest: str = "phone"
) -> None:
    """Read channel, and what else they tell, from the columns of touches of a section.

    Of two columns, such as "How" and "Result", written channels of the one count before calls of the other. A result
    such as "no reply" beside a date is an attempt, by the `commonest` channel where no other cell tells; in a column of
    replies it says that there was none.
    """
    hows = sorted(views, key=lambda view: -_written_share(view, lexicon))
    if not hows:
        return
    names = [view.name for view in hows]
    told = _told(hows, lexicon)
    theirs: Any = names[0] if len(names) == 1 else {"first": names}
    section.columns["channel"] = theirs
    section.values["channel"] = told["channel"]
    if len(names) > 1:
        section.defaults["channel"] = commonest
    for ours in ("party", "purpose", "automatic") if not inbound else ("automatic",):
        if told[ours] and ours not in section.columns:
            section.columns[ours], section.values[ours], section.others[ours] = theirs, told[ours], ""
            if len(names) > 1:
                # Of several cells the first with a known word is read: those that tell nothing of this are known too.
                plain = {word: "" for view in hows for word in view.profile.words}
                section.values[ours] = {**plain, **told[ours]}
    if told["direction"] and not inbound and "direction" not in section.columns:
        section.columns["direction"], section.values["direction"] = theirs, told["direction"]
        section.others["direction"] = section.defaults["direction"] = "outbound"
    for view in hows:
        _say_nothing(section, view, inbound=inbound, channel=commonest if len(names) == 1 else "")


_OWN_CALLS = ("voicemail_left", "spoke")


def _say_nothing(section: Section, view: View, *, inbound: bool, channel: str) -> None:
    """The words of a column by which nothing was done or came back, and those that tell nothing of what was done."""
    means = {word: found.name for word, found in view.profile.meanings["touches"].items()}
    bare = [word for word, name in means.items() if name in SAYS_NOTHING]
    denied = [word for word in bare if means[word] == "nothing" and channel]
    if inbound:
        denied = [word for word, name in means.items() if name in (*SAYS_NOTHING, "no_answer")]
        denied += [word for word in view.profile.words if is_mark(word)]
        denied += [word for word, found in view.profile.meanings["answers"].items() if found.name in ("no", "unknown")]
        denied = list(dict.fromkeys(denied))
    if denied:
        section.skip[view.name] = denied
    yes = [w for w, found in view.profile.meanings["answers"].items() if found.name == "yes" and w not in means]
    if channel:
        section.values["channel"] |= dict.fromkeys(yes, channel)
    unsaid = [word for word in bare if word not in denied]
    if inbound:
        # "Left message" in a column of what came back is no reply; only a date beside it would make it one.
        unsaid = [word for word, name in means.items() if name.startswith(_OWN_CALLS) and word not in denied]
    if unsaid:
        section.unsaid[view.name] = unsaid
        section.values["channel"] |= dict.fromkeys((word for word in unsaid if not inbound), channel)


def _told(hows: Sequence[View], lexicon: Lexicon) -> dict[str, dict[str, str]]:
    """What the words of columns of touches mean, by column of the log."""
    told: dict[str, dict[str, str]] = {"channel": {}, "party": {}, "direction": {}, "purpose": {}, "automatic": {}}
    for view in hows:
        for word, means in touch_meanings(view, lexicon).items():
            # "Phone" beside a result says less than the result does.
            plain_call = len(hows) > 1 and view is hows[0] and means == {"channel": "phone"}
            for ours, meanings in told.items():
                if ours in means:
                    meanings.setdefault(word, "" if plain_call else means[ours])
    return told


def _written_share(view: View, lexicon: Lexicon) -> float:
    """How much a column tells the means ("phone", "e-mail") rather than the result of a call."""
    means = touch_meanings(view, lexicon)
    plain = sum(view.profile.words[word] for word, one in means.items() if one == {"channel": "phone"})
    other = sum(
        view.profile.words[word]
        for word, one in means.items()
        if one.get("channel") not in (None, "phone", "voicemail")
    )
    return (plain + other) / max(view.profile.filled, 1)
