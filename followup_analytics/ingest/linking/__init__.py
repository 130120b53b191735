"""Which interview a call belongs to: lines, rosters, dates."""
