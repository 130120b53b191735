"""A reading as a command that stores it, ready to be copied."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from followup_analytics.text import listed


def ready_command(store: str, interview: str, kind: str, fields: Mapping[str, Any]) -> str:
    """The `followup track` command of an entry. store: as it may be shown. fields: the entry's columns."""
    said = dict(fields)
    head = ["contact", interview]
    if kind == "outcome":
        head = ["outcome", interview, str(said.pop("outcome"))]
    elif kind == "round":
        head = ["outcome", interview, "advanced"]
        said = {}
    elif kind == "told":
        head = ["correct", interview]
    elif kind == "begin":
        head = ["interview"]
    options = [part for name, value in said.items() if value is not None for part in _option(name, str(value))]
    return shlex.join(["followup", "track", store, *head, *options])


def told_reading(about: str, kind: str, fields: Mapping[str, Any]) -> str:
    """An entry in words. about: the interview as a sentence names it."""
    said = {name: _plain(name, str(value)) for name, value in fields.items() if value is not None}
    if kind == "begin":
        return "a new interview, " + listed([f"{name} {value}" for name, value in said.items()], "and")
    direction, channel = said.pop("direction", ""), said.pop("channel", "")
    first = f"{_WHOSE.get(direction, '')}{_CHANNELS.get(channel, channel)}" if channel else said.pop("outcome", "told")
    return ", ".join(
        [
            f"{first} of {about}",
            *(f"{_WORDS.get(name, name.replace('_', ' '))} {value}" for name, value in said.items()),
        ]
    )


_WHOSE = {"inbound": "their ", "outbound": "our "}
_CHANNELS = {"phone": "call", "email": "e-mail", "text": "text message", "social": "message", "in_person": "visit"}
_WORDS = {
    "next_at": "further round on", "callback_at": "call back", "call_promised_at": "their call",
    "reply_by": "answer by", "party": "reached:", "decision_promised_at": "decision by", "purpose": "as",
    "duration_s": "seconds:",
}  # fmt: skip


def _plain(name: str, value: str) -> str:
    """A value as people read it."""
    return value.replace("T", " ")[:16] if name.endswith(("at", "by")) else value.replace("_", " ")


def _option(name: str, value: str) -> list[str]:
    option = "--" + name.replace("_", "-")
    if value in ("true", "false"):
        return [option if value == "true" else f"--no-{option[2:]}"]
    return [option, value.replace("T", " ") if value[:2] == "20" and len(value) == 16 else value]
