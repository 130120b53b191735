"""Outreach: contact and cooperation rates as survey researchers have them, and what trying once more brings."""
