"""No answer changes by accident: every command, on six logs, says what it said when its answers were frozen.

Numbers are compared to 1e-12 (a few fits that end by a search less closely); a failure names the answer, the path in it
and both values. A change that alters an answer on purpose freezes it anew, and the CHANGELOG says what changed and why:

    pytest tests/end_to_end/test_answers_stay.py --freeze

This prints what differs from before, and keeps the answers that don't. Only the command line and public names are
used here, so that files inside the package may move. What depends on the clock, on the version or on a fingerprint of
a file of the package is left out (`frozen_answers.py`); the logs are made by `answer_logs.py`, the questions stand in
`answer_questions.py`.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from answer_logs import PSEUDONYM_KEY, TRACKED, make_logs, track_entries
from answer_questions import FILES, OF_PYTHON, QUESTIONS, TOLERANCES, needed_before
from command_line import Answer
from frozen_answers import TOLERANCE, differences, lines, load, plain, save

import followup_analytics
from followup_analytics.reading import logs as reading

OF_COMMANDS = [(log, name) for log, asked in QUESTIONS.items() for name in asked.questions]
OF_FUNCTIONS = [(log, name) for log in ("sample", "etiquette") for name in OF_PYTHON]
MOST_DIFFERENCES_SHOWN = 25

#: What `track_entries` records.
ENTERED_INTERVIEWS, ENTERED_CONTACTS = 4, 5


@dataclass
class Office:
    """The folder of the logs, in which the commands run, and what was frozen and found."""

    ids: dict[str, str] = field(default_factory=dict)
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    frozen: dict[str, dict[str, Any]] = field(default_factory=dict)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)

    def run(self, *words: str) -> Answer:
        """One command line in this process, without pytest's capture, which a fixture of a module can't have."""
        from followup_analytics.cli import main

        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            patch.setattr(sys, "argv", ["followup", *words])
            try:
                main()
            except SystemExit as leaving:
                code = int(leaving.code or 0)
        return Answer(code, out.getvalue(), err.getvalue())

    def ask(self, log: str, name: str) -> Any:
        """The answer to a question: its exit code, what it said, and the files that it wrote."""
        if (log, name) not in self.answers:
            first = needed_before(log, name)
            if first is not None:
                self.ask(log, first)
            asked = QUESTIONS[log]
            drawn = {called: one for one, called in self.ids.items()}
            tokens = {"log": asked.place, "name": log, "today": asked.today}
            words = [drawn.get(word, word.format(**tokens)) for word in asked.questions[name]]
            answer = self.run(*words)
            said = answer.json if answer.out.startswith("{") else lines(answer.out)
            if log == "tracked" and isinstance(said, dict):
                without_the_clock(said)
            files = {file: text_of(Path(file.format(**tokens))) for file in FILES.get(name, ())}
            whole = {"code": answer.code, "said": said, "aside": lines(answer.err), "files": files}
            self.answers[log, name] = plain(whole, self.ids)
        return self.answers[log, name]


def without_the_clock(said: dict[str, Any]) -> None:
    """The data date of a store that `track` writes is now, and so is the day of the step that `history` tells."""
    said["log"]["data_date"] = "NOW"
    for row in said["results"]:
        if "next" in row:
            row["next"] = "NOW"


def text_of(path: Path) -> Any:
    """What a file says: JSON as values, a PDF by poppler, anything else as its lines; nothing where it is not there."""
    if not path.exists():
        return None
    if path.suffix == ".json":
        return json.loads(path.read_text("utf-8"))
    if path.suffix == ".pdf":
        done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
        return lines(done.stdout.decode("utf-8").replace("\u00ad", ""))
    return lines(path.read_text("utf-8"))


def read_once(read: Callable[..., Any]) -> Callable[..., Any]:
    """Reads each folder once for all that is asked of it; stores, which are written to, anew each time."""
    logs: dict[Any, Any] = {}

    def read_log(source: Any, **options: Any) -> Any:
        if not (isinstance(source, str) and Path(source).is_dir()):
            return read(source, **options)
        asked = source, tuple(sorted(options.items()))
        if asked not in logs:
            logs[asked] = read(source, **options)
        return logs[asked]

    return read_log


def name_ids(office: Office) -> None:
    """Ids of entries are drawn at random; give each the name of its kind and its place."""
    listed = office.run("track", TRACKED, "list", "--all", "--json").results
    assert len(listed) == ENTERED_INTERVIEWS
    for number, row in enumerate(reversed(listed), start=1):
        office.ids[row["interview_id"]] = f"INTERVIEW {number}"
    told = "".join(office.run("track", TRACKED, "history", interview).out for interview in list(office.ids))
    for number, contact in enumerate(dict.fromkeys(re.findall(r"\bct-[0-9a-z]{5}\b", told)), start=1):
        office.ids[contact] = f"CONTACT {number}"
    assert f"CONTACT {ENTERED_CONTACTS}" in office.ids.values()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Office]:
    """The folder with all logs as the current one; at the end, where asked for, what was found is frozen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("answers"))
        patch.setenv("FOLLOWUP_KEY", PSEUDONYM_KEY)
        patch.setenv("COLUMNS", "110")
        patch.setenv("NO_COLOR", "1")
        here = Office(frozen={log: load(log) for log in QUESTIONS})
        make_logs()
        patch.setattr(reading, "read_log", read_once(reading.read_log))
        track_entries(here.run)
        name_ids(here)
        yield here
    if request.config.getoption("--freeze"):
        plugins = request.config.pluginmanager
        with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
            for line in ["", *here.changes, f"{len(here.changes)} differences are frozen."]:
                plugins.get_plugin("terminalreporter").write_line(line)
        for log, found in here.found.items():
            known = {*QUESTIONS[log].questions, *OF_PYTHON}
            save(log, {name: one for name, one in (here.frozen[log] | found).items() if name in known})


