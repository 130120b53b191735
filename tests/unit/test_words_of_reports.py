"""Small words of reports: what counts as a response, and the tiles of the verdicts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from followup_analytics.languages import Catalogue
from followup_analytics.report.claims_report import _figures
from followup_analytics.report.facts import LogFacts


def test_any_one_decision_is_a_response() -> None:
    """An offer or a rejection: no interview brings both."""
    said = LogFacts(
        channels=(), decisions=("advanced", "offer", "rejected"), ends=(), has_answers=False, first_day=None,
        last_day=None, only_dates=False, n_interviews=1, is_spoken=False,
    ).response_words()  # fmt: skip
    assert said == "the news of a decision (a further round, an offer or a rejection)"


@pytest.mark.parametrize("alike", [0, 1, 2])
def test_a_tile_of_verdicts_counts_as_its_number_asks(alike: int) -> None:
    """Nothing is said of "0 more", and every tile has its German and Spanish words."""
    verdicts = ["supported", "inconclusive", *["no_meaningful_difference"] * alike]
    tiles = _figures(cast("Any", SimpleNamespace(claims=[SimpleNamespace(verdict=one) for one in verdicts])))
    assert [one.label for one in tiles[:2]] == ["piece of advice holds here", "are contradicted"]
    assert tiles[2].detail.startswith(("the numbers", "1 more makes ", "2 more make ")[alike])
    for language in ("de", "es"):
        words = Catalogue(language)
        for one in tiles:
            words.told(one.label)
            words.told(one.detail)
        assert words.missing == set()
