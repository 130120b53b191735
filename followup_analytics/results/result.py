"""One frozen result, many faces: frame, text, rich table, HTML table, JSON and the report's dictionary.

A result holds rows that disclosure has been through already. Every face reads the same rows and the same formatter,
so that none rounds or hides in its own way.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import polars as pl

from followup_analytics.log import clock
from followup_analytics.log.followup_log import FollowUpLog, Native, Note
from followup_analytics.results.columns import HIDDEN_ROLES, Field
from followup_analytics.results.disclosure.marked import SUPPRESSED, Disclosed, is_hidden
from followup_analytics.results.disclosure.released import Units
from followup_analytics.results.frames import frame_of
from followup_analytics.results.row import Row
from followup_analytics.results.values import plain
from followup_analytics.text import clean, counted, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.console import Console, ConsoleOptions, Group
    from rich.table import Table as RichTable

SCHEMA_VERSION = 1
SIMULATED_NOTICE = "These data are simulated: they show how the tool works, not how employers behave."

#: A note that begins with the name of a file, which stays as it is.
_FILE_FIRST = re.compile(r"[^:]*\.\w{2,8}(?:[,:]| was taken )")
#: A longer word may be broken in a table of words.
_WIDEST_WORD = 20
#: Letters on a line of a column that holds no sentences.
_WIDEST_CELL = 30
#: Letters of a sentence's column below which it is no longer read but spelled.
_READABLE = 24
#: What a text face shows at most.
_MOST_ROWS, _MOST_NOTES, _LONGEST_NOTE = 20, 6, 160
#: Cells that say nothing.
_NOTHING = ("–", "")
_STATUS_WORDS = {SUPPRESSED: "hidden", "not_estimable": "no number", "use_with_care": "with care", "ok": ""}


@dataclass(frozen=True)
class LogCounts:
    """What an answer rests on: always shown, also where rows are hidden."""

    interviews: int
    applicants: int
    contacts: int
    data_date: str
    simulated: bool

    @classmethod
    def of(cls, log: FollowUpLog) -> Self:
        """Count a log; the data date is the local one in the log's zone."""
        us = pl.Series([int(log.data_date.timestamp() * 1_000_000)])
        # Where the log names no zone but all of its rows have one, the day is that of this zone.
        zones = log.interviews["_zone"].drop_nulls().unique()
        zone = log.time_zone or (zones[0] if zones.len() == 1 else "UTC")
        local = clock.local_times(us, pl.Series([zone]))[0]
        return cls(
            interviews=log.held("interviews").height,
            applicants=log.n_applicants,
            contacts=log.held("contacts").height,
            data_date=local.date().isoformat(),
            simulated=log.simulated,
        )

    def of_whole(self, sizes: Mapping[str, int]) -> Self:
        """The same of the whole log that a part was read from: `sizes` of interviews, applicants and contacts."""
        return replace(self, interviews=sizes["interviews"], applicants=sizes["applicants"], contacts=sizes["contacts"])

    def to_json(self) -> dict[str, Any]:
        """The `log` object of every JSON answer."""
        return {
            "interviews": self.interviews,
            "applicants": self.applicants,
            "contacts": self.contacts,
            "data_date": self.data_date or None,
            "simulated": self.simulated,
        }


#: Of an answer that rests on no log.
NO_LOG = LogCounts(interviews=0, applicants=0, contacts=0, data_date="", simulated=False)


