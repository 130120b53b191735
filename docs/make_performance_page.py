"""Write docs/performance.md from the committed results of benchmarks.  Run: python docs/make_performance_page.py."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"

INTRODUCTION = """# How long it takes

Every figure comes from a script in `benchmarks/` and stands in `benchmarks/results/`; this page is made from those by
`python docs/make_performance_page.py`. All of it was measured on two processors that other work shared, so seconds by
the clock say little: read the processor seconds and the ratios. Each script compares the answers before the times.
Data are simulated. Not every figure is of today's code: when each was last measured stands in its file's history.

"""


def _read(name: str) -> Any:
    return json.loads((RESULTS / name).read_text(encoding="utf-8"))


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    heads = list(heads)
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n\n"


def rates() -> str:
    """Rates beside SQL written by hand."""
    rows = [
        (
            f"{run['contacts']:,}",
            run["ours"]["cpu_s"],
            run["sql"]["cpu_s"],
            f"{run['ours']['cpu_s'] / run['sql']['cpu_s']:.1f}",
            run["ours"]["peak_gb"],
            run["sql"]["peak_gb"],
        )
        for run in _read("rates.json")["runs"]
    ]
    heads = ("contacts", "ours, s", "DuckDB by hand, s", "ratio", "ours, GB", "DuckDB, GB")
    return (
        "## Rates\n\nBy timing, channel and attempt from Parquet, with imports, checks and intervals, against SQL that"
        " gives the same counts without intervals (processor seconds).\n\n" + _table(heads, rows)
    )


def claims() -> str:
    """All claims, and sequential trials beside a peer."""
    rows = [
        (f"{run['interviews']:,}", run["tested"], run["processor_seconds"], run["peak_gb"])
        for run in _read("claims.json")
    ]
    peers = [
        (
            f"{run['interviews']:,}",
            f"{run['processor_seconds']:.2f}",
            run["peer_processor_seconds"],
            f"{run['times_less_work']:,}",
            f"{run['largest_difference']:.0e}",
        )
        for run in _read("sequential.json")
    ]
    return (
        "## Claims\n\nAll of them with their intervals (processor seconds). The goals were 15 s and 1.5 GB for 100,000"
        " interviews, 120 s and 4 GB for a million: missed in time, and for a million in memory.\n\n"
        + _table(("interviews", "claims", "s", "GB"), rows)
        + "A pooled logistic fit of sequential trials, beside pySEQTarget (processor seconds):\n\n"
        + _table(("interviews", "ours, s", "pySEQTarget, s", "times less work", "largest difference"), peers)
    )


def model() -> str:
    """The model's fit, and the curves."""
    fit, curve = _read("model.json"), _read("incidence.json")
    peer = fit["scikit_learn"][0]
    return (
        f"## Model and curves\n\nA penalised logistic fit of {fit['attempts']:,} attempts takes"
        f" {fit['fit_processor_s']:.2f} s of processor time on {fit['cells']:,} cells (counting them:"
        f" {fit['cells_processor_s']:.1f} s); scikit-learn on the raw rows takes {peer['processor_seconds']:.1f} s."
        f" Coefficients differ by at most {peer['largest_difference']:.0e}.\n\nAn Aalen-Johansen curve of"
        f" {curve['interviews']:,} interviews with {curve['replicates']} jackknife replicates takes"
        f" {curve['seconds_one_data_date']:.1f} s by the clock; scikit-survival takes"
        f" {curve['scikit_survival_seconds_once']:.1f} s for one fit, {curve['scikit_survival_seconds_51_times']:.0f} s"
        f" for as many.\n\n"
    )


def ingest() -> str:
    """Reading files."""
    found = _read("ingest.json")
    rows = [(one["work"], one["file_mb"], one["cpu_seconds"], one["peak_mb"]) for one in found["works"]]
    return f"## Reading files\n\nOf {found['rows']:,} rows where nothing else is said.\n\n" + _table(
        ("work", "file, MB", "processor s", "peak, MB"), rows
    )


def store() -> str:
    """The store, and entries."""
    entries = _read("entries.json")
    rows = [
        (f"`{name.replace('_', ' ')}`", one["times_of_the_imports"]) for name, one in entries["large_store"].items()
    ]
    table = [line for line in (RESULTS / "store.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return (
        f"## Entries\n\nFrom shell to shell on a store of {entries['contacts']:,} contacts, in times of what importing"
        " polars and SQLAlchemy alone takes on the same machine in the same minutes.\n\n"
        + _table(("command", "times of the imports"), rows)
        + "## Store\n\n333,333 interviews, 1,000,000 contacts and 133,413 outcomes.\n\n"
        + "\n".join(table)
        + "\n\n"
    )


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(part() for part in (rates, claims, model, ingest, store)).rstrip() + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "performance.md").write_text(page(), encoding="utf-8")
