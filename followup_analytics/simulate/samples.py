"""Where the simulated sample data of this project lie, wherever a notebook or a script is run."""

from __future__ import annotations

from pathlib import Path

from followup_analytics.errors import UnreadableError

_PACKAGE = Path(__file__).resolve().parents[1]


def sample_data(name: str = "log") -> Path:
    """The folder or file of the sample data of that name: `log`, `forms/roster.csv` and so on (see data/README.md).

    An installed package brings what the notebooks need; a checkout has all of it in `data/`; else the folder that
    Python was started in, and those above it, are searched for `data/`.
    Raises UnreadableError where it is in none of them.

    Example:
        >>> sorted(path.name for path in sample_data("log").iterdir())[:2]
        ['applicants.csv', 'contacts.csv']
    """
    here = Path.cwd()
    places = (_PACKAGE / "sample", _PACKAGE.parent / "data", *(folder / "data" for folder in (here, *here.parents)))
    for place in places:
        if (place / name).exists():
            return place / name
    raise UnreadableError(
        f"data/{name}: this sample is not here; run from a checkout of the project, or name a log of your own."
    )
