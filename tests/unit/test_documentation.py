"""What the documents say is what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])


def test_the_page_of_the_log_is_the_schema():
    """docs/log.md is what its script makes of the schema now."""
    page = runpy.run_path(str(ROOT / "docs" / "make_log_page.py"))["page"]()
    assert (ROOT / "docs" / "log.md").read_text(encoding="utf-8") == page


def test_the_page_of_the_claims_is_the_catalogue():
    """docs/claims.md is what its script makes of the catalogues and of the rule's numbers now."""
    page = runpy.run_path(str(ROOT / "docs" / "make_claims_page.py"))["page"]()
    assert (ROOT / "docs" / "claims.md").read_text(encoding="utf-8") == page


def test_the_page_of_the_commands_is_the_program():
    """docs/commands.md is what its script makes of the commands now."""
    page = runpy.run_path(str(ROOT / "docs" / "make_commands_page.py"))["page"]()
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == page


def test_every_public_name_is_on_the_page_of_python():
    """docs/python.md has each name of the package, once."""
    import followup_analytics

    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\.\. auto\w+:: followup_analytics\.(\w+)$", text, re.MULTILINE)
    assert sorted(listed) == sorted(set(followup_analytics.__all__) - {"__version__"})


def test_the_page_of_the_next_steps_is_the_rules():
    """docs/next.md is what its script makes of the rules, the states and the table of their tests now."""
    page = runpy.run_path(str(ROOT / "docs" / "make_next_page.py"))["page"]()
    assert (ROOT / "docs" / "next.md").read_text(encoding="utf-8") == page


def test_the_states_of_a_story_are_in_the_glossary():
    """Every state of advice stands in the glossary with its meaning."""
    from followup_analytics.advice.states import STATES

    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert len(STATES) > 5
    for state in STATES:
        assert f"| {state.name.replace('_', ' ')} (state) | {state.meaning} |" in glossary


def test_the_page_of_the_verdicts_is_the_study():
    """docs/verdicts.md is what its script makes of the study's figures."""
    page = runpy.run_path(str(ROOT / "docs" / "make_verdicts_page.py"))["page"]()
    assert (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8") == page


def test_the_map_to_copy_is_the_one_that_is_shipped():
    """The map in docs/sources.md is the package's own, to the letter."""
    shipped = (ROOT / "followup_analytics" / "ingest" / "maps" / "career_centre.toml").read_text(encoding="utf-8")
    assert f"```toml\n{shipped}```" in (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    """Every relative link of a document names something that exists."""
    for target in links_of(path):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def links_of(path):
    """Where a document's links lead."""
    return re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))


def test_links_are_found():
    """Else none is looked after."""
    assert sum(len(links_of(path)) for path in DOCUMENTS) > 50


def test_the_readmes_example_gives_the_output_beside_it(monkeypatch, capsys):
    """The five lines of Python in the README print exactly what the README shows."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code, shown = re.search(r"<!-- example -->\n```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL).groups()
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip() == shown.strip()


def test_commands_of_the_readme_exist(followup):
    """Every `followup` command that the README shows is one, and every option is one of that command's."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line.split("#")[0] for line in text.splitlines() if line.startswith("followup ")]
    helps: dict[str, str] = {}
    assert lines
    for line in lines:
        words = line.split()
        command = words[1]
        where = {"track": ["track", "x", *words[3:4]], "office": words[1:3]}.get(command, [command])
        key = " ".join(where)
        if key not in helps:
            helps[key] = followup(*where, "--help").out
        for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", line):
            assert option in helps[key], f"{key} has no {option}"


def commands_of(page: str) -> list[str]:
    """The lines of a page's blocks that are commands of this program, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.startswith("followup ")]


#: Pages with commands, and some that must be among them.
TAUGHT = {
    "README.md": {"office", "track", "next"},
    "docs/start/career-centre.md": {"office"},
    "docs/start/researcher.md": {"rates", "claims", "plan", "simulate"},
    "docs/start/coach.md": {"use", "track", "log", "today", "next"},
    "docs/how-to/own-files.md": {"map", "check", "ingest", "rates"},
    "docs/how-to/hand-out.md": {"report", "releases"},
    "docs/how-to/plan-a-study.md": {"plan", "claims"},
    "docs/how-to/check-against-r.md": {"rates"},
    "docs/how-to/first-aid.md": {"doctor"},
}


def test_every_page_that_starts_somebody_off_is_tried():
    """No start and no how-to has commands that nobody runs."""
    pages = [*(ROOT / "docs" / "start").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md")]
    assert {str(path.relative_to(ROOT)) for path in pages} == set(TAUGHT) - {"README.md"}


@pytest.mark.parametrize("page", TAUGHT)
def test_every_command_of_a_page_runs_as_written(page, tmp_path, followup, monkeypatch):
    """In a folder with the shipped data, each command ends with 0; ids made by chance stand for the one just made."""
    import shlex
    import shutil

    for folder in ("data", "examples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    commands = commands_of(page)
    assert {line.split()[1] for line in commands} >= TAUGHT[page]
    made = ""
    for line in commands:
        words = [made if re.fullmatch(r"iv-\w{5}", word) else word for word in shlex.split(line, comments=True)]
        done = followup(*words[1:])
        assert done.code == 0, f"{line}\n{done.out}{done.err}"
        if words[1:2] == ["track"] and words[3] == "interview":
            made = done.out.strip()


def test_the_sheet_of_the_readme_is_taken_whole(tmp_path, monkeypatch):
    """Every row of the shipped sheet that the career centre's command names is accepted in its zone."""
    import shlex

    from followup_analytics import check_files

    monkeypatch.chdir(tmp_path)
    words = shlex.split(next(one for one in commands_of("README.md") if one.startswith("followup office init")))
    zone = words[words.index("--time-zone") + 1]
    rows = check_files(ROOT / words[4], map="career_centre", time_zone=zone).rows
    assert sum(row["rows_read"] for row in rows) == sum(row["accepted"] for row in rows) > 900
