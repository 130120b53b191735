"""A notebook as its reader sees it: opened in JupyterLab in a browser, run from top to bottom, used."""

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
from pathlib import Path

import pytest

pytest.importorskip("jupyterlab", reason="the extra `notebook` is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine to open JupyterLab in"),
]

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from notebooks.build import notebook_of, text_of  # noqa: E402

SOURCE = ROOT / "notebooks" / "04_what_should_i_do_next.py"
#: Without these a news pop-up stays in the way, and cells out of view are not in the page.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab of its own, with the notebook not yet run, its data and nobody's settings."""
    places = {name: tmp_path / name for name in ("config", "data", "runtime", "settings", "workspaces", "home")}
    for path in places.values():
        path.mkdir()
    for name, values in SETTINGS.items():
        file = places["settings"] / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), "utf-8")
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "advice.ipynb").write_text(text_of(notebook_of(SOURCE)), "utf-8")
    shutil.copytree(ROOT / "data" / "log", desk / "data" / "log")
    token, port = secrets.token_hex(16), free_port()
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(places["config"]),
        "JUPYTER_DATA_DIR": str(places["data"]),
        "JUPYTER_RUNTIME_DIR": str(places["runtime"]),
        "JUPYTERLAB_SETTINGS_DIR": str(places["settings"]),
        "JUPYTERLAB_WORKSPACES_DIR": str(places["workspaces"]),
        "HOME": str(places["home"]),
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={desk}", "--ServerApp.port_retries=0",
    ]  # fmt: skip
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api?token={token}", server)
        yield f"{address}/lab/tree/advice.ipynb?token={token}"
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


def test_a_reader_runs_the_notebook_and_uses_it(lab: str) -> None:
    """Every cell runs without an error, the widgets answer, and nothing is asked of another machine."""
    asked: list[str] = []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.on("request", lambda request: asked.append(request.url))
        page.goto(lab, wait_until="domcontentloaded", timeout=120_000)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
        page.get_by_text("| Idle").wait_for(timeout=120_000)  # what is run before the kernel is there never runs
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_function(
            """() => {
                const cells = [...document.querySelectorAll('.jp-CodeCell')];
                const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.stderr"]');
                const shown = document.querySelector('.jp-OutputArea-output .widget-inline-hbox, .jupyter-widgets');
                const texts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent);
                return failed || (shown && texts.every(text => /\\[\\d+\\]/.test(text)));
            }""",
            timeout=180_000,
        )
        problems = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
        choice = page.locator(".jupyter-widgets select").first
        before = page.locator(".jp-Notebook").inner_text()
        options = choice.locator("option").all_inner_texts()
        choice.select_option(index=len(options) - 1)
        page.wait_for_timeout(1_500)
        after = page.locator(".jp-Notebook").inner_text()
        browser.close()
    assert not problems
    assert len(options) > 1
    assert before != after
    here = lab.split("/lab/", maxsplit=1)[0].removeprefix("http://")
    assert [url for url in asked if here not in url and not url.startswith(("data:", "blob:"))] == []
