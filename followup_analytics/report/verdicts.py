"""What the data say on the usual advice: verdicts as a chart, a table and sentences, and the report on claims alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from followup_analytics.charts import (
    Chart,
    claim_words,
    count,
    forest_chart,
    icon_alt,
    icon_array,
    joined,
    percent,
    points,
)
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.claims.result import ClaimRow
from followup_analytics.claims.words import FIRM, association_words
from followup_analytics.languages import told
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.report.answer import too_few_for_verdicts
from followup_analytics.report.document import (
    Head,
    Parts,
    aside,
    beside,
    bullets,
    chart,
    heading,
    paragraph,
    ref,
    strong,
    table,
)
from followup_analytics.report.findings import Findings
from followup_analytics.report.whole import coarse
from followup_analytics.results.formatting import cell_text
from followup_analytics.results.values import known
from followup_analytics.text import counted

#: More pieces of advice than this are not named in a sentence.
_MOST_NAMED = 4
#: Verdicts as a sentence has them, of one piece of advice and of several.
_SAID = {
    "supported": ("holds here", "hold here"),
    "contradicted": ("is contradicted", "are contradicted"),
    "no_meaningful_difference": ("makes no difference that matters", "make no difference that matters"),
    "inconclusive": ("is left open", "are left open"),
    "not_testable": ("can’t be tested with what is logged", "can’t be tested with what is logged"),
}
_NOT_LOGGED = "Not logged: "


def claims_blocks(found: Findings, *, tally: bool = True) -> list[dict[str, Any]]:
    """The claims for a report: their tally, the firm verdicts, chart and table, and what is untested."""
    tested = [row for row in found.claims if row.verdict != "not_testable"]
    absent = [row for row in found.claims if row.verdict == "not_testable"]
    untested = [row for row in absent if found.facts.fits(f"{name_of(found, row)} {row.reason}")]
    blocks = [paragraph(*([*verdict_sentence(found), " "] if tally else []), _what_a_verdict_is())]
    if found.counts.applicants < MIN_FOR_VERDICT:
        blocks.append(aside(strong("Too few for verdicts. "), too_few_for_verdicts(found)))
    firm = [row for row in tested if row.verdict in FIRM]
    if firm:
        blocks += [heading("What can be said"), *[_verdict_block(found, row) for row in firm]]
    if tested:
        blocks += _compared(found, tested)
    if untested:
        blocks += _untested(found, untested)
    if len(untested) < len(absent):
        left = count(len(absent) - len(untested))
        blocks.append(paragraph(f"{left} further pieces are about things that a log of this kind doesn’t hold."))
    return blocks


def verdict_sentence(found: Findings, *, named: bool = True) -> Parts:
    """What the claims came to, in one sentence with counts; `named`: with the advice that holds or is contradicted."""
    rows = found.claims
    if not rows:
        return ()
    tally = _tally(rows, {verdict: _named(found, verdict) if named else "" for verdict in _SAID})
    associated = association_words(rows)
    put = f"Of the usual advice, {counted(len(rows), 'piece was', 'pieces were')} put to these data: "
    return (put, tally, ".", *([f" {associated}"] if associated else []))


def _tally(rows: Sequence[ClaimRow], after: Mapping[str, str]) -> str:
    """`1 holds here and 13 are left open`; `after`: what follows a verdict's words."""
    return joined(
        [
            f"{number} {one if number == 1 else several}{after.get(verdict, '')}"
            for verdict, (one, several) in _SAID.items()
            if (number := sum(row.verdict == verdict for row in rows))
        ]
    )


def _named(found: Findings, verdict: str) -> str:
    """The advice that got a verdict, in brackets, where it is a verdict to remember and there are few of them."""
    if verdict not in ("supported", "contradicted"):
        return ""
    names = [name_of(found, row).rstrip(".").lower() for row in found.claims if row.verdict == verdict]
    return f" ({'; '.join(names)})" if len(names) <= _MOST_NAMED else ""


def name_of(found: Findings, row: ClaimRow) -> str:
    """A claim's advice in words, else its id."""
    claim = found.claim(row.claim)
    if claim is None:
        return claim_words(row.claim)
    if found.facts.fits(claim.advice):
        return claim.advice
    words = f"{claim.strategy.words}, rather than {claim.alternative.words}"
    return f"{words[:1].upper()}{words[1:]}"


def verdict_line(found: Findings, row: ClaimRow) -> list[Any]:
    """One verdict with what was compared, the outcome, its numbers, and how it may be read."""
    label = {
        "association": " This is an association.",
        "causal by design": " Causal by design: arms were assigned at random.",
        "causal under stated assumptions": " Causal under the assumptions stated.",
    }
    said = VERDICT_WORDS.get(row.verdict, row.verdict)
    name = name_of(found, row)
    return [
        f"{name[:1].upper()}{name[1:].rstrip('.')}: ",
        strong(said),
        f". {_compared_words(found, row)}{label.get(row.label or '', '')}",
    ]


