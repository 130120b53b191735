"""What the keys and values of a table are called on an axis, in a table's head and in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from followup_analytics.log.shared_words import MISSING

_KEY_TITLES = {
    "timing": "Day of the attempt",
    "channel": "Channel of the attempt",
    "attempt": "Number of the attempt",
    "party": "Who was reached",
    "weekday": "Weekday of the attempt",
    "hour": "Hour of the attempt, local time",
    "cohort": "Cohort",
    "employer": "Employer",
    "industry": "Industry",
    "job_level": "Level of the post",
    "interview_format": "How the interview was held",
    "self_rating": "Applicant’s own rating, 1 to 5",
    "referral": "Recommended by somebody there",
    "event": "Event",
}

_CHANNELS = {
    "phone": "telephone",
    "voicemail": "voicemail",
    "email": "e-mail",
    "text": "text message",
    "letter": "letter or card",
    "social": "social media",
    "video": "video call",
    "in_person": "in person",
}

_PARTIES = {
    "interviewer": "interviewer",
    "hiring_team": "hiring team",
    "receptionist": "receptionist",
    "other": "someone else",
    "none": "nobody",
}

_EVENTS = {
    "response": "heard back",
    "advanced": "advanced",
    "rejected": "rejected",
    "filled": "post filled",
    "withdrawn": "withdrew",
}

_ORDINALS = {"1": "1st", "2": "2nd", "3": "3rd", "21": "21st", "22": "22nd", "23": "23rd"}


def key_title(key: str) -> str:
    """The heading of an axis or of a table's column for one `by` key."""
    return _KEY_TITLES.get(key, key.replace("_", " ").strip().capitalize() or key)


def value_label(key: str, value: str) -> str:
    """One value of a `by` key in words; values of a user's own column stay as they are."""
    if value == MISSING:
        return "not recorded"
    if key == "timing":
        if value.endswith("+"):
            return f"day {value[:-1]} or later"
        return f"day {value}" if value.isdigit() else f"days {value.replace('-', '–')}"
    if key == "attempt":
        return ordinal(value)
    if key == "hour" and value.isdigit():
        return f"{value}:00"
    vocabulary = {"channel": _CHANNELS, "party": _PARTIES, "event": _EVENTS}.get(key, {})
    return vocabulary.get(value, value)


def ordinal(value: str) -> str:
    """`1` as 1st, `4` as 4th, `6+` as 6th or later."""
    if value.endswith("+"):
        return f"{ordinal(value[:-1])} or later"
    return _ORDINALS.get(value, f"{value}th" if value.isdigit() else value)


def row_label(values: Mapping[str, str], keys: Sequence[str]) -> str:
    """All key values, joined: what one row of a table or one dot of a chart is about."""
    return ", ".join(value_label(key, values[key]) for key in keys) or "all"


def claim_words(claim: str) -> str:
    """A claim's id in words: `wait-2-3-days` as wait 2–3 days."""
    return re.sub(r"(?<!\d)-|-(?!\d)", " ", claim).replace("-", "–")


def percent(share: float, digits: int = 0) -> str:
    """A share between 0 and 1 as a percentage; never -0%, and never 0% or 100% for what is neither."""
    scaled = share * 100
    if digits == 0 and 0 < scaled < 0.5:
        return "<1%"
    if digits == 0 and 99.5 <= scaled < 100:
        return ">99%"
    return f"{abs(scaled) if scaled == 0 else scaled:.{_digits(scaled, digits)}f}%".replace("-", "\N{MINUS SIGN}")


def of_hundred(share: float) -> str:
    """A share between 0 and 1 as so many in a hundred, without a sign: `34`."""
    return f"{100 * share:.{_digits(100 * share, 0)}f}"


def _digits(scaled: float, digits: int) -> int:
    """One digit more for what was told in tenths and lies in the middle of two whole numbers.

    33.46 is told as 33.5 before it comes here; to round that again would make it 34, and nobody here can know better.
    """
    tenths = round(scaled * 10)
    return 1 if digits == 0 and tenths % 10 == 5 and abs(scaled * 10 - tenths) < 1e-6 else digits


def points(difference: float, digits: int = 1) -> str:
    """A difference of shares in percentage points with its sign, as +3.2 or −0.4."""
    digits = _digits(difference * 100, digits)
    text = f"{difference * 100:+.{digits}f}"
    if float(text) == 0:
        text = f"{0:.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def count(number: int) -> str:
    """A count with thousands parted by commas."""
    return f"{number:,}"


def joined(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
