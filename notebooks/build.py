"""Make the executed notebooks from their sources: `python -m notebooks.build` (all), or with the names of some.

`NN_name.py` (percent cells) is the source; `NN_name.ipynb` beside it is made from it, run on sample data in its own
folder and kept, so that a reader sees tables and charts without installing anything. Two builds, same bytes.
`--check` runs them again and writes nothing: it ends with 1 where a kept notebook is another one than its source gives.
`--sealed` runs nothing, and says the same of sources, seals and private output: for a hook before a commit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: A reader's own data; with these set nothing is written here, so that no private row gets into the repository.
DATA_VARIABLE = "FOLLOWUP_DATA"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_WIDGETS = ("application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json")

#: What no kept notebook may hold, with what it is called.
PRIVATE = {
    "a path of the machine that ran it": (
        r"(?<![\w.~-])/(?:home|root|tmp|work|opt|usr|var|mnt|Users|private)/[\w.]|[A-Z]:\\\\"
    ),
    "an e-mail address": r"[\w.+-]+@(?!example\.(?:org|com)\b)[\w-]+\.(?:com|org|net|edu|de|uk|io)\b",
    "a telephone number": r"(?<![\w.-])\+?\d{1,3}[ (-]{1,2}\d{3}[ )-]{1,2}(?!555)\d{3}[ -]\d{4}(?!\d)",
    "an address of this machine's network": r"\b(?:127\.0\.0\.1|localhost):\d+",
    "a traceback": r"Traceback \(most recent call last\)",
}


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

    Widgets are left out, since they live only as long as the kernel: what they show stands in the next cells.
    Raises where a cell fails.
    """
    from nbclient import NotebookClient

    made = notebook_of(source)
    NotebookClient(
        made, timeout=timeout, kernel_name="python3", record_timing=False, resources={"metadata": {"path": folder}}
    ).execute()
    made.metadata = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}}
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if not any(kind in one.get("data", {}) for kind in _WIDGETS)]
    made.metadata["followup_seal"] = seal_of(made)
    return made


def seal_of(notebook: Any) -> str:
    """SHA-256 of all cells: another one where somebody saved a notebook that ran elsewhere, or on other data."""
    cells = [
        [cell["cell_type"], _joined(cell["source"]), _plain(cell.get("outputs", []))] for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def _joined(text: Any) -> str:
    return text if isinstance(text, str) else "".join(text)


def _plain(found: Any) -> Any:
    """Outputs with texts in one piece, as they are in memory and in a file alike."""
    if isinstance(found, dict):
        return {key: _plain(value) for key, value in found.items()}
    if isinstance(found, list):
        return (
            "".join(found) if found and all(isinstance(one, str) for one in found) else [_plain(one) for one in found]
        )
    return found


def private_in(text: str) -> list[str]:
    """What of a notebook's text may not be kept, in words."""
    without_pictures = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    return [words for words, pattern in PRIVATE.items() if re.search(pattern, without_pictures)]


def text_of(notebook: Any) -> str:
    """A notebook as the text of its file."""
    import nbformat

    return f"{nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip()}\n"


def faults_of(source: Path) -> list[str]:
    """What is wrong with the notebook that lies beside its source, without running it; empty where nothing is."""
    target = source.with_suffix(".ipynb")
    if not target.exists():
        return ["it was never built"]
    text = target.read_text("utf-8")
    kept, made = json.loads(text), notebook_of(source)
    faults = []
    if [(one["cell_type"], _joined(one["source"])) for one in kept["cells"]] != [
        (one["cell_type"], _joined(one["source"])) for one in made.cells
    ]:
        faults.append("its cells are not those of its source")
    if kept["metadata"].get("followup_seal") != seal_of(kept):
        faults.append("it was changed after it was built")
    outputs = [output for cell in kept["cells"] for output in cell.get("outputs", [])]
    if any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs):
        faults.append("a cell failed or warned")
    return faults + [f"it holds {words}" for words in private_in(text)]


def build(names: Sequence[str] = ()) -> list[Path]:
    """Run and write the notebooks named (by the start of their names), or all."""
    if os.environ.get(DATA_VARIABLE):
        sys.exit(f"{DATA_VARIABLE} is set: notebooks in this repository are built on its sample data only.")
    built = []
    for source in chosen(names):
        text = text_of(executed(source))
        if found := private_in(text):
            sys.exit(f"{source.stem} is not written: it holds {' and '.join(found)}.")
        target = source.with_suffix(".ipynb")
        target.write_text(text, "utf-8")
        built.append(target)
    return built


def chosen(names: Sequence[str]) -> list[Path]:
    """The sources named by the start of their names; all where none is."""
    return [source for source in sources() if not names or source.name.startswith(tuple(names))]


def check(names: Sequence[str], *, run: bool) -> list[str]:
    """What is wrong with the notebooks that are kept, a line each; with `run` they are built anew and compared."""
    faults = []
    for source in chosen(names):
        found = faults_of(source)
        if run and not found and text_of(executed(source)) != source.with_suffix(".ipynb").read_text("utf-8"):
            found = ["it gives other outputs now"]
        faults += [f"{source.stem}: {words}; run  python -m notebooks.build {source.stem[:2]}" for words in found]
    return faults


def main() -> int:
    """Build or check, as the command line says."""
    reader = argparse.ArgumentParser(prog="python -m notebooks.build", description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("names", nargs="*", help="starts of names, such as 02; none: all")
    reader.add_argument("--check", action="store_true", help="run them again and compare; write nothing")
    reader.add_argument("--sealed", action="store_true", help="compare sources and seals, look for private output")
    given = reader.parse_args()
    if given.check or given.sealed:
        faults = check(given.names, run=given.check)
        print("\n".join(faults) or "All as their sources give them.")
        return 1 if faults else 0
    for path in build(given.names):
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
