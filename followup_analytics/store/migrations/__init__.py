"""The store's migrations, run by Alembic when a store is first opened by a newer version."""
