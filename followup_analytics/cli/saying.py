"""What a person is told beside the result: on stderr, in whole words where it is a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap

from followup_analytics.text import clean


def say(sentence: str) -> None:
    """Tell the person something beside the result: on stderr."""
    sys.stderr.write(broken_for_terminal(clean(sentence), sys.stderr.isatty()) + "\n")
    sys.stderr.flush()


def broken_for_terminal(line: str, terminal: bool, hanging: str = "") -> str:
    """A line broken between words where a terminal is narrower; as it is for a pipe or file."""
    if not terminal:
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
