"""Words as people type them: common ones for those of the log, and what was probably meant for others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_analytics.errors import UsageError
from followup_analytics.log.schema import Column, Table
from followup_analytics.text import listed, nearest, shorten

#: What people say for a value, by column. Only words that mean one value and nothing else.
_SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "channel": {
        "call": "phone", "phone_call": "phone", "telephone": "phone", "tel": "phone", "called": "phone",
        "vm": "voicemail", "voice_mail": "voicemail", "answering_machine": "voicemail", "mailbox": "voicemail",
        "e_mail": "email", "mail": "email", "emailed": "email",
        "sms": "text", "text_message": "text", "whatsapp": "text",
        "card": "letter", "post": "letter", "postcard": "letter",
        "linkedin": "social", "video_call": "video", "zoom": "video", "teams": "video",
        "visit": "in_person", "personal": "in_person", "inperson": "in_person",
    },
    "direction": {"out": "outbound", "outgoing": "outbound", "in": "inbound", "incoming": "inbound"},
    "party": {
        "nobody": "none", "no_one": "none", "reception": "receptionist", "front_desk": "receptionist",
        "recruiter": "hiring_team", "hr": "hiring_team",
    },
    "purpose": {"thanks": "thank_you", "thankyou": "thank_you", "followup": "follow_up", "reply": "answer"},
}  # fmt: skip
#: Words that may mean more than one thing: named as a question, never taken.
_PERHAPS: Mapping[str, Mapping[str, str]] = {
    "outcome": {
        "hired": "offer", "accepted": "offer", "job": "offer", "next_round": "advanced", "second_round": "advanced",
        "invited": "advanced", "declined": "rejected", "refused": "rejected", "no": "rejected", "rejection": "rejected",
        "taken": "filled", "someone_else": "filled", "cancelled": "withdrawn", "quit": "withdrawn", "left": "withdrawn",
    },
    "channel": {"message": "voicemail", "note": "letter", "meeting": "in_person"},
    "party": {"boss": "interviewer", "manager": "interviewer", "secretary": "receptionist", "machine": "none"},
    "purpose": {"check_in": "follow_up", "status": "follow_up"},
}  # fmt: skip


def spelled(word: str) -> str:
    """A word as the vocabularies of the log spell it."""
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def in_vocabulary(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the words of the log in the columns that have a vocabulary.

    Raises UsageError for a word that is none: it quotes what was typed, and what was probably meant.
    """
    worded = {
        column.name: _word(column, row[column.name]) for column in table.columns if column.values and column.name in row
    }
    return {**row, **worded}


def _word(column: Column, typed: Any) -> str | None:
    if typed is None:
        return None
    word = spelled(str(typed))
    word = _SYNONYMS.get(column.name, {}).get(word, word)
    if word in column.values:
        return word
    meant = _PERHAPS.get(column.name, {}).get(word) or nearest(word, column.values)
    hint = f"; did you mean {meant}?" if meant else "."
    option = "OUTCOME" if column.name == "outcome" else "--" + column.name.replace("_", "-")
    raise UsageError(f"{option}: {shorten(str(typed))!r} is not known here{hint} Use {listed(column.values)}.")
