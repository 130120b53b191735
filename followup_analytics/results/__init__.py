"""Results: one frozen answer with all its faces, and what of it may be shown."""
