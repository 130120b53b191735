"""Cells: what an attempt, a response and an end is, and how often each happened, on any engine."""
