"""A guard on ratios, never on seconds: rates of anybody's file beside SQL that was written by hand for it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(find_spec("duckdb") is None, reason="duckdb is not installed")

ROOT = Path(__file__).parents[2]
#: Of so small a log the imports are most of the time: 2.3 times DuckDB's when this was written, and 8.1 in parts, which
#: are written to files first.
MOST = ("5", "16")


@pytest.mark.slow
def test_rates_of_anybodys_file_take_no_many_times_duckdbs_time() -> None:
    """Whole and in parts, in processor time of one run each, after the answers were found equal."""
    made = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "anybodys_file.py", "--contacts", "300000", "--files", "20",
         "--most", *MOST],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "equal answers" in made.stdout
