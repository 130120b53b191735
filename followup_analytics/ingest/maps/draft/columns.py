"""What one column of a sheet most likely is, by the words of its heading and by its cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from followup_analytics.ingest.maps.draft.lexicon import EXACT, PART, Found, Lexicon
from followup_analytics.ingest.maps.draft.profile import Profile, looks_like_people, profile_of

#: Of several subjects that a heading of dates names, the first one here is meant.
_DATES_OF = (
    "complete_until",
    "promised",
    "call_again",
    "other_date",
    "planned",
    "thank_you",
    "reply",
    "outcome",
    "follow_up",
    "interview",
    "destination",
)
_CONTACT_SUBJECTS = ("thank_you", "reply", "follow_up")
_GUESSED = 0.6
_SOME_TIMES = 0.3
#: How sure an initial is, and how many kinds and which share of the cells have to be some.
_INITIAL, _FEWEST_INITIALS, _NEARLY_ALL = 0.7, 2, 0.8
_WORDS_TELL = 0.45
_RESULTS_TELL = 0.25
_CALL = re.compile(r"(?i)\b(?:call|contact|attempt|anruf|llamada|appel)")


@dataclass(frozen=True)
class View:
    """A column as it is seen: its heading's words and its cells' profile."""

    name: str
    place: int
    subjects: tuple[str, ...]
    facets: frozenset[str]
    ordinal: int | None
    profile: Profile
    people: bool
    asks: bool
    several: bool = False  # whether cells name several ways, as in "Email, Phone call"

    def about(self, *subjects: str) -> bool:
        """Whether the heading names one of these subjects."""
        return any(subject in self.subjects for subject in subjects)

    @property
    def contact_subject(self) -> str | None:
        """Which kind of touch the heading is about."""
        return next((subject for subject in _CONTACT_SUBJECTS if subject in self.subjects), None)


@dataclass(frozen=True)
class Role:
    """What a column is for; `of`: the kind of touch or fact that it belongs to. why: in words, for those not used."""

    kind: str
    certainty: float
    of: str | None = None
    why: str = ""


def view_of(name: str, place: int, cells: pl.Series, lexicon: Lexicon, heading: str | None = None) -> View:
    """The column under a heading, seen with the word lists. heading: as it stands in the sheet, without a number."""
    ordinals = [int(one) for one in lexicon.mentions("ordinals", heading or name)]
    facets, profile = lexicon.mentions("facets", name), profile_of(cells, lexicon)
    return View(
        name=name,
        place=place,
        subjects=tuple(found.name for found in lexicon.all_in("subjects", name)),
        facets=facets,
        ordinal=min(ordinals) if ordinals else None,
        profile=_with_initials(profile, lexicon) if "how" in facets else profile,
        people=looks_like_people(cells.cast(pl.String).str.strip_chars()),
        asks=name.strip().endswith("?"),
    )


def _with_initials(profile: Profile, lexicon: Lexicon) -> Profile:
    """A column of ways in which nearly every cell is an initial ("P", "E", "VM"), with what these stand for."""
    found = {word: lexicon.meaning("initials", word) for word in profile.words}
    told = {word: Found(one.name, _INITIAL, word) for word, one in found.items() if one and one.certainty >= EXACT}
    if len(told) < _FEWEST_INITIALS or sum(profile.words[word] for word in told) < _NEARLY_ALL * profile.filled:
        return profile
    return replace(profile, meanings={**profile.meanings, "touches": {**told, **profile.meanings["touches"]}})


def role_of(view: View) -> Role:
    """The likeliest role of a column by itself; its neighbours are looked at later."""
    if not view.profile.filled:
        return Role("unused", EXACT, why="it is empty")
    for rule in _RULES:
        role = rule(view)
        if role is not None:
            return role
    return Role("unknown", 0.3, why="nothing tells what it means")


def _dates(view: View) -> Role | None:
    if not view.profile.is_dates or (view.profile.numbers >= 0.6 and not view.about(*_DATES_OF) and not view.facets):
        return None
    subject = next((one for one in _DATES_OF if one in view.subjects), None)
    if view.about("interview") and subject == "other_date":
        subject = "interview"
    if subject in ("planned", "other_date"):
        why = "it is a plan, not what was done" if subject == "planned" else "it is a date of something else"
        return Role("unused", 0.8, why=why)
    if subject is None and view.about("cohort"):
        return None
    return Role("date", EXACT if subject else _GUESSED, subject)


def _clock_times(view: View) -> Role | None:
    # Under "Time of call" a few times tell, however badly the others are written.
    named = "time" in view.facets and view.profile.times >= _SOME_TIMES
    if not (view.profile.has_clock or named) or "duration" in view.facets:
        return None
    subject = next((one for one in _DATES_OF if one in view.subjects), None)
    return Role("time", EXACT if "time" in view.facets else PART, subject)


def _lines_of_people(view: View) -> Role | None:
    theirs = view.about("employer", "recruiter")
    if view.profile.emails >= 0.6 or ("email" in view.facets and not view.profile.words):
        return Role("recruiter" if theirs else "applicant_email", PART, why="it holds addresses of people")
    if view.profile.phones >= 0.6 or (view.profile.phones >= 0.3 and "phone" in view.facets):
        return Role("unused", EXACT, why="it holds telephone numbers")
    if view.about("coach") and not view.about("reply", "follow_up"):
        return Role("unused", PART, why="it names people of the office")
    if view.about("recruiter") and view.profile.share("parties") < _WORDS_TELL:
        return Role("unused", PART, why="it names people")
    return None


def _vocabulary(view: View) -> Role | None:
    """Columns of few words, by which list most of them stand in, with a hint from the heading."""
    profile = view.profile
    if not profile.words or (view.about("notes") and not view.about("thank_you")):
        return None
    hints = _hints(view)
    scores = {name: profile.share(name) + hints.get(name, 0.0) for name in hints if profile.share(name) > 0.0}
    # What came of a call is told by some known words: those that are not known are named when the sheet is read.
    least = _RESULTS_TELL if "result" in view.facets and _CALL.search(view.name) else _WORDS_TELL
    told = {name: score for name, score in scores.items() if profile.share(name) >= least}
    if not told:
        return None
    best = max(told, key=lambda name: told[name])
    certainty = min(EXACT, round(0.4 + 0.55 * profile.share(best) + 0.2 * hints[best], 2))
    if best == "answers":
        return _answers(view, certainty)
    kind = {"touches": "how", "outcomes": "outcome", "destinations": "destination", "directions": "direction"}
    return Role(
        kind.get(best, {"parties": "party", "purposes": "purpose", "tones": "tone"}.get(best, best)),
        certainty,
        view.contact_subject,
    )


def _hints(view: View) -> dict[str, float]:
    """The vocabularies that a column may be of, with what its heading speaks for each."""
    facets = view.facets
    found: dict[str, float] = {}
    if "direction" in facets:
        return {"directions": 0.5}
    if "purpose" in facets and not view.about("outcome"):
        found["purposes"] = 0.3
    if "tone" in facets:
        found["tones"] = 0.3
    if "who" in facets or view.about("recruiter"):
        found["parties"] = 0.3
    if view.about("destination"):
        found["destinations"] = 0.4
    contact = view.contact_subject is not None
    if view.about("applicant", "employer", "industry", "position", "cohort") and not contact and "result" not in facets:
        return found
    if view.about("format") or (view.about("interview") and "how" in facets and not contact):
        return found
    of_call = "result" in facets and _CALL.search(view.name) is not None
    found["touches"] = 0.25 if contact or of_call or "how" in facets else 0.1
    found["outcomes"] = (0.2 if view.about("outcome") else 0.0) - (0.2 if contact or of_call else 0.0)
    found.setdefault("destinations", 0.1 if view.about("outcome") and not contact else -0.1)
    found["answers"] = (
        0.2 if view.asks or facets & {"question", "sent"} or view.about("referral", "do_not_contact") else 0.0
    )
    found["directions"] = 0.0
    return found


def _answers(view: View, certainty: float) -> Role:
    for kind in ("referral", "do_not_contact"):
        if view.about(kind):
            return Role(kind, certainty)
    if view.about("reached"):
        return Role("reached", certainty, "follow_up")
    return Role("answer", certainty, view.contact_subject or ("outcome" if view.about("outcome") else None))


def _facts(view: View) -> Role | None:
    """What is said of the interview or the applicant, by the heading's subject."""
    profile = view.profile
    if view.about("rating") and profile.numbers >= 0.8:
        within = all(1 <= float(word.replace(",", ".")) <= 5 for word in profile.words)
        return Role("rating", EXACT) if within and profile.words else Role("unused", PART, why="it is not from 1 to 5")
    if view.about("cohort") and not view.about("interview") and profile.words and (not view.people):
        return Role("cohort", EXACT if profile.distinct <= max(12, 0.2 * profile.filled) else _GUESSED)
    if view.about("employer") and not view.facets & {"id"}:
        return Role("employer", EXACT)
    if "zone" in view.facets:
        return Role("time_zone", PART)
    if view.about("format") or (view.about("interview") and view.facets & {"how"}):
        return Role("format", PART) if profile.words else None
    if view.about("industry") and not view.about("applicant"):
        return Role("industry", EXACT if profile.words else _GUESSED)
    if view.about("applicant") and not view.about("employer"):
        return Role("applicant_id" if "id" in view.facets else "applicant_name", EXACT)
    if view.about("position"):
        few = bool(profile.words) and profile.distinct <= max(6, 0.3 * profile.filled)
        return Role("job_level", _GUESSED) if few else Role("unused", PART, why="titles of posts are not counted")
    return None


