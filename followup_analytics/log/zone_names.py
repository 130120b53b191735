"""Names of time zones as calendars and people write them: of the zone database, of Windows, English words, cities."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from followup_analytics.errors import UsageError
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
#: Zones as people call them, without "time", "standard" and the like. What may mean two zones (CST, IST, AEST) is left
#: out: it is refused. EST, MST and HST are zones of the zone database, without summer time, and stay so.
_CALLED = {
    "America/New_York": (
        "eastern", "us eastern", "et", "edt", "est/edt", "new york city", "nyc", "us east coast", "east coast",
    ),
    "America/Chicago": ("central", "us central", "ct", "cdt", "cst/cdt"),
    "America/Phoenix": ("mountain arizona", "us mountain arizona"),
    "America/Denver": ("mountain", "us mountain", "mt", "mdt", "mst/mdt"),
    "America/Los_Angeles": ("pacific", "us pacific", "pt", "pst", "pdt", "pst/pdt", "us west coast", "west coast"),
    "America/Anchorage": ("alaska", "us alaska", "akst", "akdt"),
    "Pacific/Honolulu": ("hawaii", "us hawaii", "hawaiian"),
    "America/Halifax": ("atlantic", "adt"),
    "America/St_Johns": ("newfoundland", "nst", "ndt"),
    "Europe/London": ("british", "uk", "united kingdom", "gmt/bst", "bst", "british summer", "gb"),
    "Europe/Dublin": ("irish", "ireland"),
    "Europe/Berlin": (
        "central european", "central european summer", "central europe", "cest", "cet/cest", "mez", "mesz", "mez/mesz",
        "mitteleuropäische", "mitteleuropäische zeit", "mitteleuropäische sommerzeit", "german", "germany",
        "deutschland", "deutsche zeit",
    ),
    "Europe/Helsinki": ("eastern european", "eastern european summer", "eest", "eet/eest"),
    "Europe/Lisbon": ("western european", "western european summer", "west", "wet/west"),
    "Europe/Paris": ("france", "heure de paris", "heure d'europe centrale"),
    "Europe/Madrid": ("spain", "hora peninsular", "hora de europa central"),
    "Asia/Kolkata": ("indian", "india"),
    "Asia/Tokyo": ("japan", "jst"),
    "Asia/Seoul": ("korea", "korean", "kst"),
    "Asia/Singapore": ("singapore", "sgt"),
    "Asia/Hong_Kong": ("hong kong", "hkt"),
    "Asia/Shanghai": ("china", "beijing"),
    "Pacific/Auckland": ("new zealand", "nzst", "nzdt", "nzst/nzdt"),
    "Australia/Sydney": ("australian eastern daylight", "aedt"),
    "Australia/Perth": ("australian western", "awst", "western australia"),
    "Africa/Johannesburg": ("south africa", "sast"),
    "Asia/Dubai": ("gulf", "uae"),
    "UTC": ("universal", "universal coordinated", "zulu"),
}  # fmt: skip
#: What says of a name only that it is a zone's.
_FILLERS = re.compile(r"\b(?:standard|daylight|local|prevailing)\b|\btime(?: ?zone)?\b|\btz\b")
#: A name that is nothing but an offset: clocks there are never changed. `GMT-5` is left out of it where it is POSIX's
#: (`Etc/GMT-5`), whose sign is the other way round.
_OFFSET_NAME = re.compile(r"^(?:utc|gmt)\s*([+-])(\d{1,2}):?(\d{2})?$")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_REGIONS = {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
_OFFSET_BEFORE = re.compile(r"^\((?:utc|gmt)[^)]*\)\s*", re.IGNORECASE)


@cache
def _folded() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    windows = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
    own = {name.casefold(): name for name in available_timezones()}
    # A city alone is a name too, unless two zones end in it.
    ends: dict[str, set[str]] = {}
    for name in available_timezones():
        region, _, city = name.rpartition("/")
        if region.partition("/")[0] in _REGIONS:
            ends.setdefault(city.casefold().replace("_", " "), set()).add(name)
    cities = {city: names.pop() for city, names in ends.items() if len(names) == 1}
    called = {word: zone for zone, words in _CALLED.items() for word in words}
    return cities | called | windows | _SHOWN | own


def zone_named(name: str) -> str | None:
    """The zone of the zone database, or the offset, that a calendar's name stands for; None where nobody can say.

    `Europe/Berlin`, `W. Europe Standard Time`, `/mozilla.org/20050126_1/Europe/Berlin`, `America/New York`,
    `Eastern Time (US & Canada)`, `Pacific`, `Central European Time`, `New York`.
    An offset in brackets alone is no zone: it doesn't tell when clocks are changed.
    """
    text = " ".join(name.replace("\\", "").strip().strip('"').split())
    # Outlook numbers zones that it meets again: "GMT Standard Time 1".
    text = re.sub(r"(?i)( time) \d{1,2}$", r"\1", text)
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
    spoken = [
        " ".join(_FILLERS.sub(" ", one).split()) for one in (re.sub(r"[()]", " ", bare), _BRACKETS.sub(" ", bare))
    ]
    # "Eastern Time - New York", "Amsterdam, Berlin, Bern": a place tells more than the words before it.
    places = [" ".join(_FILLERS.sub(" ", one).split()) for one in re.split(r" [-–] |, ", bare)]
    several = (places if ", " in bare else places[::-1]) if len(places) > 1 else []
    candidates = (folded, folded.replace(" ", "_"), bare, *tails, *(tail.replace(" ", "_") for tail in tails))
    # "Mountain Time (Arizona)" and "Berlin (CET)": with the words in brackets first, then without them.
    return next((known[one] for one in (*candidates, *spoken, *several) if one in known), None)


def zone_given(name: str | None) -> str | None:
    """The zone that a person's option or setting names, None where there is none; UsageError where nobody knows it."""
    if name is None:
        return None
    known = zone_named(name)
    if known is None:
        raise UsageError(
            f"the time zone {name!r} is not known; give a name such as Europe/Berlin, America/New_York or Eastern Time."
        )
    return known
