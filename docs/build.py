"""Build the documentation site, without any network:  python docs/build.py [FOLDER]

Needs the extra `docs`. A warning fails it. `--man` writes the manual page of the command too (docs/man/followup.1, part
of the package); without it, a manual page that is no longer the program's fails the build.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE / "man" / "followup.1"


def sphinx(kind: str, target: Path) -> None:
    """Run Sphinx for one kind of output; every warning is an error."""
    command = [sys.executable, "-m", "sphinx", "-b", kind, "-W", "--keep-going", "-q", str(HERE), str(target)]
    subprocess.run(command, check=True)  # noqa: S603 - this interpreter and the paths above


def manual_page() -> str:
    """The manual page as the program is now."""
    with tempfile.TemporaryDirectory() as made:
        sphinx("man", Path(made))
        return (Path(made) / "followup.1").read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Build the site into a folder (build/site), and write or compare the manual page."""
    where = next((one for one in arguments if not one.startswith("-")), str(HERE.parent / "build" / "site"))
    sphinx("html", Path(where))
    now = manual_page()
    if "--man" in arguments:
        PAGE.write_text(now, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != now:
        sys.exit("docs/man/followup.1 is not the program's: run  python docs/build.py --man")
    print(f"{where}/index.html")  # noqa: T201 - the one thing to know
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
