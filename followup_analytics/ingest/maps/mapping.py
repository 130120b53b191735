"""What the columns and words of somebody's own spreadsheet mean: a TOML file given with --map.

    table = "contacts"                  # interviews, contacts, outcomes, applicants or calls

    [columns]                           # ours = theirs; a list joins cells, {text = "..."} fills a pattern
    interview_id = "Ref"
    at = ["Date", "Time"]
    channel = "How"

    [values.channel]                    # their words = ours
    "Tel." = "phone"

    [constants]
    direction = "outbound"

One sheet may hold several tables: then each is a `[[tables]]` section of this form. Further keys: `time_zone`,
`day_first`, `sheet`, `when` (a row counts only where this column is filled), `split` (a cell of several values, and the
mark between them, makes several rows; with a list of marks only a cell whose parts are all known words), `keep` (their
columns to keep as covariates). For exports that come in several shapes: `{any = ["Interview Date", "Interviewed on"]}`
takes the first of these headers that is there, a table with `optional = true` is passed over where a header of it is
absent, and `missing.interviewed_at = {say = "...", where = {List = ["Interview"]}}` sets rows without that cell aside
with a sentence; others that lack it don't count. `only = {Result = ["Offer", "Rejected"]}` counts rows with these words
alone; words in no list are told, unless `ignore = {Result = ["pending"]}` names them; `skip = {How = ["none"]}` leaves
rows with these words out, `unsaid = {Result = ["no reply"]}` only those that have nothing else, such as a date.
`defaults = {channel = "email"}` fills empty cells, `others = {party = ""}` is what words mean that a list under
`values` doesn't have. `when` may be a list: a row counts where one of these columns is filled.
`entries = "Follow up"`: its cells hold touches with their dates ("LVM 3/4, spoke 3/9"), each of which is a row; they
are read from `Follow up (date)` and `Follow up (what)`. `undated = {"Heard back?" = ["yes"]}`: how many rows have such
a word while the columns of `dated` are empty or absent is said, and of `unknown = {"Heard back?" = ["not sure"]}`
always. `year = 2026` completes dates such as 3/4.

Further ways to read a column: `{first = ["Result", "How"]}` the first of these cells with a word that is known (with
`perhaps = ["Reached?"]` also of columns that may be absent);
`{name = "Student"}` a person's name, in which case and accents don't matter; `interview_id = {match = ["Student",
"Company"]}` the interview of these two that the row's date follows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.ingest.maps.shapes import refuse_misshapen
from followup_analytics.ingest.parsing.calls import CALLS
from followup_analytics.log.schema import TABLES
from followup_analytics.log.zone_names import zone_named
from followup_analytics.sheets.tabular import header_key, require_regular
from followup_analytics.text import listed, nearest

_TABLE_KEYS = {
    "table",
    "columns",
    "values",
    "constants",
    "when",
    "split",
    "keep",
    "sheet",
    "only",
    "missing",
    "optional",
    "defaults",
    "ignore",
    "others",
    "skip",
    "unsaid",
    "unknown",
    "entries",
    "undated",
    "dated",
}
_FILE_KEYS = {"name", "description", "time_zone", "day_first", "year", "tables", "needs", "shows", "unverified"}
_WAYS = ({"text"}, {"any"}, {"name"}, {"match"}, {"first"}, {"first", "perhaps"})


def entry_names(header: str) -> tuple[str, str]:
    """The two columns that a column of entries ("LVM 3/4, spoke 3/9") is read as: of dates and of words."""
    return f"{header} (date)", f"{header} (what)"


#: What stands for one of our columns: their header, several whose cells are joined, `{text = ...}` or `{any = [...]}`.
Theirs = str | tuple[str, ...] | Mapping[str, Any]


def headers_of(given: Theirs) -> tuple[str, ...]:
    """The headers that a column is read from; none for `any`, of which each may be absent."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Mapping):
        return tuple(given)
    if "text" in given:
        return tuple(re.findall(r"\{([^}]+)\}", given["text"]))
    named = next((given[way] for way in ("name", "match", "first") if way in given), ())
    return (named,) if isinstance(named, str) else tuple(named)


