"""Numbers, shares and dates as other languages write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

#: A number as the package writes it in English, with a sign before it and a percent sign behind it.
NUMBER = r"(?:[<>*]?[+\-\u2212]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)%?)"
_NUMBERS = re.compile(rf"(?<![\w.,]){NUMBER}(?![\w]|[.,]\d)")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT = {month[:3]: month for month in _MONTHS}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = "(?:" + "|".join((*_MONTHS, *(one for one in _SHORT if one != "May"))) + ")"
#: `Friday, 20 February 2026`, `20 February 2026`, `20 February`, `5 Mar 2026`.
DATE = rf"(?:(?:(?:{'|'.join(_WEEKDAYS)}),? )?\d{{1,2}} {_MONTH}(?: \d{{4}})?)"
_DATES = re.compile(
    rf"\b(?:(?P<weekday>{'|'.join(_WEEKDAYS)}),? )?(?P<day>\d{{1,2}}) (?P<month>{_MONTH})\b(?: (?P<year>\d{{4}}))?"
)
_NARROW = "\u00a0"
_MINUS = "\u2212"


@dataclass(frozen=True)
class Forms:
    """How a language writes numbers and dates: signs, and dates as patterns."""

    point: str
    group: str
    date: str
    day_month: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    weekday_before: str
    #: What closes a date with its weekday where the sentence goes on.
    after_weekday: str = ""
    #: Numbers of fewer digits than this before the point are not grouped.
    least_grouped: int = 4

    def written(self, text: str) -> str:
        """The text with its dates and numbers as this language writes them."""
        kept: list[str] = []

        def keep(found: re.Match[str]) -> str:
            kept.append(self._date(found))
            return f"\x04{chr(0xF0000 + len(kept) - 1)}\x04"

        marked = _NUMBERS.sub(self._number, _DATES.sub(keep, text))
        for place, date in enumerate(kept):
            marked = marked.replace(f"\x04{chr(0xF0000 + place)}\x04", date)
        return marked

    def closed(self, text: str) -> str:
        """A told text whose dates with weekdays are set off from what follows: `am Freitag, 2. Januar, an`."""
        return self._weekday_dates.sub(rf"\g<0>{self.after_weekday}", text) if self.after_weekday else text

    @cached_property
    def _weekday_dates(self) -> re.Pattern[str]:
        date = self.date.format(day=r"\d{1,2}", month=f"(?:{'|'.join(self.months)})", year=r"\d{4}").replace(".", r"\.")
        date = date.replace(r" \d{4}", r"(?: \d{4})?")
        before = self.weekday_before.format(weekday=f"(?:{'|'.join(self.weekdays)})", date=date)
        return re.compile(rf"\b{before}(?= (?:\x02\w)?[^\W\d_])")

    def _date(self, found: re.Match[str]) -> str:
        name = found["month"]
        month = self.months[_MONTHS.index(_SHORT.get(name, name))]
        form = self.date if found["year"] else self.day_month
        date = form.format(day=found["day"], month=month, year=found["year"])
        if not found["weekday"]:
            return date
        return self.weekday_before.format(weekday=self.weekdays[_WEEKDAYS.index(found["weekday"])], date=date)

    def _number(self, found: re.Match[str]) -> str:
        text = found.group()
        percent = text.endswith("%")
        body = text.rstrip("%")
        whole, point, rest = body.partition(".")
        digits = whole.replace(",", "")
        if "," in whole:
            bare = digits.lstrip("<>*+-\u2212")
            whole = digits if len(bare) <= self.least_grouped - 1 else whole.replace(",", self.group)
        if point and not any(one.isdigit() for one in whole):
            whole += "0"
        sign = f"{_NARROW}%" if percent else ""
        # A hyphen may end a line, a minus may not.
        return f"{whole.replace('-', _MINUS)}{self.point if point else ''}{rest}{sign}"


FORMS: Mapping[str, Forms] = {
    "de": Forms(
        point=",",
        group=".",
        date="{day}.\u00a0{month} {year}",
        day_month="{day}.\u00a0{month}",
        months=(
            "Januar", "Februar", "März", "April", "Mai", "Juni",
            "Juli", "August", "September", "Oktober", "November", "Dezember",
        ),
        weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        weekday_before="{weekday}, {date}",
        after_weekday=",",
    ),
    # The Real Academia groups digits by a space, and only from five digits on (Ortografía, 2010, VIII 2.2).
    "es": Forms(
        point=",",
        group="\u202f",
        date="{day} de {month} de {year}",
        day_month="{day} de {month}",
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio",
            "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
        ),
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        weekday_before="{weekday} {date}",
        least_grouped=5,
    ),
}  # fmt: skip
