"""What ingest and check say: one row per file and table, the broken rules with examples, and an exit code."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.errors import FollowUpError
from followup_analytics.ingest.rule_words import in_words
from followup_analytics.log.personal import Fate
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import clean, counted, listed, shorten

if TYPE_CHECKING:
    from rich.console import Group

_MOST_RULES = 20
_MOST_COLUMNS = 12
#: Columns of the table that are shown only where they say something.
_RARE = ("replaced", "unmatched")


@dataclass(frozen=True)
class BrokenRule:
    """One rule that rows of a file broke: how many did, what to do, and up to three examples (row, column, value).

    heading: what the file itself calls the column. sheet: the workbook's sheet.
    """

    file: str
    table: str
    rule: str
    n: int
    message: str
    examples: tuple[tuple[int | None, str | None, str | None], ...]
    heading: str | None = None
    sheet: str | None = None

    @property
    def place(self) -> str:
        """The file, and the sheet where it has sheets."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    def why(self) -> str:
        """The column and what is wrong with it, without place and examples."""
        return f"column {self.heading}: {self.message}" if self.heading else self.message

    def sentence(self) -> str:
        """Where the rule was broken and how often, what to do, and where to look."""
        column = self.heading or next((column for _, column, _ in self.examples if column), None)
        places = [f"row {row}" + (f" ({value})" if value else "") for row, _, value in self.examples if row is not None]
        where = f" For example {listed(places, 'and')}." if places else ""
        of_column = f", column {column}" if column else ""
        return f"{self.place}, {self.table}{of_column}, {counted(self.n, 'row')}: {self.message}{where}"


@dataclass(frozen=True)
class FailedFile:
    """A file of which nothing could be taken, and why."""

    file: str
    error: FollowUpError


@dataclass(frozen=True)
class ColumnFate:
    """What becomes of one column of one file (and sheet)."""

    file: str
    sheet: str | None
    fate: Fate


