"""The page of times is made from the results that are committed, and no figure of it is typed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    """docs/performance.md is what docs/make_performance_page.py makes of benchmarks/results."""
    spec = importlib.util.spec_from_file_location("make_performance_page", ROOT / "docs" / "make_performance_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert written == module.page(), "run  python docs/make_performance_page.py"
