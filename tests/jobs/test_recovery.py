"""Workers that die, freeze or stop: each job still ends once, and nothing is written twice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from modera_bot.contracts import EventKind, Failure, Stage
from modera_bot.db.schema import audit, users
from modera_bot.errors import Code, LeaseLost
from modera_bot.jobs import JobContext, Outcome, rows
from tests.jobs.bench import Bench, eventually, in_thread, outcome


def test_a_frozen_workers_job_goes_to_another_and_the_frozen_one_writes_nothing(
    bench: Bench,
) -> None:
    discarded: list[int] = []

    def record_and_discard(context: JobContext) -> Outcome:
        return outcome(
            context,
            lambda connection: connection.execute(audit.insert().values(action="made")),
            lambda: discarded.append(context.job.attempt),
        )

    job_id = bench.submit()
    frozen = bench.frozen(record_and_discard)
    bench.expire_lease(job_id)
    other = bench.worker(record_and_discard)
    other.recover()
    assert bench.state(job_id) == "queued"
    assert other.run_next()
    frozen.thaw()
    (event,) = bench.told()
    assert (event.kind, bench.hold(job_id)) == (EventKind.DONE, "captured")
    assert (bench.row(job_id).attempt, discarded) == (2, [1])
    with bench.database.begin() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1


def test_a_frozen_worker_cannot_end_the_job_that_another_has_begun(bench: Bench) -> None:
    job_id = bench.submit()
    first = bench.frozen()
    bench.expire_lease(job_id)
    bench.worker().recover()
    second = bench.frozen()
    lease = bench.row(job_id).lease_until
    first.worker.beat()
    first.thaw()
    assert (bench.state(job_id), bench.row(job_id).lease_until) == ("running", lease)
    assert bench.told() == []
    second.thaw()
    assert (bench.state(job_id), len(bench.told())) == ("done", 1)


def test_a_worker_that_lost_its_lease_hears_of_it_at_its_next_progress(bench: Bench) -> None:
    caught: list[LeaseLost] = []

    def handler(context: JobContext) -> Outcome:
        try:
            context.progress(Stage.FITTING, 0.5)
        except LeaseLost as error:
            caught.append(error)
            raise
        return outcome(context)

    job_id = bench.submit()
    frozen = bench.frozen(handler)
    bench.expire_lease(job_id)
    bench.worker().recover()
    frozen.worker.beat()
    frozen.thaw()
    assert len(caught) == 1
    assert bench.state(job_id) == "queued"


def test_a_lease_that_is_kept_up_is_left_alone(bench: Bench) -> None:
    job_id = bench.submit()
    frozen = bench.frozen()
    bench.expire_lease(job_id)
    frozen.worker.beat()
    bench.worker().recover()
    assert bench.state(job_id) == "running"
    frozen.thaw()
    assert bench.state(job_id) == "done"


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_lease_that_is_extended_while_the_sweep_looks_is_left_alone(
    bench: Bench, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = bench.submit()
    frozen = bench.frozen()
    bench.expire_lease(job_id)
    leases = rows.leases

    def look_and_be_overtaken(connection: Connection) -> list[rows.Lease]:
        found = leases(connection)
        for lease in found:
            rows.extend(connection, lease.job, 60, None, 0.0)
        return found

    monkeypatch.setattr(rows, "leases", look_and_be_overtaken)
    bench.worker(attempts=attempts).recover()
    assert (bench.state(job_id), bench.row(job_id).failures) == ("running", 0)
    frozen.thaw()
    assert bench.state(job_id) == "done"


def test_a_job_that_is_lost_each_time_fails_and_gives_the_credits_back(bench: Bench) -> None:
    job_id = bench.submit()
    for _ in range(2):
        bench.frozen()
        bench.expire_lease(job_id)
        bench.worker(attempts=2).recover()
    (event,) = bench.told()
    assert (event.kind, event.data) == (EventKind.FAILED, Failure(code=Code.JOB_LOST, retry=True))
    assert (bench.state(job_id), bench.hold(job_id)) == ("failed", "released")


def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(bench: Bench) -> None:
    job_id = bench.submit()
    bench.frozen()
    bench.cancel(job_id)
    bench.expire_lease(job_id)
    bench.worker().recover()
    assert (bench.state(job_id), bench.hold(job_id)) == ("cancelled", "released")
    assert bench.told() == []


def test_the_job_of_an_erased_person_leaves_nothing(bench: Bench) -> None:
    discarded: list[str] = []
    user_id, session_id = bench.person()
    bench.submit((user_id, session_id))
    frozen = bench.frozen(
        lambda context: outcome(context, discard=lambda: discarded.append("gone"))
    )
    with bench.database.begin() as connection:
        connection.execute(users.delete().where(users.c.id == user_id))
    frozen.thaw()
    assert (bench.told(), discarded) == ([], ["gone"])


def test_erasing_a_person_while_their_job_ends_waits_its_turn(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    user_id, session_id = bench.person()
    bench.submit((user_id, session_id))
    erasing: list[threading.Thread] = []

    def erase() -> None:
        with bench.database.begin() as connection:
            connection.execute(users.delete().where(users.c.id == user_id))

    def record(connection: Connection) -> None:
        erasing.append(in_thread(erase))
        erasing[0].join(0.5)

    bench.worker(lambda context: outcome(context, record)).run_next()
    erasing[0].join(30)
    assert not erasing[0].is_alive()
    with bench.database.begin() as connection:
        assert connection.execute(select(users.c.id)).all() == []
    assert (bench.told(), caplog.text) == ([], "")


def test_a_sweep_wakes_workers_for_jobs_whose_message_was_lost(bench: Bench) -> None:
    jobs = bench.jobs()
    jobs.start()
    job_id = bench.submit()  # and nobody calls wake()
    jobs.sweep()
    eventually(lambda: bench.state(job_id) == "done")


# --- processes --------------------------------------------------------------------------


class Doomed:
    """A process that runs jobs and finishes one for each line that it gets."""

    def __init__(self, url: str, queue: str, lease_s: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.doomed", url, queue, str(lease_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def finish_a_job(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go on\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def queue(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'queue.db'}"


@pytest.fixture
def doomed(url: str, queue: str) -> Iterator[Doomed]:
    process = Doomed(url, queue, 600)
    yield process
    process.close()


def test_after_kill_9_the_next_start_takes_the_job_over_at_once(
    bench: Bench, doomed: Doomed, queue: str
) -> None:
    job_id, waiting = bench.submit(), bench.submit()
    jobs = bench.jobs(queue=queue, lease_s=600)
    jobs.wake()
    assert doomed.says() == job_id
    jobs.sweep()
    assert (bench.state(job_id), bench.row(job_id).attempt) == ("running", 1)  # it lives
    doomed.kill()  # not waited for: a zombie is dead as well
    eventually(lambda: zombie(doomed.process.pid))
    jobs.start()
    assert bench.row(job_id).failures == 1  # noticed before anything else
    eventually(lambda: bench.state(job_id) == bench.state(waiting) == "done")
    assert bench.row(job_id).attempt == 2
    assert (bench.hold(job_id), len(bench.told())) == ("captured", 2)


def zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def test_a_process_that_was_stopped_meanwhile_discards_its_result(
    bench: Bench, doomed: Doomed
) -> None:
    job_id = bench.submit()
    assert doomed.says() == job_id
    os.kill(doomed.process.pid, signal.SIGSTOP)
    bench.expire_lease(job_id)
    worker = bench.worker()
    worker.recover()
    assert worker.run_next()
    os.kill(doomed.process.pid, signal.SIGCONT)
    doomed.finish_a_job()
    assert doomed.says() == "discarded"
    assert (len(bench.told()), bench.row(job_id).attempt) == (1, 2)
