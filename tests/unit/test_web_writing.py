"""What is typed for a report's title page stands there, whatever its signs."""

from __future__ import annotations

import pytest

from followup_analytics import sample_data
from followup_analytics.web.writing import Task, written


@pytest.mark.parametrize("name", ["Büro \N{GRADUATION CAP}", 'The "Office" \\ Söhne', "Del\x7fete"])
def test_any_signs_may_stand_on_the_title_page(name: str) -> None:
    """An emoji, quotes, a backslash, and a control character, which goes."""
    asked = {"kind": "day-sheet", "name": name}
    made = written(Task(str(sample_data("log")), asked, "html", 10), lambda *_: None)
    page = made.content.decode("utf-8")
    for part in name.replace("\x7f", "").replace('"', "&#34;").split():
        assert part in page
