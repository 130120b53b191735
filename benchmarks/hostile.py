"""Five hundred generated hostile and clumsy inputs to `followup check`: what went wrong, how long, how much memory.

    python benchmarks/hostile.py [N] [SEED] [KIND]

Writes benchmarks/results/hostile.json; with KIND, those of that kind alone are run again, after something was mended,
and stand there under `again`. The inputs are made by tests/faults/hostile_inputs.py.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "faults"))

from hostile_inputs import MAKERS  # noqa: E402
from test_hostile_inputs import judged  # noqa: E402

RESULTS = HERE / "results" / "hostile.json"


def main(n: int, seed: int, kind: str | None = None) -> int:
    """Run the study; 1 where an input was not answered with a sentence."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        wrong = judged(n, seed=seed, folder=Path(folder), kind=kind)
    seconds = time.perf_counter() - started
    if kind is None:
        told = {
            "inputs": n,
            "seed": seed,
            "kinds": len(MAKERS),
            "failures": len(wrong),
            "seconds_an_input": round(seconds / n, 2),
            # The largest process that was waited for, with its own children.
            "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        }
    else:
        told = json.loads(RESULTS.read_text("utf-8"))
        own = len(range(list(MAKERS).index(kind), n, len(MAKERS)))
        told.setdefault("again", []).append({"kind": kind, "inputs": own, "failures": len(wrong)})
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(told), *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(*(int(word) for word in given[:2] + ["500", "2"][len(given) :]), *given[2:3]))
