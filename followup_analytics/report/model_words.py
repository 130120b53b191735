"""The callback model in plain words: does it know more than the overall rate, and what does it go by?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from followup_analytics.charts import Chart, key_title, percent, reliability_chart, value_label
from followup_analytics.model.nested_rows import Coefficient, Measure
from followup_analytics.model.result import ModelRow, is_surely_better
from followup_analytics.model.terms import TERMS
from followup_analytics.report.document import (
    Head,
    Section,
    bullets,
    chart,
    heading,
    paragraph,
    ref,
    strong,
    table,
    terms,
)
from followup_analytics.report.findings import Findings
from followup_analytics.report.office import Office
from followup_analytics.results.columns import Field
from followup_analytics.results.formatting import format_cell
from followup_analytics.results.values import known

#: Coefficients listed at most; the model's card has all.
_MOST_TERMS = 12
_NOT_SAID = "No computation can answer these items of TRIPOD+AI. The office can, and has not done so yet:"


def model_blocks(found: Findings, *, full: bool = False) -> list[dict[str, Any]]:
    """What the model is, whether it beats the base rate, and the terms that it leans on; never as causes.

    `full`: with its calibration, for the report on methods.
    """
    row = found.model
    if row is None:
        why = found.reasons.get("model", "No model was fitted.")
        return [paragraph(f"No model of the chance of a response is given here. {why}")]
    blocks = [paragraph(_what_it_is(found)), paragraph(*_verdict(row, full=full))]
    if not full:
        return [*blocks, *(_terms(row) if is_surely_better(row) else [])]
    calibration = _calibration(row.metrics)
    if calibration:
        blocks.append(paragraph(calibration))
    return blocks + _reliability(found, row) + _terms(row)


def _reliability(found: Findings, row: ModelRow) -> list[dict[str, Any]]:
    """Predicted against observed as chart and table, where the run has groups of predictions to show."""
    groups = [group for group in row.reliability if group.estimate is not None]
    if len(groups) < 3:
        return []
    drawn = Chart.of(reliability_chart(row.reliability, simulated=found.counts.simulated))
    columns = [
        Head("Predicted, on average", "left", share=1),
        Head("Attempts"),
        Head("Observed"),
        Head("95% interval"),
    ]
    fields = (
        Field("predicted", "", "share"),
        Field("n_attempts", "", "count"),
        Field("estimate", "", "share"),
        Field("conf_low", "", "share_interval", upper="conf_high"),
    )
    body = [[format_cell(group, one) for one in fields] for group in row.reliability]
    return [
        paragraph(ref("fig-model"), " and ", ref("tab-reliability"), " set what it predicted beside what came back."),
        chart("fig-model", drawn),
        table("tab-reliability", "Predicted and observed shares, by groups of attempts", columns, body),
    ]


def _what_it_is(found: Findings) -> str:
    return (
        f"A model of the chance that an attempt is answered within {found.options.window} was given only what is "
        "known before the attempt is made, and was judged on applicants that it had not seen. It predicts; it does "
        "not say what would change if somebody acted otherwise, and it must not be used to rank applicants."
    )


def _verdict(row: ModelRow, *, full: bool) -> list[Any]:
    """Whether it predicts better; `full`: with the losses that say so."""
    metrics = row.metrics
    loss, base = (metrics[name].estimate for name in ("log_loss", "log_loss_base_rate"))
    losses = (
        "" if not full or loss is None or base is None else f" (log loss {loss:.3f} against {base:.3f}; less is better)"
    )
    if is_surely_better(row):
        skill = metrics["brier_skill"].estimate
        share = (
            ""
            if skill is None
            else f" It takes away {percent(skill)} of the squared error that the overall rate leaves."
        )
        return ["It ", strong("predicts better"), f" than giving every attempt the overall rate{losses}.{share}"]
    if row.beats_base_rate:
        rate = "the overall rate" if row.base_rate is None else percent(row.base_rate)
        return [
            "It ",
            strong("is hardly better"),
            (
                f" than telling everyone {rate}{losses}: what it takes away from the squared error may be nothing. For "
                "a single attempt the overall rate serves as well."
            ),
        ]
    chance = "; a gain so small may be chance" if loss is not None and base is not None and loss < base else ""
    return [
        "It ",
        strong("does not predict better"),
        (
            f" than giving every attempt the overall rate{losses}{chance}. "
            "So the overall rate is the best guess for a single attempt, and no prediction is made from these data."
        ),
    ]


def _calibration(metrics: Mapping[str, Any]) -> str | None:
    slope, auc = metrics["calibration_slope"], metrics["auc"]
    parts = []
    if slope.estimate is not None:
        parts.append(
            f"Its predictions spread as they should when the calibration slope is 1; here it is {_with_limits(slope)}."
        )
    if auc.estimate is not None:
        parts.append(
            f"Of two attempts, one answered and one not, it puts the answered one first in {_as_percent(auc)} of pairs."
        )
    return " ".join(parts) or None


def _terms(row: ModelRow) -> list[dict[str, Any]]:
    sure = [term for term in row.coefficients if _is_sure(term)]
    if not sure:
        return [paragraph("No single term stands out: each one’s interval includes no difference.")]
    strongest = sorted(sure, key=lambda term: -abs(known(term.estimate)))[:_MOST_TERMS]
    body = [[term_label(term.term), _odds(term.estimate), _odds_limits(term)] for term in strongest]
    columns = [
        Head("Known before the attempt", "left", share=1),
        Head("Odds, times"),
        Head("95% interval"),
    ]
    return [
        heading("What it goes by"),
        paragraph(
            "Odds above 1 go with more responses than usual and below 1 with fewer, the other terms alike (",
            ref("tab-model"),
            "). They describe who is answered in these data and are not advice.",
        ),
        table("tab-model", "Terms of the model whose interval leaves out 1", columns, body),
    ]


def card_section(found: Findings) -> Section | None:
    """The model card as a section: every item of TRIPOD+AI with what this run has to say to it."""
    card = found.card
    if card is None:
        return None
    blocks, missing = [paragraph(str(card["use"]))], []
    for name, group in groupby(card["items"], key=lambda item: str(item["section"])):
        told = []
        for item in group:
            answer = _answer_of(item, found.options.office)
            if answer is None:
                missing.append(f"{item['item']} {item['asks']}")
            else:
                told.append((f"{item['item']} {item['asks']}", answer))
        if told:
            blocks += [heading(name, listed=False), terms(told)]
    if missing:
        blocks += [heading("Not said", listed=False), paragraph(_NOT_SAID), bullets(*missing)]
    return Section("Model card", tuple(blocks))


def _answer_of(item: Mapping[str, Any], office: Office) -> str | None:
    """The office's own words on an item, else what the run says; None where only the office could say it."""
    if str(item["item"]) in office.card:
        return office.card[str(item["item"])]
    return None if item["state"] == "to add" else str(item["answer"])


