"""One database, SQLite or Postgres, behind one small class."""

import asyncio
import contextlib
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError

from modera_bot.db.grouped import Grouped

P = ParamSpec("P")
T = TypeVar("T")

#: What each connection to SQLite begins with.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
#: Transactions that `run` has going at once on Postgres.
THREADS = 8
#: Seconds of silence after which a connection to Postgres may be dead, and is tried first.
SILENCE_S = 1.0


class Database:
    """Transactions over SQLAlchemy Core, sync; `run` takes one off the event loop.

    SQLite: write-ahead log, foreign keys on, secure delete (erased rows are overwritten), and
    BEGIN IMMEDIATE, because a deferred transaction that turns to writing fails at once when
    another writes, ignoring the busy timeout. Threads of this process wait for each other
    without polling, and what `run` is given meanwhile is committed together.

    `run` has threads of its own: in the event loop's, a transaction of milliseconds would wait
    behind all the photos that are being looked at.
    """

    def __init__(self, url: str) -> None:
        """`url` as in the configuration; a SQLite file's folder is made when missing."""
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # the busy handler of SQLite sleeps up to a tenth of a second at a time
        self._one = threading.Lock() if self.is_sqlite else contextlib.nullcontext()
        self._grouped = Grouped(self.begin) if self.is_sqlite else None
        self._threads = ThreadPoolExecutor(THREADS, "database")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on an exception."""
        with self._one, self.engine.begin() as connection:
            yield connection

    async def run(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call `function(connection, …)` in a transaction, in a thread.

        What it raises undoes all that it wrote, and nothing else.
        """
        if self._grouped is not None:
            grouped = self._grouped.submit(lambda connection: function(connection, *args, **kwargs))
            return cast(T, await grouped)

        def call() -> T:
            with self.begin() as connection:
                return function(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def wipe(self) -> bool:
        """Leave nothing of deleted rows in SQLite's files: rewrite them, empty the log.

        Secure delete overwrites a row where it stands, but not the copies that stay behind in
        the free space of pages when rows move between them; nor does it reach the write-ahead
        log. Writers wait meanwhile, about a second per 100 MB. False if others were in the way
        for longer than the busy timeout.
        """
        if not self.is_sqlite:
            return True
        connection = self.engine.raw_connection()
        try:
            # not through SQLAlchemy, which would begin a transaction and so lock itself out
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            row = cursor.fetchone()
            cursor.close()
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return row is not None and row[0] == 0

    def check(self) -> None:
        """Raise if the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Finish the transactions that `run` has going, and hang up."""
        if self._grouped is not None:
            self._grouped.close()
        self._threads.shutdown()
        self.engine.dispose()


def _engine(url: str) -> Engine:
    address = make_url(url)
    # errors are logged, and the values of a statement are names, Telegram ids, what people wrote
    hidden = {"hide_parameters": True}
    if address.get_backend_name() != "sqlite":
        engine = sqlalchemy.create_engine(
            address.set(drivername="postgresql+psycopg"), pool_size=10, **hidden
        )
        _try_after_silence(engine)
        return engine
    if address.database and address.database != ":memory:":
        file = Path(address.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # SQLite gives its other files the same mode
    engine = sqlalchemy.create_engine(
        address,
        connect_args={"timeout": 30, "check_same_thread": False, "isolation_level": None},
        **hidden,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _try_after_silence(engine: Engine) -> None:
    """Replace what Postgres has cut meanwhile, and all that is as old.

    `pool_pre_ping` does it each time, which is a seventh of a short transaction. What is cut
    within a second of its last use fails one transaction.
    """

    @event.listens_for(engine, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: Any, record: Any, proxy: object) -> None:
        if time.monotonic() - record.info.get("used", math.inf) < SILENCE_S:  # or it is new
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _prepare_sqlite(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
