"""Advice: one next step for every open interview, the call's script, the calendar, and the day sheet."""

from followup_analytics.advice.day_sheet import DaySheet, day_sheet
from followup_analytics.advice.next_steps import next_steps, rules_table
from followup_analytics.advice.policy import Policy, read_policy
from followup_analytics.advice.result import NextStepsResult
from followup_analytics.advice.script import CallScript, call_script

__all__ = [
    "CallScript",
    "DaySheet",
    "NextStepsResult",
    "Policy",
    "call_script",
    "day_sheet",
    "next_steps",
    "read_policy",
    "rules_table",
]
