"""Characters in reports: what has no sign is shown as its code, what no reader may see is taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.errors import UnreadableError
from followup_analytics.report import typecase
from followup_analytics.report.press import template_sources
from followup_analytics.report.typecase import TypeCase, font_files, font_folder


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("Söhne & Müller", "Söhne & Müller"),
        ("Жук Σ مرحبا שלום", "Жук Σ مرحبا שלום"),
        ("王芳", "[U+738B][U+82B3]"),
        ("private \ue000", "private [U+E000]"),
        ("nul\x00 \u202egnp.exe", "nul gnp.exe"),
        ("lone \ud800 and \ufffe", "lone  and "),
        ("a\u2028b\r\nc", "a\nb\nc"),
        ("e\u0301", "é"),
    ],
)
def test_each_character_is_printed_or_coded(given: str, printed: str) -> None:
    """A character without a sign becomes its code; controls, surrogates and overrides disappear."""
    assert TypeCase().printable(given) == printed


def test_what_was_coded_is_remembered() -> None:
    """The notes can say which characters have no sign."""
    case = TypeCase()
    case.clean_all({"a": ["王", {"b": "芳"}]})
    assert case.missing == {"王", "芳"}


def test_a_drawing_is_left_as_it_is() -> None:
    """The SVG of a chart was made from cleaned rows: its line ends must not change."""
    assert TypeCase().clean_all({"svg": "a\r\nb"}) == {"svg": "a\r\nb"}


def test_a_font_of_last_resort_is_never_used() -> None:
    """Matplotlib's folder also holds a font that draws boxes for everything; it is not among ours."""
    names = [path.name for path in font_files()]
    assert "SourceSansPro-Regular.ttf" in names
    assert "DejaVuSans.ttf" in names
    assert not any("LastResort" in name for name in names)


def test_a_users_fonts_are_added(tmp_path: Path) -> None:
    """Fonts of a given folder are used too; a folder that isn't there is a plain refusal."""
    (tmp_path / "mine.ttf").write_bytes(font_files()[0].read_bytes())
    with font_folder(tmp_path) as folder:
        assert any(path.name.endswith("mine.ttf") for path in folder.iterdir())
    with pytest.raises(UnreadableError, match="font folder"):
        font_files(tmp_path / "absent")


def test_templates_fetch_nothing_and_evaluate_nothing() -> None:
    """No template names a package from the network or turns text into markup."""
    sources = template_sources()
    assert set(sources) == {"book.typ", "report.typ", "sheet.typ"}
    for text in sources.values():
        assert "@preview" not in text
        assert "eval(" not in text
        assert "#read(" not in text


def test_a_font_of_the_system_lends_what_ours_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that only a font of the system has is printed, that font is one of the report's, and no other is."""
    lender = font_files()[0]
    monkeypatch.setattr(typecase, "covered", lambda font_path=None: frozenset(range(128)))
    monkeypatch.setattr(typecase, "system_fonts", lambda: (lender, font_files()[1]))
    case = TypeCase()
    assert case.printable("Müller 王") == "Müller [U+738B]"
    assert case.lent == [lender]
    with font_folder(more=case.lent) as folder:
        assert len(list(folder.iterdir())) == len(font_files()) + 1
