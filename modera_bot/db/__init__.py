"""The database: engine, schema, migrations and the queries over them."""

from modera_bot.db.engine import Database

__all__ = ["Database"]
