"""Answers as they were frozen: made plain, compared value by value, kept in small files."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from followup_analytics import __version__

FOLDER = Path(__file__).parents[1] / "fixtures" / "answers"
TOLERANCE = 1e-12

#: Balance on a column that is the same for everybody: nought, or the root of a rounding error, as the processor has it.
ROOTS_OF_ROUNDING = re.compile(r"\.balance\[\d+\]\.(after|before)$")
ROOT_TOLERANCE = 1e-6

#: What depends on the clock, on the version, or on the bytes of a file that is part of the package.
FINGERPRINTS = ("checksum", "sha256", "key")
PASSING = (
    (re.compile(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])"), "VERSION"),
    (re.compile(r"(SHA-256:? )[0-9a-f]{16,64}"), r"\1FINGERPRINT"),
    (re.compile(r"(recorded|replaced|taken back) \d{4}-\d\d-\d\d \d\d:\d\d"), r"\1 MOMENT"),
    (re.compile(r"^(DTSTAMP|LAST-MODIFIED|CREATED):.*"), r"\1:MOMENT"),
)


def plain(value: Any, ids: dict[str, str]) -> Any:
    """An answer without what changes from run to run; `ids` gives names that stay to ids that were drawn."""
    if isinstance(value, dict):
        return {
            key: "FINGERPRINT" if key in FINGERPRINTS and isinstance(one, str) else plain(one, ids)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(one, ids) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        for drawn, name in ids.items():
            value = value.replace(drawn, name)
        for pattern, name in PASSING:
            value = pattern.sub(name, value)
        return value
    return value if isinstance(value, int | float | None) else str(value)


def lines(text: str) -> list[str]:
    """A text as its lines, without blank ones; how wide a gap is belongs to a program, not to the answer."""
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]


def differences(was: Any, now: Any, path: str = "", *, tolerance: float = TOLERANCE) -> Iterator[str]:
    """Each place where two answers differ, as its path with both values."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in [*was, *(key for key in now if key not in was)]:
            if key not in now:
                yield f"{path}.{key}: is gone (was {shown(was[key])})"
            elif key not in was:
                yield f"{path}.{key}: is new ({shown(now[key])})"
            else:
                yield from differences(was[key], now[key], f"{path}.{key}", tolerance=tolerance)
    elif isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            yield f"{path}: has {len(now)} entries (had {len(was)})"
        for place, (old, new) in enumerate(zip(was, now, strict=False)):
            yield from differences(old, new, f"{path}[{place}]", tolerance=tolerance)
    elif not same(was, now, ROOT_TOLERANCE if ROOTS_OF_ROUNDING.search(path) else tolerance):
        yield f"{path}: is {shown(now)} (was {shown(was)})"


def same(was: Any, now: Any, tolerance: float) -> bool:
    """Whether two values are one: decimals to the tolerance, all else exactly; 3 is not 3.0, and null is null."""
    if isinstance(was, float) and isinstance(now, float):
        return math.isclose(was, now, rel_tol=tolerance, abs_tol=tolerance)
    return type(was) is type(now) and bool(was == now)


def shown(value: Any) -> str:
    """A value, shortened."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def load(log: str) -> dict[str, Any]:
    """The frozen answers of a log; none where it was never frozen."""
    path = FOLDER / f"{log}.json.gz"
    return json.loads(gzip.decompress(path.read_bytes())) if path.exists() else {}


def save(log: str, answers: dict[str, Any]) -> None:
    """Freeze the answers of a log: the same answers give the same bytes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    (FOLDER / f"{log}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
