"""Working days as numbers whose difference counts them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from followup_analytics.errors import UsageError
from followup_analytics.log.workdays import working_day_numbers

EPOCH = dt.date(1970, 1, 1)


def _between(first: str, last: str, country: str) -> int:
    days = np.array([(dt.date.fromisoformat(day) - EPOCH).days for day in (first, last)])
    numbers = working_day_numbers(days, country)
    return int(numbers[1] - numbers[0])


@pytest.mark.parametrize(
    ("first", "last", "country", "days"),
    [
        ("2026-03-06", "2026-03-09", "US", 1),  # Friday to Monday
        ("2026-03-02", "2026-03-02", "US", 0),
        ("2026-07-02", "2026-07-06", "US", 1),  # Independence Day is observed on Friday 3 July
        ("2026-07-02", "2026-07-06", "GB", 2),
        ("2026-06-03", "2026-06-05", "DE-BY", 1),  # Corpus Christi in Bavaria
        ("2026-06-03", "2026-06-05", "DE-BE", 2),
        ("2026-03-07", "2026-03-09", "US", 1),  # a Saturday counts as the Friday before it
        ("2026-03-05", "2026-03-08", "EG", 1),  # Friday and Saturday are Egypt's weekend
    ],
)
def test_working_days_between(first: str, last: str, country: str, days: int) -> None:
    """Weekends and public holidays of the country or region are left out."""
    assert _between(first, last, country) == days


def test_an_unknown_country_is_refused() -> None:
    """The sentence names codes that work."""
    with pytest.raises(UsageError, match="No calendar of public holidays"):
        working_day_numbers(np.array([1]), "Narnia")
