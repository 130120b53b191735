"""How the numbers were worked out, in a document of its own: terms, methods, the model with its card, the notes."""

from __future__ import annotations

from followup_analytics.report.document import Document, Lead, Section
from followup_analytics.report.findings import Findings
from followup_analytics.report.frame import meta_of
from followup_analytics.report.methods import methods_section, notes_section, words_used
from followup_analytics.report.model_words import card_section, model_blocks


def methods_document(found: Findings) -> Document:
    """Compose the report on methods: for those who check, repeat or review what the other reports tell."""
    meta = meta_of(found, kind="methods", title="How it was worked out", subtitle="Methods and model card")
    lead = Lead(
        "What this is",
        (
            (
                "The terms and methods behind the numbers of the follow-up report on the same record, the model of the "
                "chance of a response with all that TRIPOD+AI asks of its report, and what was left out and why."
            ),
        ),
    )
    card = card_section(found)
    sections = (
        Section("Words used here", tuple(words_used(found))),
        methods_section(found),
        Section("The model of the chance of a response", tuple(model_blocks(found, full=True))),
        *([card] if card else []),
        notes_section(found),
    )
    return Document(meta, lead, (), sections)
