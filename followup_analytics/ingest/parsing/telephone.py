"""Telephone numbers and addresses in one written form, so that the same line is the same key in every file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from followup_analytics.errors import UsageError
from followup_analytics.ingest.parsing.calls import WITHHELD

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

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
#: Where a number ends and its extension begins.
_AFTER_NUMBER = re.compile(
    r"(?i)\s*(?:\bext(?:ension|n)?\b|(?<=\d)ext|(?<=[\d\s])x(?=\W*\d)|;|,|#|durchwahl|\bdw\b|\bposte\b)"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe63\uff0d"), "-")
#: Codes that hide or show the caller's number, block a call waiting, or choose a carrier (of GSM and North America).
_SERVICE_CODE = re.compile(
    r"^(?:\*#?31[#*]|#31[#*]?|\*30[#*]|[*#](?:67|82|70|68|65|66|69|71|77|31|30)[#*]?|11(?:67|82|70)\s*(?=\d{10}$)|"
    r"(?:141|1470)(?=\s*0\d))\s*"
)
_PAUSE = re.compile(r"(?<=\d)\s*(?:,|;|[pPwW](?=\s*[\d#*,;]|$)).*$", re.DOTALL)
#: The digit for an outside line, with a pause behind it.
_OUTSIDE_LINE = re.compile(r"^[089]\s*[,pPwW]+\s*(?=\+?\d[\d\s().-]{6,})")
#: Words for an extension that the library of numbers doesn't know.
_FOREIGN_EXTENSION = re.compile(r"(?i)\s*\b(?:durchwahl|dw|poste|apparat|app|interno|anexo)\b\.?:?\s*(?=\d{1,6}$)")
_MARKS = re.compile(r"(?<=\d)[_~](?=\d)")
_EMPTY_EXTENSION = re.compile(r"(?i)[\s,;]*\b(?:ext(?:ension|n)?|x|durchwahl|dw|poste)\.?\s*:?\s*$")
_LABEL = (
    r"(?:phone|ph|fon|tele?phone?|tel|telefon|telefonnummer|téléphone|teléfono|mobile?|mob|cell(?:ular)?|handy|móvil|portable|"
    r"work|office|home|main|direct|desk|business|private|büro|arbeit|privat|zentrale|switchboard|reception|front desk|"
    r"hr|recruiter|recruiting|hiring manager|contact|line|number|no|nr|num|toll[- ]?free|fax|oficina|"
    r"bureau|trabajo|casa|domicile|t|m|p|c|w|o|d)"
)
_LABEL_BEFORE = re.compile(rf"(?i)^(?:{_LABEL}\b[\s.]*(?:phone|number|line|nr|no)?[.:#=\s-]*)+(?=[+(\d*#])")
_LABEL_AFTER = re.compile(rf"(?i)(?<=\d)\s*(?:[(\[]\s*[^()\[\]\d]*[)\]]|[-–]?\s+{_LABEL}\b\.?)\s*$")
_IN_ANGLES = re.compile(r"^.*<\s*([+\d][\d\s().-]{5,})\s*>\s*$")
_VANITY = re.compile(r"^\+?[\dA-Za-z\s().-]+$")
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_FEWEST_PLAIN_DIGITS = 3
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
    even when it isn't assigned (test and demonstration numbers aren't). What was dialled before the number to hide
    one's own (`*67`, `#31#`) and after a pause (`,,12`, `p12`) is left out; letters stand for their digits.
    """
    import phonenumbers

    written = dialled(text)
    if not written or damaged(written):
        return None
    # A country code without its plus sign is how exchanges and exports write numbers; it is tried after the region.
    digits = re.sub(r"\D", "", _AFTER_NUMBER.split(written)[0])
    candidates = [(written, region)]
    # Ten digits or fewer are as likely a national number, which would become some other country's.
    if not written.startswith("+") and (len(digits) > _NATIONAL_DIGITS or written.startswith("00")):
        candidates.append(("+" + written.lstrip("0") if not written.startswith("00") else "+" + written[2:], None))
    if written.startswith("011") and len(digits) > _NATIONAL_DIGITS + 1:
        candidates.insert(0, ("+" + written[3:].lstrip(" -."), None))
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
            return _formatted(parsed)
    # Somebody's name stands before the number, or a word that is no label: the library looks for it.
    if any(letter.isalpha() for letter in written) or "#" in written:
        leniency = phonenumbers.Leniency.POSSIBLE
        found = next(iter(phonenumbers.PhoneNumberMatcher(written, region, leniency=leniency, max_tries=20)), None)
        return _formatted(found.number) if found else None
    return None


def _formatted(parsed: PhoneNumber) -> str:
    import phonenumbers

    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{number};ext={parsed.extension}" if parsed.extension else number


def dialled(text: str) -> str:
    """A number as people, address books and telephones write it, without what is no part of it.

    Labels ("Tel.:", "work", "(mobile)"), URI schemes, service codes before it, pauses and an empty extension after it,
    marks of direction and hyphens that don't break; letters on the keys become digits.
    """
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_DASHES).strip()
    plain = _OUTSIDE_LINE.sub("", _FOREIGN_EXTENSION.sub(" ext. ", _MARKS.sub("-", plain)))
    if _SIP.match(plain):
        plain = _SIP.sub("", plain)
        plain = plain.partition("@")[0]
        # RFC 3966: parameters after a semicolon; of these the extension alone is part of the line.
        head, *parameters = plain.split(";")
        extension = next((one for one in parameters if one.lower().startswith("ext=")), "")
        plain = head + (f" ext. {extension[4:]}" if extension[4:] else "")
    plain = _IN_ANGLES.sub(r"\1", plain)
    plain = _SERVICE_CODE.sub("", _LABEL_BEFORE.sub("", plain)).strip()
    plain = _LABEL_AFTER.sub("", plain).strip()
    plain = _PAUSE.split(plain)[0].strip()
    plain = _EMPTY_EXTENSION.sub("", plain).strip()
    return _lettered(plain)


def _lettered(written: str) -> str:
    """The number with the digits that its letters stand for, where letters are part of it: 1-800-JOB-CALL."""
    number = _AFTER_NUMBER.split(written)[0]
    digits = sum(letter.isdigit() for letter in number)
    if digits == len(number) or digits < _FEWEST_PLAIN_DIGITS or not _VANITY.match(number):
        return written
    if not any(letter.isalpha() for letter in number):
        return written
    if digits >= _NATIONAL_DIGITS:
        # The number is whole without them: somebody's name or a note stands behind it, or before it.
        head = re.split(r"[A-Za-z]", number)[0].strip()
        return head + written[len(number) :] if any(letter.isdigit() for letter in head) else written
    keys = re.sub(r"\D", "", number.upper().translate(_KEYS))
    # Whoever dials a word that is longer than the number is put through all the same.
    longest = _NATIONAL_DIGITS + keys.startswith("1")
    whole = not number.startswith("+") or keys.startswith("1")
    return (keys[:longest] if whole else "+" + keys) + written[len(number) :]


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
    digits = bare_digits(restored(text))
    return f"tail:{digits[-TAIL_DIGITS:]}" if len(digits) >= TAIL_DIGITS and not damaged(text) else None


def weak_key(text: str) -> str:
    """The last seven digits of a number, its extension left out: equal for all ways of writing one number."""
    return bare_digits(text)[-WEAK_DIGITS:]


def bare_digits(text: str) -> str:
    """The digits of a number without those of its extension, and of what was dialled around it."""
    return re.sub(r"\D", "", _AFTER_NUMBER.split(dialled(text))[0])


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
