"""Bring a database to the present schema."""

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from modera_bot.db.engine import Database
from modera_bot.errors import ConfigError

FOLDER = "modera_bot:db/migrations"
#: The newest migration. Alembic could tell, but it takes half a second to import, at each start.
HEAD = "0001"


def upgrade(database: Database) -> None:
    """Apply the migrations that are missing, in one transaction.

    Raises ConfigError when the database does not answer or is newer than this program.
    """
    try:
        database.check()
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise ConfigError(
            (f"database.url: {reason}; start the database, or write its right address",)
        ) from error
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
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", FOLDER)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:  # a revision that we have no file for
        raise ConfigError(
            (f"database.url: {error}: made by a newer modera-bot; update this one",)
        ) from error
