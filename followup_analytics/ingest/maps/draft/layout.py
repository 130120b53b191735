"""How a sheet is laid out: a row an interview with touches beside it, a row a touch, or a row a graduate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from followup_analytics.ingest.maps.draft.belonging import certainty_of, with_questions
from followup_analytics.ingest.maps.draft.columns import Role, View, role_of, view_of
from followup_analytics.ingest.maps.draft.lexicon import Lexicon, normal
from followup_analytics.ingest.maps.draft.told import with_answers
from followup_analytics.ingest.maps.draft.ways import with_ways
from followup_analytics.ingest.maps.entries import first_entries, holds_entries
from followup_analytics.ingest.maps.mapping import entry_names
from followup_analytics.sheets.headings import unnumbered, upper_label
from followup_analytics.sheets.tabular import RawTable

_CONTACTS = ("thank_you", "reply", "follow_up")
_WHOSE = ("interview_id", "applicant_id", "applicant_email", "applicant_name", "employer")
#: How many columns to the right of a date its channel, time and so on may stand.
_NEAR = 4
#: Of interviews that stand in several rows of a sheet of touches, at least so many rows.
_SHARE_REPEATED = 0.2
_INBOUND = ("called_back", "email_received", "voicemail_received", "missed_call", "text_received")
_SHARE_INBOUND = 0.15
_TOLD_AT_ONCE = 0.85
_LIKELY_PERSON = 0.6


@dataclass(frozen=True)
class Group:
    """A touch of a wide sheet, or the touch that a row of a long one is: its date and the columns about it."""

    of: str
    number: int
    date: View
    hows: tuple[View, ...] = ()
    time: View | None = None
    party: View | None = None
    reached: View | None = None

    @property
    def title(self) -> str:
        """What the group is called to a person."""
        return {"thank_you": "thank-you note", "reply": "reply"}.get(self.of, f"follow-up {self.number}")


@dataclass
class Layout:
    """A sheet understood: each column's role, the interview's date, the touches; `long` where a row is a touch."""

    raw: RawTable
    views: list[View]
    roles: dict[str, Role]
    interview: View | None = None
    interview_time: View | None = None
    groups: list[Group] = field(default_factory=list)
    long: bool = False
    decided: View | None = None
    assumed: dict[str, str] = field(default_factory=dict)
    #: Columns that are read from a column of several touches in a cell, and that column.
    entries: dict[str, str] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[View]:
        """The columns of these roles, in the order of the sheet."""
        return [view for view in self.views if self.roles[view.name].kind in kinds]

    def first(self, kind: str) -> View | None:
        """The surest column of a role."""
        return max(self.of(kind), key=lambda view: self.roles[view.name].certainty, default=None)

    @property
    def result(self) -> View | None:
        """The column of results: one of its own, else the cells of replies that tell results too."""
        told = [view for view in self.of("how") if view.name in self.entries and view.about("reply")]
        return self.first("outcome") or next((view for view in told if view.profile.meanings["outcomes"]), None)

    @property
    def dates_last(self) -> bool:
        """Whether what was done stands before its date: the first such column of touches does."""
        start = self.interview.place if self.interview is not None else -1
        hows = [view.place for view in self.of("how") if view.place > start]
        dates = [view.place for view in self.of("date") if self.roles[view.name].of in _CONTACTS and view.place > start]
        return bool(hows and dates) and min(hows) < min(dates)

    @property
    def graduates(self) -> bool:
        """Whether a row is a graduate with what became of them."""
        return bool(self.of("destination")) and self.interview is None and not self.groups

    @property
    def worth(self) -> int:
        """How much of the log the sheet gives, to choose between sheets."""
        return self.raw.frame.height if self.interview or self.groups or self.graduates else 0


def understood(raw: RawTable, lexicon: Lexicon, said: dict[str, Role] | None = None) -> Layout:
    """Understand one sheet. said: roles that the person has given to columns, by name."""
    written = zip(raw.columns, unnumbered(raw.columns), strict=True)
    seen = [view_of(name, place, raw.frame[name], lexicon, own) for place, (name, own) in enumerate(written)]
    views, plain = with_questions(seen)
    roles = {view.name: role_of(view) for view in views}
    roles = {name: replace(role, certainty=certainty_of(name, role.certainty, plain)) for name, role in roles.items()}
    roles |= said or {}
    raw, entries = _parted(raw, views, roles, lexicon, said or {})
    views = [with_ways(view, lexicon) if roles[view.name].kind == "how" else view for view in views]
    layout = Layout(raw, views, _with_people(views, roles), entries=entries)
    dates = layout.of("date")
    _find_interview(layout, dates, lexicon)
    contacts = [view for view in dates if roles[view.name].of in _CONTACTS]
    layout.groups = _grouped(layout, contacts)
    _find_format(layout)
    layout.long = _is_long(layout)
    layout.decided = _decided(layout, dates)
    layout.interview_time = _time_of(layout, layout.interview, "interview")
    return layout


def _parted(
    raw: RawTable, views: list[View], roles: dict[str, Role], lexicon: Lexicon, said: dict[str, Role]
) -> tuple[RawTable, dict[str, str]]:
    """See a column whose cells hold touches with their dates ("LVM 3/4, spoke 3/9") as two: dates, and words.

    Gives the table with the first touch of each cell as columns of their own, and from which column they are.
    """
    entries: dict[str, str] = {}
    for view in list(views):
        if view.profile.is_dates or view.about("notes", "applicant", "employer", "interview", "coach", "cohort"):
            continue
        if not holds_entries(raw.frame[view.name], of_touches=view.contact_subject is not None):
            continue
        raw, dates, words = first_entries(raw, view.name)
        made = [
            replace(view_of(name, view.place, cells, lexicon), subjects=view.subjects)
            for name, cells in zip(entry_names(view.name), (dates, words), strict=True)
        ]
        own, made[1] = made[1], with_answers(made[1], lexicon)
        found = {one.name: said.get(one.name) or role_of(one) for one in made}
        if made[1] is not own and made[1].name not in said:
            found[made[1].name] = Role("how", _TOLD_AT_ONCE, made[1].contact_subject)
        if found[made[0].name].kind != "date" or found[made[1].name].kind not in ("how", "outcome"):
            continue
        place = views.index(view)
        views[place : place + 1] = made
        roles.update(found)
        entries |= {one.name: view.name for one in made}
    return raw, entries


def _with_people(views: Sequence[View], roles: dict[str, Role]) -> dict[str, Role]:
    """A column of people is the applicants' where no other is; else they are somebody's whom nothing asks for."""
    named = [role.kind for role in roles.values() if role.kind.startswith("applicant")]
    for view in views:
        if roles[view.name].kind == "people":
            kind = "unused" if named else "applicant_name"
            roles[view.name] = replace(roles[view.name], kind=kind)
            named.append(kind)
    bare = next((view for view in views if roles[view.name].kind == "interview_id" and _is_bare_id(view.name)), None)
    if bare is not None and not named:
        # A bare "ID" in a sheet that names nobody is most likely the person's.
        roles[bare.name] = Role("applicant_id", _LIKELY_PERSON)
    return roles


def _is_bare_id(name: str) -> bool:
    words = set(normal(name).split())
    return "id" in words and words <= {"id", "number", "no", "nr", "num", "#", "card"}


def _find_interview(layout: Layout, dates: Sequence[View], lexicon: Lexicon) -> None:
    """Which date is the interview's; a date under a bare "Date" is what the rest of the sheet leaves for it."""
    roles = layout.roles
    layout.interview = next((view for view in dates if roles[view.name].of == "interview"), None)
    touched = any(roles[view.name].of in _CONTACTS for view in dates)
    touches = bool(layout.of("how", "direction"))
    for view in (one for one in dates if roles[one.name].of is None):
        if layout.interview is None and (touched or not touches) and not _is_of_contacts(layout, lexicon):
            roles[view.name] = Role("date", 0.6, "interview")
            layout.interview = view
        elif touches and not touched:
            roles[view.name] = Role("date", 0.7, "follow_up")
            touched = True
        elif touched and view.ordinal is not None:
            # "2nd" beside the date of the first one.
            roles[view.name] = Role("date", 0.8, "follow_up")
        else:
            roles[view.name] = Role("unused", 0.5, why="nothing tells what it is the date of")
    for view in dates:
        if roles[view.name].of == "interview" and view is not layout.interview:
            roles[view.name] = Role("unused", 0.6, why="another date of the interview stands in an earlier column")


