"""Change the rules that decide by a little, one change at a time, and see whether their nearest tests notice.

    python benchmarks/mutations.py                  # every room; writes benchmarks/results/mutations.json
    python benchmarks/mutations.py --room verdict   # one room, printed alone
    python benchmarks/mutations.py --unnoticed      # those again that were not noticed last time

The changes are made by cosmic-ray (`pip install cosmic-ray`): other comparisons, numbers one more and one less, and for
or, a condition turned round, a loop that never runs; beside these, decimals a tenth larger and smaller. Of each room
a random sample is drawn; annotations and decorators are left as they are, since changing them changes nothing. Mutated
sources are handed to the import of one process of tests: no file of the package is touched.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

import parso  # noqa: E402
from cosmic_ray.ast import ast_nodes, get_ast  # noqa: E402
from cosmic_ray.mutating import mutate_code  # noqa: E402
from cosmic_ray.operators.operator import Operator  # noqa: E402
from cosmic_ray.plugins import get_operator  # noqa: E402

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "mutations.json"
EQUIVALENTS = ROOT / "benchmarks" / "mutations_equivalent.toml"
PACKAGE = "followup_analytics"
SEED = 14
#: A child that takes so many seconds of processor time hangs, which nobody would overlook.
MOST_SECONDS = 60


@dataclass(frozen=True)
class Room:
    """Modules whose rules decide, and the quick tests nearest to them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...] = ()


ROOMS: Mapping[str, Room] = {
    "windows": Room(("cells/windows.py", "cells/roles.py"), ("tests/spec/test_window_rule.py",), ("-k", "not duckdb")),
    "gate": Room(
        tuple(
            f"results/disclosure/{name}.py"
            for name in ("cells", "curves", "flows", "gate", "lines", "policy", "rounding", "sets")
        ),
        (
            "tests/unit/test_disclosure_policies.py",
            "tests/unit/test_one_gate.py",
            "tests/spec/test_hiding_rules.py",
            "tests/spec/test_flow_rules.py",
            "tests/spec/test_policy_rules.py",
        ),
    ),
    "verdict": Room(("claims/verdict.py", "claims/judging.py"), ("tests/spec/test_verdict_rules.py",)),
    "gates": Room(
        ("claims/gates.py", "claims/recording.py"),
        ("tests/spec/test_gate_rules.py", "tests/spec/test_verdict_rules.py"),
    ),
    "next": Room(
        tuple(
            f"advice/{name}.py"
            for name in ("customs", "decide", "facts", "owed", "rules", "situation", "states", "steps", "verdicts")
        ),
        ("tests/spec/test_next_step_rules.py",),
    ),
}

#: cosmic-ray's operators that change a rule by little; the others make what no slip of a hand would.
OPERATORS = (
    *(
        f"core/ReplaceComparisonOperator_{change}"
        for change in (
            *("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "LtE_Gt", "Gt_LtE", "GtE_Lt"),
            *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
        )
    ),
    *(
        f"core/ReplaceBinaryOperator_{change}"
        for change in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "BitAnd_BitOr", "BitOr_BitAnd")
    ),
    *(f"core/ReplaceUnaryOperator_{change}" for change in ("USub_UAdd", "Delete_Not", "Delete_Invert")),
    *(f"core/Replace{change}" for change in ("TrueWithFalse", "FalseWithTrue", "AndWithOr", "OrWithAnd")),
    *(f"core/{name}" for name in ("NumberReplacer", "ReplaceContinueWithBreak", "ReplaceBreakWithContinue")),
    *("core/AddNot", "core/ZeroIterationForLoop"),
)


