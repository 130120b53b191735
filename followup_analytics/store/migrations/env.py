"""Alembic's entry: migrate over the connection that the caller has opened, within its transaction."""

from __future__ import annotations

from alembic import context

from followup_analytics.store.definitions import metadata
from followup_analytics.store.tables import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
