"""How much memory there is, how much a log may take, and where its parts lie meanwhile."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from followup_analytics.errors import UnreadableError, UsageError

_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$", re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
#: What the libraries take before a log is opened.
BARE = 400_000_000
#: The least that a part can be worked on with.
LEAST = 600_000_000
#: Of the memory that is free a log may take this share, unless `--memory` says otherwise.
_SHARE = 0.7
_PREFIX = "followup-parts-"
_OWNER = "owner"


def parsed_size(text: str) -> int:
    """A size such as 4GB, 800 MB or 2g in bytes. Raises UsageError for anything else."""
    found = _SIZE.match(text)
    size = round(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if not size:
        raise UsageError(f"--memory {text}: this is no size; write it as 4GB or 800MB.")
    if size < LEAST:
        raise UsageError(f"--memory {text} is too little for one part of a log: give at least {LEAST // 10**6}MB.")
    return size


def allowed(memory: str | None) -> int:
    """How many bytes may be used: as `--memory` says, else a share of what is free."""
    return parsed_size(memory) if memory is not None else round(_free() * _SHARE)


def _free() -> int:
    if not hasattr(os, "sysconf"):
        # Windows doesn't say: as if there were enough, unless `--memory` names less.
        return sys.maxsize
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    try:
        return min(free, int(limit.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return free


def temporary_folder(temp: Path | None) -> Path:
    """A new folder for this run alone, gone when it ends: also after Ctrl-C; and what a killed run left is removed.

    temp: where it is to lie; by default where the system has such files. Raises UnreadableError where nothing can be
    written there.
    """
    where = Path(tempfile.gettempdir()) if temp is None else temp
    if not where.is_dir():
        raise UnreadableError(f"--temp {where}: there is no such folder; make it first.")
    _remove_orphans(where)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=where))
        (folder / _OWNER).write_text(f"{os.getpid()} {_started(os.getpid())}", encoding="ascii")
    except OSError as error:
        raise UnreadableError(f"--temp {where}: nothing can be written there ({error.strerror}).") from None
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        # An ordinary end, so that the folder goes; who is killed outright can't, and the next run does it.
        signal.signal(signal.SIGTERM, _end)
    return folder


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _started(pid: int) -> str:
    """When a process began, as the system counts it, so that a number used again is no sign of life."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "?"


def _remove_orphans(where: Path) -> None:
    if not hasattr(os, "getuid"):
        # Where a process can't be asked whether it still runs (asking ends it on Windows), folders are left alone.
        return
    for one in where.glob(f"{_PREFIX}*"):
        try:
            if one.stat().st_uid != os.getuid():
                continue
            pid, _, began = (one / _OWNER).read_text(encoding="ascii").partition(" ")
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(one, ignore_errors=True)
        except (OSError, ValueError):
            continue
        else:
            if _started(int(pid)) != began:
                shutil.rmtree(one, ignore_errors=True)