def _verdict_block(found: Findings, row: ClaimRow) -> dict[str, Any]:
    """A verdict beside what a hundred interviews came to on either side; without risks its sentence alone."""
    line = verdict_line(found, row)
    if row.risk_strategy is None or row.risk_alternative is None:
        return bullets(line)
    sides = (("with it", row.risk_strategy), ("without it", row.risk_alternative))
    return beside(icon_array(sides), icon_alt(sides), *line)


def _compared_words(found: Findings, row: ClaimRow) -> str:
    """Both strategies, the outcome with its risk under each, and the difference with its interval."""
    numbers = f"{points(known(row.estimate))} percentage points ({limits_of(row.conf_low, row.conf_high)})."
    claim = found.claim(row.claim)
    if claim is None or row.risk_strategy is None or row.risk_alternative is None:
        return numbers
    arms = f"{claim.strategy.words}, against {claim.alternative.words}"
    risks = f"{percent(known(row.risk_strategy))} against {percent(known(row.risk_alternative))}"
    return f"{arms[:1].upper()}{arms[1:]}: {claim.outcome_words()} in {risks}, {numbers}"


def limits_of(low: float | None, high: float | None) -> str:
    """`+1.2 to +8.0`, or that there is no interval."""
    return "no interval" if low is None or high is None else f"{points(low)} to {points(high)}"


def _what_a_verdict_is() -> str:
    return (
        "A verdict compares those who followed a piece of advice with those who did not, made alike in what was "
        "recorded beforehand. It is given only where the interval is narrow enough, and all verdicts share one error "
        "rate of 5%. What is called causal is so only if nothing that went unrecorded moves both what people do and "
        "what comes back."
    )


def short_names(found: Findings, rows: Sequence[ClaimRow]) -> dict[str, str]:
    """Claims by the advice as the tables have it, as much of it as the edge of a chart bears."""
    return {row.claim: _short(name_of(found, row), 66) for row in rows}


def _compared(found: Findings, rows: Sequence[ClaimRow]) -> list[dict[str, Any]]:
    names = {row.claim: name_of(found, row).rstrip(".") for row in rows}
    drawn = forest_chart(rows, labels=short_names(found, rows), simulated=found.counts.simulated)
    columns = [
        Head("Advice", "left", share=1),
        Head("Interviews"),
        Head("Difference"),
        Head("95% interval"),
    ]
    columns += [Head("Unadjusted"), Head("Verdict", "left")]
    body = [
        [
            names[row.claim],
            _in_tens(found, row),
            cell_text(row, "estimate"),
            cell_text(row, "conf_low"),
            cell_text(row, "naive"),
            VERDICT_WORDS.get(row.verdict, row.verdict),
        ]
        for row in rows
    ]
    note = (
        "Interviews in tens, differences in percentage points. Unadjusted: what comparing the two groups as they are "
        "would show."
    )
    if found.counts.simulated:
        note += " Simulated data."
    return [
        heading("Tested advice"),
        table("tab-claims", "Verdicts on the usual advice", columns, body, note=note, long=True, verdicts=True),
        chart("fig-claims", Chart.of(drawn), title=_forest_title(rows)),
    ]


def _in_tens(found: Findings, row: ClaimRow) -> str:
    told = coarse(row.n_interviews, found.counts.interviews, found.options.policy)
    return cell_text(row, "n_interviews") if told is None else count(told)


def _forest_title(rows: Sequence[ClaimRow]) -> str:
    """How many of the pieces that could be tested got which verdict."""
    return f"Of {counted(len(rows), 'piece', 'pieces')} of advice tested, {_tally(rows, {})}"


def _short(name: str, limit: int) -> str:
    name = told(name.rstrip("."))
    return name if len(name) <= limit else f"{name[: limit - 1].rstrip()}…"


def not_logged(reason: str) -> list[str]:
    """What a claim needs that is not logged, in words, from the sentence that says so."""
    told = reason.removeprefix(_NOT_LOGGED).split("; record")[0]
    found = []
    for name in re.split(r", | and ", told):
        in_words = re.search(r"\((.+)\)", name)
        plain = name.split(" (")[0] if "purpose" in name or not in_words else in_words[1]
        found.append(plain.replace("_", " ").strip())
    return found


def _untested(found: Findings, rows: Sequence[ClaimRow]) -> list[dict[str, Any]]:
    absent = [row for row in rows if str(row.reason).startswith(_NOT_LOGGED)]
    few = [row for row in rows if row not in absent]
    blocks = [heading("Advice that these data can’t test")]
    if absent:
        needed = dict.fromkeys(name for row in absent for name in not_logged(str(row.reason)))
        blocks.append(
            paragraph(
                f"{counted(len(absent), 'piece needs', 'pieces need')} what is not logged: {joined(list(needed))}."
            )
        )
    if not few:
        return blocks
    columns = [Head("Advice", "left", share=1), Head("Why it can’t be tested here", "left", share=1.5)]
    body = [[name_of(found, row).rstrip("."), str(row.reason or "")] for row in few]
    return [
        *blocks,
        paragraph(
            f"For {count(len(few))} of {count(len(found.claims))} pieces of advice there is too little of something (",
            ref("tab-untested"),
            ").",
        ),
        table(
            "tab-untested",
            "What these data have too little of",
            columns,
            body,
            long=True,
        ),
    ]