@dataclass(frozen=True, repr=False)
class Result:
    """The answer of one command. Subclasses say how its columns read, sum it up in a sentence and draw it."""

    rows: tuple[Row, ...]
    counts: LogCounts
    notes: tuple[Note, ...] = ()
    native: Native = "polars"
    #: Further members of the JSON answer beside `results`.
    extra: Mapping[str, Any] = field(default_factory=dict)

    command: ClassVar[str] = ""
    title: ClassVar[str] = ""
    #: The class of the rows, which declares the columns.
    row_type: ClassVar[type[Row]] = Row
    #: The class of the lines of printed tables, where they are others than the rows.
    line_type: ClassVar[type[Row] | None] = None

    def __post_init__(self) -> None:
        """Refuse rows with numbers about people that did not go through the gate."""
        told = any(one.role in HIDDEN_ROLES for one in self.row_type.declared())
        if self.rows and told and not isinstance(self.rows, Disclosed):
            raise TypeError(f"The rows of {type(self).__name__} must come from `disclose` or `working_paper`.")

    def released(self) -> tuple[Units, ...]:
        """The tables of this answer with the units behind them, for the ledger of releases (confidential)."""
        return ()

    def question_keys(self) -> tuple[str, ...]:
        """Names of the columns that only the question knows; subclasses say so where there may be no row."""
        return tuple(self.rows[0].question_keys()) if self.rows else ()

    def key_heading(self, name: str) -> str:
        """The heading of a column of the question."""
        return name.replace("_", " ").capitalize()

    def lacking(self) -> Collection[str]:
        """Declared columns that this answer does not have, such as those of a comparison that nobody asked for."""
        return ()

    def fields(self) -> tuple[Field, ...]:
        """The columns of frames, JSON and files, in order."""
        lacking = self.lacking()
        return tuple(one for one in self._declared(self.row_type) if one.name not in lacking)

    def shown_fields(self) -> tuple[Field, ...]:
        """The columns that people see, in order; subclasses whose headings vary override it."""
        lacking = self.lacking()
        kind = self.line_type or self.row_type
        place = {name: number for number, name in enumerate(kind.in_table)}
        shown = [one for one in self._declared(kind) if one.shown and one.name not in lacking]
        # The columns of the question stand first.
        return tuple(sorted(shown, key=lambda one: place.get(one.name, -1)))

    def _declared(self, kind: type[Row]) -> Iterator[Field]:
        """The declared columns, those of the question in their place."""
        named = {one.name for one in kind.declared()}
        for one in kind.declared():
            if not one.is_keys:
                yield one
                continue
            for key in self.question_keys():
                if key not in named:
                    yield replace(one, name=key, label=self.key_heading(key), shown=True, is_keys=False)

    def caption(self) -> str:
        """The table's title, with the notice where data are simulated."""
        return f"{self.title} (simulated data)" if self.counts.simulated else self.title

    def summary(self) -> str:
        """The answer in a plain sentence with its numbers."""
        raise NotImplementedError

    def plot(self, ax: Axes | None = None) -> Axes:
        """The answer as a chart on the given axes, or on new ones."""
        raise NotImplementedError(f"{self.command or type(self).__name__} has no chart.")

    def to_frame(self) -> Any:
        """The rows as a tidy frame of the kind that the log was made from (polars or pandas)."""
        frame = frame_of(self._plain_rows(), {one.name: one.kind for one in self.fields()})
        return self.as_native(frame)

    def as_native(self, frame: pl.DataFrame) -> Any:
        """A frame as the kind that the log was made from (polars or pandas)."""
        return frame.to_pandas() if self.native == "pandas" else frame

    def _plain_rows(self) -> list[dict[str, Any]]:
        names = [one.name for one in self.fields()]
        return [{name: plain(row[name]) for name in names} for row in self.rows]

    def to_json(self) -> dict[str, Any]:
        """The answer as the contract's JSON object; no NaN, only plain numbers, strings and nulls."""
        return {
            "schema_version": SCHEMA_VERSION,
            "command": self.command,
            "log": self.counts.to_json(),
            "results": self._plain_rows(),
            "notes": [{"code": note.code, "n": note.n, "text": note.text} for note in self.notes],
            **plain(self.extra),
        }

    def printed_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows that tables show; subclasses with very many leave out what stays in frames and files."""
        return self.rows

    def printed(self) -> tuple[tuple[Field, ...], list[list[str]]]:
        """The table as people read it: its fields, and one text for each of them in every row.

        A column in which no row has anything is left out.
        """
        fields = self.shown_fields()
        body = [[format_cell(row, one) for one in fields] for row in self.printed_rows()]
        kept = [place for place in range(len(fields)) if not body or any(line[place] not in _NOTHING for line in body)]
        return tuple(fields[place] for place in kept), [[line[place] for place in kept] for line in body]

    def to_report(self) -> dict[str, Any]:
        """What a template needs to set this result: caption, headings, alignment, texts, notes, summary."""
        fields, body = self.printed()
        return {
            "title": self.caption(),
            "summary": self.summary(),
            "headings": [one.label for one in fields],
            "align": ["right" if one.is_numeric else "left" for one in fields],
            "rows": body,
            "notes": [note_text(note) for note in self.notes],
            "simulated": self.counts.simulated,
        }

    def __repr__(self) -> str:
        """A short aligned table in plain text, with its first notes."""
        fields, body = self.printed()
        most = _MOST_ROWS
        lines = [[one.label for one in fields], *body[:most]]
        widths = [max(len(line[place]) for line in lines) for place in range(len(fields))]
        texts = [
            "  ".join(
                cell.rjust(width) if one.is_numeric else cell.ljust(width)
                for cell, width, one in zip(line, widths, fields, strict=True)
            ).rstrip()
            for line in lines
        ]
        more = [f"... and {len(body) - most:,} more rows; .to_frame() has them all"] if len(body) > most else []
        return "\n".join([self.caption(), *texts, *more, *_short_notes(self.notes)])

    def __rich__(self) -> Group:
        """The table for a terminal, its sentence, and its notes."""
        from rich.console import Group
        from rich.text import Text

        parts: list[Any] = [Text(clean(self.summary())), _Rows(self)]
        parts += [Text("· " + clean(note_text(note)), style="dim") for note in self.notes]
        return Group(*parts)

    def rich_table(self, width: int) -> RichTable:
        """The rows as a rich table of at most a width, `narrowest` or more; texts are never read as markup."""
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        table = RichTable(title=Text(self.caption()), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
        fields, body = self.printed()
        # Widths are ours: rich takes room from the widest columns first, numbers among them, and then cuts them off.
        widths = _shared_out(fields, body, width - self.narrowest())
        for one, letters in zip(fields, widths, strict=True):
            side: Literal["left", "right"] = "right" if one.is_numeric else "left"
            table.add_column(Text(one.label), justify=side, overflow="fold", width=letters)
        for line in body:
            table.add_row(*(Text(clean(cell)) for cell in line))
        return table

    def narrowest(self) -> int:
        """How many letters wide the rich table is at least; on a narrower screen rows are shown one below the other."""
        fields, body = self.printed()
        widths = [_least_width(one, [line[place] for line in body]) for place, one in enumerate(fields)]
        # Between two columns stand a blank on either side and the rule's place, at both edges the rule's place alone.
        return sum(widths) + 3 * len(widths) - 1

    def records(self, width: int = 80) -> list[str]:
        """The rows one below the other, each field beside its label: for screens that the table is too wide for."""
        fields, body = self.printed()
        margin = max((len(one.label) for one in fields), default=0)
        return [
            "\n".join(
                _labelled(one.label.rjust(margin), clean(cell), width) for one, cell in zip(fields, line, strict=True)
            )
            for line in body
        ]

    def _repr_html_(self) -> str:
        fields, lines = self.printed()
        head = "".join(f'<th scope="col">{html.escape(one.label)}</th>' for one in fields)
        body = "".join(_html_row(line, fields) for line in lines)
        notes = "".join(f"<li>{html.escape(clean(note_text(note)))}</li>" for note in self.notes)
        return (
            f"<p>{html.escape(clean(self.summary()))}</p>"
            f"<table><caption>{html.escape(self.caption())}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>" + (f"<ul>{notes}</ul>" if notes else "")
        )


@dataclass(frozen=True)
class _Rows:
    """A result's rows as fits the screen: a table, or where that would be cut off, field by field."""

    result: Result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        from rich.text import Text

        if self.result.narrowest() <= options.max_width:
            yield self.result.rich_table(options.max_width)
            return
        yield Text(f"{self.result.caption()}\n")
        for record in self.result.records(options.max_width):
            yield Text(f"{record}\n")


