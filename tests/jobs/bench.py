"""A workbench for jobs: people who submit, workers that take one step when told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select

from modera_bot.config import JobsSettings
from modera_bot.contracts import (
    Event,
    Feature,
    GarmentRef,
    JobKind,
    JobStatus,
    TryOnRequest,
    TryOnResult,
)
from modera_bot.db import Database, events
from modera_bot.db.schema import credit_holds, jobs, now
from modera_bot.jobs import Handler, Job, JobContext, Jobs, Outcome
from modera_bot.jobs.worker import Worker
from modera_bot.pay.free import FreeCredits
from tests.servers.databases import person

REQUEST = TryOnRequest(person_key="users/1/photos/p.jpg", garments=(GarmentRef(key="g"),))
SECRET = b"a secret of the tests"


def nothing(*_: object) -> None: ...


def result(job: Job) -> TryOnResult:
    return TryOnResult(
        tryon_id=job.id,
        result_key=f"users/{job.user_id}/results/{job.id}-{job.attempt}.jpg",
        backend="paint",
        draft=False,
        categories=(),
        width=600,
        height=800,
        seconds=0.1,
    )


def outcome(
    context: JobContext,
    record: Callable[[Connection], None] = nothing,
    discard: Callable[[], None] = nothing,
    *,
    free: bool = False,
) -> Outcome:
    return Outcome(result(context.job), record, free=free, discard=discard)


class Bench:
    """One database, and what tests do with jobs in it."""

    def __init__(self, database: Database) -> None:
        self.database, self.credits = database, FreeCredits()
        self._people = 0
        self._started: list[Jobs] = []
        self._frozen: list[Frozen] = []
        self._desk = self.jobs()

    def settings(self, **values: Any) -> JobsSettings:
        return JobsSettings(**{"queue": "memory:", "per_user": 100, **values})

    def jobs(
        self, handler: Handler = outcome, on_event: Callable[[], None] = nothing, **values: Any
    ) -> Jobs:
        made = Jobs(
            self.database,
            self.settings(**values),
            self.credits,
            {JobKind.TRYON: handler},
            secret=SECRET,
            on_event=on_event,
        )
        self._started.append(made)
        return made

    def worker(
        self,
        handler: Handler = outcome,
        on_event: Callable[[], None] = nothing,
        wake: Callable[[float], None] = nothing,
        **values: Any,
    ) -> Worker:
        return Worker(
            self.database,
            self.settings(**values),
            self.credits,
            {JobKind.TRYON: handler},
            on_event=on_event,
            wake=wake,
        )

    def frozen(
        self,
        then: Handler = outcome,
        first: Callable[[JobContext], object] = nothing,
        **values: Any,
    ) -> Frozen:
        """Have a worker begin the next job, do `first`, hang, and do `then` once it is thawed."""
        made = Frozen(self, then, first, **values)
        self._frozen.append(made)
        return made

    def close(self) -> None:
        for worker in self._frozen:
            worker.thaw()
        for jobs_here in self._started:
            jobs_here.stop(10)

    # --- people ---

    def person(self) -> tuple[int, str]:
        self._people += 1
        return person(self.database, self._people)

    def submit(self, who: tuple[int, str] | None = None, desk: Jobs | None = None) -> str:
        who = who or self.person()
        with self.database.begin() as connection:
            return self.submit_in(connection, who, desk)

    def submit_in(
        self, connection: Connection, who: tuple[int, str], desk: Jobs | None = None
    ) -> str:
        user_id, session_id = who
        return (desk or self._desk).submit(
            connection,
            kind=JobKind.TRYON,
            user_id=user_id,
            session_id=session_id,
            payload=REQUEST,
            feature=Feature.TRYON,
            amount=3,
        )

    def cancel(self, job_id: str) -> bool:
        with self.database.begin() as connection:
            return self._desk.cancel(connection, job_id)

    def status(self, job_id: str, desk: Jobs | None = None) -> JobStatus:
        with self.database.begin() as connection:
            status = (desk or self._desk).status(connection, job_id)
        assert status is not None
        return status

    # --- what is in the database ---

    def row(self, job_id: str) -> Any:
        with self.database.begin() as connection:
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()

    def state(self, job_id: str) -> str:
        return str(self.row(job_id).state)

    def hold(self, job_id: str) -> str:
        with self.database.begin() as connection:
            query = select(credit_holds.c.state).where(credit_holds.c.job_id == job_id)
            return str(connection.execute(query).scalar_one())

    def told(self) -> list[Event]:
        """Every event there is, as delivery would come to see them."""
        told: list[Event] = []
        with self.database.begin() as connection:
            while found := events.due(connection):
                told += found
                for event in found:
                    events.delivered(connection, event.id)
        return told

    def change(self, job_id: str, **values: Any) -> None:
        with self.database.begin() as connection:
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(**values))

    def expire_lease(self, job_id: str) -> None:
        self.change(job_id, lease_until=now().replace(year=2000))

    def make_due(self, job_id: str) -> None:
        self.change(job_id, due_at=now().replace(year=2000))


class Frozen:
    """A worker that hangs in the midst of a job, like a stopped process, until it is thawed."""

    def __init__(
        self, bench: Bench, then: Handler, first: Callable[[JobContext], object], **values: Any
    ) -> None:
        self._begun, self._thawed = threading.Event(), threading.Event()
        self._first, self._then = first, then
        self.worker = bench.worker(self._handle, **values)
        self._thread = in_thread(self.worker.run_next)
        assert self._begun.wait(30)

    def _handle(self, context: JobContext) -> Outcome:
        self._first(context)
        self._begun.set()
        assert self._thawed.wait(30)
        return self._then(context)

    def thaw(self) -> None:
        """Let the handler go on to its end."""
        self._thawed.set()
        self._thread.join(30)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def eventually(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something is true; the time is only there to end a test that fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    made = Bench(database)
    yield made
    made.close()
