"""What happens after a job interview when people follow up: from real logs to rates, verdicts and advice.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "FollowUpLog": "log.followup_log",
    "aapor_rates": "answers.outreach",
    "later_attempts": "answers.drivers",
    "level_of_effort": "answers.outreach",
    "silence": "answers.curves",
    "what_drives": "answers.drivers",
    "Note": "log.followup_log",
    "compare_cohorts": "answers.outcomes",
    "cohort_outcomes": "answers.outcomes",
    "fit_callback_model": "model",
    "incidence_curve": "answers.curves",
    "ingest_files": "ingest",
    "check_files": "ingest",
    "load_callback_model": "model",
    "next_steps": "advice",
    "OfficeStore": "track",
    "open_store": "track",
    "person_periods": "claims",
    "plan_study": "claims",
    "power_curve": "claims",
    "predict_callbacks": "model",
    "random_log": "simulate",
    "read_log": "reading",
    "recording_findings": "log.recording",
    "response_rates": "answers.rates",
    "sample_data": "simulate",
    "simulate_log": "simulate",
    "subset": "log.subsets",
    "test_claims": "claims",
    "write_log": "reading.writing",
    "write_report": "report",
}

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604

if TYPE_CHECKING:
    from followup_analytics.advice.next_steps import next_steps as next_steps
    from followup_analytics.answers.curves import incidence_curve as incidence_curve
    from followup_analytics.answers.curves.silence import silence as silence
    from followup_analytics.answers.drivers import later_attempts as later_attempts
    from followup_analytics.answers.drivers import what_drives as what_drives
    from followup_analytics.answers.outcomes import cohort_outcomes as cohort_outcomes
    from followup_analytics.answers.outcomes import compare_cohorts as compare_cohorts
    from followup_analytics.answers.outreach import level_of_effort as level_of_effort
    from followup_analytics.answers.outreach.aapor import aapor_rates as aapor_rates
    from followup_analytics.answers.rates import response_rates as response_rates
    from followup_analytics.claims import person_periods as person_periods
    from followup_analytics.claims import plan_study as plan_study
    from followup_analytics.claims import power_curve as power_curve
    from followup_analytics.claims import test_claims as test_claims
    from followup_analytics.ingest import check_files as check_files
    from followup_analytics.ingest import ingest_files as ingest_files
    from followup_analytics.log.followup_log import FollowUpLog as FollowUpLog
    from followup_analytics.log.followup_log import Note as Note
    from followup_analytics.log.recording import recording_findings as recording_findings
    from followup_analytics.log.subsets import subset as subset
    from followup_analytics.model import fit_callback_model as fit_callback_model
    from followup_analytics.model import load_callback_model as load_callback_model
    from followup_analytics.model import predict_callbacks as predict_callbacks
    from followup_analytics.reading.logs import read_log as read_log
    from followup_analytics.reading.writing import write_log as write_log
    from followup_analytics.report import write_report as write_report
    from followup_analytics.simulate import random_log as random_log
    from followup_analytics.simulate import sample_data as sample_data
    from followup_analytics.simulate import simulate_log as simulate_log
    from followup_analytics.track import OfficeStore as OfficeStore
    from followup_analytics.track import open_store as open_store


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
