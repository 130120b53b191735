# %% [markdown]
# # What should I do next?
#
# For an applicant or a coach: choose an interview, see the next step, its date and its reason. The sample is
# simulated. The controls work while the notebook runs; below them stands the same advice as a plain table, for
# readers and printers.

# %% tags=["parameters"]
import os

import ipywidgets as widgets
from IPython.display import display

import followup_analytics as fa

DATA = os.environ.get("FOLLOWUP_DATA") or fa.sample_data("log")
log = fa.read_log(DATA)
steps = fa.next_steps(log)
print(steps.summary())

# %%
WORDS = {
    "call": "Call",
    "email": "Write an e-mail",
    "thank_you": "Send a thank-you note",
    "wait": "Wait",
    "move_on": "Move on",
}
by_interview = {row["interview_id"]: row for row in steps.rows}
chooser = widgets.Dropdown(options=list(by_interview), description="Interview", style={"description_width": "initial"})
shown = widgets.Label(description="Next step")


def tell(_change=None):
    row = by_interview[chooser.value]
    when = f" on {row['on']}" if row["on"] else ""
    shown.value = f"{WORDS[row['step']]}{when}. {row['why']} ({row['confidence']})"


chooser.observe(tell, names="value")
tell()
display(widgets.VBox([chooser, shown]))

# %% [markdown]
# ## What to say
#
# Once a call is due: the points of the usual advice, filled with the facts of the interview.

# %%
from followup_analytics.advice import call_script

due = next(row for row in steps.rows if row["step"] == "call")
print(call_script(log, due["interview_id"]).text())

# %% [markdown]
# ## The same as a table
#
# The ten most urgent steps.

# %%
steps.to_frame().select("interview_id", "step", "on", "why", "confidence").head(10)
