"""By when an answer is wanted, who looks after an interview, and until when it was put off.

Stores of version 1 kept columns of these names, where a user's file had them, as the user's own: what they hold becomes
the column's where it can be read as such, and else stays the user's under the name `<column>_as_given`.
"""

from __future__ import annotations

import sqlalchemy as sa

from followup_analytics.store.migrations.adopting import add_columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW = {
    "interviews": (("coach", sa.Text()), ("snoozed_until", sa.BigInteger())),
    "contacts": (("reply_by", sa.BigInteger()),),
}
#: The columns that a row's content key is made of, in this version's order.
_SAID = {
    "interviews": (
        "interview_id", "applicant_id", "interviewed_at", "observed_until", "cohort", "employer", "industry",
        "job_level", "interview_format", "self_rating", "self_rated_at", "referral", "decision_promised_at",
        "time_zone", "do_not_contact", "previous_interview_id", "coach", "snoozed_until", "at_precision", "covariates",
    ),
    "contacts": (
        "contact_id", "interview_id", "at", "direction", "channel", "party", "purpose", "duration_s", "at_precision",
        "expressed_interest", "asked_status", "asked_timeline", "asked_when_available", "recited_credentials",
        "said_thanks", "new_approach", "company_news", "stood", "smiled", "tone", "callback_at", "reply_by",
        "automatic", "covariates",
    ),
}  # fmt: skip


def upgrade() -> None:
    """Add the columns to the tables and their histories, and fill them with what the users' own held."""
    add_columns(_NEW, _SAID)


def downgrade() -> None:
    """Nothing that a store holds is thrown away."""
    raise NotImplementedError("a store doesn't go back to an earlier version; its backup does")
