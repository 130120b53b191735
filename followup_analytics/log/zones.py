"""Where a time zone lies."""

from __future__ import annotations

from functools import lru_cache


def country_of_zone(zone: str | None) -> str | None:
    """The country that the IANA time zone belongs to (tz database, zone.tab), None where it belongs to none."""
    return _zone_countries().get(zone or "")


@lru_cache(maxsize=1)
def _zone_countries() -> dict[str, str]:
    from importlib.resources import files

    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