@dataclass(frozen=True)
class Missing:
    """What to say of rows that lack a cell; `where`: only of those with one of these words in one of these columns."""

    say: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TableMap:
    """How one table of the log is made from somebody's sheet."""

    table: str
    columns: Mapping[str, Theirs]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    when: tuple[str, ...] = ()
    split: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    keep: tuple[str, ...] | None = None
    sheet: str | None = None
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    optional: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entries: str | None = None
    undated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dated: tuple[str, ...] = ()
    unsaid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def wanted(self) -> dict[str, str]:
        """The headers that a sheet must have for this map, as written in it, by their compared form."""
        names = [name for given in self.columns.values() for name in headers_of(given)]
        names += [*self.split, *self.only, *self.skip, *self.unsaid, *self.when]
        if self.entries is not None:
            made = set(map(header_key, entry_names(self.entries)))
            names = [self.entries, *(name for name in names if header_key(name) not in made)]
        return {header_key(name): name for name in names}

    @property
    def theirs(self) -> set[str]:
        """All headers that a sheet must have for this map, in compared form."""
        return set(self.wanted)

    @property
    def words(self) -> set[str]:
        """All headers that the map can make use of, in compared form: the header row is known by them."""
        any_of = [
            name for given in self.columns.values() if isinstance(given, Mapping) for name in given.get("any", ())
        ]
        places = [name for one in self.missing.values() for name in one.where]
        return self.theirs | set(map(header_key, [*any_of, *places]))


