"""From a sheet that is understood to the sections of a map, and what each of its columns was used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from followup_analytics.errors import DataError
from followup_analytics.ingest.maps.choices import MARKS
from followup_analytics.ingest.maps.draft.answered import add_denials, add_undated, no_results, not_held
from followup_analytics.ingest.maps.draft.columns import View
from followup_analytics.ingest.maps.draft.layout import Group, Layout
from followup_analytics.ingest.maps.draft.lexicon import Lexicon
from followup_analytics.ingest.maps.draft.sections import Section, Use, add_touches, touch_meanings, words_of
from followup_analytics.ingest.maps.mapping import headers_of
from followup_analytics.text import listed

#: The vocabulary of a column of the log, in the word lists.
_VOCABULARIES = {
    "channel": "touches",
    "outcome": "outcomes",
    "destination": "destinations",
    "direction": "directions",
    "party": "parties",
    "referral": "answers",
    "do_not_contact": "answers",
}
_FACTS = {
    "employer": "employer",
    "industry": "industry",
    "cohort": "cohort",
    "format": "interview_format",
    "rating": "self_rating",
    "job_level": "job_level",
    "time_zone": "time_zone",
}
_MOST_WORDS = 6
_WRITTEN = ("email", "text", "letter", "social")
_OF_DATES = {"promised": "decision_promised_at", "complete_until": "observed_until"}


class Builder:
    """Makes the sections of one sheet, and notes what each column is used for."""

    def __init__(self, layout: Layout, lexicon: Lexicon, person: tuple[str, ...] | None, *, several: bool) -> None:
        self.layout, self.lexicon, self.person = layout, lexicon, person
        self.sheet = layout.raw.sheet if several else None
        self.without_own_key = False
        self.uses: dict[str, Use] = {}
        self.assumed: dict[str, str] = dict(layout.assumed)

    # ------------------------------------------------------------------------------------------------ what is used

    def use(
        self, view: View, table: str, means: str, *, group: str | None = None, certainty: float | None = None
    ) -> str:
        """Note that a column is read as one of the log's, and give its name."""
        role = self.layout.roles[view.name]
        sure = role.certainty if certainty is None else certainty
        if view.name not in self.uses:
            vocabulary = _VOCABULARIES.get(means)
            values = words_of(view, vocabulary) if vocabulary else {}
            self.uses[view.name] = Use(
                view.name, self.layout.raw.sheet, means, sure, table, group, values=values, vocabulary=vocabulary
            )
        return view.name

    def all_uses(self) -> list[Use]:
        """Every column of the sheet, in its order; those of no use with the reason."""
        found = []
        for view in self.layout.views:
            role = self.layout.roles[view.name]
            why = role.why or f"the sheet has no place for it ({role.kind.replace('_', ' ')})"
            found.append(
                self.uses.get(view.name) or Use(view.name, self.layout.raw.sheet, None, role.certainty, why=why)
            )
        return found

    # -------------------------------------------------------------------------------------------------- sections

    def sections(self) -> list[Section]:
        """The sheet's tables: graduates, or interviews, touches and results."""
        layout = self.layout
        if layout.graduates:
            return [self._applicants()]
        made = []
        if layout.interview is not None:
            made.append(self._interviews())
        made += [self._contact(group) for group in layout.groups]
        outcome = layout.result
        if outcome is not None and layout.decided is not None:
            made.append(self._outcomes(outcome, layout.decided))
        elif outcome is not None:
            self.layout.roles[outcome.name] = replace(
                self.layout.roles[outcome.name], why="it has no date of the decision beside it"
            )
            self.assumed["outcome"] = (
                f"results in {outcome.name!r} have no date, so that they can't be counted; add a column of the date of "
                "the decision"
            )
        if self.layout.first("destination") is not None and layout.first("applicant_id") is not None:
            made.append(self._applicants())
        for section in made:
            section.sheet = self.sheet
        for name, words in not_held(layout, self.lexicon).items() if layout.interview is not None else ():
            for section in made:
                section.skip[name] = words
            self.assumed[f"not held by {name}"] = (
                f"rows that say in {name!r} that the interview wasn't held ({listed(words, 'or')}) are passed over"
            )
        return made

    def _applicants(self) -> Section:
        layout = self.layout
        section = Section("applicants", sheet=self.sheet)
        section.columns["applicant_id"] = self._person("applicants")
        cohort = layout.first("cohort")
        if cohort is not None:
            section.columns["cohort"] = self.use(cohort, "applicants", "cohort")
        destination = layout.first("destination")
        if destination is not None:
            section.columns["destination"] = self.use(destination, "applicants", "destination")
            meanings = destination.profile.meanings["destinations"]
            section.values["destination"] = {word: found.name for word, found in meanings.items()}
        known = next(
            (view for view in layout.of("date") if layout.roles[view.name].of in ("destination", "outcome")), None
        )
        if known is not None:
            section.columns["destination_known_at"] = self.use(known, "applicants", "destination_known_at")
        return section

    def _interviews(self) -> Section:
        layout = self.layout
        section = Section("interviews")
        section.columns["interview_id"] = self._interview_key()
        section.columns["applicant_id"] = self._person("interviews")
        if self.person is None:
            del section.columns["applicant_id"]
            section.constants["applicant_id"] = "me"
            self.assumed["applicant_id"] = "no column names applicants, so the sheet is taken for one person's own"
        assert layout.interview is not None  # noqa: S101 - asked for by `sections`
        when = self.use(layout.interview, "interviews", "interviewed_at")
        section.when = [when] if layout.interview.profile.filled < layout.interview.profile.height else []
        section.columns["interviewed_at"] = self._dated(layout.interview, layout.interview_time, "interviews")
        for kind, ours in _FACTS.items():
            view = layout.first(kind)
            if view is not None and ours not in section.columns:
                section.columns[ours] = self.use(view, "interviews", ours)
        for kind in ("referral", "do_not_contact"):
            view = layout.first(kind)
            if view is not None:
                section.columns[kind] = self.use(view, "interviews", kind)
                section.values[kind], section.others[kind] = self._answers(view), ""
        for view in layout.of("date"):
            clock = _OF_DATES.get(str(layout.roles[view.name].of))
            if clock is not None and clock not in section.columns:
                section.columns[clock] = self.use(view, "interviews", clock)
        add_undated(section, layout)
        for view in layout.of("further"):
            section.keep.append(self.use(view, "interviews", view.name))
        return section

    def _contact(self, group: Group) -> Section:
        section = Section("contacts", group=group.title)
        inbound = group.of == "reply" and not self.layout.long
        key = self._contact_key(group)
        if key is not None:
            section.columns["contact_id"] = key
        section.columns["interview_id"] = self._interview_key()
        self.use(group.date, "contacts", "at", group=group.title)
        for view in group.hows:
            self.use(view, "contacts", "channel", group=group.title)
        section.columns["at"] = self._dated(group.date, group.time, "contacts", group.title)
        self._directed(section, group, inbound=inbound)
        if group.party is not None:
            section.columns["party"] = self.use(group.party, "contacts", "party", group=group.title)
            meanings = group.party.profile.meanings["parties"]
            section.values["party"] = {word: found.name for word, found in meanings.items()}
            section.others["party"] = ""
        commonest = "email" if group.of in ("reply", "thank_you") else "phone"
        add_touches(section, group.hows, self.lexicon, inbound=inbound, commonest=commonest)
        if group.party is not None and not inbound:
            self._party_by_way(section, group)
        section.split = {view.name: list(MARKS) for view in group.hows if view.several}
        if group.reached is not None:
            self._reached(section, group, group.reached)
        if not group.hows:
            self._unsaid_channel(section, group)
        elif not self.layout.long:
            section.defaults.setdefault("channel", commonest)
        if group.of == "thank_you":
            section.constants["purpose"] = "thank_you"
            section.columns.pop("purpose", None)
        # A touch that has a channel and no date is a row to mend, not one to pass over.
        section.when = [group.date.name, *(view.name for view in group.hows)]
        section.entries = self.layout.entries.get(group.date.name)
        if section.entries is not None:
            # Each touch of a cell has its own date; the words of one that has none are told by their list, and a date
            # without words is a row to mend.
            section.when = [group.date.name]
            section.defaults.pop("channel", None)
            if group.of == "reply" and "channel" in section.columns:
                # Whatever is written beside the date of a reply, something came back.
                section.defaults["channel"] = section.others["channel"] = "email"
                self.assumed["channel of replies"] = (
                    f"where {section.entries!r} doesn't say by which channel a reply came, it is taken as an e-mail"
                )
        self._duration(section, group)
        add_denials(section, self.layout, group, self.lexicon)
        return section

    def _party_by_way(self, section: Section, group: Group) -> None:
        """Where the column of whom they spoke to says nothing, the way tells: in writing nobody is reached."""
        ways = {word: means.get("party", "") for how in group.hows for word, means in self._meanings(how).items()}
        if not ways:
            return
        section.columns["party"] = {"first": [section.columns["party"], *(how.name for how in group.hows)]}
        section.values["party"] = {**ways, **section.values["party"]}

    def _meanings(self, how: View) -> Mapping[str, Mapping[str, str]]:
        return touch_meanings(how, self.lexicon)

    def _reached(self, section: Section, group: Group, view: View) -> None:
        """Nobody was reached where the sheet says no; a yes doesn't tell who it was, and "not sure" is not known."""
        self.use(view, "contacts", "party", group=group.title)
        meanings = view.profile.meanings["answers"]
        told = {word: "none" if found.name == "no" else "" for word, found in meanings.items()}
        known = section.values.get("party", {})
        others = {word: "" for how in group.hows for word in how.profile.words}
        names = list(headers_of(section.columns["party"])) if "party" in section.columns else []
        section.columns["party"] = {"first": [*names, view.name]}
        section.values["party"] = {**others, **told, **known}
        section.others.pop("party", None)

    def _directed(self, section: Section, group: Group, *, inbound: bool) -> None:
        direction = self.layout.first("direction")
        if direction is not None and self.layout.long:
            section.columns["direction"] = self.use(direction, "contacts", "direction", group=group.title)
            meanings = direction.profile.meanings["directions"]
            section.values["direction"] = {word: found.name for word, found in meanings.items()}
            return
        told = any("direction" in means for view in group.hows for means in touch_meanings(view, self.lexicon).values())
        if inbound or not told:
            section.constants["direction"] = "inbound" if inbound else "outbound"

    def _unsaid_channel(self, section: Section, group: Group) -> None:
        """The channel where no column tells: by the heading's own words, else the commonest, which is said."""
        found = self.lexicon.meaning("touches", group.date.name)
        # "Heard back on" tells of a reply, and not by which way it came.
        if found is not None and found.name == "email_received" and "mail" not in group.date.name.casefold():
            found = None
        means = self.lexicon.touches[found.name]["means"] if found is not None else {}
        channel = means.get("channel")
        if channel is None:
            channel = "phone" if group.of == "follow_up" else "email"
            self.assumed[f"channel of {group.title}"] = (
                f"nothing tells by which channel a {group.title} came or went ({group.date.name!r}); "
                f"it is taken as {channel}"
            )
        section.constants["channel"] = str(channel)
        if channel in _WRITTEN and group.of != "reply" and "party" not in section.columns:
            section.constants["party"] = "none"
        section.columns.pop("channel", None)

    def _duration(self, section: Section, group: Group) -> None:
        view = self.layout.first("duration")
        if view is not None and self.layout.long and "sec" in view.name.casefold():
            section.columns["duration_s"] = self.use(view, "contacts", "duration_s", group=group.title)

    def _outcomes(self, outcome: View, decided: View) -> Section:
        section = Section("outcomes")
        section.columns["interview_id"] = self._interview_key()
        section.columns["outcome"] = self.use(outcome, "outcomes", "outcome")
        meanings = outcome.profile.meanings["outcomes"]
        none = no_results(outcome)
        real = {word: found.name for word, found in meanings.items() if found.name != "open" and word not in none}
        if self.layout.roles[outcome.name].kind == "how":
            self._result_of_replies(section, outcome, real)
        section.only[outcome.name] = list(real)
        still = [word for word, found in meanings.items() if found.name == "open" or word in none]
        if still:
            section.ignore[outcome.name] = still
        section.values["outcome"] = real
        own = self.layout.roles[decided.name].of == "outcome"
        section.columns["decided_at"] = decided.name if not own else self.use(decided, "outcomes", "decided_at")
        # Results of a column of their own may be dated by cells such as "Yes 23 Jan".
        section.entries = self.layout.entries.get(outcome.name) or self.layout.entries.get(decided.name)
        section.when = [decided.name] if section.entries is not None else []
        return section

    def _result_of_replies(self, section: Section, replies: View, real: Mapping[str, str]) -> None:
        """Say which words of replies are results too; the others say that something came back, and no result."""
        section.ignore[replies.name] = [word for word in replies.profile.words if word not in real]
        said = ", ".join(f"{word!r} = {meaning}" for word, meaning in list(real.items())[:_MOST_WORDS])
        self.assumed["result"] = f"results are read from {self.layout.entries[replies.name]!r} too: {said}"

    # ---------------------------------------------------------------------------------------------------- pieces

    def _dated(self, date: View, time: View | None, table: str, group: str | None = None) -> Any:
        if time is None:
            return date.name
        self.use(time, table, "interviewed_at" if table == "interviews" else "at", group=group)
        return [date.name, time.name]

    def _answers(self, view: View) -> dict[str, str]:
        told = {"yes": "true", "no": "false"}
        meanings = view.profile.meanings["answers"]
        return {word: told.get(found.name, "") for word, found in meanings.items()}

    def _person(self, table: str) -> Any:
        if self.person is None:
            return None
        views = [view for view in self.layout.views if view.name in self.person]
        for view in views:
            self.use(view, table, "applicant_id")
        kind = self.layout.roles[views[0].name].kind if views else ""
        names = [view.name for view in views]
        if kind == "applicant_id":
            return names[0]
        return {"name": names[0] if len(names) == 1 else names}

    def _interview_key(self) -> Any:
        """What tells an interview from others: its own number, else whose it was, where and when; else a match."""
        own = None if self.without_own_key else self.own_key()
        if own is not None:
            return self.use(own, "interviews" if self.layout.interview else "contacts", "interview_id")
        parts = self._parts()
        if self.layout.interview is None and not parts:
            raise DataError(
                f"{self.layout.raw.place}: no column tells whose interview a row belongs to: a person, an employer or "
                "the interview's number. A list of calls by telephone numbers is read with a map of the table calls "
                "and --roster (docs/sources.md shows how)."
            )
        if self.layout.interview is None:
            for view in (one for one in self.layout.views if one.name in parts):
                means = "employer" if self.layout.roles[view.name].kind == "employer" else "applicant_id"
                self.use(view, "contacts", means, group="the interview it belongs to")
            return {"match": parts}
        return {"text": "-".join(f"{{{name}}}" for name in [*parts, self.layout.interview.name])}

    def own_key(self) -> View | None:
        """The column that numbers interviews, where there is one that every row has."""
        for view in self.layout.of("interview_id"):
            fit = view.profile.is_full and (self.layout.long or view.profile.is_unique or not self._parts())
            if fit and not any(mark in view.name for mark in "{}"):
                return view
        return None if self._parts() else self.layout.first("sequence")

    def _parts(self) -> list[str]:
        person = [view.name for view in self.layout.views if view.name in (self.person or ())]
        employer = [view.name for view in self.layout.of("employer")][:1]
        return [name for name in [*person, *employer] if not any(mark in name for mark in "{}")]

    def _contact_key(self, group: Group) -> Any:
        if group.date.name in self.layout.entries:
            return None
        own = self.layout.first("contact_id")
        if own is not None and self.layout.long and own.profile.is_unique:
            return self.use(own, "contacts", "contact_id")
        if self.layout.long or self.layout.interview is None:
            return None
        mark = {"thank_you": "t", "reply": "r"}.get(group.of, "")
        ending = f"{mark}{group.number if mark == '' or group.number > 1 else ''}"
        key = self._interview_key()
        text = key["text"] if isinstance(key, dict) else f"{{{key}}}"
        return {"text": f"{text}-{ending}"}
