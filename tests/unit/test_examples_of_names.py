"""Every public name has an example in its docstring, and gives what the example shows."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import followup_analytics as fa
from followup_analytics import read_log, sample_data

NAMES = [name for name in fa.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_name_gives_what_it_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an example stand the public names, and `log`, the sample that comes with the package."""
    monkeypatch.chdir(tmp_path)
    thing = getattr(fa, name)
    known = {one: getattr(fa, one) for one in NAMES} | {"log": read_log(sample_data("log"))}
    example = doctest.DocTestParser().get_doctest(inspect.getdoc(thing) or "", known, name, None, None)
    assert example.examples, f"{name} has no example"
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(example, out=told.append)
    assert not runner.failures, "".join(told)
