"""Telephone numbers and addresses in one written form, so that the same line is the same key in every file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from followup_analytics.errors import UsageError
from followup_analytics.ingest.parsing.calls import WITHHELD

_SCIENTIFIC = re.compile(r"^[+]?\d(?:[.,]\d+)?[eE][+]?(\d+)$")
_EMAIL = re.compile(r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")
_DOMAIN = re.compile(r"^@?(?:[a-z0-9-]+\.)+[a-z]{2,}$")
_SIP = re.compile(r"^(?:sips?|tel|callto|client|whatsapp|mailto):", re.IGNORECASE)
#: Digits that a written number needs before it can be anybody's line; shorter ones are extensions and short codes.
_FEWEST_DIGITS = 7
_NATIONAL_DIGITS = 10
#: How many last digits two ways of writing one number always share: the subscriber part of nearly every plan.
WEAK_DIGITS = 7
#: How many last digits stand for a number where the country is not known at all.
TAIL_DIGITS = 9
#: (202) 555-0143 or 202-555-0143: the way that only the North American plan is written.
_NORTH_AMERICAN = re.compile(r"^(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}(?:\s*(?:x|ext\.?)\s*\d+)?$", re.IGNORECASE)


def region_checked(region: str) -> str:
    """The region's code in capitals; UsageError when it is none."""
    import phonenumbers

    code = region.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(f"--region {region!r} is not a country code; give two letters such as US, GB or DE.")
    return code


@lru_cache(maxsize=200_000)
def e164(text: str, region: str | None) -> str | None:
    """A number as E.164, with `;ext=` where it has an extension; None for what is no number.

    region: two letters, for numbers written without a country code. A number that the numbering plan allows is taken
    even when it isn't assigned (test and demonstration numbers aren't).
    """
    import phonenumbers

    written = _SIP.sub("", text.strip()).partition("@")[0] if _SIP.match(text.strip()) else text.strip()
    if not written or damaged(written):
        return None
    # A country code without its plus sign is how exchanges and exports write numbers; it is tried after the region.
    digits = re.sub(r"\D", "", re.split(r"(?i)\s*(?:ext|x|;|,|#)", written)[0])
    candidates = [(written, region)]
    # Ten digits or fewer are as likely a national number, which would become some other country's.
    if not written.startswith("+") and (len(digits) > _NATIONAL_DIGITS or written.startswith("00")):
        candidates.append(("+" + written.lstrip("0") if not written.startswith("00") else "+" + written[2:], None))
    if len(digits) < _FEWEST_DIGITS:
        return None
    for candidate, home in candidates:
        if home is None and not candidate.startswith("+"):
            continue
        try:
            parsed = phonenumbers.parse(candidate, home)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            return f"{number};ext={parsed.extension}" if parsed.extension else number
    return None


def damaged(text: str) -> bool:
    """Whether a spreadsheet has turned the number into 1.20256E+10, or a run of ####: its digits are lost."""
    written = text.strip()
    found = _SCIENTIFIC.match(written)
    if found:
        kept = len(re.sub(r"\D", "", re.split("[eE]", written)[0]))
        return kept <= int(found[1])
    return written.startswith("###")


def restored(text: str) -> str:
    """A number that a spreadsheet dressed up but did not damage, undressed: `12025550143.0`, `="2025550143"`."""
    written = text.strip().strip("'")
    if written.startswith('="') and written.endswith('"'):
        written = written[2:-1]
    found = _SCIENTIFIC.match(written)
    if found and not damaged(written):
        return str(int(float(written.replace(",", "."))))
    return written[:-2] if re.fullmatch(r"\+?\d{7,}\.0", written) else written


def address_key(text: str) -> str | None:
    """An e-mail address in small letters, or a domain as `@domain`; None for anything else."""
    written = text.strip().removeprefix("mailto:").strip("<>").casefold()
    if _EMAIL.match(written):
        return written
    if _DOMAIN.match(written):
        return "@" + written.removeprefix("@")
    return None


@lru_cache(maxsize=200_000)
def contact_key(text: str, region: str | None) -> str | None:
    """The key of a number or address, whichever it is; None when it is withheld or neither."""
    if text.strip().casefold() in WITHHELD:
        return None
    if "@" in text and not _SIP.match(text.strip()):
        return address_key(text)
    return e164(restored(text), region) or _short_code(text)


def _short_code(text: str) -> str | None:
    digits = text.strip()
    return f"short:{digits}" if re.fullmatch(r"\d{3,6}", digits) else None


def tail_key(text: str) -> str | None:
    """A weak key of a number of which nobody says where it belongs: its last nine digits; None for fewer."""
    digits = re.sub(r"\D", "", re.split(r"(?i)\s*(?:ext|x|;|,|#)", restored(text))[0])
    return f"tail:{digits[-TAIL_DIGITS:]}" if len(digits) >= TAIL_DIGITS and not damaged(text) else None


def weak_key(text: str) -> str:
    """The last seven digits of a number, its extension left out: equal for all ways of writing one number."""
    return re.sub(r"\D", "", re.split(r"(?i)\s*(?:ext|x|;|,|#)", text)[0])[-WEAK_DIGITS:]


def home_region(numbers: Iterable[str]) -> str | None:
    """The region that most numbers belong to, by country code or way of writing; None where none says."""
    import phonenumbers

    regions: Counter[str] = Counter()
    for number in numbers:
        if _NORTH_AMERICAN.match(number.strip()):
            regions["US"] += 1
        if not number.strip().startswith("+"):
            continue
        try:
            found = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or _first_region(number)
        except phonenumbers.NumberParseException:
            continue
        if found and found != "ZZ":
            regions[found] += 1
    return min(regions, key=lambda code: (-regions[code], code)) if regions else None


def _first_region(number: str) -> str | None:
    """The main region of a number's country code, for numbers that are possible but not assigned."""
    import phonenumbers

    code = phonenumbers.parse(number).country_code
    return phonenumbers.region_code_for_country_code(code) if code is not None else None
