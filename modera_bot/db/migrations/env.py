"""Alembic's entry: runs the migrations on the connection it is handed."""

from alembic import context

from modera_bot.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter most things in place
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
