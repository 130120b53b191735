"""Make the sample log of this folder again, byte for byte: as canonical tables, and in each source's form.

Run  python data/make_samples.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from forms import write_forms

from followup_analytics.simulate import simulate_log

FOLDER = Path(__file__).parent
INTERVIEWS, WORLD, SEED = 300, "office", 2026


def main(folder: Path = FOLDER) -> list[Path]:
    """Write `log/` and `forms/` into the folder; give the paths of all files."""
    # The forms are test material: they lie with the tests and not in the package.
    sys.path.append(str(FOLDER.parent / "tests"))

    log = simulate_log(interviews=INTERVIEWS, world=WORLD, seed=SEED)
    written = sorted(log.write(folder / "log").iterdir())
    return written + write_forms(log, folder / "forms")


if __name__ == "__main__":
    for path in main():
        print(f"{path.relative_to(FOLDER)}: {path.stat().st_size:,} bytes")
