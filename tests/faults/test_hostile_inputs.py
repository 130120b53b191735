"""Whatever is given as a file: a sentence and an exit code, never a fault of the program, never waiting for ever."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_inputs import MAKERS, hostile_inputs

_SECONDS = 60
_MOST_MEMORY = 1024**3


def run(path: Path, options: tuple[str, ...], folder: Path) -> tuple[int, str]:
    """`followup check` in a process of its own, with a limit on memory."""
    command = [sys.executable, "-m", "followup_analytics", "check", str(path), "--time-zone", "UTC", *options]
    limit = 12 * _MOST_MEMORY
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def judged(n: int, seed: int, folder: Path, kind: str | None = None) -> list[str]:
    """What went wrong with n hostile inputs, or with those of one kind among them, a line each."""
    wrong = []
    for place, (name, path, options) in enumerate(hostile_inputs(n, seed, folder)):
        if kind not in (None, name):
            continue
        before = set((folder / str(place)).iterdir())
        try:
            code, said = run(path, options, folder / str(place))
        except subprocess.TimeoutExpired:
            wrong.append(f"{place} {name}: still running after {_SECONDS} s")
            continue
        if code not in (0, 1, 2, 3) or "Traceback" in said or "fault of this program" in said:
            wrong.append(f"{place} {name}: exit {code}: {said[-600:]}")
        elif code and not said.strip():
            wrong.append(f"{place} {name}: exit {code} without a word")
        elif set((folder / str(place)).iterdir()) != before:
            wrong.append(f"{place} {name}: check wrote something beside the input")
    return wrong


@pytest.mark.slow
def test_one_input_of_every_kind(tmp_path: Path) -> None:
    """One of every kind is answered with a sentence, and check writes nothing."""
    assert judged(len(MAKERS), seed=1, folder=tmp_path) == []


@pytest.mark.study
def test_five_hundred_inputs(tmp_path: Path) -> None:
    """The same with 500 of them."""
    assert judged(500, seed=2, folder=tmp_path) == []
