"""Bring a database to the present schema."""

from sqlalchemy import Connection, inspect, text

from modera_bot.db.engine import Database

FOLDER = "modera_bot:db/migrations"
#: The newest migration. Alembic could tell, but it takes half a second to import, at each start.
HEAD = "0001"


def upgrade(database: Database) -> None:
    """Apply the migrations that are missing, in one transaction."""
    with database.begin() as connection:
        if _revision(connection) != HEAD:
            _migrate(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", FOLDER)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
