"""The follow-up log: its tables and words, checks, clock, pseudonyms, and the checked log in memory."""
