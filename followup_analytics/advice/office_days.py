"""Working days: Monday to Friday, or a country's own week and public holidays, from the `holidays` package."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from followup_analytics.log.workdays import country_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

#: Ask for the country of each employer's time zone.
BY_ZONE = "zone"
_SATURDAY = 5


class WorkingDays:
    """The working days of one country, region (`DE-BY`) or, with None, of every week from Monday to Friday."""

    def __init__(self, country: str | None = None) -> None:
        """Take an ISO 3166 country code, with a subdivision after a hyphen; UsageError for one that is not known."""
        self.country = country
        self._works = _calendar(country)

    def __repr__(self) -> str:
        return f"WorkingDays({self.country!r})"

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on that day."""
        return self._works(day)

    def on_or_after(self, day: date) -> date:
        """The first working day that is `day` or later."""
        # No country closes for a month: the bound turns a broken calendar into the day itself, not into a hang.
        for ahead in range(31):
            if self._works(found := day + timedelta(days=ahead)):
                return found
        return day

    def after(self, day: date) -> date:
        """The first working day later than `day`."""
        return self.on_or_after(day + timedelta(days=1))


@lru_cache(maxsize=64)
def working_days(country: str | None) -> WorkingDays:
    """The working days of a country, made once: a calendar takes some milliseconds to build."""
    return WorkingDays(country)


def _calendar(country: str | None) -> Callable[[date], bool]:
    if country is None:
        return lambda day: day.weekday() < _SATURDAY
    calendar = country_calendar(country)
    return lambda day: bool(calendar.is_working_day(day))
