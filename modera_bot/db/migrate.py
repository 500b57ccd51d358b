"""Bring a database to the present schema."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from modera_bot.db.engine import Database

FOLDER = "modera_bot:db/migrations"


def upgrade(database: Database) -> None:
    """Apply the migrations that are missing, in one transaction."""
    config = Config()
    config.set_main_option("script_location", FOLDER)
    with database.begin() as connection:
        if MigrationContext.configure(connection).get_current_revision() == _newest(config):
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _newest(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()