def _least_width(one: Field, cells: Sequence[str]) -> int:
    """The width that a column needs: numbers whole on one line, words whole up to a limit."""
    unbroken = cells if one.is_numeric else [word for cell in cells for word in cell.split()]
    longest = max(map(len, [*one.label.split(), *unbroken]), default=0)
    if one.kind == "sentence":
        return max(min(longest, _WIDEST_WORD), min(max(map(len, cells), default=0), _READABLE))
    return longest if one.is_numeric else min(longest, _WIDEST_WORD)


def _labelled(label: str, cell: str, width: int) -> str:
    """A label and its text, whose further lines stand below its first one."""
    import textwrap

    lines = textwrap.wrap(cell, max(width - len(label) - 2, _READABLE), break_on_hyphens=False) or [""]
    return f"{label}  " + f"\n{' ' * (len(label) + 2)}".join(lines)


def _shared_out(fields: Sequence[Field], body: Sequence[Sequence[str]], spare: int) -> list[int]:
    """Widths of columns: what each needs, and of the spare letters a share of what it would like beyond that."""
    columns = [[line[place] for line in body] for place in range(len(fields))]
    least = [_least_width(one, cells) for one, cells in zip(fields, columns, strict=True)]
    whole = [max(map(len, [one.label, *cells])) for one, cells in zip(fields, columns, strict=True)]
    wanted = [
        max((width if one.kind == "sentence" else min(width, _WIDEST_CELL)) - need, 0)
        for one, width, need in zip(fields, whole, least, strict=True)
    ]
    share = min(spare / max(sum(wanted), 1), 1.0)
    return [need + int(share * wish) for need, wish in zip(least, wanted, strict=True)]


