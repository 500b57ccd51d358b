"""Bring a database to the present schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from modera_bot.db.engine import Database
from modera_bot.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = "modera_bot:db/migrations"
#: The newest migration. Alembic could tell, but it takes half a second to import, at each start.
HEAD = "0005"


def upgrade(database: Database) -> None:
    """Apply the migrations that are missing, in one transaction.

    Raises ConfigError when the database does not answer or is newer than this program.
    """
    _reach(database)
    with database.begin() as connection:
        if _revision(connection) != HEAD:
            with _explained():
                _migrate(connection)


def is_behind(database: Database) -> bool:
    """Whether migrations are missing. Raises ConfigError as `upgrade` does."""
    from alembic.script import ScriptDirectory

    _reach(database)
    with database.begin() as connection:
        revision = _revision(connection)
    with _explained():
        ScriptDirectory.from_config(_config()).get_revisions(revision or "base")
    return revision != HEAD


def _reach(database: Database) -> None:
    try:
        database.check()
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise ConfigError(
            (f"database.url: {reason}; start the database, or write its right address",)
        ) from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", FOLDER)
    return config


@contextmanager
def _explained() -> Iterator[None]:
    """Say what it means that a database names a revision for which there is no file."""
    from alembic.util import CommandError

    try:
        yield
    except CommandError as error:
        raise ConfigError(
            (f"database.url: {error}: made by a newer modera-bot; update this one",)
        ) from error
