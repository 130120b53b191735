# %% [markdown]
# # From files to advice
#
# What an office has is files. What it wants is three answers: *how often do people hear back, how soon, and what
# should this client do next?* This notebook goes all the way once, on the sample log of this repository. **The
# sample is simulated**: it shows how the tool works and says nothing about real employers.
#
# To run it on a log of your own, set `FOLLOWUP_DATA` to its folder before you start JupyterLab, and keep the
# result out of this folder.

# %% tags=["parameters"]
import os
import tempfile
from pathlib import Path

import followup_analytics as fa

DATA = os.environ.get("FOLLOWUP_DATA") or fa.sample_data("log")
TODAY = None  # a date such as "2026-03-05"; None takes the day up to which the record is complete

# %% [markdown]
# ## 1. Files go into a store
#
# A telephone's backup knows numbers and times but no interviews; the office's roster says which number belongs to
# which interview. Each row is read, checked and linked; what can't be used is set aside with its row, column and
# reason. Names and numbers are replaced by pseudonyms on the way in.

# %%
workshop = Path(tempfile.mkdtemp())
store = f"sqlite:///{workshop / 'office.db'}"
backup = sorted(fa.sample_data("forms/android").glob("*.xml"))
roster = fa.sample_data("forms/roster.csv")
received = fa.ingest_files(backup, into=store, roster=roster)
received.to_frame().select("file", "table", "rows_read", "accepted", "rejected")

# %% [markdown]
# A second ingest of the same files adds nothing.

# %%
again = fa.ingest_files(backup, into=store, roster=roster)
print(again.summary())
fa.read_log(store)

# %% [markdown]
# A telephone has no e-mails and knows no outcomes. What follows rests on the whole log, in the canonical form of four
# tables.

# %% [markdown]
# ## 2. The log
#
# Interviews, what was done about them, and what came back.

# %%
log = fa.read_log(DATA)
log

# %% [markdown]
# ## 3. How often do people hear back?
#
# A response is credited to the last attempt before it, within seven days. Intervals know that one applicant's
# attempts are alike. Rows about fewer than ten applicants are hidden.

# %%
timing = fa.response_rates(log, by="timing")
timing

# %%
timing.plot()

# %% [markdown]
# These are *rates of those who did so*. People who call on day 2 differ from those who call on day 10, and those
# who heard early never call late. What a different timing would have changed is another question: notebook 03.

# %% [markdown]
# ## 4. How soon?
#
# All interviews are followed here, also those that nobody followed up.

# %%
curve = fa.incidence_curve(log)
print(curve.summary())
curve.plot()

# %% [markdown]
# ## 5. Is it predictable?
#
# The model gets only what is known before an attempt, and is judged on applicants that it has not seen. When it
# does not beat the overall rate it says so, and the overall rate is used.

# %%
model = fa.fit_callback_model(log)
print(model.summary())

# %% [markdown]
# ## 6. Does the usual advice hold?
#
# Each piece of advice is laid out as the trial that would settle it. Few people settle little: most claims stay
# open in a log of this size, and the tool says so.

# %%
claims = fa.test_claims(log)
print(claims.summary())
claims.plot()

# %% [markdown]
# ## 7. What should be done next?
#
# One step for every open interview, with a date and a reason. This is a working paper about single people, and
# confidential outside of a sample.

# %%
steps = fa.next_steps(log, today=TODAY, verdicts=claims)
print(steps.summary())
steps.to_frame().select("interview_id", "step", "on", "why").head(8)

# %% [markdown]
# ## 8. The report
#
# An accessible PDF (PDF/UA-1 and PDF/A-2a); the same log gives the same bytes. `reports/` holds samples.

# %%
report = fa.write_report(log, workshop / "report.pdf", claims=claims)
print(f"{report.name}: {report.stat().st_size / 1000:.0f} kB")
