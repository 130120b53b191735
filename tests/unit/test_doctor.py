"""What the doctor says of an installation."""

from __future__ import annotations

import pytest

from followup_analytics.cli import doctor


def test_absent_parts_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the README's own form; and the result is not about simulated people."""
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    made = doctor.examine()
    details = {row["part"]: row["detail"] for row in made.rows if row["state"] == "absent"}
    assert "pip install '.[notebook]'" in details["jupyterlab"]
    assert made.caption() == "This installation"
