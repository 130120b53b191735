"""The report's fonts, and what happens to characters that none of them has.

A report must never fail on a person's name and never print empty boxes. Our own fonts have Latin, Greek, Cyrillic,
Arabic and Hebrew letters, so that every machine sets the same pages of them. For other scripts, as Chinese, a font of
the system that is known to have them is taken, and only then; what no font has is shown as its code, as in [U+738B],
and said in the notes.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from followup_analytics.charts import add_fonts
from followup_analytics.errors import UnreadableError
from followup_analytics.results.row import Row
from followup_analytics.text import clean

AnyRow = TypeVar("AnyRow", bound=Row)

_SOURCE_SANS = ("Light", "Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
_DEJAVU = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf")
_FONT_SUFFIXES = (".ttf", ".otf", ".ttc")
#: Fonts of systems that have what ours lack, the better ones first: starts of their files' names.
_OF_SYSTEMS = (
    "NotoSansCJK-Regular", "NotoSansSC-Regular", "NotoSansJP-Regular", "NotoSansKR-Regular", "SourceHanSans",
    "PingFang", "Hiragino Sans GB", "msyh", "meiryo", "malgun", "wqy-microhei", "DroidSansFallback",
    "NotoSansDevanagari-Regular", "NotoSansBengali-Regular", "NotoSansTamil-Regular", "NotoSansThai-Regular",
    "NotoSansEthiopic-Regular", "NotoSansArmenian-Regular", "NotoSansGeorgian-Regular", "Nirmala", "Leelawui",
    "NotoEmoji", "Symbola", "seguisym", "Arial Unicode",
)  # fmt: skip


def font_files(font_path: Path | None = None) -> tuple[Path, ...]:
    """The font files that a report is set in on any machine, besides the serif that the typesetter brings.

    `font_path` is a user's folder with further fonts. DejaVu is taken file by file: its folder in matplotlib also holds
    a font of last resort whose boxes would hide every gap.
    """
    import font_source_sans_pro  # type: ignore[import-untyped,unused-ignore]
    import matplotlib as mpl

    sans = Path(font_source_sans_pro.font_directory)
    dejavu = Path(mpl.get_data_path()) / "fonts" / "ttf"
    files = [sans / f"SourceSansPro-{weight}.ttf" for weight in _SOURCE_SANS] + [dejavu / name for name in _DEJAVU]
    return tuple(path for path in files if path.is_file()) + _users_fonts(font_path)


def _users_fonts(folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return ()
    if not folder.is_dir():
        raise UnreadableError(
            f"the font folder {folder.name} can't be read: give a folder that holds .ttf or .otf files."
        )
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in _FONT_SUFFIXES))


@lru_cache(maxsize=1)
def system_fonts() -> tuple[Path, ...]:
    """Fonts of this system for scripts that ours lack, the better ones first."""
    from matplotlib.font_manager import findSystemFonts

    found = sorted(Path(name) for name in findSystemFonts())
    return tuple(path for start in _OF_SYSTEMS for path in found if path.name.startswith(start))


@contextmanager
def font_folder(font_path: Path | None = None, more: Iterable[Path] = ()) -> Iterator[Path]:
    """A temporary folder with exactly the fonts of `font_files`, and some more."""
    with TemporaryDirectory(prefix="followup-fonts-") as name:
        folder = Path(name)
        for number, path in enumerate((*font_files(font_path), *more)):
            shutil.copyfile(path, folder / f"{number:03d}-{path.name}")
        yield folder


@lru_cache(maxsize=4)
def covered(font_path: Path | None = None) -> frozenset[int]:
    """Code points for which some font has a sign."""
    points: set[int] = set()
    for path in font_files(font_path):
        points |= _points_of(path)
    return frozenset(points)


@lru_cache(maxsize=32)
def _points_of(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        if path.suffix.lower() == ".ttc":
            with TTCollection(path) as several:
                return frozenset(point for font in several.fonts for point in font.getBestCmap() or ())
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError):
        raise UnreadableError(f"the font file {path.name} can't be read: take it out of the font folder.") from None


@dataclass
class TypeCase:
    """Makes strings printable and remembers what had to be shown as a code."""

    font_path: Path | None = None
    missing: set[str] = field(default_factory=set)
    #: Fonts of the system that were needed so far.
    lent: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        add_fonts(_users_fonts(self.font_path))

    def printable(self, text: str) -> str:
        """The text without control characters, and with a visible code for each character that no font has."""
        tidy = clean(text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\r\n", "\n").replace("\r", "\n"))
        if tidy.isascii():
            return tidy
        have = covered(self.font_path)
        return "".join(self._shown(letter, have) for letter in unicodedata.normalize("NFC", tidy))

    def _shown(self, letter: str, have: frozenset[int]) -> str:
        # Private-use characters mean nothing to a reader and are forbidden in PDF/A, whatever a font draws for them.
        signless = unicodedata.category(letter) in ("Co", "Cn", "Cs")
        if letter == "\n" or (ord(letter) in have and not signless):
            return letter
        if not signless and self._lends(letter):
            return letter
        if unicodedata.category(letter) in ("Cf", "Mn", "Me") and ord(letter) not in have:
            self.missing.add(letter)
            return "" if unicodedata.category(letter) == "Cf" else _code(letter)
        self.missing.add(letter)
        return _code(letter)

    def _lends(self, letter: str) -> bool:
        """Whether a font of the system has a letter; it is then one of the report's."""
        for path in (*self.lent, *system_fonts()):
            if ord(letter) in _points_of(path):
                if path not in self.lent:
                    self.lent.append(path)
                    add_fonts([path])
                return True
        return False

    def clean_all(self, value: Any) -> Any:
        """The same rows, nested lists and mappings with every string made printable, keys left alone."""
        if isinstance(value, str):
            return self.printable(value)
        if isinstance(value, Row):
            return value.having(**{one.name: self.clean_all(getattr(value, one.name)) for one in value.declared()})
        if isinstance(value, Mapping):
            # A chart's drawing was made from cleaned rows, and holds line ends and code that must stay as they are.
            return {key: item if key == "svg" else self.clean_all(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean_all(item) for item in value]
        return value

    def clean_rows(self, rows: Iterable[AnyRow]) -> tuple[AnyRow, ...]:
        """The same rows of an answer with every string made printable."""
        return tuple(self.clean_all(row) for row in rows)


def subset_font(weight: str, letters: str) -> bytes:
    """The sans serif in a weight such as `Regular`, cut down to the signs of some letters, as a WOFF file."""
    import io

    import font_source_sans_pro
    from fontTools import subset

    options = subset.Options(flavor="woff", layout_features=["kern", "lnum", "tnum"], recalc_timestamp=False)
    out = io.BytesIO()
    with subset.load_font(Path(font_source_sans_pro.font_directory) / f"SourceSansPro-{weight}.ttf", options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        subset.save_font(font, out, options)
    return out.getvalue()


def _code(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"
