"""The explorer's lists as a widget: four plain lists of the browser, and what is chosen below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup_analytics.errors import UsageError

_SCRIPT = Path(__file__).with_name("lists.js")


@dataclass(frozen=True)
class ChoiceList:
    """A list to choose from: its name, what stands before it, and value and words of each option."""

    name: str
    words: str
    options: Sequence[tuple[str, str]]

    def to_json(self) -> dict[str, Any]:
        """As the script takes it."""
        return {"name": self.name, "words": self.words, "options": [list(option) for option in self.options]}


def lists_widget(
    lists: Sequence[ChoiceList], chosen: Mapping[str, str], html_of: Callable[[Mapping[str, str]], str]
) -> Any:
    """A widget of lists, and below them what `html_of` gives for what is chosen in them.

    Tab goes from list to list, arrows and letters choose. JupyterLab, Notebook, VS Code, Colab and Marimo show it.
    Raises UsageError where anywidget isn't installed.
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise UsageError("The lists need anywidget: install it, or call table() and chart().") from None

    class Lists(anywidget.AnyWidget):
        """Lists and what is chosen in them."""

        _esm = _SCRIPT
        lists: Any = traitlets.List().tag(sync=True)
        chosen: Any = traitlets.Dict().tag(sync=True)
        shown: Any = traitlets.Unicode().tag(sync=True)

        def __repr__(self) -> str:
            return f"<lists to choose from: {', '.join(one.words for one in lists)}>"

    made = Lists(lists=[one.to_json() for one in lists], chosen=dict(chosen), shown=html_of(chosen))

    def show(_change: Any) -> None:
        made.shown = html_of(made.chosen)

    made.observe(show, names="chosen")
    return made
