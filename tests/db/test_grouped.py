"""What waits together is committed together, and each call fails alone."""

import asyncio
import threading

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from modera_bot.db import Database
from modera_bot.db.schema import audit


def write(connection: Connection, action: str, *, fail: bool = False) -> str:
    connection.execute(audit.insert().values(action=action))
    if fail:
        raise ValueError(action)
    return action


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(audit)).scalar_one()


async def held(database: Database) -> threading.Event:
    """Keep the database's own thread busy until the event is set, so that others gather."""
    begun, go = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        begun.set()
        assert go.wait(10)

    database.holding = asyncio.ensure_future(database.run(hold))  # type: ignore[attr-defined]
    await asyncio.to_thread(begun.wait, 10)
    return go


async def test_one_that_fails_undoes_itself_and_no_other(database: Database) -> None:
    go = await held(database)
    calls = [
        asyncio.ensure_future(database.run(write, f"call {n}", fail=n % 3 == 0)) for n in range(9)
    ]
    await asyncio.sleep(0.05)
    go.set()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert [str(each) for each in done] == [f"call {n}" for n in range(9)]
    assert [isinstance(each, ValueError) for each in done] == [n % 3 == 0 for n in range(9)]
    assert await database.run(count) == 6


async def test_who_gives_up_waiting_is_left_out(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("Postgres has a thread for each")
    go = await held(database)
    given_up = asyncio.ensure_future(database.run(write, "given up"))
    kept = asyncio.ensure_future(database.run(write, "kept"))
    await asyncio.sleep(0.05)
    given_up.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await kept == "kept"
    assert given_up.cancelled()
    assert await database.run(count) == 1


async def test_a_result_is_handed_out_only_once_it_is_committed(database: Database) -> None:
    go = await held(database)
    calls = [asyncio.ensure_future(database.run(write, "one")) for _ in range(3)]
    await asyncio.sleep(0.05)
    go.set()
    for call in asyncio.as_completed(calls):
        await call
        with database.begin() as connection:
            assert count(connection) >= 1


async def test_threads_and_loops_write_at_the_same_time(database: Database) -> None:
    def thread() -> None:
        for _ in range(20):
            with database.begin() as connection:
                write(connection, "thread")

    threads = [asyncio.to_thread(thread) for _ in range(3)]
    await asyncio.gather(*threads, *(database.run(write, "loop") for _ in range(60)))
    assert await database.run(count) == 120


async def test_a_full_disk_is_an_error_of_the_database(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("a limit of SQLite")

    def grow(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        try:
            write(connection, "x" * 1_000_000)
        finally:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {1 << 30}")

    go = await held(database)
    calls = [asyncio.ensure_future(database.run(step)) for step in (count, grow, count)]
    await asyncio.sleep(0.05)
    go.set()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(done[1], OperationalError)
    assert all(isinstance(each, OperationalError | int) for each in done)
    assert await database.run(count) == 0
