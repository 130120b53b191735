"""Dates as people and programs write them, made into ISO text: the order of day and month from the whole column.

Nothing here guesses about one cell. `3/5/2024` means what the column as a whole says: a 13 in either place tells the
order, a weekday beside it does, and where nothing tells, the file is refused until --day-first or --month-first is
given. `April 3` and `3/4` get their year from the interview in the same row or from what the sheet says of its year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.sheets.years import NO_YEARS, Years, completed

_MONTHS = {
    1: ("jan", "ene", "janv"),
    2: ("feb", "fév", "fev"),
    3: ("mar", "mär", "mrz", "maer"),
    4: ("apr", "abr", "avr"),
    5: ("may", "mai", "mayo"),
    6: ("jun", "juin"),
    7: ("jul", "juil"),
    8: ("aug", "ago", "aoû", "aou"),
    9: ("sep", "set"),
    10: ("oct", "okt"),
    11: ("nov",),
    12: ("dec", "dez", "dic", "déc"),
}
_WEEKDAYS = {
    1: ("mon", "mo", "lun", "lundi"),
    2: ("tue", "di", "mar", "mardi"),
    3: ("wed", "mi", "mié", "mie", "mer", "mercredi"),
    4: ("thu", "do", "jue", "jeu", "jeudi"),
    5: ("fri", "fr", "vie", "ven", "vendredi"),
    6: ("sat", "sa", "sáb", "sab", "sam", "samedi"),
    7: ("sun", "so", "dom", "dim", "dimanche"),
}
_PLAIN_ISO = r"^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$"
_SPACE = "[\u00a0\u202f\u2009\\s]+"
_WEEKDAY = (
    r"^(?i:(?P<w>mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    r"lun|mar|mi[eé]|mer|jue|jeu|vie|ven|s[aá]b|sam|dom|dim|mo|di|mi|do|fr|sa|so)[a-zé]*)[.,]?\s+(?P<rest>\S.*)$"
)
_MONTH_AFTER_WORD = r"^(?i:mar[a-z]*)\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{2,4})?(?:\D|$)"
_ABBREVIATED_ZONE = r"\s*\([A-Za-z ]+\)$"
_REST = r"(?:[T ,]+(?:(?i:at|um|à|a las|a la|às|alle|ore|om|klo|kl\.?|@|-|–) ?)?(?P<rest>.*))?$"
_ISO = r"^(?P<y>\d{4})(?:[-/]|\. ?)(?P<m>\d{1,2})(?:[-/]|\. ?)(?P<d>\d{1,2})\.?" + _REST
#: Behind a year some countries write a point or their word for it.
_NUMERIC = r"^(?P<a>\d{1,2})(?P<mark>[/.\-]) ?(?P<b>\d{1,2})[/.\-] ?(?P<y>\d{4}|\d{2})(?:\.| ?(?:г|р)\.)?" + _REST
_NO_YEAR = r"^(?P<a>\d{1,2})(?P<mark>[/.\-]) ?(?P<b>\d{1,2})\.?" + _REST
_NAME = r"(?P<m>[A-Za-zÀ-ÿ]{3,10})"
_DAY_MONTH = (
    r"^(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[ \-/]*(?:of |de )?" + _NAME + r"\.?"
    r"(?:(?:[ ,\-/]+(?:de |del )?(?P<y>\d{4})|[ \-/,]+'?(?P<short>\d{2}))(?:\b|$))?" + _REST
)
_MONTH_DAY = (
    "^" + _NAME + r"\.?[ \-](?P<d>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:,? (?P<y>\d{4})|,? '?(?P<short>\d{2}))?(?:[ ,]|$)(?:(?i:at|@|-) ?)?(?P<rest>.*)$"
)
_TIME = (
    r"(?i)^(?P<h>\d{1,2})(?:(?:[:.]|\s?(?:h|uhr|u)\.?\s?)(?P<min>\d{2}))?(?:[:.](?P<s>\d{2})(?P<f>[.,]\d{1,9})?)?\s*"
    r"(?:(?P<half>[ap])\.?\s?m?\.?|uhr|hrs?\.?|h)?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
    r"(?:\s*[-–]\s*\d{1,2}(?:[:.h]\d{2})?\s*(?P<end>[ap])?\.?m?\.?(?:\s*uhr|\s*h)?)?$"
)
_NOON = r"^(?i:12 )?(?i:noon|midday|mittags?|12 uhr mittags|midi|mediod[ií]a)$"
_SPAN_OF_TIME = r"^(\d{1,2}:\d{2})\s*[-–]\s*\d{1,2}:\d{2}$"
_IMPOSSIBLE = r"[T ](?:2[4-9]|[3-9]\d):|:[6-9]\d"
#: What stands behind a date in the place of a time without being one: a mistyped time, a time of day in words, marks.
_SECOND_DATE = r"\d{1,2}\s?[/-]\s?\d{1,2}|\d{4}"
_LIKE_A_TIME = (
    r"(?i)^(?:\W+|\W*\d{1,2}\s?[:.;h]\s?\w{0,4}(?:[:.]\d+)?\W*(?:[ap]\.?\s?m\.?|uhr|h|hrs?)?\W*|\W*[ap]\.?\s?m\.?\W*|"
    r"(?:[\w.~]+\W+){0,3}(?:morning|afternoon|evening|noon|midday|night|lunch\w*|eod|cob|day|hours?|vormittags?|nachmittags?|"
    r"mittags?|mittagspause|abends?|morgens?|früh|ma[ñn]ana|tarde|noche|mediod[ií]a|matin|apr[eè]s-midi|midi|soir|journ[eé]e)\W*)$"
)
#: The halves of the day in Korean, Chinese, Japanese and Greek, before the time or after it.
_CLOCK = r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?)"
_HALVES = {
    "am": rf"(?:오전|上午|午前) ?{_CLOCK}",
    "pm": rf"(?:오후|下午|午後) ?{_CLOCK}",
    "a": rf"{_CLOCK} ?π\.?μ\.?$",
    "p": rf"{_CLOCK} ?μ\.?μ\.?$",
}
_SERIAL_COMMA = r"^(\d{5}),(\d+)$"
_OTHER_HALVES = rf"오전|오후|上午|下午|午前|午後|[πμ]\.?μ\.?$|{_SERIAL_COMMA}"
#: Days since 1899-12-30 as spreadsheets count them; from 1990 to 2100.
_FIRST_SERIAL, _LAST_SERIAL = 32_874.0, 73_051.0


class OrderUnknownError(DataError):
    """A column of dates of which none tells whether the day or the month comes first."""


@dataclass(frozen=True)
class WrittenDates:
    """`iso`: the column as ISO 8601 text, null where a cell is no date. `completed`: how many got a year by rule.

    `bad_times`: what stands in the place of a time and is none, where the day was kept alone; else null.
    """

    iso: pl.Series
    completed: int = 0
    bad_times: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))


def iso_times(
    texts: pl.Series,
    *,
    file: str,
    column: str,
    day_first: bool | None = None,
    years: Years = NO_YEARS,
    keep_days: bool = False,
) -> pl.Series:
    """The column as ISO 8601 text, null where a cell is no date; offsets that are written stay. See `read_dates`."""
    return read_dates(texts, file=file, column=column, day_first=day_first, years=years, keep_days=keep_days).iso


def read_dates(
    texts: pl.Series,
    *,
    file: str,
    column: str,
    day_first: bool | None = None,
    years: Years = NO_YEARS,
    keep_days: bool = False,
    times_apart: bool = False,
) -> WrittenDates:
    """The dates and times of a column.

    texts: n cells. day_first: the order of 03/04/2026, where it is known. years: where dates without a year get it.
    keep_days: a good date with a bad time ("3/4/2026 25:00") is that day, else it is no date. times_apart: times stood
    in a column of their own, so that whatever is behind a date was meant for one.
    Raises OrderUnknownError when the column can't tell day-first from month-first, DataError when it mixes both.
    """
    cleaned = _cleaned(texts)
    plain = bool((cleaned.str.contains(_PLAIN_ISO) | cleaned.is_null()).all())
    if plain and not (keep_days and cleaned.str.contains(_IMPOSSIBLE).any()):
        return WrittenDates(cleaned)
    frame = _without_weekday(cleaned)
    numeric = _numeric_parts(frame)
    first = _day_comes_first(numeric, file, column, day_first, years)
    found = _first_that_fits(
        [
            frame.select(pl.col("text").str.extract_groups(_ISO).struct.unnest()).select("y", "m", "d", "rest"),
            _ordered(numeric, first),
            *(_with_month_names(frame, pattern) for pattern in (_DAY_MONTH, _MONTH_DAY)),
        ]
    )
    year, filled = completed(found["y"], found["m"], found["d"], years)
    found = found.with_columns(y=year)
    bad = _bad_times(found, times_apart=times_apart) if keep_days else found["rest"].clear(len(found))
    found = found.with_columns(rest=found["rest"].set(bad.is_not_null(), None))
    return WrittenDates(_assembled(found, frame["text"]), filled, bad)


def _bad_times(found: pl.DataFrame, *, times_apart: bool) -> pl.Series:
    """What stands behind dates in the place of a time and is none."""
    rest = pl.col("rest").str.strip_chars()
    told = found.select(rest, date=pl.col("d").is_not_null(), t=rest.str.replace(_NOON, "12:00 pm")).with_columns(
        pl.col("t").str.extract_groups(_TIME).struct.unnest()
    )
    within = (pl.col("h").cast(pl.Int32) < 24) & (pl.col("min").fill_null("0").cast(pl.Int32) < 60)
    bad = pl.col("date") & (pl.col("rest") != "") & ~(within.fill_null(value=False))
    meant = ~pl.col("rest").str.contains(_SECOND_DATE) & (
        pl.lit(times_apart) | pl.col("rest").str.contains(_LIKE_A_TIME)
    )
    # "25:00" and "9:70" have the form of a time, whatever else stands there.
    formed = pl.col("h").is_not_null() & pl.col("min").is_not_null()
    return told.select(pl.when(bad & (meant | formed)).then("rest"))["rest"]


def order_of(columns: Sequence[pl.Series], *, file: str) -> bool | None:
    """Whether the day comes first in the dates of several columns that one person wrote; None where none of them tells.

    A column that tells decides for those that don't. Columns that contradict each other tell nothing.
    """
    told = set()
    for texts in columns:
        # Most columns are ISO, which a glance tells; the parts of a million dates take far longer.
        if not texts.cast(pl.String).str.contains(r"^\D{0,12}\d{1,2}[/-]\d{1,2}(?:\D|$)").any():
            continue
        numeric = _numeric_parts(_without_weekday(_cleaned(texts)))
        try:
            if numeric.filter(pl.col("mark") != ".").height:
                told.add(_day_comes_first(numeric, file, "", None, NO_YEARS))
        except DataError:
            continue
    return told.pop() if len(told) == 1 else None


def share_of_dates(texts: pl.Series, *, years: Years = NO_YEARS) -> float:
    """Which share of the filled cells can be read as dates, in whatever order of day and month (0 of an empty one)."""
    filled = texts.drop_nulls()
    return max((int(one.sum()) for one in _dates_by_order(filled, years)), default=0) / max(len(filled), 1)


def are_dates(texts: pl.Series, *, years: Years = NO_YEARS) -> pl.Series:
    """Which of the cells, each by itself, can be read as a date in either order of day and month; none is null."""
    found = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(texts))
    for one in _dates_by_order(texts, years):
        found |= one
    return found


def _dates_by_order(texts: pl.Series, years: Years) -> list[pl.Series]:
    """Which cells are dates if the day comes first, and which if the month does; nothing where none can be one."""
    # Most headings and words have no digit; every date has one, and to look for its parts takes far longer.
    if not texts.cast(pl.String).str.contains(r"\d").any():
        return []
    stand_in = years if years.known else Years(given=2000)
    read = [iso_times(texts, file="", column="", day_first=order, years=stand_in) for order in (True, False)]
    return [one.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null() for one in read]


def has_yearless(texts: pl.Series) -> bool:
    """Whether some cell is a date without a year, such as 3/4 or April 3."""
    if not texts.cast(pl.String).str.contains(r"\d").any():
        return False
    bare = iso_times(texts, file="", column="", day_first=True)
    whole = iso_times(texts, file="", column="", day_first=True, years=Years(given=2000))
    return bool((bare.is_null() & whole.is_not_null()).any())


def _cleaned(texts: pl.Series) -> pl.Series:
    plain = texts.cast(pl.String).str.strip_chars().str.replace_all(_SPACE, " ").str.replace(_ABBREVIATED_ZONE, "")
    if not plain.str.contains(_OTHER_HALVES).any():
        return plain
    for half, pattern in _HALVES.items():
        plain = plain.str.replace(pattern, "${time} " + half)
    return plain.str.replace(_SERIAL_COMMA, "${1}.${2}")


def _without_weekday(cleaned: pl.Series) -> pl.DataFrame:
    """The texts without a weekday in front, and its number (1: Monday), null where there is none that is known."""
    frame = pl.DataFrame({"text": cleaned})
    # "Mar 3" is a day in March; "mar. 3/4" a Tuesday in Spanish and French.
    named = pl.col("text").str.contains(_WEEKDAY) & ~pl.col("text").str.contains(_MONTH_AFTER_WORD)
    parts = frame.select(named=named.fill_null(value=False), g=pl.col("text").str.extract_groups(_WEEKDAY)).unnest("g")
    word = pl.col("w").str.to_lowercase()
    numbers = {name: day for day, names in _WEEKDAYS.items() for name in names}
    longer = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
    numbers |= {name: day for day, name in enumerate(longer, 1)} | {"sonnabend": 6}
    told = parts.select("named", "rest", weekday=word.replace_strict(numbers, default=None, return_dtype=pl.Int32))
    return pl.concat([frame, told], how="horizontal").select(
        text=pl.when("named").then("rest").otherwise("text"), weekday=pl.when("named").then("weekday")
    )


def _numeric_parts(frame: pl.DataFrame) -> pl.DataFrame:
    """The parts of dates in figures: `a`, `b` (in their order), the `mark` between them, `y` (or null), `rest`."""
    whole = frame.select(pl.col("text").str.extract_groups(_NUMERIC).struct.unnest(), "weekday")
    bare = frame.select(pl.col("text").str.extract_groups(_NO_YEAR).struct.unnest())
    lacks = whole["a"].is_null()
    return whole.with_columns(
        bare[name].zip_with(lacks, whole[name]).alias(name) for name in ("a", "mark", "b", "rest")
    )


def _ordered(numeric: pl.DataFrame, day_first: bool) -> pl.DataFrame:
    day_leads = (pl.col("mark") == ".") | pl.lit(day_first)
    return numeric.select(
        "y",
        m=pl.when(day_leads).then("b").otherwise("a"),
        d=pl.when(day_leads).then("a").otherwise("b"),
        rest="rest",
    )


def _with_month_names(frame: pl.DataFrame, pattern: str) -> pl.DataFrame:
    found = frame.select(pl.col("text").str.extract_groups(pattern).struct.unnest())
    numbers = {name: str(month) for month, names in _MONTHS.items() for name in names}
    # "juin" and "juil" differ in their fourth letter alone.
    word = pl.col("m").str.to_lowercase()
    by = [word.str.slice(0, length).replace_strict(numbers, default=None, return_dtype=pl.String) for length in (4, 3)]
    month = pl.coalesce(by)
    return found.select(
        y=pl.when(month.is_not_null()).then(pl.coalesce("y", "short")),
        m=month,
        d=pl.when(month.is_not_null()).then("d"),
        rest="rest",
    )


def _first_that_fits(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    found = parts[0]
    for part in parts[1:]:
        use = found["d"].is_null()
        found = found.select(found[name].zip_with(~use, part[name]).alias(name) for name in found.columns)
    return found


def _day_comes_first(numeric: pl.DataFrame, file: str, column: str, given: bool | None, years: Years) -> bool:
    """The order of day and month in dates with strokes or hyphens, from all of them together."""
    slashed = numeric.filter(pl.col("a").is_not_null() & (pl.col("mark") != ".")).with_columns(
        pl.col("a", "b").cast(pl.Int32, strict=False)
    )
    # Figures of other scripts are figures to the pattern, and no numbers.
    slashed = slashed.drop_nulls(["a", "b"])
    if not slashed.height or given is not None:
        return given if given is not None else True
    # A row that is beyond 12 in both places is no date in any order, and tells nothing.
    slashed = slashed.filter((pl.col("a") <= 12) | (pl.col("b") <= 12))
    first, second = bool((slashed["a"] > 12).any()), bool((slashed["b"] > 12).any())
    if first and second:
        raise DataError(
            f"{file}, column {column}: some dates can only be day-first and others only month-first, so the column "
            "mixes two orders; "
            "write them all as in 2026-03-05."
        )
    if not first and not second and (slashed["a"] != slashed["b"]).any():
        by_weekday = _order_by_weekdays(slashed, years)
        if by_weekday is not None:
            return by_weekday
        raise OrderUnknownError(
            f"{file}, column {column}: no date tells whether the day or the month comes first; say --day-first or "
            "--month-first."
        )
    return first


def _order_by_weekdays(slashed: pl.DataFrame, years: Years) -> bool | None:
    """The one order in which all weekdays that stand beside the dates are right; None where both or neither is."""
    told = slashed.filter(pl.col("weekday").is_not_null() & (pl.col("a") != pl.col("b")))
    if not told.height:
        return None
    fitting = []
    for day_first in (True, False):
        parts = _ordered(told.with_columns(pl.col("a", "b").cast(pl.String)), day_first)
        year, _ = completed(parts["y"], parts["m"], parts["d"], years.without_rows())
        dates = _dates(parts.with_columns(y=year))
        if (dates.dt.weekday() == told["weekday"]).fill_null(value=False).all():
            fitting.append(day_first)
    return fitting[0] if len(fitting) == 1 else None


def _dates(parts: pl.DataFrame) -> pl.Series:
    text = pl.format("{}-{}-{}", _four_digits("y"), pl.col("m").str.zfill(2), pl.col("d").str.zfill(2))
    return parts.select(t=text.str.to_date("%Y-%m-%d", strict=False))["t"]


def _four_digits(name: str) -> pl.Expr:
    century = pl.when(pl.col(name).cast(pl.Int32, strict=False) < 70).then(pl.lit("20")).otherwise(pl.lit("19"))
    return pl.when(pl.col(name).str.len_chars() == 2).then(century + pl.col(name)).otherwise(pl.col(name))


def _assembled(found: pl.DataFrame, cleaned: pl.Series) -> pl.Series:
    """ISO text from the parts of a date and the rest, which must be a time or nothing."""
    rest = pl.col("rest").str.strip_chars().str.replace(_NOON, "12:00 pm")
    time = found.select(rest.str.extract_groups(_TIME).struct.unnest())
    frame = pl.concat([found, time], how="horizontal").with_columns(text=cleaned)
    hour = pl.col("h").cast(pl.Int32, strict=False)
    # "2-3 pm": what stands after the end of a span counts for its beginning too, unless that goes past noon.
    half = pl.coalesce("half", pl.when(hour < 12).then("end")).str.to_lowercase()
    hour = pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    date = pl.format("{}-{}-{}", _four_digits("y"), pl.col("m").str.zfill(2), pl.col("d").str.zfill(2))
    offset = pl.col("offset").str.to_uppercase().replace({"GMT": "Z", "UTC": "Z"}).fill_null("")
    clock = pl.format(
        "T{}:{}:{}{}{}",
        hour.cast(pl.String).str.zfill(2),
        pl.col("min").fill_null("00"),
        pl.col("s").fill_null("00"),
        pl.col("f").fill_null("").str.replace(",", "."),
        offset,
    )
    serial = pl.col("text").cast(pl.Float64, strict=False)
    from_serial = pl.from_epoch(((serial - 25_569.0) * 86_400.0).round().cast(pl.Int64), time_unit="s")
    midnight = serial == serial.floor()
    of_serial = (
        pl.when(midnight)
        .then(from_serial.dt.strftime("%Y-%m-%d"))
        .otherwise(from_serial.dt.strftime("%Y-%m-%dT%H:%M:%S"))
    )
    no_time = pl.col("rest").is_null() | (pl.col("rest").str.strip_chars() == "")
    return frame.select(
        iso=pl.when(serial.is_between(_FIRST_SERIAL, _LAST_SERIAL))
        .then(of_serial)
        .when(date.is_not_null() & no_time)
        .then(date)
        .when(date.is_not_null() & hour.is_not_null())
        .then(date + clock)
    )["iso"]


def joined_cells(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Date and time cells as one text each, blank where the first is; of a span of time its beginning."""
    rest = [_without_end(pl.col(name).cast(pl.String).str.strip_chars().fill_null("")) for name in columns[1:]]
    first = pl.col(columns[0]).cast(pl.String)
    return frame.select(t=pl.concat_str([first, *rest], separator=" ").str.strip_chars())["t"]


def _without_end(time: pl.Expr) -> pl.Expr:
    """A cell "10:00-11:00" as "10:00": behind a date it would read as a time with an offset."""
    return time.str.replace(_SPAN_OF_TIME, "${1}")
