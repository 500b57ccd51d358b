"""Huey as an alarm clock: its messages say "look into the database", and nothing else.

A lost message therefore costs time, not a job. Workers are threads of this process. Huey's
consumer would replace the process's signal handlers, and fail outside the main thread; ours
leaves them alone.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Worker
from huey.exceptions import ConfigurationError
from huey.serializer import SignedSerializer

from modera_bot.errors import ConfigError

_log = logging.getLogger(__name__)

_NAME = "modera"
_POLL_S = 0.05, 0.25  # first and longest pause between looks at a queue that can't wake us
_LISTEN_S = 0.5  # how long to listen to one that can, before seeing whether to stop


class _Bell:
    """Rung when this process queues a message, so that its own workers need not poll for it."""

    def __init__(self) -> None:
        self._rung, self._condition = 0, threading.Condition()

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Wait until it has rung more often than was `heard`; returns how often that is."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != heard, seconds)
            return self._rung


class _Worker(Worker):  # type: ignore[misc]  # huey has no types
    """Huey's worker, which polls only for messages of other processes."""

    delay: float

    def __init__(self, bell: _Bell, **options: Any) -> None:
        super().__init__(**options)
        self._bell, self._heard = bell, 0

    def sleep(self) -> None:
        delay = min(self.delay, self.max_delay)
        self._heard = self._bell.wait(self._heard, delay)
        self.delay = delay * self.backoff


class QueueConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """Huey's consumer as part of a process that has its own main loop."""

    def __init__(self, huey: Huey, bell: _Bell, **options: Any) -> None:
        self.worker_class = partial(_Worker, bell)
        super().__init__(huey, **options)

    def _set_signal_handlers(self) -> None:
        """Leave signals to the process."""


class Queue:
    """Wakes worker threads, here or on another machine that shares the queue."""

    def __init__(self, url: str, secret: bytes, work: Callable[[], None]) -> None:
        """`work` is called in a worker thread for each wake-up."""
        self._huey = _open(url, secret)

        @self._huey.task()  # type: ignore[untyped-decorator]
        def wake() -> None:  # the messages carry its name, so it must not depend on `work`
            work()

        self._wake = wake
        self._huey.on_shutdown("close")(self.close)  # each worker has a connection of its own
        self._consumer: QueueConsumer | None = None
        self._bell = _Bell()
        self._lock, self._closing = threading.Lock(), threading.Lock()

    def wake(self, delay_s: float = 0.0) -> None:
        """Have a worker look for a job. Never raises: a sweep makes up for a lost message."""
        try:
            if delay_s > 0:
                self._wake.schedule(delay=delay_s)
            else:
                self._wake()
                self._bell.ring()
        except Exception as error:  # each storage has its own errors
            _log.warning("the queue does not take messages: %r", error)

    def is_empty(self) -> bool:
        """Whether no wake-up waits for a worker. Never raises."""
        try:
            return int(self._huey.pending_count()) == 0
        except Exception as error:
            _log.warning("the queue does not answer: %r", error)
            return True

    def check(self) -> None:
        """Raise if the queue does not answer."""
        self._huey.pending_count()

    def start(self, workers: int) -> None:
        """Start the worker threads, from any thread."""
        initial, longest = _POLL_S
        with self._lock:
            self._consumer = QueueConsumer(
                self._huey,
                self._bell,
                workers=workers,
                periodic=False,
                initial_delay=initial,
                max_delay=longest,
                check_worker_health=False,  # part of its main loop, which we don't run: revive()
            )
            self._consumer.start()

    def revive(self) -> None:
        """Replace worker threads that have died."""
        with self._lock:
            if self._consumer is not None:
                self._consumer.check_worker_health()

    def stop(self, timeout_s: float) -> bool:
        """Take no more messages and wait for the workers; False if one is still busy then."""
        with self._lock:
            consumer, self._consumer = self._consumer, None
        if consumer is None:
            return True
        consumer.stop_flag.set()
        self._bell.ring()
        deadline = time.monotonic() + timeout_s
        threads = [thread for _, thread in consumer.worker_threads]
        for thread in [*threads, consumer.scheduler]:
            thread.join(max(deadline - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in threads)

    def close(self) -> None:
        """Close the connections that this thread uses; the next use opens them again."""
        with self._closing:
            self._huey.storage.close()


def _open(url: str, secret: bytes) -> Huey:
    scheme, _, path = url.partition(":")
    options: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret)}
    try:
        match scheme:
            case "memory":
                return MemoryHuey(_NAME, **options)
            case "sqlite":
                file = Path(path.removeprefix("///"))
                file.parent.mkdir(parents=True, exist_ok=True)
                return SqliteHuey(_NAME, filename=str(file), fsync=False, **options)
            case "postgresql":
                return PostgresHuey(_NAME, dsn=url, read_timeout=_LISTEN_S, **options)
            case _:
                return RedisHuey(_NAME, url=url, read_timeout=_LISTEN_S, **options)
    except ConfigurationError as error:  # the driver is not installed
        raise ConfigError((f"jobs.queue: {error}",)) from error
