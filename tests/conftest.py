"""Fixtures that several kinds of tests share."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A run is red for what was changed and not by the luck of a draw; HYPOTHESIS_PROFILE=explore draws anew each time.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Before numpy and polars are imported: every core has a process of tests already, and a library that starts a thread
# for each core in each of them makes all of them slow.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_variable, "1")
# Tables are printed for a pipe, however wide the terminal is in which the tests run.
for _variable in ("COLUMNS", "LINES"):
    os.environ.pop(_variable, None)

sys.path[:0] = [str(Path(__file__).parent / one) for one in ("", "end_to_end", "engines")]

SAMPLE_INTERVIEWS = 300


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--freeze`: the answers that `test_answers_stay.py` finds are the ones to come."""
    parser.addoption("--freeze", action="store_true", help="freeze the answers of every command anew")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Answers are frozen by one process, which has found all of them."""
    if config.getoption("--freeze"):
        config.option.numprocesses = 0


def pytest_collection_finish() -> None:
    """What was imported lives to the end: to look for garbage in it again and again is in vain, as in a command."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def fonts_of_our_own():
    """Reports are set in the package's fonts alone, whatever this machine has."""
    from followup_analytics.report import typecase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typecase, "system_fonts", lambda: ())
        yield


@pytest.fixture(scope="session", autouse=True)
def one_parser_a_process():
    """The command line's parser is made once for the commands that are known, as in a process of its own."""
    import typer.main

    made, make = {}, typer.main.get_command

    def kept(app):
        known = id(app), len(app.registered_commands), len(app.registered_groups)
        if known not in made:
            made[known] = make(app)
        return made[known]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", kept)
        yield


@pytest.fixture(scope="session")
def simulated_folder(tmp_path_factory) -> Path:
    """A simulated log of 300 interviews as a folder."""
    from followup_analytics import simulate_log

    folder = tmp_path_factory.mktemp("simulated") / "log"
    simulate_log(interviews=SAMPLE_INTERVIEWS, world="office", seed=1).write(folder)
    return folder


@pytest.fixture
def reports_without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports leave out the model and the claims, which take seconds, where something else is looked at."""
    from followup_analytics.report import gather

    monkeypatch.setattr(gather, "_model", lambda *_: (None, None, ""))
    monkeypatch.setattr(gather, "_claims", lambda *_: (None, None, ""))


@pytest.fixture
def followup(capsys, monkeypatch):
    """The command line, run in this process."""
    from command_line import CommandLine

    return CommandLine(capsys, monkeypatch)