def _is_of_contacts(layout: Layout, lexicon: Lexicon) -> bool:
    sheet = layout.raw.sheet or layout.raw.file
    return bool(layout.of("how")) and "contacts" in lexicon.mentions("sheets", sheet)


def _grouped(layout: Layout, contacts: Sequence[View]) -> list[Group]:
    """The touches, each with the columns that are about it: by the heading's words, else by where they stand."""
    numbers: dict[str, int] = {}
    groups = []
    for view in contacts:
        of = str(layout.roles[view.name].of)
        numbers[of] = numbers.get(of, 0) + 1
        groups.append(Group(of, numbers[of], view))
    for kind in ("how", "party", "time", "reached"):
        for view in layout.of(kind):
            place = _group_of(view, groups, layout)
            if place is None:
                continue
            group = groups[place]
            if kind == "how":
                groups[place] = replace(group, hows=(*group.hows, view))
            elif kind == "party" and group.party is None:
                groups[place] = replace(group, party=view)
            elif kind == "reached" and group.reached is None:
                groups[place] = replace(group, reached=view)
            elif kind == "time" and group.time is None:
                groups[place] = replace(group, time=view)
    return groups


def _find_format(layout: Layout) -> None:
    """Ways such as "phone" and "in person" that belong to no touch are how the interview was held."""
    taken = {view.name for group in layout.groups for view in group.hows}
    for view in layout.of("how"):
        if view.name in taken or layout.interview is None:
            continue
        if view.contact_subject is not None:
            layout.roles[view.name] = Role("unused", 0.7, why="it tells of a touch that has no date")
        elif layout.first("format") is None:
            layout.roles[view.name] = Role("format", 0.7)


