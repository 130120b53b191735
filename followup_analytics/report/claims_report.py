"""The report on the usual advice: each verdict with the question behind it, the protocol, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from followup_analytics.charts import count, interval_words, joined, percent, points
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.claims.result import ClaimRow
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.report.answer import warnings
from followup_analytics.report.document import (
    Document,
    Head,
    KeyFigure,
    Lead,
    Section,
    bullets,
    heading,
    paragraph,
    strong,
    table,
    terms,
)
from followup_analytics.report.findings import Findings
from followup_analytics.report.frame import meta_of
from followup_analytics.report.methods import notes_section, words_used
from followup_analytics.report.verdicts import claims_blocks, limits_of, name_of, verdict_sentence
from followup_analytics.report.whole import coarse
from followup_analytics.results.formatting import cell_text
from followup_analytics.results.values import known

if TYPE_CHECKING:
    from followup_analytics.claims.definition import Claim

_TALLY = (
    ("supported", "piece of advice holds here", "pieces of advice hold here"),
    ("contradicted", "is contradicted", "are contradicted"),
    ("inconclusive", "left open", "left open"),
    ("not_testable", "can’t be tested", "can’t be tested"),
)
_DESIGN_WORDS = {
    "clone-censor-weight": "target trial by cloning, censoring and weighting",
    "attempt-contrast": "contrast of attempts, weighted and standardised",
    "randomised": "trial with arms assigned at random, by intention to treat",
    "prediction": "prediction, not a contrast of actions",
}


def claims_document(found: Findings) -> Document:
    """Compose the claims report; its protocol names every choice that was fixed before the data were looked at."""
    meta = meta_of(found, kind="claims", title="Does the advice hold?", subtitle="The usual advice, put to these data")
    sections = [
        Section("The verdicts", tuple(claims_blocks(found, tally=False))),
        Section("Claim by claim", tuple(_each(found))),
        Section("How a verdict is reached", tuple(_protocol(found))),
        notes_section(found),
        Section("Words used here", tuple(words_used(found))),
    ]
    lead = Lead("The answer", (_answer(found),), warnings(found))
    return Document(meta, lead, _figures(found), tuple(sections))


def _answer(found: Findings) -> tuple[Any, ...]:
    parts: list[Any] = [*verdict_sentence(found, named=False)]
    for verdict, word in (("supported", "support"), ("contradicted", "contradict")):
        names = [name_of(found, row).rstrip(".").lower() for row in found.claims if row.verdict == verdict]
        if names:
            parts += [f" These data {word}: ", strong("; ".join(names)), "."]
    if not any(row.verdict in ("supported", "contradicted") for row in found.claims):
        parts.append(" None is supported or contradicted: what people say may be right, but these data can’t tell.")
    if found.counts.applicants >= MIN_FOR_VERDICT:
        parts.append(
            " A difference is called causal only under assumptions that are stated with it; else it is an association."
        )
    return tuple(parts)


def _figures(found: Findings) -> tuple[KeyFigure, ...]:
    def many(verdict: str) -> int:
        return sum(row.verdict == verdict for row in found.claims)

    alike = many("no_meaningful_difference")
    further = f"{alike} more {'makes' if alike == 1 else 'make'} no difference that matters"
    details = {
        "supported": "in the claimed direction, and large enough to matter",
        "contradicted": "against the claimed direction",
        "inconclusive": further if alike else "the numbers are too uncertain to say",
        "not_testable": "something is not logged, or too few did it",
    }
    return tuple(
        KeyFigure(count(many(verdict)), one if many(verdict) == 1 else several, details[verdict])
        for verdict, one, several in _TALLY
    )


def _each(found: Findings) -> list[dict[str, Any]]:
    blocks = [paragraph("Each claim as a question that data can answer, with its verdict and what that rests on.")]
    for row in found.claims:
        claim = found.claim(row.claim)
        name = name_of(found, row).rstrip(".")
        blocks += [heading(name, listed=False), terms(_claim_terms(row, claim))]
        if row.estimate is not None:
            blocks.append(_rests_on(found, row))
    return blocks


def _claim_terms(row: ClaimRow, claim: Claim | None) -> list[tuple[str, Any]]:
    items: list[tuple[str, Any]] = []
    if claim is not None:
        question = f"{claim.strategy.words}, against {claim.alternative.words}; outcome: {claim.outcome_words()}"
        items += [("Question", f"Among {claim.population}: {question}."), ("Design", _design(claim))]
    verdict = VERDICT_WORDS.get(row.verdict, row.verdict)
    items.append(("Verdict", [strong(f"{verdict[:1].upper()}{verdict[1:]}"), f". {row.reason or ''}".rstrip()]))
    second = row.second_line
    if second is not None and second.estimate is not None:
        beside = f"{points(second.estimate)} points ({limits_of(second.conf_low, second.conf_high)})"
        what = second.outcome.replace("advanced by ", "advancing by day ")
        items.append(("Second line", f"On {what}: {beside}; no verdict."))
    return items


def _design(claim: Claim) -> str:
    from followup_analytics.claims.covariates import ALWAYS

    adjusted = joined([name.replace("_", " ") for name in (*claim.adjust, *ALWAYS, *claim.history)])
    words = _DESIGN_WORDS.get(claim.design, claim.design)
    margin = points(claim.margin, 0).lstrip("+")
    fixed = f"adjusted for {adjusted or 'nothing'} as far as recorded; margin {margin} points."
    return f"{words[:1].upper()}{words[1:]}; {fixed}"


def _rests_on(found: Findings, row: ClaimRow) -> dict[str, Any]:
    """The numbers of one verdict, as a small table of one row."""
    interviews = coarse(row.n_interviews, found.counts.interviews, found.options.policy)
    cells = [
        ("Difference", f"{points(known(row.estimate))} ({interval_words(row)})"),
        ("Strategy", _share(row.risk_strategy)),
        ("Alternative", _share(row.risk_alternative)),
        ("p, Holm", cell_text(row, "p_adjusted")),
        ("E-value", cell_text(row, "e_value")),
        ("Unadjusted", "–" if row.naive is None else points(row.naive)),
        ("Interviews, in tens", "–" if interviews is None else count(interviews)),
    ]
    columns = [
        Head(label, "left" if place == 0 else "right", share=1 if place == 0 else 0)
        for place, (label, _) in enumerate(cells)
    ]
    caption = "What this verdict rests on"
    return table(f"tab-claim-{row.claim}", caption, columns, [[text for _, text in cells]])


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value, 1)


def _protocol(found: Findings) -> list[dict[str, Any]]:
    """The rule of verdicts in the order in which it is applied, then the emulation in TARGET's terms."""
    from followup_analytics.claims.gates import MIN_APPLICANTS, MIN_EFFECTIVE, MIN_EVENTS
    from followup_analytics.claims.verdict import BY_CHANCE, LEAST_BELOW

    catalogue = found.catalogue
    blocks = [
        bullets(
            "Gates come first, before any estimate is looked at: what the claim needs is logged; at least "
            f"{MIN_APPLICANTS} applicants, followed to the end, and {MIN_EVENTS} events on each side; no group without "
            f"either side; weights that leave each side worth {MIN_EFFECTIVE:g} interviews or more and do not rest on "
            "a few people; weighted means that lie near everybody’s; an outcome whose record does not depend on what "
            "was done. Else the claim can’t be tested.",
            f"With fewer than {MIN_FOR_VERDICT} applicants in all, a claim is at most left open.",
            "Where the 90% interval lies inside the margin on both sides, there is no meaningful difference.",
            "Where the p-value, corrected by Holm’s method for all claims that passed the gates, is below .05 and the "
            "difference reaches the margin, the claim is supported (it “holds here”) or contradicted. Else it is left "
            "open.",
            "Negative controls can only take a verdict away. Where a claim’s own control fails, or where "
            f"{LEAST_BELOW} of the log’s controls or more are below .05 and chance would bring so many in fewer than "
            f"{1000 * BY_CHANCE:.0f} of 1,000 logs, the claim is left open: what goes with the advice goes with "
            "answers that it can’t have brought.",
        ),
        paragraph(
            "Every claim is laid out as the trial that would settle it, and emulated in the log: who could take part, "
            "both "
            "strategies, time zero, follow-up, outcome and contrast are fixed in the catalogue. Those who could still "
            "be "
            "following either strategy count for both until what they do tells them apart, and are weighted for "
            "staying "
            "(clone, censor, weight); the weights are calibrated at each decision, and an outcome model stands beside "
            "them, so that either may be wrong. Where the two part, the claim is left open. Errors are clustered on "
            "applicants, and on employers where they are known, all that was fitted included."
        ),
        paragraph(
            "The contrasts are causal only if, within the groups that the adjustment makes, those who followed the "
            "advice "
            "and those who did not would have fared alike. The E-value says how strong something unrecorded would "
            "have to "
            "be to undo a result; the negative controls look for differences where there can be none."
        ),
    ]
    if catalogue is not None:
        blocks.append(
            paragraph(f"Catalogue: {catalogue.title}, version {catalogue.version}, SHA-256 {catalogue.sha256[:16]}.")
        )
    return blocks
