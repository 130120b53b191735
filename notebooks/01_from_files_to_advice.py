# %% [markdown]
# # From your files to advice
#
# **The question.** An office has files: telephone backups, spreadsheets, a list of interviews. How often do its people
# hear back after a job interview, how soon, does the usual advice hold, and what should each of them do next?
#
# To ask it of your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it this notebook is about a log that comes with the package. *That log is simulated: it shows how the tool works, not
# how employers behave.*

# %%
import tempfile
from pathlib import Path

import followup_analytics as fa
from followup_analytics.notebook import answer, own_or_sample

log = own_or_sample()
log

# %% [markdown]
# ## The answer
#
# All of it is worked out below, cell by cell; these are its sentences.

# %%
curve = fa.incidence_curve(log)
claims = fa.test_claims(log)
steps = fa.next_steps(log, verdicts=claims)

in_short = answer(log, curve.summary(), claims.summary(), steps.summary())
in_short

# %% [markdown]
# ## Files go into a store
#
# A telephone's backup knows numbers and times but no interviews; the office's roster says which number belongs to
# which interview. Every row is read, checked and linked. What can't be used is set aside with its row, its column and
# the reason. Names and numbers are replaced by pseudonyms before anything is stored.
#
# (Here the files of the sample are read, whatever log the rest of the notebook is about.)

# %%
workshop = Path(tempfile.mkdtemp())
store = f"sqlite:///{workshop / 'office.db'}"
backup = sorted(fa.sample_data("forms/android").glob("*.xml"))
roster = fa.sample_data("forms/roster.csv")
fa.ingest_files(backup, into=store, roster=roster)

# %% [markdown]
# ## The same files again
#
# Somebody will send the same backup twice. It adds nothing.

# %%
fa.ingest_files(backup, into=store, roster=roster)

# %% [markdown]
# ## How soon do people hear back?
#
# All interviews are followed here, also those after which nobody called. An interview held last week counts for a
# week; a post that someone else gets ends the wait without an answer.

# %%
curve.plot()

# %% [markdown]
# ## How often is an attempt answered?
#
# An answer is credited to the last attempt before it, and to no other. The intervals know that one applicant's
# attempts are alike. Groups of few applicants are hidden.

# %%
timing = fa.response_rates(log, by="timing")
timing

# %%
timing.plot()

# %% [markdown]
# These are rates *of those who did so*. Whoever calls on the second day differs from whoever calls on the tenth, and
# people who heard early never call late. What another timing would have changed is a different question; it is asked
# next, and taken apart in [Does the advice hold?](04_does_the_advice_hold.ipynb)

# %% [markdown]
# ## Does the usual advice hold?
#
# Each piece of advice is laid out as the trial that would settle it. Few people settle little: in a log of this size
# most claims stay open, and the table says for each why.

# %%
claims

# %%
claims.plot()

# %% [markdown]
# ## Can a callback be predicted?
#
# The model gets what is known before an attempt, and is judged on applicants that it has not seen. Where it is no
# better than the overall rate it says so. More in [How likely is a callback?](03_callback_likelihood.ipynb)

# %%
model = fa.fit_callback_model(log)
model.plot()

# %% [markdown]
# ## What should be done next?
#
# One step for every open interview, with its date and its reason. This is a working paper about single people:
# confidential outside of a sample.

# %%
steps.at_most(8)

# %%
steps.plot()

# %% [markdown]
# ## The report
#
# The same in an accessible PDF that may be published. The same log gives the same file.

# %%
report = fa.write_report(log, workshop / "report.pdf", claims=claims)
answer(log, f"{report.name} is written ({report.stat().st_size / 1000:,.0f} kB).")

# %% [markdown]
# ## In a sentence

# %%
in_short
