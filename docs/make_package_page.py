"""Write docs/package.md, what an installation brings with it, from the packages installed here:

python docs/make_package_page.py      (in a fresh environment after  pip install -c constraints.txt .)
"""

from __future__ import annotations

import importlib.metadata as metadata
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "package.md"
_HEAD = """# What an installation brings

Made by `python docs/make_package_page.py` in a fresh environment after `pip install -c constraints.txt .`: the package
and all that it needs, with licences as their own metadata tell them, and how much room their files take. Optional parts
(`[notebook]`, `[postgres]`, `[duckdb]`, `[spark]`, `[check]`, `[docs]`) are not among them.

What weighs most, and why it is there: polars holds the log; pyarrow carries every frame of pandas that goes in or comes
out, and pandas is what most researchers bring; scipy and scikit-learn are the statistics; Typst sets the PDF.

`pip install cyclonedx-bom && cyclonedx-py environment` writes the same as a software bill of materials (CycloneDX).
"""


def needed(name: str, found: dict[str, metadata.Distribution]) -> dict[str, metadata.Distribution]:
    """A distribution and all that it needs, by name; optional parts left out."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found:
        return found
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return found
    found[key] = distribution
    for line in distribution.requires or ():
        requirement, _, marker = line.partition(";")
        if "extra ==" not in marker:
            needed(re.split(r"[\s<>=!~\[(]", requirement.strip())[0], found)
    return found


def licence(distribution: metadata.Distribution) -> str:
    """The licence in a few words: its expression, else its classifiers, else the first line of its text."""
    told = distribution.metadata
    expression = told.get("License-Expression")
    if expression:
        return str(expression)
    classes = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License")]
    named = [one for one in classes if one != "OSI Approved"]
    first = str(told.get("License") or "").strip().splitlines()
    return ", ".join(named) or (first[0][:40] if first else "see its files")


def megabytes(distribution: metadata.Distribution) -> float:
    """The room that its files take, in MB of 10^6 bytes."""
    sizes = [path.stat().st_size for one in distribution.files or () if (path := Path(str(one.locate()))).is_file()]
    return sum(sizes) / 1e6


def page() -> str:
    """The whole page as Markdown."""
    metadata.distribution("followup_analytics")  # PackageNotFoundError rather than an empty page where it is absent
    rows = [(megabytes(one), name, one) for name, one in needed("followup_analytics", {}).items()]
    total = sum(size for size, *_ in rows)
    lines = [_HEAD, f"In all {len(rows)} packages and {total:,.0f} MB.", "", "| package | version | licence | MB |"]
    lines.append("|---|---|---|---|")
    for size, name, one in sorted(rows, key=lambda row: (-row[0], row[1])):
        lines.append(f"| {name} | {one.version} | {licence(one)} | {size:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
