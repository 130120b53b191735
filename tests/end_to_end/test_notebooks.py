"""Notebooks: each is what its source gives, shows nothing private, and answers its question with computed numbers."""

from __future__ import annotations

import json
import re
import resource
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

pytest.importorskip("jupytext", reason="the extra `notebook` is not installed")
pytest.importorskip("nbclient", reason="the extra `notebook` is not installed")

from notebooks.build import (  # noqa: E402
    DATA_VARIABLE,
    build,
    executed,
    faults_of,
    notebook_of,
    private_in,
    seal_of,
    sources,
    text_of,
)

SOURCES = sources()
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
#: Seconds of work that a notebook may take.
LONGEST = 30


def written(source: Path) -> dict[str, Any]:
    """The notebook that lies beside its source."""
    return json.loads(source.with_suffix(".ipynb").read_text("utf-8"))


def outputs_of(source: Path) -> list[dict[str, Any]]:
    """All outputs of a kept notebook in order."""
    return [output for cell in written(source)["cells"] for output in cell.get("outputs", [])]


def html_of(source: Path) -> str:
    """The HTML of all outputs."""
    return "\n".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs_of(source))


@each_source
def test_a_kept_notebook_is_what_its_source_gives(source: Path) -> None:
    """Same cells, all run in order, sealed, without an error, and nothing of the machine that ran it."""
    assert faults_of(source) == [], "run  python -m notebooks.build"
    cells = [cell for cell in written(source)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


@each_source
def test_the_answer_stands_at_the_top_and_at_the_end(source: Path) -> None:
    """A question in the first cell, and one computed answer, the same in the first outputs as in the last."""
    assert "**The question.**" in "".join(written(source)["cells"][0]["source"])
    answers = re.findall(r'<p style="border-left[^"]*"><strong>(.*?)</strong>', html_of(source))
    assert len(answers) >= 2
    assert answers[0] == answers[-1]
    assert re.search(r"\d", answers[0])


@each_source
def test_simulated_data_say_so_in_the_answer(source: Path) -> None:
    """The answer of every notebook on simulated data says that they are; the one on real data says no such thing."""
    first = html_of(source).split("</p>", maxsplit=1)[0] + html_of(source)
    assert ("These data are simulated" in first) is not source.name.startswith("09")


@each_source
def test_prose_holds_no_typed_figures(source: Path) -> None:
    """Numbers in prose could not keep up with the data: they are computed; years of sources may stand."""
    cells = [cell for cell in notebook_of(source).cells if cell.cell_type == "markdown"]
    assert cells
    for cell in cells:
        prose = re.sub(r"`[^`]*`|\]\([^)]*\)|\((?:19|20)\d\d\)|TARGET 2025|\bR[23]?\b", "", cell.source)
        assert not re.search(r"\d", prose), re.search(r".{0,40}\d.{0,20}", prose)


@each_source
def test_results_show_their_own_face(source: Path) -> None:
    """No raw frame, none that is cut off, no text where there is a table, no script."""
    html = html_of(source)
    assert 'class="dataframe"' not in html
    assert "<script" not in html
    assert not re.search(r">\s*(?:…|\.\.\.)\s*<", html)
    assert "<table " in html


@each_source
def test_pictures_have_alt_text(source: Path) -> None:
    """There is a chart, and each is a figure with words and numbers for those who can't see it."""
    pictures = re.findall(r'<img[^>]* alt="([^"]*)"', html_of(source))
    assert pictures
    assert all(re.search(r"\d", alt) for alt in pictures)
    assert not any("image/png" in output.get("data", {}) for output in outputs_of(source))


@each_source
def test_sample_data_are_not_named_by_where_it_was_started(source: Path) -> None:
    """Sample data are found by name; a relative path would hold in one folder only."""
    assert not re.search(r"""["'](data|reports)/""", source.read_text("utf-8"))


@each_source
def test_an_installed_package_brings_the_notebook(source: Path) -> None:
    """The wheel is told of each notebook, so that `followup notebooks` can lay it down."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = told["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert f"notebooks/{source.stem}.ipynb" in included
    assert source.with_suffix(".ipynb").stat().st_size < 1_000_000


def test_a_changed_output_breaks_the_seal() -> None:
    """Whoever runs a notebook on other data and saves it here can't commit it unseen."""
    made = written(SOURCES[0])
    assert seal_of(made) == made["metadata"]["followup_seal"]
    next(cell for cell in made["cells"] if cell.get("outputs"))["outputs"][0]["data"]["text/plain"] = "Ada Berg"
    assert seal_of(made) != made["metadata"]["followup_seal"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("see /home/ada/log", "a path of the machine that ran it"),
        (r"C:\\Users\\ada", "a path of the machine that ran it"),
        ("write to ada@berg.com", "an e-mail address"),
        ("ring +1 212-667-0143", "a telephone number"),
        ("http://localhost:8888", "an address of this machine's network"),
        ("write to ada@example.org, ring 212-555-0143, days 2/3", None),
    ],
)
def test_private_output_is_told_by_its_form(text: str, words: str | None) -> None:
    """Paths, addresses and numbers of people; those set aside for fiction may stand."""
    assert private_in(text) == ([words] if words else [])


def test_private_data_never_get_into_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reader's own data set, the builder refuses to write anything here."""
    monkeypatch.setenv(DATA_VARIABLE, "somewhere")
    with pytest.raises(SystemExit, match="sample data only"):
        build()


@pytest.mark.slow
@each_source
def test_builds_are_the_same_to_the_byte(source: Path) -> None:
    """Run again in its own folder, as JupyterLab would, a notebook gives the file that is kept, in half a minute."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    again = text_of(executed(source))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert again == source.with_suffix(".ipynb").read_text("utf-8")
    assert after.ru_utime - before.ru_utime < LONGEST


@pytest.mark.slow
@each_source
def test_a_copied_notebook_runs_where_it_was_laid(source: Path, tmp_path: Path) -> None:
    """Far from the repository, beside the sample log that came with it, every cell runs and the answer is the same."""
    from followup_analytics.notebook import copy_notebooks

    copy_notebooks(tmp_path)
    assert executed(source, folder=tmp_path).metadata["followup_seal"] == written(source)["metadata"]["followup_seal"]
