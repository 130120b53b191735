"""The descriptive answers: rates, curves, outcomes, what goes with an answer, outreach."""
