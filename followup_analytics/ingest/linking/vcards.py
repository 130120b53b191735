"""vCards of versions 2.1 to 4.0, as far as whose line is whose: names, organisations, titles, numbers, addresses."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.sheets.tabular import decoded_text

_LONGEST_LINE = 100_000
_WANTED = ("FN", "N", "ORG", "TITLE", "ROLE", "TEL", "EMAIL", "NICKNAME")
_FOLDED_TOO = re.compile(r"^[ \t]+=")
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_PARTIES = (
    (re.compile(r"(?i)recruit|human resources|\bhr\b|talent|hiring"), "hiring_team"),
    (re.compile(r"(?i)reception|front desk|switchboard|office manager"), "receptionist"),
    (re.compile(r"(?i)interviewer"), "interviewer"),
)


@dataclass(frozen=True)
class Card:
    """One entry of an address book: whose it is, and how to reach them."""

    name: str
    organisation: str
    title: str
    lines: tuple[str, ...]

    @property
    def party(self) -> str | None:
        """Who answers, as far as the title says it."""
        return next((party for pattern, party in _PARTIES if pattern.search(f"{self.title} {self.name}")), None)


def read_vcards(path: Path) -> Iterator[Card]:
    """The cards of a file. Raises UnreadableError when it is no text in a known encoding."""
    data = path.read_bytes()
    text, _ = decoded_text(data, path.name)
    said: dict[str, list[str]] | None = None
    for line in _lines(text if text is not None else data.decode("utf-8-sig")):
        head, value = _parted(line)
        name = head[0].rpartition(".")[2].upper()
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            said = {}
        elif name == "END" and said is not None:
            yield _card(said)
            said = None
        elif said is not None and name in _WANTED:
            said.setdefault(name, []).append(_decoded(value, head[1:]).strip())
    if said:
        # The file is cut off before the end of its last entry.
        yield _card(said)


def _lines(text: str) -> Iterator[str]:
    """Content lines, unfolded: by a blank at the next one's beginning, or in version 2.1 by a `=` at their end."""
    held: str | None = None
    soft = False
    for raw in re.split(r"\r\n|\r|\n", text):
        line = raw[:_LONGEST_LINE]
        if held is not None and (soft or line[:1] in (" ", "\t")):
            # Some programs fold quoted-printable both ways at once: a blank before an encoded letter is none of it.
            held = (held + (_FOLDED_TOO.sub("=", line) if soft else line[1:]))[:_LONGEST_LINE]
        else:
            if held:
                yield held
            held = line
        quoted = "QUOTED-PRINTABLE" in held.partition(":")[0].upper()
        soft = quoted and held.endswith("=")
        if soft:
            held = held[:-1]
    if held:
        yield held


def _parted(line: str) -> tuple[list[str], str]:
    """The name with its parameters, and the value: a colon or semicolon in quotation marks parts nothing."""
    inside = False
    parts, start = [], 0
    for place, letter in enumerate(line):
        if letter == '"':
            inside = not inside
        elif letter in ";:" and not inside:
            parts.append(line[start:place])
            start = place + 1
            if letter == ":":
                return parts, line[start:]
    return [line], ""


def _decoded(value: str, parameters: list[str]) -> str:
    """The value as text: quoted-printable in its character set."""
    given = [one.strip().strip('"').upper() for one in parameters]
    if not any(one.endswith("QUOTED-PRINTABLE") for one in given):
        return value
    charset = next((one.partition("=")[2] for one in given if one.startswith("CHARSET=")), "UTF-8")
    data = quopri.decodestring(value.encode("utf-8", "replace"))
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp1252", "replace")


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value).strip()


def _fields(value: str) -> list[str]:
    """The parts of a value between semicolons that aren't escaped."""
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _card(said: dict[str, list[str]]) -> Card:
    def first(name: str) -> str:
        return _plain(said.get(name, [""])[0])

    family, given, *_ = [*_fields(said.get("N", [""])[0]), "", ""]
    lines = [value.strip() for name in ("TEL", "EMAIL") for value in said.get(name, [])]
    return Card(
        first("FN") or " ".join(part for part in (given, family) if part),
        _fields(said.get("ORG", [""])[0])[0],
        first("TITLE") or first("ROLE"),
        tuple(line for line in lines if line),
    )
