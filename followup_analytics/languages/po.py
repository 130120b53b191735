"""Reading gettext's PO files: the part of the format that a catalogue of one package needs.

Source of the format: GNU gettext manual, "The Format of PO Files".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Message:
    """One entry: the English text (and its plural), and how it is said; `context` tells two uses of a text apart."""

    text: str = ""
    plural: str | None = None
    context: str | None = None
    said: dict[int, str] = field(default_factory=dict)
    line: int = 0


def read_po(content: str) -> Iterator[Message]:
    """The messages of a PO file in their order, the head (the message without a text) left out.

    Raises ValueError, with the line, for a line that is none of the format's.
    """
    message = Message()
    key: tuple[str, int] | None = None
    for number, line in enumerate([*content.splitlines(), ""], start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            if message.said and message.text:
                yield message
            if message.said or not stripped:
                message, key = Message(line=number + 1), None
            continue
        word, _, rest = stripped.partition(" ")
        if not stripped.startswith('"'):
            key, stripped = _key(word, number), rest.strip()
        if key is None:
            raise ValueError(f"line {number}: a text that belongs to nothing")
        _add(message, key, _unquoted(stripped, number))


def _key(word: str, number: int) -> tuple[str, int]:
    if word in ("msgid", "msgid_plural", "msgctxt"):
        return word, 0
    if word == "msgstr":
        return word, 0
    if word.startswith("msgstr[") and word.endswith("]") and word[7:-1].isdigit():
        return "msgstr", int(word[7:-1])
    raise ValueError(f"line {number}: {word!r} is no word of a PO file")


def _unquoted(text: str, number: int) -> str:
    if not (len(text) > 1 and text.startswith('"') and text.endswith('"')):
        raise ValueError(f"line {number}: a text stands in double quotes")
    # PO's escapes are those of C, of which Python's are a superset.
    return str(ast.literal_eval(text))


def _add(message: Message, key: tuple[str, int], text: str) -> None:
    name, number = key
    if name == "msgid":
        message.text += text
    elif name == "msgid_plural":
        message.plural = (message.plural or "") + text
    elif name == "msgctxt":
        message.context = (message.context or "") + text
    else:
        message.said[number] = message.said.get(number, "") + text
