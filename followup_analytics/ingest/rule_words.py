"""The rules that rows can break, in plain words: for reports, findings and web pages."""

from __future__ import annotations

_WORDS = {
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
    "damaged_id": "an id that a spreadsheet has rounded",
    "damaged_number": "a number that a spreadsheet has rounded",
    "unknown_direction": "no telling who called whom",
    "unknown_type": "a type that isn't known",
    "too_many_cells": "more cells than the header",
    "open_quote": "a quotation mark that is never closed",
    "no_interviewed_at": "no date of the interview",
    "first_of_its_key": "a key that stands in an earlier row",
    "no_such_day": "a day that no calendar has",
    "not_boolean": "something other than yes or no",
    "not_integer": "something other than a whole number",
    "not_number": "something other than a number",
    "min": "a number that is too small",
    "max": "a number that is too large",
    "unmatched": "a call or message that fits no interview",
    "withheld_number": "a number that was withheld",
    "not_a_contact": "a record that is no call or message",
    "cell_too_long": "a cell that is too long",
}


def rule_in_words(rule: str) -> str:
    """What is wrong with a row that breaks a rule, in plain words."""
    return _WORDS.get(rule, rule.replace("_", " "))
