"""Outcomes of cohorts, and two cohorts side by side."""

from followup_analytics.answers.outcomes.answer import cohort_outcomes
from followup_analytics.answers.outcomes.compared import CohortComparison
from followup_analytics.answers.outcomes.comparison import compare_cohorts
from followup_analytics.answers.outcomes.result import CohortOutcomes

__all__ = ["CohortComparison", "CohortOutcomes", "cohort_outcomes", "compare_cohorts"]
