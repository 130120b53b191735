"""The command line: parsing, calling and printing, nothing else. Heavy libraries are imported inside commands."""

from followup_analytics.cli.app import main

__all__ = ["main"]
