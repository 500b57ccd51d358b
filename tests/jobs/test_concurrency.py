"""Many workers at once: each job runs once, and a busy database is waited for."""

import sqlite3
import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from modera_bot.db.schema import credit_holds, jobs
from modera_bot.jobs import JobContext, Outcome
from tests.jobs.bench import Bench, eventually, in_thread, outcome


def test_four_workers_run_fifty_jobs_each_exactly_once(bench: Bench) -> None:
    runs: Counter[str] = Counter()
    lock = threading.Lock()

    def handler(context: JobContext) -> Outcome:
        with lock:
            runs[context.job.id] += 1
        return outcome(context)

    people = [bench.person() for _ in range(5)]
    submitted = [bench.submit(people[number % 5]) for number in range(50)]
    workers = [bench.worker(handler) for _ in range(4)]
    gate = threading.Barrier(len(workers))

    def work(number: int) -> None:
        gate.wait()
        while workers[number].run_next():
            pass

    threads = [in_thread(lambda number=number: work(number)) for number in range(4)]
    for thread in threads:
        thread.join(60)
    assert runs == Counter(submitted)
    with bench.database.begin() as connection:
        states = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        holds = select(credit_holds.c.state, func.count()).group_by(credit_holds.c.state)
        assert connection.execute(states).all() == [("done", 50)]
        assert connection.execute(holds).all() == [("captured", 50)]
    assert Counter(event.job_id for event in bench.told()) == Counter(submitted)


def test_two_processes_worth_of_jobs_share_the_work(bench: Bench, tmp_path: Path) -> None:
    """Two Jobs on one database and one queue, as two processes would be."""
    ran: dict[str, set[str]] = {"first": set(), "second": set()}

    def handler(name: str, context: JobContext) -> Outcome:
        ran[name].add(context.job.id)
        eventually(lambda: all(ran.values()))  # neither can do it all alone
        return outcome(context)

    queue = f"sqlite:///{tmp_path / 'queue.db'}"
    both = [
        bench.jobs(lambda context, name=name: handler(name, context), queue=queue, workers=1)
        for name in ran
    ]
    for process in both:
        process.start()
    submitted = {bench.submit() for _ in range(6)}
    for _ in submitted:
        both[0].wake()
    eventually(lambda: all(bench.state(job_id) == "done" for job_id in submitted))
    assert ran["first"] | ran["second"] == submitted
    assert not ran["first"] & ran["second"]


def test_cancelling_while_a_worker_claims_settles_the_hold_once(bench: Bench) -> None:
    submitted = [bench.submit() for _ in range(20)]
    worker = bench.worker()

    def work() -> None:
        while worker.run_next():
            pass

    thread = in_thread(work)
    for job_id in reversed(submitted):
        bench.cancel(job_id)
    thread.join(30)
    for job_id in submitted:
        pair = bench.state(job_id), bench.hold(job_id)
        assert pair in {("done", "captured"), ("cancelled", "released")}


def test_a_database_that_somebody_else_locks_for_seconds_is_waited_for(
    bench: Bench, url: str
) -> None:
    if not bench.database.is_sqlite:
        pytest.skip("Postgres has no such lock")
    running = bench.submit()
    frozen = bench.frozen()
    waiting = bench.submit()
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    finishing, claiming = in_thread(frozen.thaw), in_thread(bench.worker().run_next)
    finishing.join(3)
    assert finishing.is_alive()
    assert claiming.is_alive()
    other.execute("ROLLBACK")
    other.close()
    for thread in (finishing, claiming):
        thread.join(30)
    assert (bench.state(running), bench.state(waiting)) == ("done", "done")
