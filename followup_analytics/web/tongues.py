"""A page in German or Spanish: its texts told by the catalogue of the reports, sentence by sentence, after it is set.

What stands in an element with `translate="no"`, in `code` and in `pre` is left as it is: what people typed, names,
commands, protocols.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from followup_analytics.languages import LANGUAGES

if TYPE_CHECKING:
    from followup_analytics.languages import Catalogue

_TOLD = ("alt", "aria-label", "placeholder", "title")
_AS_IT_IS = frozenset({"code", "pre", "script", "style"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


def language_for(chosen: str | None, accepted: str) -> str:
    """The language of a page: the one that was chosen, else the first of a browser's that there is, else English.

    accepted: the header Accept-Language, such as `de-CH, en;q=0.8`.
    """
    if chosen is not None:
        return chosen
    wanted: list[tuple[float, int, str]] = []
    for place, one in enumerate(accepted.split(",")[:20]):
        name, _, rest = one.strip().partition(";")
        weight = _weight(rest)
        if weight > 0:
            wanted.append((-weight, place, name.strip().lower().partition("-")[0]))
    return next((name for _, _, name in sorted(wanted) if name in LANGUAGES), LANGUAGES[0])


def in_tongue(page: str, words: Catalogue) -> str:
    """A page as it is read in the catalogue's language."""
    telling = _Telling(words)
    telling.feed(page)
    telling.close()
    return "".join(telling.parts)


class _Telling(HTMLParser):
    """Writes a page anew with its texts told."""

    def __init__(self, words: Catalogue) -> None:
        super().__init__(convert_charrefs=True)
        self.words = words
        self.parts: list[str] = []
        #: Elements that are open within one that stays as it is, that one included.
        self._kept: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """An element begins."""
        held = dict(attrs)
        if tag not in _VOID and (self._kept or tag in _AS_IT_IS or held.get("translate") == "no"):
            self._kept.append(tag)
        told = {name: self.words.told(text) for name, text in attrs if name in _TOLD and text and not self._kept}
        if tag == "html":
            told["lang"] = self.words.language
        if not told:
            self.parts.append(self.get_starttag_text() or "")
            return
        set_anew = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in {**held, **told}.items()
        )
        self.parts.append(f"<{tag}{set_anew}>")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if self._kept and tag == self._kept[-1]:
            self._kept.pop()
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """A text between two tags."""
        self.parts.append(escape(data if self._kept or not data.strip() else self.words.told(data), quote=False))

    def handle_decl(self, decl: str) -> None:
        """The line that says that it is HTML."""
        self.parts.append(f"<!{decl}>")


def _weight(rest: str) -> float:
    name, _, value = rest.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def names_in(texts: Collection[str | None]) -> frozenset[str]:
    """Names that no catalogue has a say in, without those that are none."""
    return frozenset(one for one in texts if one)
