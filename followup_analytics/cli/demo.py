"""The whole way in one command: a simulated log, its analysis, the report, and what was found."""

from __future__ import annotations

import textwrap
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.results.result import SIMULATED_NOTICE

#: Large enough for rates by timing and channel, small enough to be quick and to show what such a log can't tell.
INTERVIEWS = 600
SEED = 2026


def run_demo(out: Path) -> str:
    """Make a log in `out`, analyse it, write the report beside it, and give the findings as text.

    Raises UnreadableError when the folder can't be made.
    """
    from followup_analytics.answers.curves import incidence_curve
    from followup_analytics.answers.rates import response_rates
    from followup_analytics.model import fit_callback_model
    from followup_analytics.report import write_report
    from followup_analytics.simulate import simulate_log

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UnreadableError(f"{out}: no folder can be made there; choose another with --out.") from None
    log = simulate_log(interviews=INTERVIEWS, world="office", seed=SEED)
    log.write(out / "log")
    findings = [
        response_rates(log, by="timing").summary(),
        response_rates(log, by="channel").summary(),
        incidence_curve(log).summary(),
        fit_callback_model(log).summary(),
    ]
    report = write_report(log, out / "report.pdf")
    lines = [SIMULATED_NOTICE, "", *(f"- {finding}" for finding in findings), ""]
    folded = [
        textwrap.fill(line, 100, subsequent_indent="  " if line.startswith("- ") else "") if line else ""
        for line in lines
    ]
    return "\n".join([*folded, f"The log:    {out / 'log'}", f"The report: {report}"])
