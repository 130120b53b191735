"""Claims: each piece of advice as a declared trial, its gates and its verdict.

The catalogue is `claims.toml`; `definition` says what a claim is, `catalogue` reads the file, `moments` and `emulation`
lay a claim out on a log, `estimates` and `trial` run it, `gates`, `controls` and `verdict` judge it, `evaluate` does
all of them together.
"""

from followup_analytics.claims.catalogue import IN_CIRCULATION, choose_catalogue, own_catalogue, read_catalogue
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.evaluate import test_claims
from followup_analytics.claims.periods import person_periods
from followup_analytics.claims.plan import PlanResult, plan_study
from followup_analytics.claims.power import PowerResult, power_curve
from followup_analytics.claims.protocol import (
    preregistration_result,
    preregistration_text,
    protocol_result,
    protocol_text,
)
from followup_analytics.claims.registration import Choices
from followup_analytics.claims.reporting_items import Run
from followup_analytics.claims.result import ClaimsResult
from followup_analytics.claims.sensitivity import SensitivityResult, claim_sensitivity
from followup_analytics.claims.trace import r_script

__all__ = [
    "IN_CIRCULATION",
    "Catalogue",
    "Choices",
    "Claim",
    "ClaimsResult",
    "PlanResult",
    "PowerResult",
    "Run",
    "SensitivityResult",
    "choose_catalogue",
    "claim_sensitivity",
    "own_catalogue",
    "person_periods",
    "plan_study",
    "power_curve",
    "preregistration_result",
    "preregistration_text",
    "protocol_result",
    "protocol_text",
    "r_script",
    "read_catalogue",
    "test_claims",
]