def _html_row(line: Sequence[str], fields: Sequence[Field]) -> str:
    cells = []
    for place, (cell, one) in enumerate(zip(line, fields, strict=True)):
        style = ' style="text-align:right"' if one.is_numeric else ' style="text-align:left"'
        tag = 'th scope="row"' if place == 0 else "td"
        cells.append(f"<{tag}{style}>{html.escape(clean(cell))}</{tag.split(maxsplit=1)[0]}>")
    return f"<tr>{''.join(cells)}</tr>"


def _short_notes(notes: Sequence[Note]) -> list[str]:
    """The first notes, each on one line, and how many more there are."""
    told = [f"· {shorten(note_text(note), _LONGEST_NOTE)}" for note in notes[:_MOST_NOTES]]
    more = len(notes) - _MOST_NOTES
    return [*told, f"… and {counted(more, 'more note')}"] if more > 0 else told


def note_text(note: Note) -> str:
    """A note as a sentence for people; its count stands behind it, where any number goes with plural words."""
    text = note.text if _FILE_FIRST.match(note.text) else f"{note.text[:1].upper()}{note.text[1:]}"
    end = "" if text.endswith((".", "!", "?")) else "."
    return f"{text}{end}" if note.n is None else f"{text.rstrip('.')} ({note.n:,})."


# ------------------------------------------------------------------------------------------------------ formatting


def cell_text(row: Row, name: str) -> str:
    """One declared column of a row as people read it."""
    return format_cell(row, row.declaration(name))


def format_cell(row: Mapping[str, Any], one: Field) -> str:
    """One cell as people read it: `hidden` where it may not be shown, a dash where there is no number."""
    value = row.get(one.name)
    if one.name == "status":
        return _STATUS_WORDS.get(str(value), str(value))
    if value is None:
        return "hidden" if is_hidden(row) and one.kind != "sentence" else "–"
    if one.kind.endswith("_interval"):
        upper = row.get(one.upper or "")
        if upper is None:
            return f"{_number(value, one.kind)} or more"
        return f"{_number(value, one.kind)} to {_number(upper, one.kind)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, one.kind)
    return str(value)


def _number(value: float, kind: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    if kind == "count":
        return f"{int(value):,}"
    if kind.startswith("share"):
        return f"{100 * value:.1f}%"
    if kind.startswith("points"):
        return _signed(100 * value)
    if kind.startswith("days"):
        return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
    if kind == "p":
        return "below .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
    if kind.startswith("number"):
        return f"{value:.2f}".replace("-", "\u2212")
    if kind.startswith("fine"):
        return f"{value:.3f}".replace("-", "\u2212")
    return f"{value:g}"


def _signed(points: float) -> str:
    """Percentage points with a true minus sign, and a plus where they are above zero."""
    rounded = f"{points:+.1f}"
    return "0.0" if float(rounded) == 0 else rounded.replace("-", "\u2212")
