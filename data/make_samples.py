"""Make the sample log of this folder again, byte for byte: as canonical tables, and in each source's form.

Run  python data/make_samples.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from followup_analytics.simulate import simulate_log

FOLDER = Path(__file__).parent
INTERVIEWS, WORLD, SEED = 300, "office", 2026


def main(folder: Path = FOLDER) -> list[Path]:
    """Write `log/` and `forms/` into the folder; give the paths of all files."""
    # The writers of forms are test material: they lie with the tests, and go before the folder `forms` that they write.
    sys.path.insert(0, str(FOLDER.parent / "tests"))
    from forms import write_forms

    log = simulate_log(interviews=INTERVIEWS, world=WORLD, seed=SEED)
    written = sorted(log.write(folder / "log").iterdir())
    return written + write_forms(log, folder / "forms")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for path in main(target):
        print(f"{path.relative_to(target)}: {path.stat().st_size:,} bytes")
