"""The database among others: what it gives away, and what it waits for."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from modera_bot.db import Database, engine, schema, users
from tests.servers import postgres


def test_an_error_does_not_repeat_the_values_that_it_is_about(database):
    with database.begin() as connection:
        users.remember(connection, 501, first_name="Anna", last_name=None, username=None)
    with pytest.raises(IntegrityError) as caught, database.begin() as connection:
        connection.execute(schema.users.insert().values(telegram_id=501, first_name="Boris"))
    assert "Boris" not in str(caught.value)


async def test_a_transaction_waits_for_nothing_but_the_database(database):
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    done = threading.Event()
    slow = asyncio.create_task(asyncio.to_thread(done.wait))
    try:
        async with asyncio.timeout(10):
            assert await database.run(lambda connection: "done") == "done"
    finally:
        done.set()
        await slow


def test_only_the_user_who_runs_the_bot_can_read_a_sqlite_database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/new/modera.db")
    try:
        database.check()
    finally:
        database.close()
    files = [*(tmp_path / "new").iterdir()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_connection_that_postgres_has_cut_is_replaced_after_a_silence(monkeypatch):
    monkeypatch.setattr(engine, "SILENCE_S", 0.0)
    with postgres.blank() as url:
        database = Database(url)
        database.check()
        with psycopg.connect(url, autocommit=True) as other:
            others = "pid != pg_backend_pid() AND datname = current_database()"
            cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            assert other.execute(cut).fetchall() == [(True,)]
        database.check()
        database.close()
