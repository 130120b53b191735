"""An answer on a screen: a table that keeps its shape, also where the screen is narrow.

Where the columns don't fit, headings become short, then the columns that matter least are left out and named below.
A table of measures is turned, with its groups side by side. Only a single row is shown field by field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from followup_analytics.results.columns import ALWAYS, Field
from followup_analytics.results.disclosure.marked import is_hidden
from followup_analytics.results.faces import Printable
from followup_analytics.results.formatting import note_text
from followup_analytics.text import clean, counted, padded, shorten, width_of, wrapped

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, Group
    from rich.table import Table as RichTable

#: A longer word may be broken in a table of words.
_WIDEST_WORD = 20
#: Letters on a line of a column that holds no sentences.
_WIDEST_CELL = 40
#: Letters of a sentence's column below which it is no longer read but spelled.
_READABLE = 24
#: More groups than this don't fit side by side.
_MOST_SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class Grid:
    """A table on its way to the screen: columns, texts, and what it leaves to be said below it."""

    fields: tuple[Field, ...]
    body: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()

    def narrowest(self) -> int:
        """How many letters wide the table is at least."""
        # Between two columns stand a blank on either side and the rule's place, at both edges the rule's place alone.
        return sum(self.least()) + 3 * len(self.fields) - 1

    def natural(self) -> int:
        """How many letters wide the table is with every cell and head on one line."""
        columns = [[one.label, *(line[place] for line in self.body)] for place, one in enumerate(self.fields)]
        return sum(max(map(width_of, cells)) for cells in columns) + 3 * len(self.fields) - 1

    def least(self) -> list[int]:
        """The width that each column needs."""
        return [_least_width(one, [line[place] for line in self.body]) for place, one in enumerate(self.fields)]

    def without(self, place: int) -> Grid:
        """The table without a column."""
        rest = [number for number in range(len(self.fields)) if number != place]
        return replace(
            self,
            fields=tuple(self.fields[number] for number in rest),
            body=tuple(tuple(line[number] for number in rest) for line in self.body),
        )


@dataclass(frozen=True)
class Rows:
    """The rows of an answer as fits the screen that they are printed on."""

    result: Printable
    #: Whether its rows are groups with many measures, which stand side by side where there is no room for all.
    turns: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        from rich.text import Text

        whole = grid_of(self.result)
        made = narrowed(whole, options.max_width, turns=self.turns)
        if made is None:
            yield Text(f"{self.result.caption()}\n")
            for record in records(whole, options.max_width):
                yield Text(f"{record}\n")
            return
        yield rich_table(self.result.caption(), made, options.max_width)
        if made.below:
            yield Text("".join(f"{line}\n" for line in made.below))


def rich_face(result: Printable, *, turns: bool, beside: Sequence[str] = ()) -> Group:
    """The sentence and the table for a terminal, then what is said beside them."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = [Text(clean(result.summary()))]
    if result.printed_rows():
        # Heads above nothing look like an answer that got lost.
        parts.append(Rows(result, turns))
    return Group(*parts, *(Text(line, style="dim") for line in beside))


def note_lines(result: Printable) -> list[str]:
    """The notes of an answer, a line each."""
    return ["· " + clean(note_text(note)) for note in result.notes]


def grid_of(result: Printable) -> Grid:
    """The printed table, its hidden rows folded into one line where there are several."""
    fields, lines = result.printed()
    rows = result.printed_rows()
    hidden = [place for place, row in enumerate(rows) if is_hidden(row)]
    if len(hidden) < 2 or len(hidden) == len(rows):
        return Grid(fields, tuple(tuple(line) for line in lines))
    keys = [place for place, one in enumerate(fields) if one.role == "key"] or [0]
    names = "; ".join(" ".join(lines[row][place] for place in keys) for row in hidden)
    kept = tuple(tuple(line) for place, line in enumerate(lines) if place not in set(hidden))
    return Grid(fields, kept, (f"Hidden: {counted(len(hidden), 'row')} ({shorten(names, 120)}).",))