def term_label(term: str) -> str:
    """A model's term, such as `channel=phone` or `self_rating[4]`, in words."""
    for mark in ("=", "["):
        key, sign, value = term.partition(mark)
        if sign:
            return f"{_short_title(key)}: {value_label(key, value.rstrip(']'))}"
    return _short_title(term)


def _short_title(key: str) -> str:
    known = next((term.label for term in TERMS if term.name == key), None)
    return key_title(key) if known is None else f"{known[:1].upper()}{known[1:]}"


def _with_limits(measure: Measure) -> str:
    text = f"{known(measure.estimate):.2f}"
    if measure.conf_low is None or measure.conf_high is None:
        return text
    return f"{text} ({measure.conf_low:.2f} to {measure.conf_high:.2f})"


def _as_percent(measure: Measure) -> str:
    text = percent(known(measure.estimate))
    if measure.conf_low is None or measure.conf_high is None:
        return text
    return f"{text} ({percent(measure.conf_low)} to {percent(measure.conf_high)})"


def _is_sure(term: Coefficient) -> bool:
    low, high = term.conf_low, term.conf_high
    return term.term != "(intercept)" and low is not None and high is not None and (low > 0 or high < 0)


def _odds(value: float | None) -> str:
    return f"{math.exp(known(value)):.2f}"


def _odds_limits(term: Coefficient) -> str:
    return f"{_odds(term.conf_low)} to {_odds(term.conf_high)}"
