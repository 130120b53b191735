"""Drafting maps: `draft_map` looks at a sheet and says what it means."""

from followup_analytics.ingest.maps.draft.drafting import draft_map
from followup_analytics.ingest.maps.draft.questions import Question
from followup_analytics.ingest.maps.draft.result import MapDraft

__all__ = ["MapDraft", "Question", "draft_map"]