@answer_row
class IngestRow(Row):
    """What became of the rows of one table of one file."""

    file: str = col.column("text", "File", "Name of the file.", role="key", importance=col.ALWAYS)
    table: str = col.column("text", "Table", "The log's table.", role="key", importance=col.ALWAYS)
    source: str = col.column("text", "Kind", "What the file was taken for.", importance=col.RARELY)
    rows_read: int = col.column("count", "Rows", "Rows read.", importance=col.ALWAYS, default=0)
    accepted: int = col.column("count", "Accepted", "Rows accepted.", importance=col.ALWAYS, default=0)
    already_known: int = col.column("count", "Known", "Rows that were there already.", default=0)
    replaced: int = col.column(
        "count", "of these replaced", "Accepted rows that are new versions of rows.", importance=col.RARELY, default=0
    )
    rejected: int = col.column("count", "Rejected", "Rows set aside.", importance=col.ALWAYS, default=0)
    unmatched: int = col.column(
        "count", "of these unmatched", "Rejected calls that fit no interview.", importance=col.RARELY, default=0
    )
    rejects_file: str | None = col.column("text", "", "Where the rejected rows are; null where there is no such file.")
    why: str | None = col.column("sentence", "", "Why the file was taken for that kind.", default=None)

    in_table = (
        "file", "table", "source", "rows_read", "accepted", "replaced", "already_known", "rejected", "unmatched",
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class IngestResult(Result):
    """An IngestRow per file and table, the broken rules, the files that failed, and the exit code of the command."""

    rows: tuple[IngestRow, ...]
    broken: tuple[BrokenRule, ...] = ()
    failed: tuple[FailedFile, ...] = ()
    review_file: str | None = None
    columns_become: tuple[ColumnFate, ...] = ()
    exit_code: int = 0

    command: ClassVar[str] = "ingest"
    title: ClassVar[str] = "Files read and stored"
    row_type: ClassVar[type[Row]] = IngestRow

    def shown_fields(self) -> tuple[Field, ...]:
        """The columns of the table; those that are of use to few are left out where they would hold noughts alone."""
        return tuple(
            one for one in super().shown_fields() if one.name not in _RARE or any(row[one.name] for row in self.rows)
        )

    def summary(self) -> str:
        """What happened to the rows, and what to do next."""
        errors = [str(one.error) for one in self.failed]
        if not self.rows:
            return " ".join(errors) or "There was nothing to read."
        total = {
            name: sum(row[name] for row in self.rows)
            for name in ("rows_read", "accepted", "replaced", "already_known", "rejected")
        }
        verb = "accepted" if self.command == "ingest" else "good"
        new = "replacing an earlier version" if total["replaced"] == 1 else "replacing earlier versions"
        said = (
            f"{counted(total['rows_read'], 'row')} read: {total['accepted']:,} {verb}"
            + (f" ({total['replaced']:,} of them {new})" if total["replaced"] else "")
            + f", {total['already_known']:,} already known, {total['rejected']:,} rejected."
        )
        rules = f" {counted(len(self.broken), 'rule was', 'rules were')} broken." if self.broken else ""
        return " ".join([said + rules, *errors])

    def __repr__(self) -> str:
        """The table, then each broken rule on a line of its own, then where the rejected rows are."""
        if not self.rows:
            return self.summary()
        return "\n".join([super().__repr__(), *self.broken_rules(), *self._papers()])

    def rich_table(self, beside: Sequence[str] = ()) -> Group:
        """The sentence, the table, where the rejects files are, and what becomes of columns."""
        from rich.console import Group
        from rich.text import Text

        whole = super().rich_table(beside)
        table = whole.renderables[: 2 if self.rows else 1]
        papers = (Text(clean(line), overflow="fold") for line in self._papers())
        return Group(*table, *papers, *whole.renderables[2:])

    def beside(self) -> list[str]:
        """Each broken rule and what to do about it, then the notes."""
        return [*("✗ " + clean(line) for line in self.broken_rules()), *super().beside()]

    def broken_rules(self) -> list[str]:
        """The rules that rows broke, a sentence each, the first of them where there are many."""
        shown = [one.sentence() for one in self.broken[:_MOST_RULES]]
        more = len(self.broken) - _MOST_RULES
        return [*shown, f"and {counted(more, 'more rule')}; --json lists them all"] if more > 0 else shown

    def _papers(self) -> list[str]:
        """Where the rejected rows are: each file on a line of its own, so that its name can be copied whole."""
        files = list(dict.fromkeys(row.rejects_file for row in self.rows if row.rejects_file))
        head = "Rejected rows with their reasons, to be mended and ingested alone:"
        papers = [head, *(f"  {file}" for file in files)] if files else []
        return [*papers, *self._columns()]

    def _columns(self) -> list[str]:
        """Which columns aren't stored, and which are replaced by pseudonyms, each with the reason."""
        lines = []
        for becomes, head in (("dropped", "Not stored"), ("pseudonym", "Stored as pseudonyms")):
            fates = [one.fate for one in self.columns_become if one.fate.becomes == becomes]
            reasons: dict[str, dict[str, None]] = {}
            for fate in fates:
                reasons.setdefault(fate.reason, {})[shorten(fate.column, 30)] = None
            lines += [f"{head}, since {reason}: {_some(list(names))}." for reason, names in reasons.items()]
        if any(one.fate.becomes == "dropped" and "map" not in one.fate.reason for one in self.columns_become):
            lines.append("A column that is not stored, and tells of nobody, is kept with --keep COLUMN.")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The contract's object; the broken rules and failed files stand beside the results."""
        made = super().to_json()
        made["rejections"] = [
            {
                "file": one.file,
                "sheet": one.sheet,
                "table": one.table,
                "rule": one.rule,
                "n": one.n,
                "message": one.message,
                "heading": one.heading,
                "examples": [{"row": row, "column": column, "value": value} for row, column, value in one.examples],
            }
            for one in self.broken
        ]
        made["failed"] = [
            {"file": one.file, "message": str(one.error), "exit_code": one.error.exit_code} for one in self.failed
        ]
        made["review_file"] = self.review_file
        made["columns"] = [
            {
                "file": one.file,
                "sheet": one.sheet,
                "column": one.fate.column,
                "becomes": one.fate.becomes,
                "reason": one.fate.reason,
            }
            for one in self.columns_become
        ]
        return made

    def to_html(self) -> str:
        """A web page of its own: the files, each broken rule with its remedy and examples, the warnings."""
        rules = "".join(
            f"<tr><th scope=row>{html.escape(one.place)}</th><td>{html.escape(in_words(one.rule))}</td>"
            f"<td>{one.n:,}</td>"
            f"<td>{html.escape(one.message)}</td><td>{html.escape(_places(one.examples, one.heading))}</td></tr>"
            for one in self.broken
        )
        failed = "".join(f"<li>{html.escape(str(one.error))}</li>" for one in self.failed)
        parts = [
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
            f"<title>{html.escape(self.title)}</title><style>{_STYLE}</style><main><h1>{html.escape(self.title)}</h1>",
            "<p class=mark>Confidential: a working paper about single records.</p>",
            self._repr_html_(),
        ]
        if failed:
            parts.append(f"<h2>Files that could not be read</h2><ul>{failed}</ul>")
        if rules:
            parts.append(
                "<h2>What to mend</h2><table><thead><tr><th scope=col>File<th scope=col>What is wrong<th scope=col>Rows"
                f"<th scope=col>What to do<th scope=col>Where, for example</tr></thead><tbody>{rules}</tbody></table>"
            )
        return "".join(parts) + "</main></html>"


@dataclass(frozen=True, repr=False)
class CheckResult(IngestResult):
    """The same reading and checking, with nothing stored."""

    command: ClassVar[str] = "check"
    title: ClassVar[str] = "Files checked"


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_COLUMNS
    return listed([*names[:_MOST_COLUMNS], *([f"{more:,} more"] if more > 0 else [])], "and")


def _places(examples: tuple[tuple[int | None, str | None, str | None], ...], heading: str | None) -> str:
    return "; ".join(
        f"row {row}" + (f", {heading or column}" if column else "") + (f": {value}" if value else "")
        for row, column, value in examples
        if row
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0}"
    "main{max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0;width:100%}th,td{padding:.3rem .6rem;border-bottom:1px solid "
    "#ccc;vertical-align:top;"
    "text-align:left}caption{text-align:left;font-weight:600;padding:.3rem 0}.mark{color:#7a1f1f;font-weight:600}"
)
