"""The architecture as a test: a module imports only from the lines above its own, and nobody's privates."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "followup_analytics"

#: From the bottom to the top. Names on one line may not import each other.
ORDER = (
    ("errors",),
    ("schema", "text", "lookup", "frames"),
    ("headings",),
    ("clock", "tabular", "workbook", "workdays", "casting"),
    ("checks", "settings"),
    ("log",),
    ("results",),
    ("privacy",),
    ("store",),
    ("ingest",),
    ("track",),
    ("reading",),
    ("scanning",),
    ("engine",),
    ("risk",),
    ("prepared",),
    ("cells",),
    ("uncertainty", "logistic"),
    ("incidence",),
    ("disclosure",),
    ("plots",),
    ("exports",),
    ("rates", "curves", "aapor"),
    ("outcomes",),
    ("heterogeneity",),
    ("model",),
    ("trials",),
    ("claims",),
    ("advice",),
    ("simulate",),
    ("report",),
    ("demo", "doctor"),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, line in enumerate(ORDER) for name in line}


def unit_of(path: Path) -> str:
    """The module or subpackage directly below the package that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> list[tuple[str, str]]:
    """All (module, name) pairs that a file imports from the package, also inside functions, not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "followup_analytics":
            found += [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names if alias.name.startswith("followup_analytics.")]
    return found


def unit_named(module: str, name: str) -> str | None:
    """The unit that an import reaches: `from followup_analytics import cells` and `...cells import x` alike."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else name if name in LEVEL else None


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_its_place() -> None:
    """Every module of the package stands in the order."""
    units = {unit_of(path) for path in FILES} - {"__init__"}
    assert units <= set(LEVEL), f"without a place in the order: {sorted(units - set(LEVEL))}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    """A module imports only from modules below it, and no private name of another."""
    own = unit_of(path)
    if own == "__init__":
        return
    for module, name in imports_of(path):
        other = unit_named(module, name)
        if other is None or other == own:
            continue
        assert LEVEL[other] < LEVEL[own], f"{own} may not import {other}"
        assert not name.startswith("_") or name == "__version__", f"{own} reaches into {module}.{name}"
