"""Notebooks as their readers see them: opened in JupyterLab in a browser where they lie, looked at, run, used."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jupyterlab", reason="the extra `notebook` is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine to open JupyterLab in"),
    # One JupyterLab for all of them: they go to one worker.
    pytest.mark.xdist_group("jupyterlab"),
]

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
EXPLORER = next(path for path in NOTEBOOKS if path.name.startswith("02"))
#: Without these a news pop-up stays in the way, cells out of view are not in the page, and what ran is saved.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False, "confirmClosingDocument": False},
}
#: What browsers and JupyterLab itself say on any page.
NOISE = ("favicon", "Canvas2D", "ResizeObserver loop", "Could not restore the debugger state")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab in the notebooks' own folder, with nobody's settings; nothing is saved there."""
    place = tmp_path_factory.mktemp("lab")
    places = {name: place / name for name in ("config", "data", "runtime", "settings", "workspaces", "home")}
    for path in places.values():
        path.mkdir()
    for name, values in SETTINGS.items():
        file = places["settings"] / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), "utf-8")
    token, port = secrets.token_hex(16), free_port()
    environment = {key: value for key, value in os.environ.items() if key != "FOLLOWUP_DATA"} | {
        "JUPYTER_CONFIG_DIR": str(places["config"]),
        "JUPYTER_DATA_DIR": str(places["data"]),
        "JUPYTER_RUNTIME_DIR": str(places["runtime"]),
        "JUPYTERLAB_SETTINGS_DIR": str(places["settings"]),
        "JUPYTERLAB_WORKSPACES_DIR": str(places["workspaces"]),
        "HOME": str(places["home"]),
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={ROOT / 'notebooks'}", "--ServerApp.port_retries=0",
        f"--FileCheckpoints.checkpoint_dir={place / 'checkpoints'}",
    ]  # fmt: skip
    with (place / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api?token={token}", server)
        yield f"{address}/lab/workspaces/DESK/tree/NAME?token={token}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Until the server answers; fails where it has ended or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, "JupyterLab ended before it answered"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("JupyterLab did not answer")


@dataclass
class Opened:
    """A notebook in a browser, with what it asked for and complained of."""

    page: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def outside(self, lab: str) -> list[str]:
        """What was asked of another machine."""
        here = lab.split("/lab/", maxsplit=1)[0].removeprefix("http://")
        return [url for url in self.asked if here not in url and not url.startswith(("data:", "blob:"))]

    def run_all(self) -> None:
        """Run all cells and wait for the last of them."""
        page = self.page
        page.get_by_text("| Idle").wait_for(timeout=120_000)  # what is run before the kernel is there never runs
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…", exact=True).click()
        page.get_by_role("button", name="Confirm Kernel Restart").click()
        page.wait_for_function(
            """() => {
                const cells = [...document.querySelectorAll('.jp-CodeCell')];
                const texts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent);
                const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.stderr"]');
                window.began ||= texts.some(text => text.includes('*'));
                return failed || (window.began && texts.every(text => /\\[\\d+\\]/.test(text)));
            }""",
            timeout=300_000,
        )
        # Pictures are decoded after they are put in.
        page.wait_for_function(
            "() => [...document.querySelectorAll('.jp-OutputArea-output img')].every(one => one.complete)"
        )

    def seen(self) -> dict[str, int]:
        """How many tables and pictures stand in the page, how many of these are loaded and described, and cells cut."""
        found: dict[str, int] = self.page.evaluate(
            """() => {
                const area = document.querySelector('.jp-Notebook');
                const pictures = [...area.querySelectorAll('.jp-OutputArea-output img')];
                const tables = [...area.querySelectorAll('.jp-OutputArea-output table')];
                return {
                    tables: tables.length,
                    seenTables: tables.filter(one => one.offsetWidth > 50 && one.offsetHeight > 10).length,
                    pictures: pictures.length,
                    seenPictures: pictures.filter(one => one.naturalWidth > 50 && one.offsetWidth > 50).length,
                    described: pictures.filter(one => /\\d/.test(one.alt)).length,
                };
            }"""
        )
        return found


@pytest.fixture
def opened(lab: str, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """The notebook that a test is about, open."""
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        one = Opened(page)
        page.on("request", lambda request: one.asked.append(request.url))
        page.on("pageerror", lambda error: one.said.append(str(error)))
        page.on("console", lambda message: one.said.append(message.text) if message.type == "error" else None)
        # A desk of its own, or the notebooks of other tests would be open too.
        address = lab.replace("NAME", request.param.name).replace("DESK", secrets.token_hex(4))
        page.goto(address, wait_until="domcontentloaded", timeout=120_000)
        page.wait_for_selector(".jp-Notebook .jp-OutputArea-output img", timeout=120_000)
        page.wait_for_load_state("networkidle", timeout=120_000)
        yield one
        browser.close()


@pytest.mark.parametrize("opened", NOTEBOOKS, ids=lambda path: path.stem, indirect=True)
def test_a_reader_opens_a_notebook_where_it_lies_and_runs_it(
    opened: Opened, lab: str, request: pytest.FixtureRequest
) -> None:
    """Tables and pictures are there before anything runs, and after; no error, nothing asked of another machine."""
    path = request.node.callspec.params["opened"]
    kept = path.read_bytes()
    shown = opened.seen()
    assert shown["seenPictures"] == shown["pictures"] == shown["described"] > 0
    assert shown["seenTables"] == shown["tables"] > 0
    opened.run_all()
    problems = opened.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    assert problems == []
    shown = opened.seen()
    assert shown["seenPictures"] == shown["pictures"] == shown["described"] > 0
    assert shown["seenTables"] == shown["tables"] > 0
    assert opened.outside(lab) == []
    assert [text for text in opened.said if not any(noise in text for noise in NOISE)] == []
    assert path.read_bytes() == kept


@pytest.mark.parametrize("opened", [EXPLORER], ids=lambda path: path.stem, indirect=True)
def test_the_explorer_is_used_by_keyboard(opened: Opened) -> None:
    """Tab goes from list to list, letters and arrows choose, and the answer changes within a moment."""
    opened.run_all()
    page = opened.page
    lists = page.locator(".followup-explorer select")
    lists.first.wait_for(timeout=30_000)
    assert lists.count() == 4
    shown = page.locator(".followup-explorer p[role=status]")
    before = shown.inner_text()
    lists.nth(0).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.querySelectorAll('.followup-explorer select')[1]")
    start = time.monotonic()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "before => document.querySelector('.followup-explorer p[role=status]').innerText !== before",
        arg=before,
        timeout=30_000,
    )
    assert time.monotonic() - start < 3  # through browser, server and kernel of a busy machine; alone it is 0.1
    assert "by telephone" in shown.inner_text()
    assert all(one.evaluate("e => e.labels[0].innerText") for one in lists.all())
    lists.nth(0).focus()
    page.keyboard.type("autumn 2025")
    page.wait_for_function(
        "() => document.querySelector('.followup-explorer p[role=status]').innerText.includes('2025')"
    )
