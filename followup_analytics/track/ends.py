"""How a story ended, or went on in a further round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from followup_analytics.errors import UsageError
from followup_analytics.text import listed, shorten
from followup_analytics.track import small_words as small
from followup_analytics.track.doers import THEIRS, Side
from followup_analytics.track.lines import Line, Reading
from followup_analytics.track.patterns import Found
from followup_analytics.track.touches import contact, direction_of


def ended(
    line: Line, ends: Sequence[Found], acts: Sequence[Found], sides: Mapping[int, Side], times: Mapping[str, str]
) -> Reading:
    """How a story ended, or went on in a further round."""
    outcome, unsure = _outcome_of(line, ends)
    first = ends[0]
    if outcome == "offer" and "reply_by" in times:
        return _to_be_answered(line, ends, acts, sides)
    if outcome == "rejected" and not unsure and _by_the_client(line, first, sides):
        outcome = "withdrawn"
        unsure.append("it may be the client who declined")
    if outcome == "filled" and len(first.words) == 1 and first.words[0].plain in ("besetzt", "ocupado"):
        unsure.append("it may be the line that was engaged")
    hedged = [one.typed for one in line.words if one.plain in small.HEDGES]
    if hedged:
        unsure.append(f"{hedged[0]!r} may mean that it has not come")
    if first.says.get("outcome") == "advanced" and any(one.says.get("role") == "begin" for one in acts):
        unsure.append("it may be that the further round has taken place")
    reading = Reading("outcome", {"outcome": outcome}, unsure=unsure)
    if outcome == "advanced" and "at" in times:
        reading.kind = "round"
    if any(name in times for name in ("callback_at", "call_promised_at", "reply_by", "decision_promised_at")):
        reading.unsure.append("what is to come after the outcome is not kept with it")
    others = [one for one in acts if one not in ends and one.says.get("role") in ("verb", "fact")]
    if any(one.says.get("channel") == "phone" and direction_of(line, one, sides, []) == "outbound" for one in others):
        reading.remarks.append("The outcome alone is stored: write the call in a line of its own.")
    return reading


def _outcome_of(line: Line, ends: Sequence[Found]) -> tuple[str, list[str]]:
    """The one outcome that is told, and why it may be another."""
    outcomes = {one.says["outcome"] for one in ends}
    unsure: list[str] = []
    if outcomes == {"rejected", "offer"}:
        outcomes, unsure = {"withdrawn"}, ["an offer that the client turned down is read as withdrawn"]
    sure = {one.says["outcome"] for one in ends if "beside" not in one.says}
    if sure and len(outcomes) > 1:
        outcomes = sure if len(sure) == 1 else outcomes
    if len(outcomes) > 1:
        raise UsageError(
            f"{shorten(line.text)!r} says two things ({listed(sorted(outcomes), 'and')}); write one entry for each."
        )
    (outcome,) = outcomes
    if not sure:
        unsure.append(f"{' '.join(one.typed for one in ends[0].words)!r} is read as {outcome}")
    return outcome, unsure


def _to_be_answered(line: Line, ends: Sequence[Found], acts: Sequence[Found], sides: Mapping[int, Side]) -> Reading:
    """An offer that waits for an answer: a touch of theirs, since an outcome would end the story before the answer."""
    told = [one for one in acts if one not in ends and {"channel", "default"} & set(one.says)]
    reading = contact(line, told, sides) if told else Reading("contact", {"channel": "email"})
    reading.fields["direction"] = "inbound"
    reading.fields.pop("party", None)
    how = "" if told else " How it came is not said, so it is kept as an e-mail."
    reading.remarks.append(
        f"The offer waits for an answer, and so the story stays open: enter it as the outcome once it is answered.{how}"
    )
    return reading


def _by_the_client(line: Line, act: Found, sides: Mapping[int, Side]) -> bool:
    """`ben rejected acme`: the client before, and the employer after without `by` or `from`."""
    before = [sides[place] for place in sorted(sides) if place < act.start]
    after = [place for place in sorted(sides) if place > act.start]
    words = {one.place: one.plain for one in line.words}
    led = after and words.get(after[0] - 1) in small.FROM | small.AT
    mine = bool(before) and "ours" in before and THEIRS.isdisjoint(before)
    return mine and bool(after) and sides[after[0]] in THEIRS and not led