def narrowed(whole: Grid, width: int, *, turns: bool) -> Grid | None:
    """The table made narrow enough; None where its fields have to stand one below another."""
    if whole.natural() <= width:
        return whole
    short = replace(whole, fields=tuple(replace(one, label=one.short or one.label) for one in whole.fields))
    if whole.narrowest() <= width:
        # Where something has to be broken, long heads are the first to go.
        return short
    if turns and 1 < len(whole.body) <= _MOST_SIDE_BY_SIDE:
        turned = _turned(whole)
        if turned.narrowest() <= width:
            return turned
    if len(whole.body) < 2:
        return None
    made = short
    while made.narrowest() > width:
        place = _least_important(made.fields)
        if place is None:
            return None
        made = made.without(place)
    left_out = [one.label.strip() for one in short.fields if one not in made.fields]
    if not left_out:
        return made
    said = f"No room for {', '.join(dict.fromkeys(left_out))}: a wider window shows more, --format csv all columns."
    return replace(made, below=(*made.below, said))


def _least_important(fields: Sequence[Field]) -> int | None:
    """The column to leave out next: of those that matter least the last one; None where all have to stay."""
    places = [place for place, one in enumerate(fields) if one.importance > ALWAYS]
    return max(places, key=lambda place: (fields[place].importance, place), default=None)


def _turned(whole: Grid) -> Grid:
    """Measures one below another, the groups side by side."""
    groups = [line[0] for line in whole.body]
    fields = (
        Field("measure", "Measure"),
        *(Field(f"group_{place}", name, "count") for place, name in enumerate(groups)),
    )
    body = tuple(
        (one.label, *(line[place] for line in whole.body)) for place, one in enumerate(whole.fields) if place > 0
    )
    return replace(whole, fields=fields, body=body)


def rich_table(caption: str, grid: Grid, width: int) -> RichTable:
    """The table in rich's form, at most `width` letters wide; texts are never read as markup."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(title=Text(caption), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    # Widths are ours: rich takes room from the widest columns first, numbers among them, and then cuts them off.
    for one, letters in zip(grid.fields, _shared_out(grid, width - grid.narrowest()), strict=True):
        side: Literal["left", "right"] = "right" if one.is_numeric else "left"
        table.add_column(Text(one.label), justify=side, overflow="fold", width=letters)
    for line in grid.body:
        table.add_row(*(Text(clean(cell)) for cell in line))
    return table


def records(grid: Grid, width: int = 80) -> list[str]:
    """The rows one below the other, each field beside its label."""
    margin = max((width_of(one.label) for one in grid.fields), default=0)
    return [
        "\n".join(
            _labelled(padded(one.label, margin, right=True), clean(cell), width)
            for one, cell in zip(grid.fields, line, strict=True)
        )
        for line in grid.body
    ]


def _least_width(one: Field, cells: Sequence[str]) -> int:
    """The width that a column needs: numbers whole on one line, words whole up to a limit."""
    unbroken = cells if one.is_numeric else [word for cell in cells for word in cell.split()]
    longest = max(map(width_of, [*one.label.split(), *unbroken]), default=0)
    if one.kind == "sentence":
        return max(min(longest, _WIDEST_WORD), min(max(map(width_of, cells), default=0), _READABLE))
    return longest if one.is_numeric else min(longest, _WIDEST_WORD)


def _labelled(label: str, cell: str, width: int) -> str:
    """A label and its text, whose further lines stand below its first one."""
    margin = width_of(label) + 2
    return f"{label}  " + f"\n{' ' * margin}".join(wrapped(cell, max(width - margin, _READABLE)) or [""])


def _shared_out(grid: Grid, spare: int) -> list[int]:
    """Widths of columns: what each needs, and what it would like beyond that as long as there are spare letters."""
    columns = [[line[place] for line in grid.body] for place in range(len(grid.fields))]
    widths = grid.least()
    # Names and marks first, those that want little before the others, so that they stand on one line; then sentences,
    # which are kept half of what is left to begin with; then heads.
    names = [place for place, one in enumerate(grid.fields) if one.kind != "sentence"]
    sentences = [place for place, one in enumerate(grid.fields) if one.kind == "sentence"]

    def longest(place: int) -> int:
        return max(map(width_of, columns[place]), default=0)

    kept = spare // 2 if sentences else 0
    for place in sorted(names, key=longest):
        more = min(max(min(longest(place), _WIDEST_CELL) - widths[place], 0), max(spare - kept, 0))
        widths[place], spare = widths[place] + more, spare - more
    for place in [*sentences, *names]:
        head = width_of(grid.fields[place].label)
        wish = max(longest(place), head) if place in sentences else min(head, _WIDEST_CELL)
        more = min(max(wish - widths[place], 0), spare)
        widths[place], spare = widths[place] + more, spare - more
    return widths
