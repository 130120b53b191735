"""What the doctor says of an installation."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from followup_analytics.cli import doctor


def test_absent_parts_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the README's own form; and the result is not about simulated people."""

    def gone(name: str) -> str:
        raise doctor.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.importlib.metadata, "version", gone)
    made = doctor.examine()
    details = {row["part"]: row["detail"] for row in made.rows if row["state"] == "absent"}
    assert "pip install '.[notebook]'" in details["jupyterlab"]
    assert made.caption() == "This installation"


@pytest.mark.parametrize("name", ["psycopg-pool", "argon2-cffi"])
def test_a_part_whose_module_has_another_name_is_found(name: str) -> None:
    """It is looked for by the name under which it is installed."""
    pytest.importorskip(name.replace("-cffi", "").replace("-", "_"))
    assert {row["part"]: row["state"] for row in doctor.examine().rows}[name] == "ok"


def test_all_that_is_needed_is_examined() -> None:
    """Every dependency that pyproject.toml names has its row."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[><=\[;]", one)[0] for one in project["dependencies"]}
    assert needed <= {row["part"] for row in doctor.examine().rows}
