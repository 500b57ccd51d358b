"""Waiting for a hosted model: no longer than a deadline, and only while the job still runs.

The SDKs' own timeouts start anew with each byte; a server that dribbles is never too late. So
calls run on an event loop of their own, where they can be ended at any moment.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from typing import Any, TypeVar

from modera_bot.errors import Code
from modera_bot.ml.transports.base import ProviderError, Tick, patient

T = TypeVar("T")

#: Seconds between two ticks.
TICK_S = 0.1
#: Seconds to close connections in.
CLOSING_S = 2.0


class Waiter:
    """An event loop in a thread, started when it is first needed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wait(self, work: Coroutine[Any, Any, T], seconds: float, tick: Tick = patient) -> T:
        """Run `work` and return its result; `tick` is called meanwhile and may raise.

        Raises ProviderError(BACKEND_TIMEOUT) after `seconds`, what `work` raises, or what
        `tick` raises; by then `work` is cancelled.
        """
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._running())
        deadline = time.monotonic() + seconds
        try:
            while True:
                with suppress(NotYet):
                    return future.result(min(TICK_S, max(0.0, deadline - time.monotonic())))
                if future.done():  # it was the work itself that ran into a timeout
                    return future.result()
                if time.monotonic() >= deadline:
                    raise ProviderError(
                        Code.BACKEND_TIMEOUT,
                        f"no answer in {seconds:g} s",
                        accepted=True,
                        passing=True,
                    )
                tick()
        except CancelledError as error:
            raise ProviderError(Code.BACKEND_UNAVAILABLE, "shut down", accepted=True) from error
        finally:
            future.cancel()

    def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel what is waited for, run `last` (closing connections) and end the thread."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None:
            return

        async def finish() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await last()

        ending = asyncio.run_coroutine_threadsafe(finish(), loop)
        with suppress(NotYet):
            ending.result(CLOSING_S)
        loop.call_soon_threadsafe(loop.stop)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=_serve, args=(self._loop,), name=self._name, daemon=True
                ).start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
