"""Notebooks: each pair of source and notebook is in step, without errors, and runs."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

pytest.importorskip("jupytext", reason="the extra `notebook` is not installed")
pytest.importorskip("nbclient", reason="the extra `notebook` is not installed")

from notebooks.build import DATA_VARIABLE, build, executed, notebook_of, sources, text_of  # noqa: E402

SOURCES = sources()


def written(source: Path) -> dict[str, Any]:
    """The notebook that lies beside its source."""
    return json.loads(source.with_suffix(".ipynb").read_text("utf-8"))


def test_there_are_notebooks() -> None:
    """At least the way from files to advice is there."""
    assert "01_from_files_to_advice.py" in [source.name for source in SOURCES]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_notebook_is_made_from_its_source(source: Path) -> None:
    """The cells of the notebook are those of its source: after a change  python -m notebooks.build  makes them anew."""
    made = json.loads(text_of(notebook_of(source)))
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in made["cells"]]
    assert cells == [(cell["cell_type"], "".join(cell["source"])) for cell in written(source)["cells"]]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_notebook_has_run_without_errors(source: Path) -> None:
    """Every code cell was run in order, and none holds an error, a warning or a path of the machine that ran it."""
    cells = [cell for cell in written(source)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert outputs
    assert not any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs)
    text = source.with_suffix(".ipynb").read_text("utf-8")
    assert not re.search(r"/(home|root|tmp|work|opt)/", text)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_pictures_in_notebooks_have_alt_text(source: Path) -> None:
    """Each picture is a figure with words and numbers for those who can't see it."""
    cells = written(source)["cells"]
    assert cells
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert "image/png" not in data
            html = "".join(data.get("text/html", ""))
            for alt in re.findall(r'<img[^>]* alt="([^"]*)"', html):
                assert re.search(r"\d", alt)


def test_a_notebook_runs_again() -> None:
    """The shortest notebook runs in a kernel of its own."""
    source = next(source for source in SOURCES if source.name.startswith("04"))
    again = executed(source)
    assert all(cell.get("execution_count") for cell in again.cells if cell.cell_type == "code")


@pytest.mark.parametrize("start", ["02", "04"])
def test_a_notebook_runs_wherever_it_is_opened(start: str, tmp_path: Path) -> None:
    """In its own folder, as JupyterLab opens it, in the repository's root, and far away from both."""
    source = next(source for source in SOURCES if source.name.startswith(start))
    for folder in (tmp_path, ROOT):
        assert executed(source, folder=folder).cells[1]["execution_count"] == 1


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_no_notebook_names_data_by_where_it_was_started(source: Path) -> None:
    """Sample data are found by `sample_data`; a relative path would hold in one folder only."""
    assert not re.search(r"""["'](data|reports)/""", source.read_text("utf-8"))


def test_a_readers_own_data_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With FOLLOWUP_DATA set, the notebook is about that log."""
    interviews = "interview_id,applicant_id,interviewed_at\n" + "".join(
        f"i{k},a{k},2026-03-0{1 + k % 5}T10:00+01:00\n" for k in range(12)
    )
    (tmp_path / "interviews.csv").write_text(interviews, "utf-8")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    from nbclient import NotebookClient

    source = next(source for source in SOURCES if source.name.startswith("02"))
    made = notebook_of(source)
    made.cells = made.cells[:2]
    NotebookClient(made, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    assert "12 interviews" in made.cells[1]["outputs"][0]["data"]["text/plain"]


def test_private_data_never_get_into_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reader's own data set, the builder refuses to write anything here."""
    monkeypatch.setenv(DATA_VARIABLE, "somewhere")
    with pytest.raises(SystemExit, match="sample data only"):
        build()


def test_builds_are_the_same_to_the_byte() -> None:
    """Building a notebook again gives the file that is kept, cell ids and all."""
    source = next(source for source in SOURCES if source.name.startswith("02"))
    assert text_of(executed(source)) == source.with_suffix(".ipynb").read_text("utf-8")
