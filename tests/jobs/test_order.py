"""Whose job is next, and what those who wait are told."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from modera_bot.contracts import JobState
from modera_bot.db.schema import now
from modera_bot.jobs import JobContext, Outcome
from tests.jobs.bench import Bench, outcome


def served(bench: Bench, count: int) -> list[str]:
    """Run the next jobs, one after the other; returns their ids in order."""
    order: list[str] = []

    def handler(context: JobContext) -> Outcome:
        order.append(context.job.id)
        return outcome(context)

    worker = bench.worker(handler)
    for _ in range(count):
        assert worker.run_next()
    return order


def test_one_persons_jobs_are_served_in_the_order_they_came(bench: Bench) -> None:
    anna = bench.person()
    jobs = [bench.submit(anna) for _ in range(4)]
    assert served(bench, 4) == jobs


def test_who_has_twenty_jobs_does_not_keep_another_waiting(bench: Bench) -> None:
    anna, boris = bench.person(), bench.person()
    many = [bench.submit(anna) for _ in range(20)]
    first, second = bench.submit(boris), bench.submit(boris)
    assert served(bench, 4) == [many[0], first, many[1], second]
    assert served(bench, 18) == many[2:]


def test_who_has_a_job_running_comes_after_those_who_have_none(bench: Bench) -> None:
    anna, boris = bench.person(), bench.person()
    bench.submit(anna)
    bench.frozen()
    bench.submit(boris)
    served(bench, 1)  # boris was served after anna, and yet he is next
    later, other = bench.submit(anna), bench.submit(boris)
    assert served(bench, 2) == [other, later]


def test_positions_are_the_order_in_which_jobs_are_then_served(bench: Bench) -> None:
    anna, boris, vera = (bench.person() for _ in range(3))
    jobs = [bench.submit(who) for who in (anna, anna, anna, boris, vera, boris)]
    places = {bench.status(job_id).position: job_id for job_id in jobs}
    assert sorted(places) == [0, 1, 2, 3, 4, 5]
    assert served(bench, 6) == [places[place] for place in range(6)]


def test_a_position_moves_up_and_a_running_job_has_none_before_it(bench: Bench) -> None:
    bench.submit()
    job_id = bench.submit()
    assert bench.status(job_id).position == 1
    frozen = bench.frozen()
    assert (bench.status(job_id).position, bench.status(job_id).state) == (0, JobState.QUEUED)
    frozen.thaw()
    frozen = bench.frozen()
    assert (bench.status(job_id).position, bench.status(job_id).state) == (0, JobState.RUNNING)


def test_a_job_that_is_not_due_yet_does_not_hold_up_the_line(bench: Bench) -> None:
    first, second = bench.submit(), bench.submit()
    bench.change(first, due_at=now() + timedelta(minutes=1))
    assert served(bench, 1) == [second]


def test_nobody_knows_a_job_that_does_not_exist(bench: Bench) -> None:
    with bench.database.begin() as connection:
        assert bench.jobs().status(connection, "0" * 32) is None
        assert not bench.jobs().cancel(connection, "0" * 32)


# --- how long it takes ------------------------------------------------------------------


def done_in(bench: Bench, *seconds: float) -> None:
    """Have jobs behind us that took so long."""
    for duration in seconds:
        job_id = bench.submit()
        bench.worker().run_next()
        started = now() - timedelta(hours=1)
        bench.change(job_id, started_at=started, finished_at=started + timedelta(seconds=duration))


def test_without_experience_no_time_is_promised(bench: Bench) -> None:
    assert bench.status(bench.submit()).eta_seconds is None


def test_the_time_left_comes_from_what_jobs_took_before(bench: Bench) -> None:
    done_in(bench, 9, 10, 600)  # one that took very long spoils nothing
    desk = bench.jobs(workers=2)
    jobs = [bench.submit() for _ in range(4)]
    assert [bench.status(job_id, desk).eta_seconds for job_id in jobs] == [10, 10, 15, 20]
    bench.frozen()
    bench.change(jobs[0], progress=0.25)
    assert bench.status(jobs[0], desk).eta_seconds == pytest.approx(7.5)
    assert bench.status(jobs[1], desk).eta_seconds == 10


def test_who_is_done_waits_no_more(bench: Bench) -> None:
    job_id = bench.submit()
    bench.worker().run_next()
    status = bench.status(job_id)
    assert (status.state, status.progress, status.eta_seconds) == (JobState.DONE, 1.0, None)


def test_a_look_at_many_who_wait_asks_the_database_no_more_than_at_few(bench: Bench) -> None:
    done_in(bench, 10)
    job_ids = [bench.submit() for _ in range(30)]
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(bench.database.engine, "before_cursor_execute", note)
    desk = bench.jobs()
    with bench.database.begin() as connection:
        few = desk.statuses(connection, job_ids[:2])
        count = len(asked)
        many = desk.statuses(connection, [*job_ids, "0" * 32])
    event.remove(bench.database.engine, "before_cursor_execute", note)
    assert len(asked) - count == count - sum("BEGIN" in statement for statement in asked)
    assert {job_id: many[job_id] for job_id in few} == few
    assert [many[job_id].position for job_id in job_ids] == [*range(30)]
    assert len(many) == 30
