"""How names of people and employers are compared: without case, accents and legal forms."""

from __future__ import annotations

import unicodedata

_LEGAL_FORMS = frozenset({"gmbh", "ag", "kg", "se", "inc", "ltd", "llc", "corp", "co", "sa", "sl", "plc", "the", "and"})


def name_key(text: str) -> str:
    """A text as names are compared: without case and accents, blanks as one."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())


def name_words(text: str | None) -> frozenset[str]:
    """The words of a name that tell it from others, folded; legal forms aside."""
    words = "".join(one if one.isalnum() else " " for one in name_key(text or "")).split()
    return frozenset(words) - _LEGAL_FORMS or frozenset(words)
