"""Group commit: transactions that wait together are committed together.

SQLite takes one writer at a time and waits for the disk at each commit, some milliseconds.
Under load one wait then serves all who stand in line; who is alone does not wait longer.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

#: Calls in one transaction at most, so that none waits for ever for its commit.
MOST = 64

Call = Callable[[Connection], Any]
Outcome = tuple[Any, BaseException | None]
Waiting = tuple[Call, asyncio.Future[Any]]


class Grouped:
    """Runs calls in one thread of its own, each in a savepoint: one that fails undoes itself
    alone. A result is handed out once it is committed."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._waiting: deque[Waiting] = deque()
        self._lock, self._busy = threading.Lock(), False
        self._thread = ThreadPoolExecutor(1, "database")

    def submit(self, call: Call) -> asyncio.Future[Any]:
        """Put a call in line; its future belongs to the running loop."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((call, future))
            if not self._busy:
                self._thread.submit(self._work)
                self._busy = True
        return future

    def close(self) -> None:
        """Finish what is in line."""
        self._thread.shutdown()

    def _work(self) -> None:
        for group in iter(self._next, []):
            outcomes: list[Outcome] = []
            try:
                with self._begin() as connection:
                    outcomes.extend(_outcomes(connection, [call for call, _ in group]))
            except BaseException as error:  # nothing of it is committed
                outcomes = [(None, error)] * len(group)
            _hand_out([future for _, future in group], outcomes)

    def _next(self) -> list[Waiting]:
        """Those who have not given up, in their order; none ends the work."""
        with self._lock:
            while self._waiting:
                first = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
                if group := [each for each in first if not each[1].cancelled()]:
                    return group
            self._busy = False
            return []


def _outcomes(connection: Connection, calls: list[Call]) -> Iterator[Outcome]:
    """Result or error of each call; the error of one that is alone undoes the transaction."""
    if len(calls) == 1:
        yield calls[0](connection), None
        return
    driver = connection.connection.driver_connection  # past SQLAlchemy: a tenth of the time
    assert driver is not None
    for call in calls:
        driver.execute("SAVEPOINT one_of_many")
        try:
            result = call(connection)
        except Exception as error:
            # by SQLAlchemy, whose errors others know: a full disk takes the savepoint with it
            connection.exec_driver_sql("ROLLBACK TO one_of_many")
            yield None, error
        else:
            yield result, None
        driver.execute("RELEASE one_of_many")


def _hand_out(futures: list[asyncio.Future[Any]], outcomes: list[Outcome]) -> None:
    """Wake each loop once, not once for each call."""
    pairs = zip(futures, outcomes, strict=True)
    for loop, group in groupby(pairs, key=lambda pair: pair[0].get_loop()):
        with suppress(RuntimeError):  # the loop has ended, and with it those who waited
            loop.call_soon_threadsafe(_settle, list(group))


def _settle(pairs: list[tuple[asyncio.Future[Any], Outcome]]) -> None:
    for future, (result, error) in pairs:
        if future.done():  # given up meanwhile
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
