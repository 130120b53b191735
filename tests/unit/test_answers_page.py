"""The page of the answers' columns is the one that its script writes, and leaves no answer out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _maker():
    spec = importlib.util.spec_from_file_location("make_answers_page", ROOT / "docs" / "make_answers_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = _maker()


def test_the_page_of_answers_is_current() -> None:
    """docs/answers.md is what docs/make_answers_page.py makes of the classes."""
    assert MAKER.PAGE.read_text(encoding="utf-8") == MAKER.page(), "run  python docs/make_answers_page.py"


def test_every_answer_stands_on_the_page() -> None:
    """With each of its columns; keys of the question have a line of their own."""
    page = MAKER.page()
    assert len(MAKER.results()) >= 20
    for result in MAKER.results():
        assert all(f"| `{one.name}` |" in page for one in result.row_type.declared() if not one.is_keys)
    assert page.count("*the question's columns*") == 3
