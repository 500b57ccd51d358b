"""A small, restartable pool of processes for untrusted decoding and heavy picture work.

A decoder that crashes, eats all memory or never ends takes down one process and fails one
call; the pool starts another. Threads that wait in `run` hold no lock that the event loop
needs.
"""

import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import ParamSpec, TypeVar

import pebble
from pebble import ProcessExpired

from modera_bot.errors import Code, PoolError

P = ParamSpec("P")
T = TypeVar("T")


class PicturePool:
    """Runs picture functions in processes of their own.

    The processes start with the first call, so an idle bot does not pay for them. Functions
    must be importable and their arguments and results picklable.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        timeout_s: float = 60.0,
        memory_bytes: int = 4 << 30,
        max_calls: int = 500,
    ) -> None:
        """`memory_bytes` limits the address space of each process, `max_calls` its life."""
        self._workers, self._timeout_s = workers, timeout_s
        self._memory_bytes, self._max_calls = memory_bytes, max_calls
        self._lock = threading.Lock()
        self._pool: pebble.ProcessPool | None = None
        self._closed = False

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` in a picture process and return what it returns or raises.

        Blocks. Raises PoolError when the process died or overran the time limit.
        """
        future = self._started().schedule(
            function, args=args, kwargs=kwargs, timeout=self._timeout_s
        )
        try:
            return future.result()
        except FutureTimeout as error:
            raise PoolError(Code.BACKEND_TIMEOUT, f"over {self._timeout_s} s") from error
        except ProcessExpired as error:
            raise PoolError(Code.BACKEND_FAILED, f"exit code {error.exitcode}") from error
        except MemoryError as error:
            raise PoolError(Code.BACKEND_FAILED, "out of memory") from error

    def close(self) -> None:
        """End the processes; calls still running fail."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def _started(self) -> pebble.ProcessPool:
        with self._lock:
            if self._closed:
                raise PoolError(Code.BACKEND_UNAVAILABLE, "the pool is closed")
            if self._pool is None:
                # spawn: forking a process with threads and an event loop may deadlock
                self._pool = pebble.ProcessPool(
                    max_workers=self._workers,
                    max_tasks=self._max_calls,
                    initializer=_start,
                    initargs=(self._memory_bytes,),
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pool


def _start(memory_bytes: int) -> None:
    """Prepare a picture process: bound its memory, leave signals to the parent."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))
