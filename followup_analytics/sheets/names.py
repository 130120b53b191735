"""Names of people and employers as keys: what is written in several ways, and is one name, becomes one text."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

#: Legal forms that stand at the end of an employer's name, or not; "the" at its beginning.
_LEGAL_FORMS = (
    "inc incorporated llc llp lp ltd limited corp corporation co company plc pty pvt gmbh mbh ag kg kgaa se ug ohg gbr "
    "ev eg sa sas sarl sasu srl spa sl slu sau bv nv ab oy oyj aps as asa is ltda ltee sro doo kft zrt pte"
)
_LEGAL = frozenset(_LEGAL_FORMS.split())
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "&": " and ", "+": " and "}


def folded(name: str) -> str:
    """A name without case, accents, apostrophes, punctuation and further blanks."""
    text = name.casefold()
    for letter, plain in _LETTERS.items():
        text = text.replace(letter, plain)
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w]+|_", " ", re.sub(r"['’`´.]", "", plain)).split())


def folded_employer(name: str) -> str:
    """An employer's name, folded, without its legal form: `ACME, Inc.` and `Acme` are one."""
    joined = re.sub(r"(?i)\b([a-z])/([a-z])\b", r"\1\2", re.sub(r"(?i)\be\. ?v\.", "ev", name))
    words = folded(joined).split()
    kept = words[1:] if words[:1] == ["the"] and len(words) > 1 else words
    while len(kept) > 1 and (kept[-1] in _LEGAL or kept[-1] == "and"):
        kept = kept[:-1]
    return " ".join(kept)


def folded_person(name: str) -> str:
    """A person's name, folded; `Lovelace, Ada` and `Ada Lovelace` are one."""
    last, comma, first = name.partition(",")
    return folded(f"{first} {last}" if comma and first.strip() else name)


def folded_each(names: pl.Series, kind: str) -> pl.Series:
    """A column of names, folded; kind: person or employer. Each distinct name is folded once; "" is null."""
    fold = folded_person if kind == "person" else folded_employer
    text = names.cast(pl.String)
    distinct = text.drop_nulls().unique().to_list()
    return text.replace_strict(distinct, [fold(one) or None for one in distinct], default=None, return_dtype=pl.String)
