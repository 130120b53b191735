# %% [markdown]
# # A cohort's report for a career centre
#
# **The question.** A term is over. What became of this cohort, how does it compare to the one before, what may be said
# in public, and how good is the record that all of it rests on?
#
# To ask it of your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it this notebook is about a log that comes with the package, which is simulated. Without programming the same is
# `followup office run`.

# %%
import tempfile
from pathlib import Path

import followup_analytics as fa
from followup_analytics.charts import Mark, rate_chart
from followup_analytics.notebook import Findings, answer, own_or_sample, picture
from followup_analytics.text import counted

log = own_or_sample()
cohorts = sorted(set(log.interviews["cohort"].drop_nulls()))
cohort, before = cohorts[-1], cohorts[-2]
log

# %% [markdown]
# ## The answer

# %%
compared = fa.compare_cohorts(log, cohort, before)
heard = next(row for row in compared.rows if row.outcome == "response")


def points(value):
    """A difference in interviews of a hundred, with a true minus sign."""
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


apart = not heard.conf_low < 0 < heard.conf_high
in_short = answer(
    log,
    f"{100 * heard.rate:.1f}% of the interviews of {cohort} had been answered by day {heard.day}, and",
    f"{100 * heard.rate_against:.1f}% of those of {before}: a difference of {points(heard.estimate)} in 100",
    f"({points(heard.conf_low)} to {points(heard.conf_high)});",
    "the two cohorts differ." if apart else "these data can't tell the two apart.",
)
in_short

# %% [markdown]
# ## What became of the cohorts
#
# All members count, also those without an interview, where the log has a table of applicants. Rates of destinations are
# as NACE defines them, with bounds for those whose destination nobody knows.

# %%
outcomes = fa.cohort_outcomes(log)
outcomes

# %%
outcomes.plot()

# %% [markdown]
# ## This cohort beside the one before
#
# Raw, and for the same mix of industries, levels and formats. What isn't logged may still differ.

# %%
compared

# %%
compared.plot()

# %% [markdown]
# ## How soon, by cohort

# %%
fa.incidence_curve(log, by="cohort").plot()

# %% [markdown]
# ## How often attempts were answered
#
# Groups of few applicants are hidden, and whatever would give them away.

# %%
by_timing = fa.response_rates(log, by="timing", cohort=cohort)
by_timing

# %%
by_timing.plot()

# %% [markdown]
# ## What must stay hidden, and what that costs
#
# The same table at several thresholds: the stricter, the more is hidden.

# %%
limits = (1, 5, 10, 20, 30)
shown = {
    limit: sum(row.estimate is not None for row in fa.response_rates(log, by="channel", min_cell=limit).rows)
    for limit in limits
}
of = len(fa.response_rates(log, by="channel", min_cell=1).rows)
rate_chart(
    [Mark(values={"threshold": counted(limit, "applicant")}, estimate=count / of) for limit, count in shown.items()],
    keys=("threshold",),
    what="Share of the table that is shown",
    n_of="",
    simulated=log.simulated,
    title="Channels that can be shown, by the least group",
)

# %% [markdown]
# ## How good is the record?
#
# A rate can be no better than the log. This looks for what was hardly ever written down, or written down late.

# %%
findings = fa.recording_findings(log)
Findings(
    "What was found about the recording",
    [{"finding": one.text} for one in findings] or [{"finding": "Nothing stands out."}],
    {"finding": "sentence"},
)

# %% [markdown]
# ## The report to sign
#
# One page with the findings, as an accessible PDF. All its tables together are attacked, as a reader could, before any
# is shown. `kind="cohort"` gives the long report.

# %%
pages = []
folder = Path(tempfile.mkdtemp())
written = fa.write_report(
    log, folder / "bulletin.pdf", kind="bulletin", cohort=cohort, against=before, pages=pages.extend
)
picture(pages[0], f"First of {len(pages)} pages of the bulletin about {cohort}, with the findings of this notebook.")

# %% [markdown]
# ## In a sentence

# %%
in_short
