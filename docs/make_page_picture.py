"""Photograph the local page for the README: python docs/make_page_picture.py (needs playwright and Chromium)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PICTURE = Path(__file__).resolve().parent / "images" / "page.png"
#: Pixels of the window, and what the file may weigh.
SIZE, HEAVIEST = {"width": 1100, "height": 1000}, 300_000


def photograph(path: Path = PICTURE) -> None:
    """Open the page on a simulated log, go to the rates, and keep what is seen."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "followup_analytics", "open", "--demo", "--no-browser"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})  # noqa: S603
    try:
        link = (server.stdout.readline() if server.stdout else "").strip()
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)
            page.goto(link, wait_until="networkidle", timeout=120_000)
            page.goto(re.sub(r"^(https?://[^/]+)/.*", r"\1/rates", link), wait_until="networkidle", timeout=120_000)
            path.write_bytes(page.screenshot())
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=30)
    if path.stat().st_size > HEAVIEST:
        sys.exit(f"{path.name} weighs {path.stat().st_size:,} bytes: make the window smaller.")


if __name__ == "__main__":
    photograph()
