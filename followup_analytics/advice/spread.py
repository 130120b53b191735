"""At most one call a day that nobody asked for to one number or person, whichever clients it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from followup_analytics.advice.decide import NextStep
from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.steps import CALLS, written


def one_call_a_day(
    steps: Sequence[NextStep], reached_at: Mapping[str, str], days_of: Callable[[NextStep], WorkingDays]
) -> list[NextStep]:
    """The steps, in their order, with calls to one number or person moved to the next working day that is free.

    reached_at: the number or person that is called, by interview, where known. The first in the order keeps its day;
    calls that the employer asked for keep theirs and leave the day to nobody else, as does a call made today.
    """
    known = [(reached_at[one.situation.interview_id], one) for one in steps if one.situation.interview_id in reached_at]
    taken = {(whom, step.on) for whom, step in known if step.step == "call" and step.asked_for}
    taken |= {(whom, step.situation.today) for whom, step in known if _rung_today(step)}
    made = []
    for step in steps:
        whom = reached_at.get(step.situation.interview_id)
        if step.step != "call" or step.asked_for or step.on is None or whom is None:
            made.append(step)
            continue
        on = _free(step.on, whom, taken, days_of(step))
        taken.add((whom, on))
        made.append(step if on == step.on else _moved(step, on))
    return made


def _rung_today(step: NextStep) -> bool:
    now = step.situation
    return now.last_attempt == now.today and now.attempt_channel in CALLS


def _free(on: date, whom: str, taken: set[tuple[str, date | None]], works: WorkingDays) -> date:
    while (whom, on) in taken:
        on = works.after(on)
    return on


def _moved(step: NextStep, on: date) -> NextStep:
    why = f"{step.why} The same number is called about another interview first: call on {written(on)}."
    return replace(step, on=on, why=why)
