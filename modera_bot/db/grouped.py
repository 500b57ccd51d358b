"""Group commit: transactions that wait together are committed together.

SQLite takes one writer at a time and waits for the disk at each commit, some milliseconds.
Under load one wait then serves all who stand in line; who is alone does not wait longer.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

#: Calls in one transaction at most, so that none waits for ever for its commit.
MOST = 64

Call = Callable[[Connection], Any]


class Grouped:
    """Runs calls in one thread of its own, each in a savepoint: one that fails undoes itself
    alone. A result is handed out once it is committed."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._waiting: deque[tuple[Call, Future[Any]]] = deque()
        self._lock, self._busy = threading.Lock(), False
        self._thread = ThreadPoolExecutor(1, "database")

    def submit(self, call: Call) -> Future[Any]:
        """Put a call in line. Any thread."""
        future: Future[Any] = Future()
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
            outcomes: list[tuple[Any, BaseException | None]] = []
            try:
                with self._begin() as connection:
                    outcomes.extend(_outcomes(connection, [call for call, _ in group]))
            except BaseException as error:  # nothing of it is committed
                outcomes = [(None, error)] * len(group)
            for (_, future), (result, failure) in zip(group, outcomes, strict=True):
                if failure is None:
                    future.set_result(result)
                else:
                    future.set_exception(failure)

    def _next(self) -> list[tuple[Call, Future[Any]]]:
        """Those who have not given up, in their order; none ends the work."""
        with self._lock:
            while self._waiting:
                first = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
                if group := [each for each in first if each[1].set_running_or_notify_cancel()]:
                    return group
            self._busy = False
            return []


def _outcomes(
    connection: Connection, calls: list[Call]
) -> Iterator[tuple[Any, BaseException | None]]:
    """Result or error of each call; the error of one that is alone undoes the transaction."""
    if len(calls) == 1:
        yield calls[0](connection), None
        return
    for call in calls:
        try:
            with connection.begin_nested():
                result = call(connection)
        except Exception as error:
            yield None, error
        else:
            yield result, None
