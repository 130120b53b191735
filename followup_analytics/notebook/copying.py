"""The notebooks that come with the package, copied to where their reader wants them, with a log to try them on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.simulate.samples import sample_data

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Copied:
    """What was laid down, and what was there already and stayed as it was."""

    folder: Path
    made: tuple[Path, ...]
    kept: tuple[Path, ...]


def packaged_notebooks() -> list[Path]:
    """The notebooks of an installed package, or of a checkout, in order.

    Raises UnreadableError where there are none.
    """
    for place in (_PACKAGE / "sample" / "notebooks", _PACKAGE.parent / "notebooks"):
        found = sorted(place.glob("[0-9][0-9]_*.ipynb"))
        if found:
            return found
    raise UnreadableError("The notebooks didn't come with this installation: install the package from its wheel.")


def copy_notebooks(folder: str | Path) -> Copied:
    """Lay the notebooks and a sample log (simulated) into a folder, which is made where it isn't there.

    A file that is there already is the reader's and is left as it is.
    Raises UnreadableError where the folder can't be written.
    """
    target = Path(folder)
    log = sample_data("log")
    wanted = [(path, target / path.name) for path in packaged_notebooks()]
    wanted += [(path, target / "data" / "log" / path.name) for path in sorted(log.iterdir()) if path.is_file()]
    made, kept = [], []
    try:
        for source, place in wanted:
            if place.exists():
                kept.append(place)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            made.append(place)
    except OSError as problem:
        raise UnreadableError(f"{target}: nothing can be written there ({problem.strerror}).") from None
    return Copied(target, tuple(made), tuple(kept))