def judge(office: Office, log: str, name: str, now: Any, *, freeze: bool) -> None:
    """Compare an answer with the frozen one, or keep it to be frozen and say what differs."""
    was = office.frozen[log].get(name)
    unlike = (
        ["was never frozen"] if was is None else list(differences(was, now, tolerance=TOLERANCES.get(name, TOLERANCE)))
    )
    if freeze:
        office.found.setdefault(log, {})[name] = now if unlike else was
        office.changes += [f"{log}: {name}: {line}" for line in unlike[:MOST_DIFFERENCES_SHOWN]]
        return
    told = "\n  ".join(unlike[:MOST_DIFFERENCES_SHOWN])
    assert not unlike, f"{log}: {name}: {len(unlike)} differences from the frozen answer\n  {told}"


@pytest.mark.parametrize(("log", "name"), OF_COMMANDS, ids=[f"{log}: {name}" for log, name in OF_COMMANDS])
def test_a_command_answers_as_before(office: Office, log: str, name: str, pytestconfig: pytest.Config) -> None:
    """Exit code, JSON or text, and the files written are those that were frozen."""
    if any(file.endswith(".pdf") for file in FILES.get(name, ())) and shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    judge(office, log, name, office.ask(log, name), freeze=pytestconfig.getoption("--freeze"))


@pytest.mark.parametrize(("log", "name"), OF_FUNCTIONS, ids=[f"{log}: {name}" for log, name in OF_FUNCTIONS])
def test_a_function_answers_as_before(office: Office, log: str, name: str, pytestconfig: pytest.Config) -> None:
    """Frame and summary of what only Python gives are those that were frozen."""
    result = getattr(followup_analytics, name)(followup_analytics.read_log(log), **OF_PYTHON[name])
    now = plain({"rows": result.to_frame().to_dicts(), "summary": lines(str(result.summary()))}, office.ids)
    judge(office, log, name, now, freeze=pytestconfig.getoption("--freeze"))


ROWS = [{"arm": "a"}, {"arm": "b"}]
BEFORE = {"code": 0, "said": {"n": 3, "estimate": 0.25, "low": None, "rows": ROWS, "simulated": True}}


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("n", 4, [".said.n: is 4 (was 3)"]),
        ("n", 3.0, [".said.n: is 3.0 (was 3)"]),
        ("estimate", 0.25 + 1e-13, []),
        ("estimate", 0.25 + 1e-11, [".said.estimate: is 0.25000000001 (was 0.25)"]),
        ("estimate", None, [".said.estimate: is null (was 0.25)"]),
        ("low", "nan", ['.said.low: is "nan" (was null)']),
        ("simulated", 1, [".said.simulated: is 1 (was true)"]),
        ("more", [], [".said.more: is new ([])"]),
        ("rows", [{"arm": "a"}], [".said.rows: has 1 entries (had 2)"]),
        ("rows", [{"arm": "a"}, {"arm": "c"}], ['.said.rows[1].arm: is "c" (was "b")']),
        ("rows", [{"arm": "a"}, {}], ['.said.rows[1].arm: is gone (was "b")']),
    ],
)
def test_a_difference_is_told_by_its_path(path: str, value: Any, told: list[str]) -> None:
    """A changed, new or lost value is named with its path; what differs by rounding alone is not."""
    assert list(differences(BEFORE, {**BEFORE, "said": {**BEFORE["said"], path: value}})) == told
