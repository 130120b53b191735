"""One touch out of all that a line says was done: its columns, who did it, and what may be meant otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from followup_analytics.text import listed, shorten
from followup_analytics.track import small_words as small
from followup_analytics.track.doers import THEIRS, Side, who_did
from followup_analytics.track.lines import Line, Reading, TwoThingsError
from followup_analytics.track.patterns import Found

_META = ("role", "met", "default", "unsure", "beside")


def contact(line: Line, done: Sequence[Found], sides: Mapping[int, Side]) -> Reading:
    """The touch that all phrases tell of. Raises TwoThingsError where they tell of two."""
    chosen = _telling(done)
    unsure: list[str] = []
    told: list[dict[str, str]] = []
    for one in chosen:
        direction = direction_of(line, one, sides, unsure)
        kept = {name: value for name, value in one.says.items() if name not in _META}
        told.append(kept | ({"direction": direction} if direction else {}))
        if one.says.get("unsure"):
            unsure.append(f"{' '.join(word.typed for word in one.words)!r} is read as {one.says['unsure']}")
    fields = _joined(line, told)
    if "channel" not in fields:
        defaults = [one.says["default"] for one in chosen if "default" in one.says]
        fields["channel"] = defaults[0] if defaults else ("letter" if fields.get("purpose") else "email")
        if not defaults:
            unsure.append(f"how it was sent is not said, and read as {fields['channel']}")
    fields.setdefault("direction", "outbound")
    if len(done) == 1 and [one.plain for one in done[0].words] == ["besetzt"]:
        unsure.append("it may be the post that is filled")
    if len(done) == 1 and _is_an_order(line, done[0]):
        unsure.append("it may be what is to be done")
    if any(_is_in_their_words(line, one) for one in chosen):
        unsure.append("it may be what somebody says of a day to come")
    if _with_the_client(line, chosen, sides):
        unsure.append("it seems to be a talk with the client, and not with the employer")
    return Reading("contact", fields, unsure=unsure)


def _telling(done: Sequence[Found]) -> Sequence[Found]:
    """The phrases that tell most of what was done: a call by what became of it, a noun by what was done with it."""
    if any(one.says.get("channel") == "voicemail" for one in done):
        # `no answer, left a message`: the call is told by what was left.
        done = [one for one in done if not (one.says.get("channel") == "phone" and not one.says.get("met"))] or done
    telling = [one for one in done if not _is_plain_call(one)]
    spoken = [one for one in telling if one.says.get("channel") in ("video", "in_person")]
    telling = [one for one in telling if not (spoken and one.says.get("met"))]
    came = [one for one in telling if one.says.get("role") == "noun" and one.says.get("direction") == "inbound"]
    if any(one.says["channel"] == "phone" for one in came if "channel" in one.says):
        # `callback from acme, talked to them`: whose call it was is told by the noun.
        telling = [one for one in telling if not one.says.get("met")]
    if any(one.says.get("met") for one in telling):
        telling = [one for one in telling if one.says.get("role") != "noun" or one.says.get("channel") != "phone"]
    fixed = [one for one in telling if one.says.get("role") == "fact" and one.says["direction"] == "inbound"]
    if fixed:
        # `missed a call from acme`, `got an e-mail from acme`: the noun is told by what was got.
        channels = {one.says.get("channel") or one.says.get("default") for one in fixed}
        telling = [one for one in telling if one in fixed or one.says.get("channel") not in channels or not _bare(one)]
        telling = [one for one in telling if one in fixed or "channel" in one.says]
    return telling or list(done)


def _joined(line: Line, told: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """All that the phrases say, where they agree."""
    fields: dict[str, str] = {}
    differ = [name for name in ("channel", "direction") if len({one[name] for one in told if name in one}) > 1]
    for one in told:
        for name, value in one.items():
            if fields.setdefault(name, value) != value and name not in differ:
                differ.append(name)
    if not differ:
        return fields
    ways = sorted({one[differ[0]] for one in told if differ[0] in one})
    readings = [
        Reading("contact", {"direction": "outbound", "channel": "phone", **one}) for one in told if "channel" in one
    ]
    raise TwoThingsError(
        f"{shorten(line.text)!r} says two things ({listed(ways, 'and')}); write one entry for each", readings
    )


def _bare(act: Found) -> bool:
    """A noun, or a verb that what was got has said already."""
    return act.says.get("role") != "verb" or act.says.get("channel") == "phone"


def _is_plain_call(act: Found) -> bool:
    """`called, left a voicemail`: the call is told by what became of it."""
    says = act.says
    return says.get("role") == "verb" and set(says) == {"direction", "channel", "role"} and says["channel"] == "phone"


def direction_of(line: Line, act: Found, sides: Mapping[int, Side], unsure: list[str]) -> str | None:
    """Who did it: fixed by the phrase, or told by the names around it; None where the phrase alone doesn't say."""
    if act.says.get("role") in ("fact", "means"):
        return act.says.get("direction")
    found = who_did(line.words, act, sides)
    if line.asked_by_them and act.says.get("role") in ("verb", "noun") and not _names_somebody(line, act, sides):
        return "inbound"
    if found == "either":
        mend = "; write 'called them back' or 'they called back'" if act.says.get("role") == "back" else ""
        unsure.append(f"it may be the client's call or the employer's{mend}")
        return act.says.get("direction", "outbound")
    return found


