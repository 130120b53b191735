"""Running `followup` inside the test process: what it printed, and the exit code with which it would have ended."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from followup_analytics.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """stdout as JSON."""
        return json.loads(self.out)

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results of a JSON answer."""
        return self.json["results"]


class CommandLine:
    """`followup` with pytest's capture and monkeypatch."""

    def __init__(self, capsys, monkeypatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: object) -> Answer:
        """Run one command line."""
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["followup", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = self.capsys.readouterr()
        return Answer(code, out, err)
