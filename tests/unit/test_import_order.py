"""The architecture as a test: a room imports only from those below it, no module in a circle, nobody's privates."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "followup_analytics"


def _map_maker():
    spec = importlib.util.spec_from_file_location("make_map", ROOT / "docs" / "make_map.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAP = _map_maker()
#: The rooms from the bottom to the top.
LEVEL = {name: level for level, name in enumerate(MAP.rooms())}
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """The module's name below the package; the package of an `__init__.py`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def imports_of(path: Path) -> list[tuple[str, str]]:
    """All (module below the package, name) that a file imports, also inside functions and for types alone."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "followup_analytics":
            module = (node.module or "").removeprefix("followup_analytics").removeprefix(".")
            for alias in node.names:
                whole = f"{module}.{alias.name}".lstrip(".")
                found.append((whole, "") if whole in MODULES else (module, alias.name))
        elif isinstance(node, ast.Import):
            found += [
                (alias.name.removeprefix("followup_analytics."), "")
                for alias in node.names
                if alias.name.startswith("followup_analytics.")
            ]
    return found


def circles() -> set[tuple[str, ...]]:
    """Modules that reach each other by imports, each circle once."""
    reach = {name: {module for module, _ in imports_of(path) if module} for name, path in MODULES.items() if name}
    for _ in range(len(reach)):
        grown = {name: found | {far for one in found for far in reach.get(one, ())} for name, found in reach.items()}
        if grown == reach:
            break
        reach = grown
    return {
        tuple(sorted(other for other in reach if other in reach[name] and name in reach[other]))
        for name in reach
        if name in reach[name]
    }


def test_every_room_has_its_place() -> None:
    """Every room of the package stands in docs/layout.toml, and every line there is a room."""
    assert {name.split(".")[0] for name in MODULES if name} == set(LEVEL)


def test_the_map_is_made_from_the_list() -> None:
    """The map in CONTRIBUTING.md is the one that docs/make_map.py writes."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert MAP.page_with_map(page) == page, "run  python docs/make_map.py"


def test_no_module_imports_in_a_circle() -> None:
    """No two modules need each other, for types neither."""
    assert circles() == set()


def test_imports_are_found() -> None:
    """Else the order of nothing is looked after."""
    assert len(FILES) > 300
    assert sum(len(imports_of(path)) for path in FILES) > 3_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    """A module imports only from rooms below its own, and no private name of another."""
    own = module_of(path).split(".")[0]
    for module, name in imports_of(path):
        other = module.split(".")[0]
        if not own or not other or other == own:
            continue
        assert LEVEL[other] < LEVEL[own], f"{own} may not import {other}"
        assert not name.startswith("_"), f"{own} reaches into {module}.{name}"


def test_faces_use_a_store_by_its_methods():
    """Commands, the local page, advice and entries never take a connection out of a store, nor write SQL."""
    package = Path(__file__).parents[2] / "followup_analytics"
    taken_out = re.compile(r"\.(?:writing|reading|outside_transaction)\(\)|import sqlalchemy")
    reached = [
        f"{path.relative_to(package)}: {found[0]}"
        for folder in ("cli", "web", "advice", "track", "office", "report", "reading")
        for path in sorted((package / folder).rglob("*.py"))
        for found in taken_out.finditer(path.read_text("utf-8"))
    ]
    assert not reached


def test_faces_enter_by_the_library_face():
    """Commands and the local page make entries through `OfficeStore`, as any program does, and through nothing else."""
    package = Path(__file__).parents[2] / "followup_analytics"
    past_it = re.compile(r"track_[a-z]+\(|import track_[a-z]+")
    found = [
        f"{path.relative_to(package)}: {one[0]}"
        for folder in ("cli", "web", "office")
        for path in sorted((package / folder).rglob("*.py"))
        for one in past_it.finditer(path.read_text("utf-8"))
    ]
    assert not found


def names_bound_within(function: ast.AST) -> set[str]:
    """The names that loops of the function's comprehensions bind."""
    made = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    targets = [loop.target for node in ast.walk(function) if isinstance(node, made) for loop in node.generators]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def names_of_the_module(tree: ast.Module) -> set[str]:
    """The functions, classes and imports at the top of a module."""
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return found | {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}


def test_no_comprehension_takes_a_name_of_its_module() -> None:
    """Python 3.12.1 takes the module's name, used in another comprehension of the function, for an unbound one."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
    taken = [
        f"{module_of(path)}.{node.name}: {name}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for name in sorted(names_bound_within(node) & names_of_the_module(tree))
    ]
    assert len(FILES) > 100
    assert taken == []
