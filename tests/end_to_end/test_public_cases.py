"""Small inputs after public reports of real exports, each ingested by the command and compared with what is right."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from command_line import CommandLine

CASES = Path(__file__).parents[1] / "fixtures" / "cases"


def _runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_cases", CASES / "run_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RUN_CASES = _runner()
NAMES = sorted(path.parent.name for path in CASES.glob("*/case.toml"))


def in_this_process(followup: CommandLine, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stands in for `subprocess` in the script: the same command line without an interpreter started for each case."""

    def run(command: list[str], *, cwd: Path, env: dict[str, str], **_: object) -> subprocess.CompletedProcess[bytes]:
        monkeypatch.chdir(cwd)
        for name in ("NO_COLOR", "COLUMNS"):
            monkeypatch.setenv(name, env[name])
        answer = followup(*command[command.index("followup_analytics") + 1 :])
        return subprocess.CompletedProcess(command, answer.code, answer.out.encode(), answer.err.encode())

    return SimpleNamespace(run=run, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired)


def test_there_are_cases() -> None:
    """Else nothing is tested."""
    assert len(NAMES) > 20


@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_a_trait_that_people_reported(
    name: str, followup: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the file says is in the log, or the command says plainly that it was not read."""
    monkeypatch.setattr(RUN_CASES, "subprocess", in_this_process(followup, monkeypatch))
    ok, why = RUN_CASES.run(CASES / name)
    monkeypatch.chdir(tmp_path)  # the case's own folder is gone
    assert ok, why
