"""One frozen result, many faces: frame, text, rich table, HTML table, JSON and the report's dictionary.

A result holds rows that disclosure has been through already. Every face reads the same rows and the same formatter,
so that none rounds or hides in its own way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import polars as pl

from followup_analytics.log import clock
from followup_analytics.log.followup_log import FollowUpLog, Native, Note
from followup_analytics.results.columns import HIDDEN_ROLES, Field
from followup_analytics.results.disclosure.marked import Disclosed
from followup_analytics.results.disclosure.released import Units
from followup_analytics.results.faces import text_face
from followup_analytics.results.formatting import NOTHING, format_cell, note_text
from followup_analytics.results.frames import frame_of
from followup_analytics.results.row import Row
from followup_analytics.results.values import plain
from followup_analytics.results.web import html_face

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.console import Group

SCHEMA_VERSION = 1
SIMULATED_NOTICE = "These data are simulated: they show how the tool works, not how employers behave."


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
        sizes = {name: log.held(name).height for name in ("interviews", "contacts")}
        zones = () if log.time_zone else tuple(log.held("interviews").select(["_zone"])["_zone"].drop_nulls().unique())
        return cls.of_sizes(sizes, log.n_applicants, log.data_date, log.time_zone, zones, simulated=log.simulated)

    @classmethod
    def of_sizes(
        cls,
        sizes: Mapping[str, int],
        applicants: int,
        data_date: dt.datetime,
        time_zone: str | None,
        zones: Sequence[str],
        *,
        simulated: bool,
    ) -> Self:
        """The same of a log known by its sizes, its data date and its zones.

        Where the log names no zone but all of its rows have one, the day is that of this zone.
        """
        us = pl.Series([int(data_date.timestamp() * 1_000_000)])
        only = str(zones[0]) if len(zones) == 1 else "UTC"
        local = clock.local_times(us, pl.Series([time_zone or only]))[0]
        return cls(
            interviews=sizes["interviews"],
            applicants=applicants,
            contacts=sizes["contacts"],
            data_date=local.date().isoformat(),
            simulated=simulated,
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
    #: Whether rows are groups with many measures: on a narrow screen the groups stand side by side.
    turns: ClassVar[bool] = False

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
                    short = Result.key_heading(self, key)
                    yield replace(one, name=key, label=self.key_heading(key), short=short, shown=True, is_keys=False)

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
        frame = frame_of(self.frame_rows(), {one.name: one.kind for one in self.frame_fields()})
        return self.as_native(frame)

    def as_native(self, frame: pl.DataFrame) -> Any:
        """A frame as the kind that the log was made from (polars or pandas)."""
        return frame.to_pandas() if self.native == "pandas" else frame

    def frame_fields(self) -> tuple[Field, ...]:
        """The columns of frames and files; others than those of JSON where rows are nested."""
        return self.fields()

    def frame_rows(self) -> list[dict[str, Any]]:
        """The rows of frames and files as plain values."""
        return self._plain_rows()

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
        kept = [place for place in range(len(fields)) if not body or any(line[place] not in NOTHING for line in body)]
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
        return text_face(self)

    def __rich__(self) -> Group:
        """The table for a terminal, its sentence, and its notes."""
        return self.rich_table(beside=self.beside())

    def rich_table(self, beside: Sequence[str] = ()) -> Group:
        """The sentence and the table alone, as a command prints them on stdout; `beside`: lines below them."""
        from followup_analytics.results.terminal import rich_face

        return rich_face(self, turns=self.turns, beside=beside)

    def beside(self) -> list[str]:
        """What is said beside the table, a line each: a command prints it on stderr."""
        from followup_analytics.results.terminal import note_lines

        return note_lines(self)

    def _repr_html_(self) -> str:
        return html_face(self)
