# %% [markdown]
# # How likely is a callback?
#
# **The question.** Before somebody calls: how likely is it that they will be answered, and how far can one rely on
# that number? And what must nobody do with it?
#
# To ask it of your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it this notebook is about a log that comes with the package, which is simulated.

# %%
import followup_analytics as fa
from followup_analytics.charts import Mark, number_chart
from followup_analytics.notebook import Findings, answer, own_or_sample

log = own_or_sample()
log

# %% [markdown]
# ## The answer

# %%
model = fa.fit_callback_model(log)
measures = model.row.metrics
spread = [group["predicted"] for group in model.row.reliability]
predicted = fa.predict_callbacks(log, model)

in_short = answer(
    log,
    model.summary(),
    f"Its predictions for tenths of the attempts go from {100 * min(spread):.0f}% to {100 * max(spread):.0f}%.",
    "They say what is likely, never what a call would change.",
)
in_short

# %% [markdown]
# ## Is it better than saying the same to everybody?
#
# The model is judged on applicants that it has not seen, beside one number for all: the overall rate. The log loss is
# small where likely things happen; where the interval of the gain reaches below nought, the gain may be none.

# %%
gain = model.row.gain
Findings(
    "On applicants not seen",
    [
        {
            "measure": words,
            "model": measures[name]["estimate"],
            "overall rate": measures[other]["estimate"],
        }
        for words, name, other in (
            ("log loss (less is better)", "log_loss", "log_loss_base_rate"),
            ("Brier score (less is better)", "brier", "brier_base_rate"),
        )
    ],
    {"model": "fine", "overall rate": "fine"},
)

# %%
Findings(
    "How much better",
    [
        {
            "what the model gains in log loss": gain["estimate"],
            "95% interval": (gain["conf_low"], gain["conf_high"]),
            "more than nought beyond chance": gain["conf_low"] > 0,
        }
    ],
    {"what the model gains in log loss": "fine", "95% interval": "fine_interval"},
)

# %% [markdown]
# ## Do its numbers mean what they say?
#
# Of all attempts that were given thirty in a hundred, thirty in a hundred should be answered. Dots on the line are
# right; the lines through them say how sure that is.

# %%
model.plot()

# %%
Findings(
    "Calibration (slope one and intercept nought are right)",
    [
        {
            "measure": words,
            "estimate": measures[name]["estimate"],
            "95% interval": (measures[name]["conf_low"], measures[name]["conf_high"]),
        }
        for words, name in (
            ("calibration slope", "calibration_slope"),
            ("calibration intercept", "calibration_intercept"),
            ("area under the curve (0.5 is a coin, 1 perfect)", "auc"),
        )
    ],
    {"estimate": "number", "95% interval": "number_interval"},
)

# %% [markdown]
# ## Right on the whole, and in each group?
#
# A model can be right on the whole and wrong for one cohort or one channel.

# %%
groups = [group for group in model.row.calibration_by if group["estimate"] is not None]
Findings(
    "Predicted beside observed",
    [
        {
            "of": f"{group['by']}: {group['group']}",
            "attempts": group["n_attempts"],
            "predicted": group["predicted"],
            "observed": group["estimate"],
            "difference in points": -group["difference"],
        }
        for group in groups
    ],
    {"attempts": "count", "predicted": "share", "observed": "share", "difference in points": "points"},
)

# %% [markdown]
# ## What the model leans on
#
# Odds ratios of its strongest terms, with intervals. They are associations among people who chose when and how to
# call, after shrinking: a coefficient is no advice.

# %%
import math

from followup_analytics.charts import value_label


def in_words(term):
    """A term of the model, such as `timing=2-3`, as people say it."""
    key, _, value = term.partition("=")
    return f"{key}: {value_label(key, value)}" if value else key


terms = [line for line in model.lines() if line.part == "coefficient" and line.term != "(intercept)"]
strongest = sorted((line for line in terms if line.estimate), key=lambda line: -abs(line.estimate))[:8]
number_chart(
    [
        Mark(
            values={"term": in_words(line.term)},
            estimate=math.exp(line.estimate),
            conf_low=math.exp(line.conf_low),
            conf_high=math.exp(line.conf_high),
        )
        for line in strongest
    ],
    what="Odds ratio",
    reference=1,
    ratio=True,
    simulated=log.simulated,
    title="The strongest terms of the model",
)

# %% [markdown]
# ## For the interviews that are open now
#
# The chance of hearing back if nothing further is done, and the model's number for a call. The second is *not* the
# first plus what a call adds: both describe people like these. There is no second number after silences so long that
# too few have called to say. A working paper, confidential outside of a sample.

# %%
Findings(
    "Open interviews (confidential)",
    [
        {
            "interview": row.interview_id,
            "days of silence": row.silence_days,
            f"chance within {model.row.within:g} days if nothing is done": row.probability,
            "model's number for a call": row.if_call,
        }
        for row in sorted(predicted.rows, key=lambda row: -(row.probability or 0))[:8]
    ],
    {
        "days of silence": "days",
        f"chance within {model.row.within:g} days if nothing is done": "share",
        "model's number for a call": "share",
    },
)

# %% [markdown]
# ## What not to do with it
#
# - **Not to choose what to do.** That calls on some day are answered more often doesn't mean that yours would be if you
#   moved it: [Does the advice hold?](04_does_the_advice_hold.ipynb) asks that.
# - **Not to rank applicants.** A low chance says what happened to people like them, here, and nothing of their worth.
# - **Not elsewhere.** It was learned in one log. In another office, another market, another year, it is a guess.
# - **Not without its card.** The items of TRIPOD+AI, filled from this run; what only you know is marked as to add.

# %%
card = model.card()
Findings(
    "The model card, in short",
    [
        {"item": item.number, "asks": item.asks, "answer": item.answer}
        for item in card.entries
        if item.number in ("3b", "6b", "6c", "8a")
    ],
    {"asks": "sentence", "answer": "sentence"},
)

# %% [markdown]
# ## In a sentence

# %%
in_short
