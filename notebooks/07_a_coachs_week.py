# %% [markdown]
# # A coach's week
#
# **The question.** A coach looks after many applicants. Who is to be called on which day, why, what is there to say,
# and how is what happened written down in seconds?
#
# To ask it of your own log, set `FOLLOWUP_DATA` to its folder, workbook or store before you start JupyterLab. Without
# it this notebook is about a log that comes with the package, which is simulated. Everything here is about single
# people: working papers, confidential outside of a sample.

# %%
import datetime as dt
import tempfile
from pathlib import Path

import followup_analytics as fa
from followup_analytics.advice import call_script
from followup_analytics.charts import count_chart
from followup_analytics.notebook import Findings, answer, own_or_sample, text_box
from followup_analytics.track import track_history, track_interview, track_log, track_undo

log = own_or_sample()
log

# %% [markdown]
# ## The answer
#
# The week begins on the last Monday of the record.

# %%
end = log.data_date.date()
monday = end - dt.timedelta(days=end.weekday())
week = [monday + dt.timedelta(days=day) for day in range(5)]
verdicts = fa.test_claims(log)
steps = {day: fa.next_steps(log, today=day, verdicts=verdicts) for day in week}
due = {day: [row for row in found.rows if row.due] for day, found in steps.items()}
calls = {day: sum(row.step == "call" for row in rows) for day, rows in due.items()}
first = steps[monday]

in_short = answer(
    log,
    first.summary(),
    f"On {monday:%A} {len(due[monday])} steps are due, {calls[monday]} of them calls;",
    f"for {sum(row.step == 'move_on' for row in first.rows)} interviews the usual advice is to move on.",
)
in_short

# %% [markdown]
# ## Monday morning
#
# One step for each open interview, the most urgent first. How sure it is stands beside it: a fact such as an agreed
# hour, a verdict of this log, or mere custom.

# %%
first.due_only().at_most(10)

# %% [markdown]
# ## The week ahead
#
# What is due on each day if nothing is done about it before: a call that isn't made stays due, until it is no longer
# worth it.

# %%
count_chart(
    {f"{day:%A}": len(rows) for day, rows in due.items()},
    what="Steps due, if none is done before",
    of="steps due by weekday",
    simulated=log.simulated,
    total=False,
    title="The week ahead",
)

# %% [markdown]
# ## One line a client
#
# For the wall or the pocket: the most urgent step of each client.

# %%
sheet = first.day_sheet(until=monday)
Findings(
    "Day sheet (confidential)",
    [
        {"when": row.when, "client": row.applicant_id, "employer": row.employer, "what to do": row.do, "why": row.why}
        for row in sheet.rows[:8]
    ],
    {"why": "sentence"},
)

# %% [markdown]
# ## What to say
#
# The points of the usual advice, filled with the facts of the interview. What this log's verdicts speak against is left
# out, and named.

# %%
call = next((row for row in first.rows if row.step == "call"), None)
script = call and call_script(log, call.interview_id, today=monday, verdicts=verdicts)
text_box(script.text() if script else "No call is due.", "The call")

# %% [markdown]
# ## Writing down what happened
#
# In a store of one's own, in a line as one would say it: in English, German or Spanish. What was understood is said
# back.

# %%
store = f"sqlite:///{Path(tempfile.mkdtemp()) / 'mine.db'}"


def at(hour):
    """The coach's clock on that Monday."""
    moment = dt.datetime.combine(monday, dt.time(hour), dt.UTC)
    return lambda: moment


track_interview(
    store,
    "ada",
    employer="Acme",
    at=f"{monday - dt.timedelta(days=3)}T10:00",
    time_zone="America/New_York",
    clock=at(14),
)
entries = [
    track_log(store, f"ada left voicemail {monday} 09:30", clock=at(15)),
    track_log(store, f"acme called ada back {monday} 10:10", clock=at(16)),
]


def words(text, entries):
    """What was said back, without ids, which are drawn anew each time."""
    for entry in entries:
        text = text.replace(entry.id, "(its id)").replace(entry.interview_id, "(its id)")
    return text


Findings("Said back", [{"entry": words(entry.sentence, entries)} for entry in entries], {"entry": "sentence"})

# %% [markdown]
# ## A slip is taken back
#
# The last entry, or any. What was there before stays in the history.

# %%
undone = track_undo(store, clock=at(17))
lines = track_history(store, entries[0].interview_id)
Findings(
    "After one step back",
    [{"said": words(undone.sentence, entries)}, *({"said": words(line, entries)} for line in lines)],
    {"said": "sentence"},
)

# %% [markdown]
# ## Into the calendar
#
# The dated steps as an iCalendar file, for whatever calendar one has.

# %%
calendar = first.to_ics()
answer(log, f"The calendar has {calendar.count('BEGIN:VEVENT')} entries for the steps that have a date.")

# %% [markdown]
# ## In a sentence

# %%
in_short
