"""Databases for tests: each test that asks for one runs on SQLite and on Postgres."""

import functools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from modera_bot.db import Database, sessions, users
from modera_bot.db.migrate import upgrade
from tests.servers import postgres

KINDS = ("sqlite", "postgres")


def database_url(kind: str, folder: Path) -> str:
    """URL of a database with the present schema and no rows."""
    if kind == "postgres":
        return postgres.emptied()
    file = folder / "modera.db"
    shutil.copy(_migrated_file(), file)
    return f"sqlite:///{file}"


@functools.cache
def _migrated_file() -> Path:
    file = Path(tempfile.mkdtemp(prefix="sqlite-")) / "migrated.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database_url(request.param, tmp_path)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def person(database: Database, telegram_id: int, first_name: str = "Anna") -> tuple[int, str]:
    """Someone who has just begun a try-on: ids of the user and of the session."""
    with database.begin() as connection:
        user = users.remember(
            connection, telegram_id, first_name=first_name, last_name=None, username=None
        )
        session = sessions.start(connection, user.id, "tryon", "tryon_processing")
    return user.id, session.id
