# %% [markdown]
# # Planning a study, and registering it
#
# **The question.** Before a log is kept: how many interviews would settle a piece of advice, and how is it written down
# beforehand what will be tested, so that nobody can choose afterwards?
#
# To plan from your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it the log that comes with the package stands for last year's. It is simulated.

# %%
import datetime as dt
import tempfile
from pathlib import Path

import followup_analytics as fa
from followup_analytics.charts import count_chart
from followup_analytics.claims import preregistration_text
from followup_analytics.notebook import Findings, answer, own_or_sample, text_box

log = own_or_sample()
log

# %% [markdown]
# ## The answer

# %%
CLAIMS = ["wait-2-3-days", "thank-you-note", "follow-up-at-all"]
EFFECT = 10  # the difference to be found: so many more in a hundred get what the claim promises

alone = fa.plan_study(claim=CLAIMS, effect=EFFECT)
plan = fa.plan_study(log, claim=CLAIMS, effect=EFFECT)


def most_needed(planned):
    """The claim that needs most interviews."""
    return max((row for row in planned.rows if row.n_interviews is not None), key=lambda row: row.n_interviews)


by_formula, by_log = most_needed(alone), most_needed(plan)
in_short = answer(
    log,
    f"To find {EFFECT} more in 100 in four studies of five takes {by_formula.n_interviews:,} interviews by the",
    f"formula. In a log such as this one “{by_log.advice.rstrip('.')}” takes {by_log.n_interviews:,} of those who did",
    f"one thing or the other, and so {by_log.n_logged:,} logged: this log has {log.interviews.height:,}.",
)
in_short

# %% [markdown]
# ## By formula, without any data
#
# What is assumed stands in the options: how many hear back anyway, how much clustering and weighting cost.

# %%
alone

# %% [markdown]
# ## Small effects are dear
#
# Half the effect needs far more than twice the interviews.

# %%
effects = (8, 10, 12, 15, 20)
sizes = {effect: fa.plan_study(claim=CLAIMS[0], effect=effect).rows[0].n_interviews for effect in effects}
count_chart(
    {f"{effect} more in 100": size for effect, size in sizes.items() if size is not None},
    what="Interviews needed",
    of="interviews needed to find an effect",
    total=False,
    title="How many interviews it takes to find an effect",
)

# %% [markdown]
# ## With last year's log
#
# A log tells what the formula has to guess: how many do each thing, how alike one applicant's interviews are, how many
# claims can be tested together. So it asks for more than the formula. What a log of this size would find stands beside
# each claim.

# %%
plan

# %% [markdown]
# ## By trying it out
#
# Logs of several sizes are simulated in a world where the advice is right, and every claim is tested in each: how often
# does a verdict come out? (A few logs each, to be quick: too few to name a size. A real plan takes more.) What is true
# in that world stands first: where it is more than was planned for above, fewer interviews do.


# %%
def make_log(interviews, seed):
    """A log of a world in which the advice is right."""
    return fa.simulate_log(interviews=interviews, world="etiquette", seed=seed)


truth = make_log(500, seed=0).truth["claims"]
Findings(
    "What is true in that world, in points",
    [{"advice": row.advice, "planned for": EFFECT / 100, "true": truth[row.claim]["estimate"]} for row in alone.rows],
    {"planned for": "points", "true": "points"},
)

# %%
power = fa.power_curve(make_log, sizes=(500, 1_000, 2_000), claims=CLAIMS, repeats=3)
power

# %%
power.plot()

# %% [markdown]
# ## Register before you look
#
# The text below is in the order of the template of the Open Science Framework. Its first lines hold the hash of the
# file of claims: whoever checks the verdicts later can see that the claims are the same.

# %%
registered = preregistration_text(
    CLAIMS[0], date=dt.date(2025, 1, 15), seen="nothing of the outcomes; the number of interviews"
)
text_box(registered, "The registration")

# %% [markdown]
# ## A verdict beside its registration
#
# Verdicts say of themselves whether they were registered before the record ended, and are post hoc where they were not,
# or where the claims are others.

# %%
folder = Path(tempfile.mkdtemp())
times = {"before the record began": dt.date(2024, 6, 1), "after the record had ended": dt.date(2030, 1, 1)}
rows = []
for words, date in times.items():
    place = folder / f"{date}.md"
    place.write_text(preregistration_text(date=date), "utf-8")
    found = fa.test_claims(log, claim=CLAIMS[0], registration=place)
    note = next((note.text for note in found.notes if "post hoc" in note.text), "")
    rows.append({"registered": words, "post hoc": found.rows[0].post_hoc, "why": note})
Findings("The same verdict with two registrations", rows, {"why": "sentence"})

# %% [markdown]
# ## In a sentence

# %%
in_short
