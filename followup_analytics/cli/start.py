"""How the command line runs and ends: results on stdout, one sentence on stderr, the fixed exit codes."""

from __future__ import annotations

import gc
import os
import re
import sys
from typing import Any

from followup_analytics.errors import FollowUpError

INTERRUPTED = 130


def main() -> None:
    """Run the command line and end the process with the contract's exit code."""
    # A command makes many objects that all live to its end: to look for garbage among them again and again is in vain.
    gc.set_threshold(200_000, 20, 20)
    # Taken out here, so that it may stand anywhere in any command.
    debug = "--debug" in sys.argv
    sys.argv = [one for one in sys.argv if one != "--debug"]
    try:
        code = _run()
    except FollowUpError as error:
        if debug:
            raise
        _say(error.for_commands)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):
            sys.exit(_refused_by_the_parser(error))
        if debug:
            raise
        if isinstance(error, BrokenPipeError):
            _leave_quietly()
        _say(
            f"a fault of this program, not of your data ({type(error).__name__}); nothing was half written. "
            "Run the command again with --debug and report what it prints."
        )
        sys.exit(1)
    if code == INTERRUPTED:
        _say("Interrupted; nothing was half written.")
    sys.exit(code if isinstance(code, int) else 0)


def _run() -> Any:
    """Run the command that was typed. The daily line needs no parser, and is spared a tenth of a second for it."""
    typed = sys.argv[1:]
    if len(typed) > 1 and typed[0] == "log" and not any(one.startswith("-") for one in typed):
        from followup_analytics.cli.entering import enter

        return enter(typed[1:])
    from followup_analytics.cli.app import app, register

    register(typed[0] if typed else None)
    # Not standalone: the parser's own refusals are to be one sentence too, as all others are.
    return app(standalone_mode=False)


def _refused_by_the_parser(error: Any) -> int:
    """Say in one sentence what a command line lacks; help alone where nothing was asked for. Gives the exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    words = _in_plain_words(" ".join(str(error.format_message()).replace("Value error, ", "").split()))
    # Braces stand around an argument that comes before a command: `followup track {STORE} history`.
    path = re.sub("[{}]", "", getattr(getattr(error, "ctx", None), "command_path", "followup"))
    stop = "" if words.endswith((".", "?", "!")) else "."
    _say(f"{words}{stop} `{path} --help` tells more.")
    return int(error.exit_code)


def _in_plain_words(words: str) -> str:
    """The parser's own sentence as people say it, with what to type where that is plain."""
    words = re.sub(r"Input should be greater than or equal to ([-\d.]+)", r"give \1 or more", words)
    if "unable to parse string as" in words:
        option = re.search(r"Invalid value for '(-[\w-]+)", words)
        typed = sys.argv[sys.argv.index(option[1]) + 1] if option and option[1] in sys.argv[:-1] else ""
        number = re.match(r"\d+(\.\d+)?", typed)
        hint = f"write {number[0]}" if number else "write one such as 7"
        return re.sub(
            r"Input should be a valid \w+, unable to parse string as an? \w+", f"this is no number: {hint}", words
        )
    command = re.search(r"No such command '(.+?)'\.$", words)
    if command and (os.path.exists(command[1]) or "://" in command[1]):  # noqa: PTH110 - a path only perhaps
        return f"{command[1]} is a log or a file: the command comes first, such as  followup rates {command[1]}"
    return words


def _leave_quietly() -> None:
    """The reader of a pipe (head, less) has closed it: what it wanted was delivered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _say(sentence: str) -> None:
    from followup_analytics.text import clean

    print(f"followup: {clean(sentence)}", file=sys.stderr)  # noqa: T201