def _group_of(view: View, groups: Sequence[Group], layout: Layout) -> int | None:
    """Which touch a column is about; None where it is about none."""
    if view.about("interview") and view.contact_subject is None and layout.roles[view.name].kind == "time":
        return None
    subject = view.contact_subject
    same = [place for place, group in enumerate(groups) if subject is not None and group.of == subject]
    if view.ordinal is not None:
        pool = same or range(len(groups))
        numbered = [place for place in pool if (groups[place].date.ordinal or groups[place].number) == view.ordinal]
        # "Art 1" belongs to "Nachfrage 1", not to the thank-you note that is the first of its own kind.
        said = [place for place in numbered if groups[place].date.ordinal == view.ordinal]
        if numbered:
            return (said or numbered)[0]
        if view.ordinal > 1:
            # What came of a second touch says nothing of the first.
            return None
    if len(same) == 1:
        return same[0]
    label = upper_label(view.name)
    under = [place for place, group in enumerate(groups) if label is not None and upper_label(group.date.name) == label]
    if len(under) == 1:
        return under[0]
    among = same or list(range(len(groups)))
    right = [place for place in among if 0 < groups[place].date.place - view.place <= 2]
    if right and layout.dates_last and layout.roles[view.name].kind != "time":
        return right[0]
    left = [place for place in among if 0 < view.place - groups[place].date.place <= _NEAR]
    between = layout.interview.place if layout.interview is not None else -1
    if left and not same and groups[left[-1]].date.place < between < view.place:
        left = []
    if left:
        return left[-1]
    if right and layout.roles[view.name].kind != "time":
        return right[0]
    return among[0] if len(groups) == 1 and layout.roles[view.name].kind != "time" else None


def _is_long(layout: Layout) -> bool:
    """Whether a row is a touch: one date of touches, and rows that say so."""
    if len(layout.groups) != 1 or layout.groups[0].of == "thank_you":
        return False
    if layout.interview is None or layout.of("direction"):
        return True
    if layout.groups[0].date.name in layout.entries:
        return False
    group = layout.groups[0]
    # One cell of a callback among many touches of the applicant's makes no list of touches both ways.
    inbound = sum(
        view.profile.words[word] * (found.name in _INBOUND)
        for view in group.hows
        for word, found in view.profile.meanings["touches"].items()
    )
    both_ways = inbound > _SHARE_INBOUND * group.date.profile.filled
    whose = [view.name for view in layout.of(*_WHOSE)]
    repeated = int(layout.raw.frame.select(whose).is_duplicated().sum()) if whose else 0
    return both_ways or repeated > _SHARE_REPEATED * layout.raw.frame.height


def _decided(layout: Layout, dates: Sequence[View]) -> View | None:
    """The date of the decision: its own, else that of the reply."""
    own = next((view for view in dates if layout.roles[view.name].of == "outcome"), None)
    if own is not None or layout.result is None:
        return own
    reply = next((group.date for group in layout.groups if group.of == "reply"), None)
    if reply is None and layout.long and layout.groups:
        return None
    if reply is not None:
        layout.assumed["decided_at"] = f"results are dated by {reply.name!r}, since they have no date of their own"
    return reply


def _time_of(layout: Layout, date: View | None, of: str) -> View | None:
    """The column of times that belongs to a date: named so, else the next one on its right."""
    if date is None:
        return None
    taken = {group.time.name for group in layout.groups if group.time is not None}
    times = [view for view in layout.of("time") if view.name not in taken]
    named = [view for view in times if layout.roles[view.name].of == of]
    near = [view for view in times if layout.roles[view.name].of is None and 0 < view.place - date.place <= 2]
    return next(iter([*named, *near]), None)
