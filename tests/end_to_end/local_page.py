"""The local page as a person has it: the program started from outside, a real browser, and nothing else on the net."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Visit:
    """A page in the browser, and what it did that nobody saw.

    faults: errors in the console and of scripts. outside: requests to anywhere but the program.
    """

    page: Any
    home: str
    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the first request on."""
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:", "about:")):
            self.outside.append(urlsplit(request.url).netloc)

    def go(self, address: str) -> None:
        """Go to one of the program's pages."""
        self.page.goto(self.home + address)

    def kept(self, name: str) -> None:
        """Keep a picture of the page, where somebody asked for pictures by FOLLOWUP_SCREENSHOTS."""
        folder = os.environ.get("FOLLOWUP_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def _is_address(text: str) -> bool:
    return "/open?token=" in text or text.startswith("https://")


@contextlib.contextmanager
def program(*arguments: str, folder: Path) -> Iterator[str]:
    """`followup open` in a folder, until the block ends: gives its one-time link, or the address where it is shared."""
    environment = {**os.environ, "HOME": str(folder), "FOLLOWUP_CONFIG": str(folder / "config")}
    root = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    running = subprocess.Popen(
        [sys.executable, "-m", "followup_analytics", "open", *arguments, "--no-browser"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        said = ""
        for line in running.stdout:
            said += line
            if _is_address(line):
                break
        link = next((word for word in said.split() if _is_address(word)), None)
        assert link is not None, said
        yield link
    finally:
        running.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(10)
        if running.poll() is None:
            running.kill()
            running.wait()
        if running.stdout is not None:
            running.stdout.close()
