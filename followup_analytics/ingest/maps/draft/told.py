"""Cells that tell at once whether, when and with what something came back: "Y 10/26 - 2nd int.", "N"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from followup_analytics.ingest.maps.draft.columns import View
from followup_analytics.ingest.maps.draft.lexicon import EXACT, NEARLY, PART, SAYS_NOTHING, Found, Lexicon, normal

#: The touch that a bare "yes" of a column stands for; by which channel it came is not told, which is said.
_BARE = {"reply": "email_received", "thank_you": "thanked_email", "follow_up": "phone"}
_NOT_YET = (*SAYS_NOTHING, "no_answer")
_TOLD = 0.85


def with_answers(view: View, lexicon: Lexicon) -> View:
    """The words beside the dates of a column of touches, each with the touch and the result that it tells.

    The column stays as it is where it is about no touch, or where neither a yes or no nor a result stands in its words.
    """
    of = view.contact_subject
    if of is None:
        return view
    parts = {word: _without_answer(word, lexicon) for word in view.profile.words}
    results = {word: found for word, (_, rest) in parts.items() if (found := _result(rest, lexicon)) is not None}
    if of != "reply" and not any(answer for answer, _ in parts.values()):
        return view
    touches = {word: _touch(answer, rest, of, word in results, lexicon) for word, (answer, rest) in parts.items()}
    meanings: Mapping[str, Mapping[str, Found]] = {
        **{vocabulary: {} for vocabulary in view.profile.meanings},
        "touches": touches,
        "outcomes": results if of == "reply" else {},
    }
    return replace(view, profile=replace(view.profile, meanings=meanings))


def _without_answer(word: str, lexicon: Lexicon) -> tuple[str, str]:
    """The yes or no that a text begins with ("" where there is none), and what stands behind it."""
    words = normal(word).split()
    answer = ""
    while words and (found := lexicon.meaning("answers", words[0])) is not None and found.certainty >= EXACT:
        # "No answer" and "sent e-mail" are what was done, and no answer to a question.
        if found.name not in ("yes", "no") or (len(words) > 1 and lexicon.meaning("touches", " ".join(words[:2]))):
            break
        answer = answer or found.name
        words = words[1:]
    return answer, " ".join(words)


def _result(rest: str, lexicon: Lexicon) -> Found | None:
    found = [one for one in lexicon.all_in("outcomes", rest) if one.name != "open"] if rest else []
    whole = lexicon.meaning("outcomes", rest) if rest else None
    told = found[0] if found else whole if whole is not None and whole.name != "open" else None
    return replace(told, certainty=max(told.certainty, _TOLD)) if told and told.certainty > NEARLY else told


def _touch(answer: str, rest: str, of: str, has_result: bool, lexicon: Lexicon) -> Found:
    bare = Found(_BARE[of], _TOLD if answer == "yes" or has_result else PART, rest)
    found = lexicon.meaning("touches", rest) if rest else None
    if answer == "no" and not has_result:
        return Found("nothing", _TOLD, rest)
    if found is None:
        return bare
    if found.name in _NOT_YET and of == "reply":
        return bare if has_result or answer == "yes" else Found("nothing", found.certainty, found.phrase)
    return bare if found.certainty <= NEARLY and answer == "yes" else found
