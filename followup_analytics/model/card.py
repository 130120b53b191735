"""The model card: every item of TRIPOD+AI, filled from the run, as Markdown, HTML and plain data for the report."""

from __future__ import annotations

import html
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Any

from followup_analytics.model.card_facts import Fitted, card_facts
from followup_analytics.model.nested_rows import Coefficient, ReliabilityRow
from followup_analytics.results.result import SIMULATED_NOTICE

USE = (
    "To tell a coach or an applicant how often attempts like the next one were answered, and how long answers take. "
    "Not causal: it does not say what would change if somebody acted otherwise. "
    "Not for ranking, choosing or judging applicants."
)
_STATES = {"filled": "", "to add": "For the office to add: "}


@dataclass(frozen=True)
class CardItem:
    """One part of an item: number, section, what it asks for, the answer, and whether the office has to add it."""

    number: str
    section: str
    asks: str
    answer: str
    state: str = "filled"


@dataclass(frozen=True)
class ModelCard:
    """A card in the order of TRIPOD+AI's 27 items (52 parts), with the equation and the calibration table."""

    title: str
    entries: tuple[CardItem, ...]
    equation: tuple[Coefficient, ...]
    reliability: tuple[ReliabilityRow, ...]
    simulated: bool

    def to_dict(self) -> dict[str, Any]:
        """The card as plain data."""
        return {
            "title": self.title,
            "use": USE,
            "simulated": self.simulated,
            "items": [
                {"item": one.number, "section": one.section, "asks": one.asks, "answer": one.answer, "state": one.state}
                for one in self.entries
            ],
            "equation": [dict(row) for row in self.equation],
            "reliability": [dict(row) for row in self.reliability],
        }

    def to_markdown(self) -> str:
        """The card as Markdown."""
        lines = [f"# {self.title}", "", f"**Use.** {USE}", ""]
        lines += [f"*{SIMULATED_NOTICE}*", ""] if self.simulated else []
        for section, entries in groupby(self.entries, key=lambda one: one.section):
            lines += [f"## {section}", ""]
            lines += [f"- **{one.number} {one.asks}.** {_STATES[one.state]}{_escaped(one.answer)}" for one in entries]
            lines.append("")
        lines += ["## Equation", "", "Log odds of a response are the sum of the terms that apply.", ""]
        lines += _markdown_table(("term", "estimate", "95% interval"), _equation_cells(self.equation))
        lines += ["", "## Calibration", ""]
        lines += _markdown_table(
            ("predicted", "observed", "95% interval", "attempts"), _reliability_cells(self.reliability)
        )
        return "\n".join(lines) + "\n"

    def to_html(self) -> str:
        """The card as a page of HTML; every text is escaped."""
        parts = [f"<h1>{html.escape(self.title)}</h1>", f"<p><strong>Use.</strong> {html.escape(USE)}</p>"]
        parts += [f"<p><em>{html.escape(SIMULATED_NOTICE)}</em></p>"] if self.simulated else []
        for section, entries in groupby(self.entries, key=lambda one: one.section):
            parts.append(f"<h2>{html.escape(section)}</h2><dl>")
            parts += [
                f"<dt>{one.number} {html.escape(one.asks)}</dt><dd>{_STATES[one.state]}{html.escape(one.answer)}</dd>"
                for one in entries
            ]
            parts.append("</dl>")
        parts.append(_html_table("Equation", ("term", "estimate", "95% interval"), _equation_cells(self.equation)))
        parts.append(
            _html_table(
                "Calibration",
                ("predicted", "observed", "95% interval", "attempts"),
                _reliability_cells(self.reliability),
            )
        )
        body = "\n".join(parts)
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title>'
        return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><main>\n{body}\n</main></body></html>\n'


def card_items() -> list[dict[str, Any]]:
    """The parts of TRIPOD+AI in order, as declared in card.toml."""
    text = files("followup_analytics.model").joinpath("card.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["item"])


def model_card(result: Fitted) -> ModelCard:
    """Fill a card from a fitted model's result."""
    facts = card_facts(result)
    entries = [
        CardItem(
            number=item["number"],
            section=item["section"],
            asks=item["asks"],
            answer=item["answer"].format_map(facts),
            state="to add" if item.get("office") else "filled",
        )
        for item in card_items()
    ]
    row = result.row
    return ModelCard(
        title=f"Model card: the chance that an attempt is answered within {row['within']:g} days",
        entries=tuple(entries),
        equation=tuple(row["coefficients"]),
        reliability=tuple(row["reliability"]),
        simulated=result.counts.simulated,
    )


def _escaped(text: str) -> str:
    """Text that Markdown leaves alone."""
    for mark in ("\\", "`", "*", "_", "<", "[", "|"):
        text = text.replace(mark, "\\" + mark)
    return text


def _number(value: float | None, digits: int = 2) -> str:
    # Adding 0 turns a rounded minus zero into zero.
    return "–" if value is None else f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\u2212")


def _interval(row: Coefficient | ReliabilityRow, digits: int = 2) -> str:
    if row.conf_low is None or row.conf_high is None:
        return "–"
    return f"{_number(row.conf_low, digits)} to {_number(row.conf_high, digits)}"


def _equation_cells(rows: tuple[Coefficient, ...]) -> list[tuple[str, ...]]:
    return [(row.term, _number(row.estimate), _interval(row)) for row in rows]


def _reliability_cells(rows: tuple[ReliabilityRow, ...]) -> list[tuple[str, ...]]:
    return [(_number(row.predicted), _number(row.estimate), _interval(row), f"{row.n_attempts:,}") for row in rows]


def _markdown_table(headings: tuple[str, ...], cells: list[tuple[str, ...]]) -> list[str]:
    if not cells:
        return ["There is nothing to show."]
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return lines + [f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in cells]


def _html_table(caption: str, headings: tuple[str, ...], cells: list[tuple[str, ...]]) -> str:
    if not cells:
        return f"<h2>{caption}</h2><p>There is nothing to show.</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in cells)
    table = f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f"<h2>{caption}</h2><table>{table}</table>"
