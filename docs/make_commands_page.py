"""Write docs/commands.md, every command with its arguments and options, from the program itself:

python docs/make_commands_page.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from typer.main import get_command

from followup_analytics.cli.app import whole_app

#: What an option of a type wants, where it has no name of its own.
_KINDS = {int: "number", float: "number", Path: "file"}
PAGE = Path(__file__).resolve().parent / "commands.md"
_HEAD = """# Every command

Made by `python docs/make_commands_page.py` from the program; a test keeps it current.

Results go to stdout; progress, notes and refusals to stderr. The exit code is 0 when it is done, 1 where something
can't be read or reached, 2 for a wrong command line, 3 where the data break a rule of the log, 4 where an answer is
withheld for privacy, and 130 when interrupted. `--debug`, anywhere in a command, shows the traceback of a fault.

Options that every analysis has, such as `--cohort`, `--where` and `--min-cell`, are told once, at the end.
"""


def page() -> str:
    """The whole page as Markdown."""
    root = get_command(whole_app())
    found = list(_commands(root, "followup"))
    shared = _shared(found)
    parts = [_HEAD]
    parts += [_section(name, command, shared) for name, command in found]
    parts.append("\n".join(["## Options that every analysis has", "", *_table(shared.values())]))
    return "\n".join(parts) + "\n"


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        full = f"{path} {name}"
        yield from _commands(command, full) if hasattr(command, "commands") else [(full, command)]


def _shared(found: list[tuple[str, Any]]) -> dict[tuple[str, str], Any]:
    """Options with the same name and the same words in all of four typical analyses."""
    chosen = [command for name, command in found if name.split()[1:] in (["rates"], ["curve"], ["claims"], ["next"])]
    sets = [{_key(one): one for one in command.params if one.name != "log"} for command in chosen]
    return {key: one for key, one in sets[0].items() if all(key in other for other in sets)}


def _key(parameter: Any) -> tuple[str, str]:
    return ("/".join(parameter.opts), _plain(getattr(parameter, "help", None)))


def _section(name: str, command: Any, shared: dict[tuple[str, str], Any]) -> str:
    given = [one for one in command.params if one.name != "help" and not getattr(one, "hidden", False)]
    is_analysis = set(shared) <= {_key(one) for one in given}
    own = [one for one in given if not (is_analysis and _key(one) in shared)]
    told = inspect.cleandoc(command.help or "").split("\f")[0]
    lines = [f"## {name}", "", _prose(told), ""]
    if own:
        lines += [*_table(own), ""]
    if is_analysis:
        lines += ["And the [options that every analysis has](#options-that-every-analysis-has).", ""]
    return "\n".join(lines)


def _prose(text: str) -> str:
    """Paragraphs, of which those that are commands stand as code."""
    made = []
    for paragraph in text.split("\n\n"):
        example = re.fullmatch(r"Examples?:\s+(followup .+)", paragraph.strip(), flags=re.DOTALL)
        if example:
            made.append("```\n" + "\n".join(line.strip() for line in example[1].splitlines()) + "\n```")
        else:
            made.append(_escaped(" ".join(paragraph.split())))
    return "\n\n".join(made)


def _table(parameters: Any) -> list[str]:
    lines = ["| argument or option | takes | what it does |", "|---|---|---|"]
    return lines + [_line(one) for one in parameters]


def _line(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    names = (
        ", ".join(f"`{one}`" for one in (*parameter.opts, *parameter.secondary_opts))
        if is_option
        else f"`{_placeholder(parameter)}`"
    )
    takes = "" if getattr(parameter, "is_flag", False) else _takes(parameter)
    default = parameter.default
    shown = is_option and default not in (None, False, True, (), [], "") and not callable(default)
    note = f" Default: `{getattr(default, 'value', default)}`." if shown else ""
    required = " Required." if parameter.required else ""
    return f"| {names} | {takes} | {_plain(parameter.help)}{note}{required} |"


def _placeholder(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name or "").strip("{}[].").upper()
    return f"{name}..." if parameter.nargs == -1 else name


def _takes(parameter: Any) -> str:
    """The words an option may have, or what kind of thing it wants."""
    if parameter.param_type_name != "option":
        return ""
    kind = parameter.type_descriptor.annotation
    if get_origin(kind) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(kind))
    return _escaped(str(parameter.metavar or _KINDS.get(kind, "text")))


def _plain(text: str | None) -> str:
    return _escaped(" ".join((text or "").split()))


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is; `code` keeps its ticks."""
    return re.sub(r"([|<>*_\[\]])(?=(?:[^`]*`[^`]*`)*[^`]*$)", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