class DecimalReplacer(Operator):
    """A decimal a tenth larger or smaller: cosmic-ray's own steps of 1 are too coarse for thresholds below it."""

    CHANGES = (1.1, 0.9)

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """Each decimal twice."""
        if _is_decimal(node):
            for _ in self.CHANGES:
                yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The number with the change of this index."""
        return parso.python.tree.Number(f" {float(node.value) * self.CHANGES[index]:.10g}", node.start_pos)

    @classmethod
    def examples(cls) -> tuple[Any, ...]:
        """None: this one is not offered to others."""
        return ()


def _is_decimal(node: Any) -> bool:
    return node.type == "number" and "." in node.value and float(node.value) != 0


def operators() -> dict[str, Operator]:
    """All that is changed, by name."""
    return {name: get_operator(name)() for name in OPERATORS} | {"decimal": DecimalReplacer()}


@dataclass(frozen=True)
class Mutant:
    """One change: where, by what, and the line before and after."""

    module: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """What tells it from the others of its module, whatever stands above it."""
        return f"{self.module}: {self.before} => {self.after}"


def mutants_of(module: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    source = (ROOT / PACKAGE / module).read_text(encoding="utf-8")
    kept_out = _kept_out(source)
    tree = get_ast(source)
    nodes = list(ast_nodes(tree))
    found = []
    for name, operator in operators().items():
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            if any(low <= start < high for low, high in kept_out):
                continue
            leaf = tree.get_leaf_for_position(start)
            if (name == "core/NumberReplacer" and _is_decimal(leaf)) or (leaf.parent.type in _SIGNATURES):
                continue
            changed = mutate_code(source, operator, occurrence)
            if changed is not None and changed != source:
                found.append(Mutant(module, name, occurrence, start[0], *_lines(source, changed), changed))
    unique = {(one.before, one.after, one.line): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.line, one.operator, one.occurrence))


#: Places of a star that is no product.
_SIGNATURES = ("parameters", "param", "argument", "star_expr")


def _kept_out(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Places at which a change can't change what the program does: annotations, decorators, guards."""
    out: list[ast.expr | ast.stmt] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            out += [*node.decorator_list, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.ClassDef):
            out += node.decorator_list
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            out.append(node.annotation)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            out.append(node)
        elif isinstance(node, ast.keyword) and node.arg == "strict":
            # Lengths are equal wherever they are declared to be: a guard, and no rule.
            out.append(node.value)
    return [((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in out]


def _lines(source: str, changed: str) -> tuple[str, str]:
    """The lines in which two sources differ."""
    one, other = source.splitlines(), changed.splitlines()
    first = next(k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    last = next(k for k, (a, b) in enumerate(zip(one[::-1], other[::-1], strict=False)) if a != b)
    return tuple(" ".join(" ".join(each[first : len(each) - last]).split()) for each in (one, other))  # type: ignore[return-value]


# ------------------------------------------------------------------------------------------------- one process a mutant


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a mutated source where its module is imported."""

    def __init__(self, module: str, source: str) -> None:
        self.name = f"{PACKAGE}.{module.removesuffix('.py').replace('/', '.')}"
        self.path, self.source = ROOT / PACKAGE / module, source

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module's own place, with this as its loader."""
        del path, target
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutated source."""
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)


def _run(room: Room, mutant: Mutant | None) -> None:
    """In a child: run the tests on a mutant, and leave with their exit code."""
    import pytest

    if mutant is not None:
        made = _Mutated(mutant.module, mutant.source)
        sys.meta_path.insert(0, made)
        _forget(made.name)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
    # Neither plugins nor messages that explain a failure are needed to see that there is one.
    quick = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-o", "addopts=", "-m", "not slow and not study"]
    tests = [one for one in room.tests if (ROOT / one).exists()]
    os._exit(int(pytest.main([*quick, *room.options, *tests])))


def _warm() -> None:
    """Import what the tests need once; a child forgets what its mutant concerns, and imports that anew."""
    os.chdir(ROOT)
    sys.dont_write_bytecode = False
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    for name in (
        "claims.evaluate",
        "advice.next_steps",
        "answers.rates",
        "answers.curves",
        "answers.outcomes",
        "report.typecase",
    ):
        importlib.import_module(f"{PACKAGE}.{name}")
    for name in ("hypothesis", "pandas", "scipy.sparse", "scipy.optimize"):
        importlib.import_module(name)


def _forget(module: str) -> None:
    """Let a module be imported anew, and all that are made of what it defines."""
    using = _users()
    gone, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in gone:
            gone.add(name)
            waiting += using.get(name, ())
    for name in gone & set(sys.modules):
        del sys.modules[name]
        package, _, own = name.rpartition(".")
        vars(sys.modules[package]).pop(own, None) if package in sys.modules else None


@cache
def _users() -> dict[str, set[str]]:
    """For each module of the package those that import it, packages for the modules in them too."""
    using: dict[str, set[str]] = {}
    for path in (ROOT / PACKAGE).rglob("*.py"):
        user = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE):
                for used in (node.module, *(f"{node.module}.{one.name}" for one in node.names)):
                    using.setdefault(used, set()).add(user)
    # What a package hands on from its modules, it may hand on lazily.
    for package in ("results.disclosure", "claims", "advice", "statistics", "model", "trials"):
        for path in (ROOT / PACKAGE / package.replace(".", "/")).glob("*.py"):
            using.setdefault(f"{PACKAGE}.{package}.{path.stem}", set()).add(f"{PACKAGE}.{package}")
    return using


def _start(room: Room, mutant: Mutant | None) -> int:
    child = os.fork()
    if not child:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        try:
            _run(room, mutant)
        except BaseException:  # noqa: BLE001 - a child never returns into the study
            traceback.print_exc()
        os._exit(99)
    return child


def unnoticed_of(room: Room, mutants: Iterable[Mutant], processes: int) -> list[Mutant]:
    """The mutants on which all tests of their room pass."""
    waiting, running, left = list(mutants), {}, []
    total, done = len(waiting), 0
    while waiting or running:
        while waiting and len(running) < processes:
            mutant = waiting.pop()
            running[_start(room, mutant)] = mutant
        child, status = os.wait()
        mutant, done = running.pop(child), done + 1
        if status == 0:
            left.append(mutant)
            print(f"  {done} of {total}, not noticed: {mutant.line} {mutant.name}", flush=True)
    return sorted(left, key=lambda one: (one.module, one.line))


def passes(room: Room) -> bool:
    """Whether the tests pass on what is there; without that nothing is shown."""
    _, status = os.waitpid(_start(room, None), 0)
    return status == 0


# ---------------------------------------------------------------------------------------------------------- the study


def equivalents() -> dict[str, str]:
    """Mutants that do what the rule does, by name, each with the reason."""
    import tomllib

    listed = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"] if EQUIVALENTS.exists() else []
    return {f"{one['module']}: {one['before']} => {one['after']}": one["why"] for one in listed}


def study(name: str, room: Room, sample: int, processes: int, again: Sequence[str] | None) -> dict[str, Any]:
    """One room: how many mutants there are, how many were tried, and which went unnoticed."""
    known = equivalents()
    every = [mutant for module in room.modules for mutant in mutants_of(module)]
    drawn = random.Random(f"{SEED} {name}").sample(every, min(sample, len(every)))
    tried = [one for one in drawn if one.name not in known and (again is None or one.name in again)]
    print(f"{name}: {len(every)} mutants, {len(tried)} to be tried", flush=True)
    if not passes(room):
        raise SystemExit(f"{name}: the tests fail as it is")
    left = unnoticed_of(room, tried, processes)
    same = [one for one in drawn if one.name in known]
    judged = len(drawn) - len(same)
    return {
        "modules": list(room.modules),
        "tests": list(room.tests),
        "mutants": len(every),
        "drawn": len(drawn),
        "equivalent": [{**_told(one), "why": known[one.name]} for one in same],
        "noticed": judged - len(left),
        "share_noticed": round((judged - len(left)) / judged, 3),
        "unnoticed": [_told(one) for one in left],
    }


def _told(mutant: Mutant) -> dict[str, Any]:
    told = asdict(mutant)
    return {name: told[name] for name in ("module", "before", "after")}


def main() -> None:
    """Try the rooms that were asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--room", choices=list(ROOMS))
    asked.add_argument("--sample", type=int, default=100, help="mutants of each room")
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--unnoticed", action="store_true", help="only those that went unnoticed last time")
    given = asked.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    _warm()
    for name, room in ROOMS.items():
        if given.room not in (None, name):
            continue
        before = results.get("rooms", {}).get(name, {}).get("unnoticed")
        again = None
        if given.unnoticed and before is not None:
            again = [f"{one['module']}: {one['before']} => {one['after']}" for one in before]
        found = study(name, room, given.sample, given.processes, again)
        results.setdefault("rooms", {})[name] = found
        print(f"{name}: {found['noticed']} of {found['drawn'] - len(found['equivalent'])} noticed", flush=True)
    results["seed"] = SEED
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
