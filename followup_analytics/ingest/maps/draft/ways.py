"""Cells that name several ways of contact at once, as forms with boxes to tick give them: "Email, Phone call"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from followup_analytics.ingest.maps.choices import MARKS, parts_of
from followup_analytics.ingest.maps.draft.columns import View
from followup_analytics.ingest.maps.draft.lexicon import EXACT, Found, Lexicon


def with_ways(view: View, lexicon: Lexicon) -> View:
    """A column of touches with the parts of such cells as its words, and `several` where there are such cells."""
    words: dict[str, int] = {}
    several = False
    for word, n in view.profile.words.items():
        parts = _ways(word, lexicon)
        several = several or len(parts) > 1
        for part in parts or [word]:
            known = next((one for one in words if one.casefold() == part.casefold()), part)
            words[known] = words.get(known, 0) + n
    if not several:
        return view
    meanings: Mapping[str, Mapping[str, Found]] = {
        vocabulary: {word: means for word in words if (means := found.get(word) or lexicon.meaning(vocabulary, word))}
        for vocabulary, found in view.profile.meanings.items()
    }
    return replace(view, several=True, profile=replace(view.profile, words=words, meanings=meanings))


def _ways(word: str, lexicon: Lexicon) -> list[str]:
    """The several ways that a cell names; none where it is one, or where it tells more of one call."""
    whole = lexicon.meaning("touches", word)
    parts = parts_of(word, MARKS)
    if len(parts) < 2 or (whole is not None and whole.certainty >= EXACT):
        return []
    found = [lexicon.meaning("touches", part) for part in parts]
    if any(one is None or one.certainty < EXACT for one in found):
        return []
    kinds = {_kind(lexicon.touches[one.name]["means"]) for one in found if one is not None}
    return parts if len(kinds) > 1 and None not in kinds else []


def _kind(means: Mapping[str, str]) -> tuple[str, str] | None:
    """What tells contacts apart: by which channel and whose; a voicemail is a call."""
    channel = {"voicemail": "phone"}.get(means.get("channel", ""), means.get("channel"))
    return (channel, means.get("direction", "outbound")) if channel is not None else None
