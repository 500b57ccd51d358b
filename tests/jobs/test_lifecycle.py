"""Starting and stopping: nothing is lost, nothing counts against a job that was interrupted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from modera_bot.contracts import Stage
from modera_bot.db import Database
from modera_bot.errors import JobCancelled, LeaseLost
from modera_bot.jobs import JobContext, Outcome
from tests.jobs.bench import Bench, eventually, outcome


class Gate:
    """A handler that reports progress until it is opened."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()
        self.interrupted: list[type[Exception]] = []

    def __call__(self, context: JobContext) -> Outcome:
        self.begun.set()
        try:
            while not self.opened.wait(0.02):
                context.progress(Stage.FITTING, 0.5)
        except (JobCancelled, LeaseLost) as error:
            self.interrupted.append(type(error))
            raise
        return outcome(context)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


def test_stopping_lets_the_running_job_finish(bench: Bench, gate: Gate) -> None:
    jobs = bench.jobs(gate, workers=1)
    jobs.start()
    running, waiting = bench.submit(), bench.submit()
    jobs.wake()
    assert gate.begun.wait(30)
    opening = threading.Timer(0.5, gate.opened.set)
    opening.start()
    jobs.stop(30)
    opening.join()
    assert (bench.state(running), bench.state(waiting)) == ("done", "queued")


def test_a_job_that_outlasts_the_stopping_goes_back_unspent_and_runs_at_the_next_start(
    bench: Bench, gate: Gate
) -> None:
    jobs = bench.jobs(gate, attempts=1)
    jobs.start()
    job_id = bench.submit()
    jobs.wake()
    assert gate.begun.wait(30)
    jobs.stop(0.05)
    assert (bench.state(job_id), bench.hold(job_id)) == ("queued", "held")
    eventually(lambda: gate.interrupted == [LeaseLost])
    again = bench.jobs(attempts=1)
    again.start()
    eventually(lambda: bench.state(job_id) == "done")
    assert (bench.row(job_id).attempt, bench.row(job_id).failures) == (2, 0)
    assert len(bench.told()) == 1


def test_jobs_can_be_stopped_and_started_again(bench: Bench) -> None:
    jobs = bench.jobs()
    for _ in range(2):
        jobs.start()
        job_id = bench.submit()
        jobs.wake()
        eventually(lambda job_id=job_id: bench.state(job_id) == "done")
        jobs.stop(30)
    waiting = bench.submit()
    jobs.wake()
    assert bench.state(waiting) == "queued"


def test_stopping_what_was_never_started_is_fine(bench: Bench) -> None:
    bench.jobs().stop(1)


def test_a_job_may_take_longer_than_its_lease(bench: Bench, gate: Gate) -> None:
    jobs = bench.jobs(gate, lease_s=0.4)
    jobs.start()
    job_id = bench.submit()
    jobs.wake()
    assert gate.begun.wait(30)
    lease = bench.row(job_id).lease_until
    eventually(lambda: (bench.row(job_id).lease_until - lease).total_seconds() > 1)
    bench.jobs().sweep()
    gate.opened.set()
    eventually(lambda: bench.state(job_id) == "done")
    assert bench.row(job_id).attempt == 1


def test_cancelling_reaches_a_running_job(bench: Bench, gate: Gate) -> None:
    jobs = bench.jobs(gate)
    jobs.start()
    job_id = bench.submit()
    jobs.wake()
    assert gate.begun.wait(30)
    assert bench.cancel(job_id)
    eventually(lambda: bench.state(job_id) == "cancelled")
    assert (gate.interrupted, bench.hold(job_id)) == ([JobCancelled], "released")


# --- a database that goes away ----------------------------------------------------------

AWAY = OperationalError("COMMIT", None, Exception("the database is away"))


def test_a_result_is_written_once_the_database_is_back(bench: Bench) -> None:
    tries: list[int] = []
    discarded: list[str] = []

    def record(connection: Connection) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise AWAY

    job_id = bench.submit()
    bench.worker(
        lambda context: outcome(context, record, lambda: discarded.append("gone"))
    ).run_next()
    assert (bench.state(job_id), bench.hold(job_id), len(tries)) == ("done", "captured", 3)
    assert (discarded, len(bench.told())) == ([], 1)


def test_a_commit_that_came_through_although_it_failed_counts(url: str, bench: Bench) -> None:
    class Doubtful(Database):
        """Loses the connection right after the commit that ends the job."""

        lost = False

        @contextmanager
        def begin(self) -> Iterator[Connection]:
            with super().begin() as connection:
                yield connection
            if recorded and not self.lost:
                self.lost = True
                raise AWAY

    recorded: list[str] = []
    discarded: list[str] = []
    told: list[str] = []
    job_id = bench.submit()
    doubtful = Doubtful(url)
    bench.database, safe = doubtful, bench.database
    worker = bench.worker(
        lambda context: outcome(
            context, lambda _: recorded.append("made"), lambda: discarded.append("gone")
        ),
        on_event=lambda: told.append("told"),
    )
    bench.database = safe
    worker.run_next()
    doubtful.close()
    assert (bench.state(job_id), recorded, discarded, told) == ("done", ["made"], [], ["told"])


def test_a_database_that_stays_away_leaves_the_job_to_the_sweep(bench: Bench) -> None:
    def record(connection: Connection) -> None:
        raise AWAY

    job_id = bench.submit()
    bench.worker(lambda context: outcome(context, record), lease_s=0.01).run_next()
    assert (bench.state(job_id), bench.hold(job_id)) == ("running", "held")
    worker = bench.worker()
    worker.recover()
    worker.run_next()
    assert (bench.state(job_id), len(bench.told())) == ("done", 1)
