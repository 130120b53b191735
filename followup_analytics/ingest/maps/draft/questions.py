"""What a draft can't know, as plain questions with a default; an answer is given back by the question's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from followup_analytics.ingest.maps.draft.layout import Layout
from followup_analytics.ingest.maps.draft.lexicon import Lexicon
from followup_analytics.ingest.maps.draft.sections import Use

#: What is surer than this isn't asked.
ASKED_BELOW = 0.8
NOTHING = "nothing"
_MOST_WORDS = 30
_COLUMNS = {
    "applicant_id": "the applicant",
    "employer": "the employer",
    "interviewed_at": "the date of the interview",
    "at": "the date of the {group}",
    "decided_at": "the date of the decision",
    "outcome": "what became of it",
    "channel": "how the {group} was made, or what it met",
    "party": "who was reached in the {group}",
    "direction": "who called or wrote: the applicant or the employer",
    "destination": "what the graduate does now",
    "cohort": "the cohort (class, term)",
    "interview_id": "the number of the interview",
    "interview_format": "how the interview was held",
    "job_level": "the level of the post",
    "industry": "the employer's industry",
    "self_rating": "the applicant's own rating, from 1 to 5",
}
_OUTCOMES = {
    "advanced": "an invitation to a further round",
    "offer": "an offer",
    "rejected": "a rejection",
    "filled": "a post that somebody else got",
    "withdrawn": "an applicant who withdrew",
    "open": "a case without a decision yet",
}
_DESTINATIONS = {
    "employed": "employed",
    "service": "in voluntary service",
    "military": "in the military",
    "continuing_education": "in further education",
    "seeking": "still looking",
    "not_seeking": "not looking",
    "unknown": "not known",
}
_ANSWERS = {"yes": "yes", "no": "no", "unknown": "not known"}


@dataclass(frozen=True)
class Question:
    """One question: `id` to answer it by, the text, the default, and what may be answered (none: free text).

    kind: yes_no (the default is "yes"), choice, text. choices: name and words of each.
    """

    id: str
    text: str
    kind: str
    default: str
    choices: tuple[tuple[str, str], ...] = ()


def column_questions(uses: Iterable[Use]) -> list[Question]:
    """Is this column what it seems to be? Asked of what isn't sure."""
    found = []
    for use in uses:
        said = _COLUMNS.get(use.means or "")
        if said is None or use.certainty >= ASKED_BELOW:
            continue
        text = f"Is the column {use.column!r} {said.format(group=use.group or 'contact')}?"
        found.append(Question(column_id(use), text, "yes_no", "yes"))
    return found


def word_questions(uses: Iterable[Use], lexicon: Lexicon) -> list[Question]:
    """What does this word mean? Asked of words that are guessed, and of those that nothing is known of."""
    found = []
    for use in (one for one in uses if one.vocabulary is not None):
        says = said_in(str(use.vocabulary), lexicon)
        unsure = [(word, means, sure) for word, (means, sure) in use.values.items() if sure < ASKED_BELOW]
        for word, means, _ in unsure[:_MOST_WORDS]:
            if means is not None and means in says:
                text = f"Is {word!r} (in {use.column!r}) {says[means]}?"
                found.append(Question(word_id(use, word), text, "yes_no", "yes", tuple(says.items())))
            else:
                text = f"What is {word!r} (in {use.column!r})?"
                choices = ((NOTHING, "leave it out"), *says.items())
                found.append(Question(word_id(use, word), text, "choice", NOTHING, choices))
    return found


def said_in(vocabulary: str, lexicon: Lexicon) -> dict[str, str]:
    """The names of a vocabulary with the words in which a person is asked about them."""
    if vocabulary == "touches":
        return {name: str(one["say"]) for name, one in lexicon.touches.items()}
    plain = {"outcomes": _OUTCOMES, "destinations": _DESTINATIONS, "answers": _ANSWERS}
    if vocabulary in plain:
        return dict(plain[vocabulary])
    names = dict.fromkeys(phrase.name for phrase in lexicon.phrases[vocabulary])
    return {name: name.replace("_", " ") for name in names}


def column_id(use: Use) -> str:
    """The name of the question about a column."""
    return f"column:{use.sheet or ''}:{use.column}"


def word_id(use: Use, word: str) -> str:
    """The name of the question about a word of a column."""
    return f"word:{use.sheet or ''}:{use.column}:{word}"


def setting_questions(
    layouts: Iterable[Layout],
    *,
    clock: bool,
    order: bool,
    yearless: bool,
    zone: str,
    year: int | None,
    cohort: str | None,
) -> list[Question]:
    """What no cell can tell: zone, order of day and month, year, cohort."""
    del layouts
    found = []
    if clock:
        text = "In which time zone were the times written (such as Europe/London or America/New_York)?"
        found.append(Question("time_zone", text, "text", zone))
    if order:
        choices = (("month", "the month (3/4 is March 4)"), ("day", "the day (3/4 is 3 April)"))
        found.append(Question("order", "Which comes first in dates such as 3/4/2026?", "choice", "month", choices))
    if yearless:
        found.append(Question("year", "Of which year are dates such as 3/4?", "text", str(year or "")))
    if cohort is not None:
        found.append(
            Question("cohort", "Which cohort (class, term) are these people? Leave empty for none.", "text", cohort)
        )
    return found
