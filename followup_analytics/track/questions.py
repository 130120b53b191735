"""What somebody asks in a line: whose question it is, and that the rest of its clause is what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from followup_analytics.track import phrases as said
from followup_analytics.track import small_words as small
from followup_analytics.track.doers import Side, who_did
from followup_analytics.track.lines import QUESTIONS, Line, Reading, is_time
from followup_analytics.track.patterns import Found

#: After these words something else begins.
_ENDS = small.AND | small.BY | small.UNTIL
#: Forms of which nobody says what they did themselves: `spoke to hr, wants references`.
_OF_OTHERS = frozenset(f"{said.CLASSES['want']} asks fragt bittet bitten pide piden pregunta preguntan".split())


def questions_of(line: Line) -> list[Found]:
    """The questions of a line. What they ask for is claimed with them: its words tell of nothing that was done."""
    found = line.phrases(QUESTIONS)
    for one in found:
        for word in line.words[one.end + 1 :]:
            if word.pause or word.plain in _ENDS:
                break
            if word.place not in line.names and not is_time(word):
                line.take([word])
    return found


def are_theirs(line: Line, questions: Sequence[Found], sides: Mapping[int, Side]) -> bool:
    """Whether the employer's people ask, as the words before a question say."""
    return any(who_did(line.words, Found(one.words, {"role": "verb"}), sides) == "inbound" for one in questions)


def add_questions(line: Line, reading: Reading, questions: Sequence[Found], sides: Mapping[int, Side]) -> None:
    """Keep that they wait for an answer, where the question is theirs."""
    if reading.kind != "contact":
        return
    inbound = reading.fields.get("direction") == "inbound"
    for one in questions:
        doer = who_did(line.words, Found(one.words, {"role": "verb"}), sides)
        others = any(word.plain in _OF_OTHERS for word in one.words)
        if doer == "inbound" or (doer != "outbound" and (inbound or others)) or (doer == "outbound" and inbound):
            reading.fields["wants_answer"] = "true"