def _names_somebody(line: Line, act: Found, sides: Mapping[int, Side]) -> bool:
    """Whether the clause of a phrase says who did it, or that it was done to the employer."""
    first = max((one.place for one in line.words[: act.start + 1] if one.pause), default=0)
    last = min((one.place for one in line.words[act.end + 1 :] if one.pause), default=len(line.words))
    clause = line.words[first:last]
    theirs = any(sides.get(one.place) in THEIRS or one.plain in ("them", "they") for one in clause)
    return theirs or any(one.place in sides or one.plain in small.OURS for one in clause if one.place < act.start)


def _is_an_order(line: Line, act: Found) -> bool:
    """`call acme`, `email acme`: short for what was done, or for what is to be done."""
    bare = len(act.words) == 1 and act.words[0].plain in ("call", "ring", "phone", "email", "mail", "text", "visit")
    following = line.words[act.end + 1] if act.end + 1 < len(line.words) else None
    first = act.start == 0 or line.words[act.start].pause
    return bare and first and following is not None and following.place in line.names and not following.pause


def _is_in_their_words(line: Line, act: Found) -> bool:
    """`ms park says email amy thursday`, `says amy's call is thursday`: what is told of has not been done yet."""
    if act.says.get("role") != "noun" or "channel" not in act.says or act.says.get("purpose"):
        return False
    before = [one for one in line.words[: act.start] if one.plain not in small.ARTICLES]
    if before and before[-1].plain in small.MEANS:
        # `they said in an e-mail that`: how it was told.
        return False
    for one in reversed(line.words[: act.start]):
        if line.words[one.place + 1].pause:
            return False
        if one.plain in small.SAY:
            return True
    return False


def _with_the_client(line: Line, acts: Sequence[Found], sides: Mapping[int, Side]) -> bool:
    """`spoke to amy about her papers`: the client is the one spoken to, and nobody of the employer is named."""
    following = {one.place: one for one in line.words}
    for act in acts:
        after = following.get(act.end + 1)
        if after is not None and after.plain in ("me", "us", "mich", "uns") and sides.get(act.start - 1) == "ours":
            return True
        if any(side != "ours" for side in sides.values()):
            continue
        if act.says.get("met") and after is not None:
            named = after.place if after.place in sides else after.place + 1
            if sides.get(named) == "ours" and (named == after.place or after.plain in small.TO):
                return True
    return False
