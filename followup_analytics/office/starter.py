"""A file to double-click that opens an office's folder as a page: for Linux, macOS or Windows."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

NAMES = {"linux": "Open followup.desktop", "darwin": "Open followup.command", "win32": "Open followup.bat"}
_MAY_RUN = 0o755


def write_starter(folder: Path, platform: str = sys.platform, python: str = sys.executable) -> Path:
    """Write the file that suits a platform into an office's folder, and give its path.

    platform: as `sys.platform` has it; any that is not known gets Linux's. python: the interpreter with the package.
    """
    kind = platform if platform in NAMES else "linux"
    text = {"linux": _desktop, "darwin": _command, "win32": _batch}[kind](folder.resolve(), python)
    path = folder / NAMES[kind]
    # Windows reads batch files with its own ends of lines only.
    path.write_text(text, encoding="utf-8", newline="\r\n" if kind == "win32" else "\n")
    if kind != "win32":
        path.chmod(_MAY_RUN)
    return path


def _desktop(folder: Path, python: str) -> str:
    parts = " ".join(_in_exec(part) for part in (python, "-m", "followup_analytics", "open", str(folder)))
    return f"[Desktop Entry]\nType=Application\nName=Open followup\nExec={parts}\nTerminal=true\nCategories=Office;\n"


def _in_exec(part: str) -> str:
    """An argument as the Desktop Entry Specification quotes it, and then as its strings are written."""
    quoted = "".join("\\" + one if one in '"`$\\' else one for one in part).replace("%", "%%")
    return '"' + quoted.replace("\\", "\\\\") + '"'


def _command(folder: Path, python: str) -> str:
    # The folder is the one that the file lies in: it may be moved.
    del folder
    return f'#!/bin/sh\ncd "$(dirname "$0")" && exec {shlex.quote(python)} -m followup_analytics open .\n'


def _batch(folder: Path, python: str) -> str:
    del folder
    return f'@echo off\nchcp 65001 >nul\ncd /d "%~dp0"\n"{python.replace("%", "%%")}" -m followup_analytics open .\n'
