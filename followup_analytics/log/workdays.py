"""Working days of a country: its calendar, and days numbered so that a span of them becomes a subtraction."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.log.schema import FIRST_YEAR, LAST_YEAR
from followup_analytics.text import nearest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def country_calendar(country: str, years: Iterable[int] | None = None) -> Any:
    """The `holidays` calendar of a country or region ("US", "DE-BY"); years: those to work out now, else as asked for.

    Raises UsageError for a country or region without one.
    """
    import holidays

    code, _, region = country.upper().partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if code not in known:
        hint = nearest(code, known)
        raise UsageError(
            f"No calendar of public holidays is known for the country {country!r}: "
            "give a two-letter ISO code such as US or DE, or DE-BY for a region"
            + (f" (did you mean {hint}?)." if hint else ".")
        )
    if region and region not in known[code]:
        raise UsageError(
            f"{code} has no region {region!r}: choose one of {', '.join(known[code]) or 'none'}, or {code} alone."
        )
    return holidays.country_holidays(code, subdiv=region or None, years=years)


@lru_cache(maxsize=8)
def _calendar(country: str) -> tuple[list[bool], npt.NDArray[np.datetime64]]:
    """The working weekdays, Monday first, and the public holidays of all years that a log may have."""
    import numpy as np

    known = country_calendar(country, range(FIRST_YEAR - 1, LAST_YEAR + 2))
    return [weekday not in known.weekend for weekday in range(7)], np.array(sorted(known), dtype="datetime64[D]")


def working_day_numbers(days: npt.NDArray[np.integer], country: str) -> npt.NDArray[np.int64]:
    """How many working days have begun by each day: the country's own week, public holidays left out.

    days: n local days since 1970-01-01. The difference of two numbers is the count of working days after the first day
    up to and including the second, so that the day of an interview is 0 and a Sunday counts as the Friday before it.
    Raises UsageError for a country that the `holidays` calendar doesn't know.
    """
    import numpy as np

    epoch = np.datetime64("1970-01-01")
    week, free = _calendar(country)
    dates = epoch + days.astype("timedelta64[D]")
    return np.busday_count(epoch, dates + 1, weekmask=week, holidays=free).astype(np.int64)
