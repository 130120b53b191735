"""Uncertainty: jackknife over groups of applicants, intervals of proportions, multiplicity, sensitivity, badges.

The unit of inference is the applicant, never the attempt: every interval here is aware of clusters. Everything is
numpy, vectorised over the rows of a table; a missing number is NaN inside and becomes null before any face.
"""

from followup_analytics.statistics.e_values import EValue, bias_factor, e_value, e_value_from_risks
from followup_analytics.statistics.intervals import (
    ProportionInterval,
    cloglog_limits,
    clopper_pearson,
    korn_graubard,
    korn_graubard_from_se,
    log_limits,
    logit_limits,
    normal_limits,
    t_quantile,
    wilson,
)
from followup_analytics.statistics.jackknife import Jackknife, jackknife, jackknife_of_sums
from followup_analytics.statistics.jackknife_groups import (
    GROUPS,
    Assignment,
    Roll,
    applicant_groups,
    assign_groups,
    assignment,
    cluster_number,
    group_rows,
    roll_of,
)
from followup_analytics.statistics.multiplicity import benjamini_hochberg, holm
from followup_analytics.statistics.planning import (
    DESIGN_EFFECT,
    Equivalence,
    design_effect,
    detectable_from_se,
    equivalence_sample_size,
    minimum_detectable_effect,
    sample_size,
    two_one_sided_tests,
    two_sided_p,
)
from followup_analytics.statistics.presentation import Badge, presentation_badge, worse_badge

__all__ = [
    "DESIGN_EFFECT",
    "GROUPS",
    "Assignment",
    "Badge",
    "EValue",
    "Equivalence",
    "Jackknife",
    "ProportionInterval",
    "Roll",
    "applicant_groups",
    "assign_groups",
    "assignment",
    "benjamini_hochberg",
    "bias_factor",
    "cloglog_limits",
    "clopper_pearson",
    "cluster_number",
    "design_effect",
    "detectable_from_se",
    "e_value",
    "e_value_from_risks",
    "equivalence_sample_size",
    "group_rows",
    "holm",
    "jackknife",
    "jackknife_of_sums",
    "korn_graubard",
    "korn_graubard_from_se",
    "log_limits",
    "logit_limits",
    "minimum_detectable_effect",
    "normal_limits",
    "presentation_badge",
    "roll_of",
    "sample_size",
    "t_quantile",
    "two_one_sided_tests",
    "two_sided_p",
    "wilson",
    "worse_badge",
]
