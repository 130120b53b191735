"""The command line: parsing, calling and printing, nothing else. Heavy libraries are imported inside commands."""

from followup_analytics.cli.start import main

__all__ = ["main"]
