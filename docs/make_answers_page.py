"""Write docs/answers.md, the columns of every answer, from the classes that declare them:

python docs/make_answers_page.py
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import followup_analytics
from followup_analytics.results.columns import Field
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row

PAGE = Path(__file__).resolve().parent / "answers.md"
_HEAD = """# The columns of every answer

Made by `python docs/make_answers_page.py` from the classes that declare them; a test keeps it current.

An answer is a tuple of rows, each a frozen record: `result.rows[0].estimate`, or `result.rows[0]["estimate"]`. A name
that the answer does not have raises an error that says which one was probably meant. Frames (`.to_frame()`), JSON and
CSV have the names below; tables and workbooks have the headings. *Hidden with the row* are the columns that are null
where a row may not be shown (`status` is then `suppressed`): `size` decides whether it may, `count`, `estimate` and
`derived` go with it. `key` tells rows apart, `confidential` is about single interviews and never leaves the office.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD]
    seen: set[type[Row]] = set()
    for result in results():
        if result.row_type in seen:
            continue
        seen.add(result.row_type)
        parts.append(_section(result))
    return "\n".join(parts)


def results() -> list[type[Result]]:
    """All answers of the package, by the name of their command and their own."""
    for module in pkgutil.walk_packages(followup_analytics.__path__, "followup_analytics."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return sorted(set(_below(Result)), key=lambda one: (one.command, one.__name__))


def _below(kind: type[Result]) -> Iterator[type[Result]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("followup_analytics."):
            yield one
            yield from _below(one)


def _section(result: type[Result]) -> str:
    title = f"## {result.command}: {result.__name__}" if result.command else f"## {result.__name__}"
    first = (inspect.getdoc(result) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
    lines = [title, "", first, "", *_table(result.row_type)]
    if result.line_type is not None:
        lines += ["", f"Tables show one {result.line_type.__name__} a line:", "", *_table(result.line_type)]
    return "\n".join([*lines, ""])


def _table(kind: type[Row]) -> list[str]:
    lines = ["| column | heading | unit | role | what it holds |", "|---|---|---|---|---|"]
    return lines + [_line(one) for one in kind.declared()]


def _line(one: Field) -> str:
    name = "*the question's columns*" if one.is_keys else f"`{one.name}`"
    heading = one.label.strip() if one.shown else ""
    about = one.about.replace("|", "\\|")
    return f"| {name} | {heading} | {one.unit} | {one.role} | {about} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
