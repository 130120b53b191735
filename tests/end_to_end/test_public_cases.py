"""Small inputs after public reports of real exports, each ingested by the command and compared with what is right."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

CASES = Path(__file__).parents[1] / "fixtures" / "cases"


def _runner() -> object:
    spec = importlib.util.spec_from_file_location("run_cases", CASES / "run_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RUN_CASES = _runner()
NAMES = sorted(path.parent.name for path in CASES.glob("*/case.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_a_trait_that_people_reported(name: str) -> None:
    """What the file says is in the log, or the command says plainly that it was not read."""
    ok, why = RUN_CASES.run(CASES / name)  # type: ignore[attr-defined]
    assert ok, why
