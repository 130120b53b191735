"""Working days of a country: numbered, so that a span of days becomes a subtraction."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from followup_analytics.errors import UsageError
from followup_analytics.schema import FIRST_YEAR, LAST_YEAR

_EPOCH = np.datetime64("1970-01-01")


@lru_cache(maxsize=8)
def _calendar(country: str) -> tuple[list[bool], npt.NDArray[np.datetime64]]:
    """The working weekdays, Monday first, and the public holidays (all years that a log may have) of a country or
    region ("US", "DE-BY")."""
    import holidays

    land, _, region = country.partition("-")
    try:
        known = holidays.country_holidays(
            land.upper(), subdiv=region.upper() or None, years=range(FIRST_YEAR - 1, LAST_YEAR + 2)
        )
    except NotImplementedError as unknown:
        raise UsageError(
            f"--working-days {country!r} is no country that the calendar knows: "
            "give a code such as US, GB or DE, or DE-BY for a region."
        ) from unknown
    return [weekday not in known.weekend for weekday in range(7)], np.array(sorted(known), dtype="datetime64[D]")


def working_day_numbers(days: npt.NDArray[np.integer], country: str) -> npt.NDArray[np.int64]:
    """How many working days have begun by each day: the country's own week, public holidays left out.

    days: n local days since 1970-01-01. The difference of two numbers is the count of working days after the first day
    up to and including the second, so that the day of an interview is 0 and a Sunday counts as the Friday before it.
    Raises UsageError for a country that the `holidays` calendar doesn't know.
    """
    week, free = _calendar(country)
    dates = _EPOCH + days.astype("timedelta64[D]")
    return np.busday_count(_EPOCH, dates + 1, weekmask=week, holidays=free).astype(np.int64)
