"""Write the map of the code in CONTRIBUTING.md from docs/layout.toml:  python docs/make_map.py"""

from __future__ import annotations

import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "CONTRIBUTING.md"
PACKAGE = HERE.parent / "followup_analytics"
BEGIN, END = "<!-- map: begin -->", "<!-- map: end -->"


def rooms() -> dict[str, str]:
    """The rooms from the bottom to the top, each with what it is for."""
    return tomllib.loads((HERE / "layout.toml").read_text(encoding="utf-8"))["rooms"]


def map_text() -> str:
    """The map as a Markdown table."""
    lines = ["| room | what it is for |", "|---|---|"]
    for name, purpose in rooms().items():
        shown = f"`{name}/`" if (PACKAGE / name).is_dir() else f"`{name}`"
        lines.append(f"| {shown} | {purpose} |")
    return "\n".join(lines)


def page_with_map(page: str) -> str:
    """The page with the map between its marks made anew."""
    head, rest = page.split(BEGIN, 1)
    return f"{head}{BEGIN}\n{map_text()}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_map(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
