"""A finished report told in another language: every text of the document by the catalogue, names and numbers as theirs.

A paragraph is looked up as a whole, with its emphasis and references as part of the sentence, so that the translation
may put them where its own grammar wants them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.languages import Catalogue
from followup_analytics.report.document import Document, KeyFigure, Lead, Meta, Parts, Section
from followup_analytics.text import clean

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.report.office import Office

#: How emphasis is marked in a text that is looked up: no cleaned text has these signs.
_BEGIN = {"strong": "\x02b", "em": "\x02i", "ref": "\x02r"}
_KINDS = {sign[1]: kind for kind, sign in _BEGIN.items()}
_END = "\x03"
_MANY_COLUMNS = 8
_PIECE = re.compile("\x02([bir])(.*?)\x03", re.DOTALL)


def in_language(document: Document, words: Catalogue) -> Document:
    """The document in the catalogue's language."""
    return replace(
        document,
        meta=_meta(document.meta, words),
        lead=Lead(
            words.told(document.lead.heading),
            tuple(_parts(parts, words) for parts in document.lead.paragraphs),
            tuple(_parts(parts, words) for parts in document.lead.asides),
        ),
        figures=tuple(
            KeyFigure(words.told(one.value), words.told(one.label), words.told(one.detail)) for one in document.figures
        ),
        sections=tuple(
            Section(words.told(one.title), tuple(_block(item, words) for item in one.blocks), one.new_page)
            for one in document.sections
        ),
    )


def own_strings(log: FollowUpLog, office: Office) -> frozenset[str]:
    """What people called things in this log, and the office's own words: no catalogue has a say in them."""
    found: set[str] = {text for text in (office.name, office.author, office.contact, office.signature) if text}
    found |= set(office.card.values())
    if log.title:
        found.add(log.title)
    for name, kind in log.interviews.schema.items():
        if kind == pl.String and name not in _SHARED:
            found |= {clean(value) for value in log.interviews[name].drop_nulls().unique().to_list()}
    return frozenset(found)


#: Columns of interviews that mostly hold words of everyday, for which the catalogue has its own.
_SHARED = ("interview_format", "job_level", "time_zone")


def _meta(meta: Meta, words: Catalogue) -> Meta:
    imprint = meta.imprint
    if imprint is not None:
        lines = [{"label": words.told(line["label"]), "text": words.forms.written(line["text"])
                  if line["label"] == "Date of issue" else line["text"]} for line in imprint["lines"]]  # fmt: skip
        imprint = {**imprint, "lines": lines}
    return replace(
        meta,
        kicker=words.told(meta.kicker),
        title=words.told(meta.title),
        document_title=words.told(meta.document_title),
        subtitle=words.told(meta.subtitle),
        running=words.told(meta.running),
        dateline=words.told(meta.dateline),
        description=words.told(meta.description),
        keywords=tuple(words.told(one) for one in meta.keywords),
        imprint=imprint,
        logo=None if meta.logo is None else {**meta.logo, "alt": words.told(meta.logo["alt"])},
        language=words.language,
        words={english: words.told(english) for english in meta.words},
    )


def _block(item: Mapping[str, Any], words: Catalogue) -> dict[str, Any]:
    made = dict(item)
    kind = item["type"]
    if kind in ("text", "aside", "beside"):
        made["text"] = _parts(item["text"], words)
    if kind == "heading":
        made["text"] = words.told(item["text"])
    if kind == "list":
        made["items"] = [_parts(one, words) for one in item["items"]]
    if kind == "terms":
        made["items"] = [{"term": words.told(one["term"]), "text": _parts(one["text"], words)} for one in item["items"]]
    if kind in ("chart", "beside"):
        made |= {name: words.told(item[name]) for name in ("alt", "caption", "title") if item.get(name)}
    if kind == "table":
        made |= {
            "caption": _parts(item["caption"], words),
            "columns": [{**column, "label": words.told(column["label"])} for column in item["columns"]],
            "rows": [[words.told(cell) for cell in row] for row in item["rows"]],
            "note": words.told(item["note"]) if item["note"] else item["note"],
            # Words are longer than in English: where there are many columns they need the room between them.
            "tight": len(item["columns"]) >= _MANY_COLUMNS,
        }
    return made


def _parts(parts: Parts, words: Catalogue) -> Parts:
    """A paragraph: one text while it is looked up, then parts again."""
    if isinstance(parts, str):
        return words.told(parts)
    return _parted(words.told("".join(map(_marked, parts))))


def _marked(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        (kind, text), *_ = part.items()
        return f"{_BEGIN[kind]}{text}{_END}"
    return "".join(map(_marked, part))


def _parted(text: str) -> list[Any]:
    made: list[Any] = []
    end = 0
    for piece in _PIECE.finditer(text):
        if piece.start() > end:
            made.append(text[end : piece.start()])
        made.append({_KINDS[piece[1]]: piece[2]})
        end = piece.end()
    if end < len(text):
        made.append(text[end:])
    return made
