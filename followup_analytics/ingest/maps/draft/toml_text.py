"""A map as the text of a TOML file, with a line of explanation where a person may want to change something."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def toml_text(map_: Mapping[str, Any], explained: Sequence[str] = ()) -> str:
    """The text of a map. explained: lines of comment that stand at the top."""
    lines = [f"# {line}" for line in explained]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in map_.items() if name != "tables"]
    for section in map_.get("tables", ()):
        lines += ["", "[[tables]]"]
        lines += [
            f"{_key(name)} = {_value(value)}" for name, value in section.items() if not isinstance(value, Mapping)
        ]
        for name, value in section.items():
            if isinstance(value, Mapping):
                lines += _table(f"tables.{_key(name)}", value)
    return "\n".join(lines) + "\n"


def _table(name: str, content: Mapping[str, Any]) -> list[str]:
    inner = {key: value for key, value in content.items() if isinstance(value, Mapping) and name.endswith(".values")}
    plain = [f"{_key(key)} = {_value(value)}" for key, value in content.items() if key not in inner]
    lines = [f"[{name}]", *plain] if plain or not inner else []
    for key, value in inner.items():
        lines += _table(f"{name}.{_key(key)}", value)
    return lines


def _key(name: str) -> str:
    return name if _BARE.match(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(str(value))


def _text(value: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for the control character DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
