"""What kind of log this is, so that every sentence of a report fits it: no telephones where there were only letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from followup_analytics.charts import joined, value_label
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.schema import SPOKEN_CHANNELS
from followup_analytics.text import listed

DECISIONS = ("advanced", "offer", "rejected")
ENDS = ("filled", "withdrawn")
_SPOKEN = (*SPOKEN_CHANNELS, "voicemail")
_OF_CALLS = re.compile(
    r"\b(call\w*|tele\w*|phone\w*|voicemail\w*|voice|machine|message left|recit\w+)\b", re.IGNORECASE
)
_OF_DECISIONS = re.compile(r"\b(offers?|outcomes?|round|advanc\w+|reject\w+|withdr\w+)\b", re.IGNORECASE)
_EPOCH = date(1970, 1, 1)
_DECISION_WORDS = {"advanced": "a further round", "offer": "an offer", "rejected": "a rejection"}
_END_WORDS = {"filled": "the post is filled by someone else", "withdrawn": "the applicant withdraws"}
_CHANNEL_NOUNS = {
    "phone": "calls",
    "voicemail": "voicemails",
    "email": "e-mails",
    "text": "text messages",
    "letter": "letters or cards",
    "social": "messages on social media",
    "video": "video calls",
    "in_person": "visits",
}


@dataclass(frozen=True)
class LogFacts:
    """What occurs in a log and what doesn't: `channels` of attempts (most used first), `decisions` and `ends` known,
    whether answers are recorded, and the local days of the first and the last interview.
    """

    channels: tuple[str, ...]
    decisions: tuple[str, ...]
    ends: tuple[str, ...]
    has_answers: bool
    first_day: date | None
    last_day: date | None
    only_dates: bool
    n_interviews: int
    is_spoken: bool

    @classmethod
    def of(cls, log: FollowUpLog, attempts: pl.DataFrame) -> LogFacts:
        """Read the facts from a log and its attempts at risk."""
        channels = attempts["channel"].drop_nulls().value_counts(sort=True)["channel"].to_list()
        found = set(log.outcomes["outcome"].drop_nulls().to_list())
        days = log.interviews["_day"].drop_nulls().to_list()
        dated = log.contacts["at_precision"] == "day"
        return cls(
            channels=tuple(str(channel) for channel in channels),
            decisions=tuple(name for name in DECISIONS if name in found),
            ends=tuple(name for name in ENDS if name in found),
            has_answers=bool((log.contacts["direction"] == "inbound").any()),
            first_day=_EPOCH + timedelta(days=min(days)) if days else None,
            last_day=_EPOCH + timedelta(days=max(days)) if days else None,
            only_dates=bool(dated.any()),
            n_interviews=log.interviews.height,
            is_spoken=bool(log.contacts["channel"].is_in(_SPOKEN).any()),
        )

    def fits(self, text: str) -> bool:
        """Whether a sentence speaks only of what this log holds: no calls or offers where there were none."""
        return (self.is_spoken or not _OF_CALLS.search(text)) and (
            bool(self.decisions) or not _OF_DECISIONS.search(text)
        )

    def attempt_words(self) -> str:
        """`calls, voicemails and e-mails`: the kinds of attempt that occur."""
        return joined([_CHANNEL_NOUNS.get(channel, value_label("channel", channel)) for channel in self.channels])

    def response_words(self) -> str:
        """What counts as a response in this log."""
        parts = ["the first contact from the employer’s side that is not automatic"] if self.has_answers else []
        if self.decisions:
            parts.append(f"the news of a decision ({listed(_DECISION_WORDS[name] for name in self.decisions)})")
        if not parts:
            return "a contact from the employer’s side; this log records none"
        return " or ".join(parts) + (", whichever comes first" if len(parts) > 1 else "")

    def advance_words(self) -> str:
        """What counts as an advance in this log."""
        found = [_DECISION_WORDS[name] for name in self.decisions if name != "rejected"]
        return " or ".join(found) if found else "a further round; this log records none"

    def end_words(self) -> str | None:
        """How a story ends without a response, or None where no such end is recorded."""
        return " or ".join(_END_WORDS[name] for name in self.ends) if self.ends else None

    def span(self) -> str:
        """`held from 3 March to 30 June 2026`, or on one day."""
        if self.first_day is None or self.last_day is None:
            return ""
        if self.first_day == self.last_day:
            return f"held on {long_date(self.last_day)}"
        start = long_date(self.first_day) if self.first_day.year != self.last_day.year else _day_month(self.first_day)
        return f"held from {start} to {long_date(self.last_day)}"


def long_date(day: date) -> str:
    """`3 March 2026`."""
    return f"{_day_month(day)} {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _day_month(day: date) -> str:
    # Not strftime: its month names follow the machine's language, and the same log must give the same bytes.
    return f"{day.day} {_MONTHS[day.month - 1]}"
