"""Which log a notebook is about: the reader's own, the one beside it, or the sample that comes with the package."""

from __future__ import annotations

import os
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.reading.logs import read_log
from followup_analytics.simulate.samples import sample_data
from followup_analytics.store import is_store_url

#: The environment variable that names the reader's own log: a folder, a workbook or a store.
DATA_VARIABLE = "FOLLOWUP_DATA"


def own_or_sample(*, interviews: int | None = None, world: str = "office", seed: int = 2026) -> FollowUpLog:
    """The log that FOLLOWUP_DATA names, else the one in `data/log` beside the notebook, else the sample.

    A relative path is looked for where the notebook runs, and in the folders above it, so that one setting holds for
    JupyterLab started anywhere in a project.

    Args:
        interviews: in place of the sample, which has 300, simulate a log of so many interviews.
        world, seed: of that log, as in `simulate_log`.

    Raises:
        UnreadableError: FOLLOWUP_DATA names what isn't there. DataError: the log breaks a rule of the log.
    """
    named = os.environ.get(DATA_VARIABLE, "").strip()
    if named:
        return read_log(_place_of(named))
    if interviews is not None:
        from followup_analytics.simulate import simulate_log

        return simulate_log(interviews=interviews, world=world, seed=seed)
    beside = Path("data/log")
    return read_log(beside if beside.is_dir() else sample_data("log"))


def _place_of(named: str) -> str | Path:
    if is_store_url(named):
        return named
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / Path(named).expanduser()).exists():
            return folder / Path(named).expanduser()
    raise UnreadableError(
        f"{DATA_VARIABLE} is set to {named!r}, and there is no such folder, workbook or store: give the whole path, or "
        "unset it for the sample."
    )