def _keys(view: View) -> Role | None:
    if "id" not in view.facets and not view.about("sequence"):
        return None
    if view.about("sequence") or _counts_rows(view):
        return Role("sequence", PART, why="it numbers the lines of the sheet")
    certainty = EXACT if view.about("interview") else PART
    return Role("contact_id" if view.contact_subject else "interview_id", certainty)


def _counts_rows(view: View) -> bool:
    """Whether a column without a subject is 1, 2, 3, ...: the number of the line, not of a case."""
    if (
        view.subjects
        or not view.profile.is_unique
        or view.profile.numbers < 1
        or ("#" not in view.name and len(view.name) > 4)
    ):
        return False
    return view.profile.distinct == view.profile.filled and view.place == 0


def _free_text(view: View) -> Role | None:
    if "duration" in view.facets and view.profile.numbers >= 0.8:
        return Role("duration", PART)
    if view.about("notes") or view.profile.long_text:
        return Role("unused", PART, why="it holds free text")
    if view.people and view.contact_subject is not None:
        return Role("unused", PART, why="it names people")
    if view.people:
        return Role("people", _GUESSED, why="it names people")
    if view.profile.words and view.profile.distinct <= 20 and view.profile.distinct <= 0.3 * view.profile.filled:
        return Role("further", _GUESSED, why="kept as it is, to group by")
    return None


_RULES: tuple[Callable[[View], Role | None], ...] = (
    _dates,
    _clock_times,
    _lines_of_people,
    _vocabulary,
    _facts,
    _keys,
    _free_text,
)
