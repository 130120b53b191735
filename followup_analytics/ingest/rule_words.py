"""The rules of reading and checking in plain words: what a report, a page or a note says instead of a rule's name."""

from __future__ import annotations

WORDS = {
    "values": "a word that isn't known",
    "nullability": "a needed cell that is empty",
    "unparsable": "a date or time that can't be read",
    "no_time": "a date or time that can't be read",
    "no_zone": "a time without a zone",
    "beyond_reason": "a date beyond reason",
    "before_interview": "a record that ends before its interview",
    "date_without_time": "a date where a time was promised",
    "unknown_zone": "an unknown time zone",
    "unknown_interview": "an unknown interview",
    "unknown_application": "an unknown application",
    "first_of_its_key": "a key that stands in an earlier row",
    "damaged_id": "an id that a spreadsheet has rounded",
    "damaged_number": "a number that a spreadsheet has rounded",
    "masked_number": "a number with its digits hidden",
    "unknown_direction": "no telling who called whom",
    "unknown_type": "a type that isn't known",
    "bad_duration": "a duration that is no number",
    "too_many_cells": "more cells than the header",
    "cell_too_long": "a cell that is far too long",
    "open_quote": "a quotation mark that is never closed",
    "no_date": "a result without its date",
    "no_channel": "no telling by what way it went",
    "no_interviewed_at": "no date of the interview",
    "unmatched": "a line that no interview has",
    "withheld_number": "a number that was withheld",
    "not_a_contact": "neither a call nor a message",
    "not_a_call": "neither a call nor a message",
    "not_sent": "a message that was never sent",
    "bounce": "a delivery report",
    "recurring": "a recurring event",
    "no_such_day": "a day that no calendar has",
    "not_boolean": "something other than yes or no",
    "not_integer": "something other than a whole number",
    "not_number": "something other than a number",
    "min": "a number that is too small",
    "max": "a number that is too large",
}


def in_words(rule: str) -> str:
    """A rule as a person would say it."""
    return WORDS.get(rule, rule.replace("_", " "))