@dataclass(frozen=True)
class FileMap:
    """A whole --map file: its tables, the zone and date order of the sheet, and the headers by which it is known.

    needs: sets of headers, any of which makes the sheet known. shows: words of which one must stand in a column, where
    the headers alone could be those of other sheets. year: of dates that have none. unverified: nobody has seen a real
    export of this kind.
    """

    name: str
    tables: tuple[TableMap, ...]
    time_zone: str | None = None
    day_first: bool | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    description: str = ""
    unverified: bool = False
    year: int | None = None
    shows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_map(given: str | Path | Mapping[str, Any]) -> FileMap:
    """A map from a TOML file, from the name of a shipped one, or from a dictionary.

    Raises UnreadableError when the file is absent or not TOML, UsageError naming the key that is wrong.
    """
    if isinstance(given, Mapping):
        return parse_map(given, "the map")
    path = Path(given)
    if not path.exists() and str(given) in shipped_maps():
        text = _shipped_folder().joinpath(f"{given}.toml").read_text("utf-8")
        return parse_map(tomllib.loads(text), str(given))
    require_regular(path)
    try:
        return parse_map(tomllib.loads(path.read_text("utf-8-sig")), path.name)
    except RecursionError:
        raise UnreadableError(f"--map {path.name}: its brackets are nested too deep for a map; correct it.") from None
    except OSError as error:
        choices = listed(shipped_maps())
        raise UnreadableError(
            f"--map {path.name}: the file can't be read ({error.strerror}); shipped maps are {choices}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(f"--map {path.name}: this is not TOML ({error}); correct it.") from None


def shipped_maps() -> tuple[str, ...]:
    """The names of the maps that come with the package."""
    names = (item.name for item in _shipped_folder().iterdir() if item.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def _shipped_folder() -> Any:
    return resources.files("followup_analytics.ingest").joinpath("maps")


def parse_map(given: Mapping[str, Any], name: str) -> FileMap:
    """Check a map's keys and make it; UsageError names what is wrong and what was meant."""
    given = {key: value for key, value in given.items() if value is not None}
    refuse_misshapen(given, name)
    sections = given.get("tables") or [{key: value for key, value in given.items() if key in _TABLE_KEYS}]
    _refuse_unknown(given, _FILE_KEYS | (set() if given.get("tables") else _TABLE_KEYS), name)
    return FileMap(
        str(given.get("name", name)),
        tuple(_table_map(section, name) for section in sections),
        _zone(given.get("time_zone"), name),
        given.get("day_first"),
        _alternatives(given.get("needs", ())),
        str(given.get("description", "")),
        given.get("unverified") is True,
        _year(given.get("year"), name),
        {column: tuple(map(_text, words)) for column, words in given.get("shows", {}).items()},
    )


def _year(given: Any, name: str) -> int | None:
    if given is None or (isinstance(given, int) and 1990 <= given < 2100):
        return given
    raise UsageError(f"--map {name}: year = {given!r} must be a year, such as year = 2026.")


def _zone(given: Any, name: str) -> str | None:
    known = zone_named(str(given)) if given is not None else None
    if given is not None and known is None:
        raise UsageError(f"--map {name}: time_zone = {given!r} is not known; write a name such as Europe/Berlin.")
    return known


def _alternatives(given: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    """A list of headers as one set of them, a list of lists as several."""
    sets = given if given and isinstance(given[0], list) else [given] if given else []
    return tuple(tuple(map(str, one)) for one in sets)


def _table_map(section: Mapping[str, Any], name: str) -> TableMap:
    _refuse_unknown(section, _TABLE_KEYS, name)
    section = {key: value for key, value in section.items() if value is not None}
    table = section.get("table")
    known = (*TABLES, "calls")
    if table not in known:
        raise UsageError(f"--map {name}: table = {table!r} is none of {listed(known)}.")
    ours = set(CALLS if table == "calls" else TABLES[str(table)].names)
    columns = {}
    for one, other in section.get("columns", {}).items():
        # Both ways of writing a pair are natural; only one side can be a column of the log.
        mine, theirs = (other, one) if one not in ours and isinstance(other, str) and other in ours else (one, other)
        columns[mine] = tuple(theirs) if isinstance(theirs, list) else theirs
        if isinstance(theirs, Mapping) and set(theirs) not in _WAYS:
            raise UsageError(
                f'--map {name}: {mine} must be a header, a list of headers, {{text = "{{Header}} ..."}}, '
                '{any = ["Header", "Other header"]}, {first = [...]}, {name = "Header"} or {match = [...]}.'
            )
    doubled = sorted(columns.keys() & section.get("constants", {}).keys())
    if doubled:
        raise UsageError(
            f"--map {name}: {doubled[0]} is both a column and a constant of {table}; keep one, or write the word for "
            "empty cells under [defaults]."
        )
    return TableMap(
        str(table),
        columns,
        {
            column: {str(word): str(meaning) for word, meaning in words.items()}
            for column, words in section.get("values", {}).items()
        },
        {column: _text(value) for column, value in section.get("constants", {}).items()},
        _names(section.get("when", ())),
        {column: tuple(mark) if isinstance(mark, list) else mark for column, mark in section.get("split", {}).items()},
        tuple(section["keep"]) if "keep" in section else None,
        section.get("sheet"),
        {column: tuple(map(_text, words)) for column, words in section.get("only", {}).items()},
        {column: _missing(given, column, name) for column, given in section.get("missing", {}).items()},
        section.get("optional") is True,
        {column: _text(value) for column, value in section.get("defaults", {}).items()},
        {column: tuple(map(_text, words)) for column, words in section.get("ignore", {}).items()},
        {column: _text(value) for column, value in section.get("others", {}).items()},
        {column: tuple(map(_text, words)) for column, words in section.get("skip", {}).items()},
        section.get("entries"),
        {column: tuple(map(_text, words)) for column, words in section.get("undated", {}).items()},
        _names(section.get("dated", ())),
        {column: tuple(map(_text, words)) for column, words in section.get("unsaid", {}).items()},
        {column: tuple(map(_text, words)) for column, words in section.get("unknown", {}).items()},
    )


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(map(str, given))


def _missing(given: Any, column: str, name: str) -> Missing:
    if isinstance(given, str):
        return Missing(given)
    if not isinstance(given, Mapping) or not isinstance(given.get("say"), str):
        raise UsageError(f'--map {name}: missing.{column} must be a sentence, or {{say = "...", where = {{...}}}}.')
    where = given.get("where", {})
    if not isinstance(where, Mapping) or not all(isinstance(words, list | tuple) for words in where.values()):
        raise UsageError(f"--map {name}: where of missing.{column} must be headers with lists of words.")
    return Missing(given["say"], {header: tuple(map(_text, words)) for header, words in where.items()})


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refuse_unknown(given: Mapping[str, Any], known: set[str], name: str) -> None:
    for key in given:
        if key not in known:
            guess = nearest(key, known)
            hint = f"did you mean {guess!r}?" if guess else f"known are {listed(sorted(known), 'and')}."
            raise UsageError(f"--map {name}: the key {key!r} is not known; {hint}")
