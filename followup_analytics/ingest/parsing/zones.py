"""Names of time zones as calendars write them: of the zone database, of Windows, with a maker's path before them."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from followup_analytics.log.clock import is_zone

_UTC_NAMES = {"z", "utc", "gmt", "zulu", "tzone://microsoft/utc", "coordinated universal time"}
#: What Outlook shows for zones whose name, not whose offset, tells the changes of clocks.
_SHOWN = {
    "eastern time (us & canada)": "America/New_York",
    "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver",
    "pacific time (us & canada)": "America/Los_Angeles",
    "arizona": "America/Phoenix",
    "atlantic time (canada)": "America/Halifax",
    "dublin, edinburgh, lisbon, london": "Europe/London",
    "greenwich mean time : dublin, edinburgh, lisbon, london": "Europe/London",
    "amsterdam, berlin, bern, rome, stockholm, vienna": "Europe/Berlin",
    "brussels, copenhagen, madrid, paris": "Europe/Paris",
    "chennai, kolkata, mumbai, new delhi": "Asia/Kolkata",
    "osaka, sapporo, tokyo": "Asia/Tokyo",
    "canberra, melbourne, sydney": "Australia/Sydney",
}
#: A name that is nothing but an offset: clocks there are never changed. `GMT-5` is left out of it where it is POSIX's
#: (`Etc/GMT-5`), whose sign is the other way round.
_OFFSET_NAME = re.compile(r"^(?:utc|gmt)\s*([+-])(\d{1,2}):?(\d{2})?$")
_OFFSET_BEFORE = re.compile(r"^\((?:utc|gmt)[^)]*\)\s*", re.IGNORECASE)


@cache
def _folded() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    windows = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
    return windows | _SHOWN | {name.casefold(): name for name in available_timezones()}


def zone_named(name: str) -> str | None:
    """The zone of the zone database, or the offset, that a calendar's name stands for; None where nobody can say.

    `Europe/Berlin`, `W. Europe Standard Time`, `/mozilla.org/20050126_1/Europe/Berlin`, `America/New York`.
    An offset in brackets alone is no zone: it doesn't tell when clocks are changed.
    """
    text = " ".join(name.strip().strip('"').split())
    if is_zone(text):
        return text
    folded = text.casefold()
    if folded in _UTC_NAMES:
        return "UTC"
    offset = _OFFSET_NAME.match(folded)
    if offset and int(offset[2]) <= 14:
        return f"{offset[1]}{int(offset[2]):02d}:{offset[3] or '00'}"
    known = _folded()
    bare = _OFFSET_BEFORE.sub("", folded)
    parts = folded.strip("/").split("/")
    # Makers put their own path before the zone's name: its last two or three parts are tried.
    tails = ["/".join(parts[-n:]) for n in (3, 2) if len(parts) > n - 1]
    for candidate in (folded, folded.replace(" ", "_"), bare, *tails, *(tail.replace(" ", "_") for tail in tails)):
        if candidate in known:
            return known[candidate]
    return None
