"""Make the executed notebooks from their sources: `python -m notebooks.build` (all), or with the names of some.

`NN_name.py` (percent cells) is the source; `NN_name.ipynb` beside it is made from it, run on the sample data of this
repository and kept, so that a reader sees tables and charts without installing anything. Two builds, same bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: A reader's own data; with these set nothing is written here, so that no private row gets into the repository.
DATA_VARIABLE = "FOLLOWUP_DATA"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def sources() -> list[Path]:
    """The notebooks' sources in order."""
    return sorted(HERE.glob("[0-9][0-9]_*.py"))


def notebook_of(source: Path) -> Any:
    """The source as a notebook without outputs; ids go by position, so that they never change by chance."""
    import jupytext

    made = jupytext.reads(source.read_text("utf-8"), fmt="py:percent")
    made.metadata = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}}
    for place, cell in enumerate(made.cells):
        cell["id"] = f"cell-{place:02d}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
    made.nbformat, made.nbformat_minor = 4, 5
    return made


def executed(source: Path, timeout: int = 300, folder: Path = HERE) -> Any:
    """The notebook of a source after all its cells have run in a folder, by default its own as JupyterLab does.

    Raises where a cell fails.
    """
    from nbclient import NotebookClient

    made = notebook_of(source)
    NotebookClient(
        made, timeout=timeout, kernel_name="python3", record_timing=False, resources={"metadata": {"path": folder}}
    ).execute()
    made.metadata["language_info"] = {"name": "python"}
    return made


def text_of(notebook: Any) -> str:
    """A notebook as the text of its file."""
    import nbformat

    return f"{nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip()}\n"


def build(names: Sequence[str] = ()) -> list[Path]:
    """Run and write the notebooks named (by the start of their names), or all."""
    if os.environ.get(DATA_VARIABLE):
        sys.exit(f"{DATA_VARIABLE} is set: notebooks in this repository are built on its sample data only.")
    built = []
    for source in sources():
        if names and not source.name.startswith(tuple(names)):
            continue
        target = source.with_suffix(".ipynb")
        target.write_text(text_of(executed(source)), "utf-8")
        built.append(target)
    return built


if __name__ == "__main__":
    for path in build(sys.argv[1:]):
        print(path.name)
