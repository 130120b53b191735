"""When the employer said it would call, and that it asked something which is still to be answered."""

from __future__ import annotations

import sqlalchemy as sa

from followup_analytics.store.migrations.adopting import add_columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEW = {"contacts": (("call_promised_at", sa.BigInteger()), ("wants_answer", sa.SmallInteger()))}
#: The columns that a row's content key is made of, in this version's order.
_SAID = {
    "contacts": (
        "contact_id", "interview_id", "at", "direction", "channel", "party", "purpose", "duration_s", "at_precision",
        "expressed_interest", "asked_status", "asked_timeline", "asked_when_available", "recited_credentials",
        "said_thanks", "new_approach", "company_news", "stood", "smiled", "tone", "callback_at", "call_promised_at",
        "reply_by", "wants_answer", "automatic", "covariates",
    ),
}  # fmt: skip


def upgrade() -> None:
    """Add the columns to the contacts and their history, and fill them with what the users' own held."""
    add_columns(_NEW, _SAID)


def downgrade() -> None:
    """Nothing that a store holds is thrown away."""
    raise NotImplementedError("a store doesn't go back to an earlier version; its backup does")
