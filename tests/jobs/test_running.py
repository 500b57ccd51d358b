"""How a job runs and ends: state, record, hold and event, all together or not at all."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, select

from modera_bot.contracts import EventKind, Failure, JobState, Stage
from modera_bot.db.schema import audit, credit_holds, jobs
from modera_bot.errors import (
    BackendError,
    Code,
    CreditsError,
    JobCancelled,
    JobError,
    LeaseLost,
    Refusal,
)
from modera_bot.jobs import JobContext, Outcome
from tests.jobs.bench import Bench, eventually, in_thread, outcome, result


def raising(error: Exception) -> Callable[[JobContext], Outcome]:
    def handler(context: JobContext) -> Outcome:
        raise error

    return handler


def write_down(connection: Connection) -> None:
    connection.execute(audit.insert().values(action="made"))


def count(bench: Bench, table: object) -> int:
    with bench.database.begin() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_job_that_is_done_is_recorded_paid_and_told_in_one_go(bench: Bench) -> None:
    calls: list[str] = []
    worker = bench.worker(
        lambda context: outcome(context, write_down), on_event=lambda: calls.append("told")
    )
    user_id, session_id = bench.person()
    job_id = bench.submit((user_id, session_id))
    assert worker.run_next()
    (event,) = bench.told()
    assert (event.kind, event.job_id) == (EventKind.DONE, job_id)
    assert (event.user_id, event.session_id) == (user_id, session_id)
    assert event.data is not None
    assert (bench.state(job_id), bench.hold(job_id)) == ("done", "captured")
    assert (count(bench, audit), calls) == (1, ["told"])
    assert not worker.run_next()


def test_the_handler_gets_the_job_as_it_was_submitted(bench: Bench) -> None:
    seen: list[JobContext] = []
    worker = bench.worker(lambda context: seen.append(context) or outcome(context))
    user_id, session_id = bench.person()
    job_id = bench.submit((user_id, session_id))
    worker.run_next()
    job = seen[0].job
    assert (job.id, job.user_id, job.session_id, job.attempt) == (job_id, user_id, session_id, 1)
    assert job.payload["person_key"] == "users/1/photos/p.jpg"


def test_a_free_outcome_gives_the_credits_back(bench: Bench) -> None:
    job_id = bench.submit()
    bench.worker(lambda context: outcome(context, free=True)).run_next()
    assert (bench.state(job_id), bench.hold(job_id)) == ("done", "released")


def test_a_refusal_ends_the_job_at_once_and_gives_the_credits_back(bench: Bench) -> None:
    job_id = bench.submit()
    worker = bench.worker(raising(Refusal(Code.TURNED_AWAY)))
    assert worker.run_next()
    assert not worker.run_next()
    (event,) = bench.told()
    assert (event.kind, event.data) == (EventKind.FAILED, Failure(code=Code.TURNED_AWAY))
    assert (bench.state(job_id), bench.hold(job_id)) == ("failed", "released")
    assert bench.row(job_id).error == "turned_away"


def test_a_passing_fault_is_tried_again_later_until_the_attempts_are_spent(bench: Bench) -> None:
    job_id = bench.submit()
    delays: list[float] = []
    error = BackendError(Code.BACKEND_TIMEOUT, "slow", False)
    worker = bench.worker(raising(error), wake=delays.append, attempts=3)
    for _ in range(2):
        assert worker.run_next()
        assert (bench.state(job_id), bench.hold(job_id)) == ("queued", "held")
        assert not worker.run_next()  # not due yet
        bench.make_due(job_id)
    assert worker.run_next()
    (event,) = bench.told()
    assert event.data == Failure(code=Code.BACKEND_TIMEOUT, retry=True)
    assert (bench.state(job_id), bench.hold(job_id)) == ("failed", "released")
    assert 0 < delays[0] < delays[1]


def test_a_job_that_works_the_second_time_is_paid_once(bench: Bench) -> None:
    job_id = bench.submit()
    bench.worker(raising(BackendError(Code.BACKEND_FAILED, "", False))).run_next()
    bench.make_due(job_id)
    bench.worker().run_next()
    assert [event.kind for event in bench.told()] == [EventKind.DONE]
    assert (bench.hold(job_id), bench.row(job_id).attempt) == ("captured", 2)


def test_a_bug_in_a_handler_fails_its_job_and_not_the_worker(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    broken, next_job = bench.submit(), bench.submit()
    bench.worker(raising(ZeroDivisionError("a bug"))).run_next()
    bench.worker().run_next()
    failed, done = bench.told()
    assert failed.data == Failure(code=Code.UNEXPECTED)
    assert (done.job_id, bench.hold(broken)) == (next_job, "released")
    assert broken in caplog.text
    assert "a bug" in caplog.text


def test_a_record_that_fails_leaves_nothing_of_the_result(bench: Bench) -> None:
    discarded: list[str] = []

    def record(connection: Connection) -> None:
        write_down(connection)
        raise ValueError("a bug")

    job_id = bench.submit()
    bench.worker(
        lambda context: outcome(context, record, lambda: discarded.append(context.job.id))
    ).run_next()
    (event,) = bench.told()
    assert event.data == Failure(code=Code.UNEXPECTED)
    assert (count(bench, audit), discarded, bench.hold(job_id)) == (0, [job_id], "released")


def test_trouble_in_delivery_changes_nothing_about_a_finished_job(bench: Bench) -> None:
    discarded: list[str] = []

    def trouble() -> None:
        raise RuntimeError("the loop is closed")

    job_id = bench.submit()
    worker = bench.worker(
        lambda context: outcome(context, discard=lambda: discarded.append("gone")),
        on_event=trouble,
    )
    worker.run_next()
    assert (bench.state(job_id), discarded) == ("done", [])


# --- submitting -------------------------------------------------------------------------


def test_a_submission_that_is_rolled_back_leaves_neither_job_nor_hold(bench: Bench) -> None:
    anna = bench.person()

    def change_ones_mind() -> None:
        with bench.database.begin() as connection:
            bench.submit_in(connection, anna)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change_ones_mind()
    assert (count(bench, jobs), count(bench, credit_holds)) == (0, 0)


def test_who_cannot_pay_gets_no_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise CreditsError(Code.NOT_ENOUGH_CREDITS)

    monkeypatch.setattr(bench.credits, "hold", refuse)
    with pytest.raises(CreditsError):
        bench.submit()
    assert count(bench, jobs) == 0


def test_a_person_may_have_only_so_many_unfinished_jobs(bench: Bench) -> None:
    anna, boris = bench.person(), bench.person()
    desk = bench.jobs(per_user=2)
    first = bench.submit(anna, desk)
    bench.submit(anna, desk)
    with pytest.raises(JobError) as caught:
        bench.submit(anna, desk)
    assert (caught.value.code, caught.value.permanent) == (Code.TOO_MANY_JOBS, False)
    bench.submit(boris, desk)
    bench.worker().run_next()
    assert bench.state(first) == "done"
    bench.submit(anna, desk)


def test_the_limit_holds_against_submissions_at_the_same_moment(bench: Bench) -> None:
    anna, desk = bench.person(), bench.jobs(per_user=2)
    refused: list[JobError] = []

    def submit_one() -> None:
        try:
            bench.submit(anna, desk)
        except JobError as error:
            refused.append(error)

    threads = [in_thread(submit_one) for _ in range(6)]
    for thread in threads:
        thread.join()
    assert (count(bench, jobs), len(refused)) == (2, 4)


# --- cancelling -------------------------------------------------------------------------


def test_a_queued_job_is_cancelled_at_once_and_gives_the_credits_back(bench: Bench) -> None:
    job_id = bench.submit()
    assert bench.cancel(job_id)
    assert (bench.state(job_id), bench.hold(job_id)) == ("cancelled", "released")
    assert not bench.cancel(job_id)
    assert not bench.worker().run_next()
    assert bench.told() == []


def test_a_running_job_is_asked_to_stop_and_stops_at_its_next_progress(bench: Bench) -> None:
    stopped: list[type[Exception]] = []

    def handler(context: JobContext) -> Outcome:
        try:
            context.progress(Stage.FITTING, 0.5)
        except JobCancelled as error:
            stopped.append(type(error))
            raise
        return outcome(context)

    job_id = bench.submit()
    frozen = bench.frozen(handler)
    assert bench.cancel(job_id)
    frozen.worker.beat()
    frozen.thaw()
    assert stopped == [JobCancelled]
    assert (bench.state(job_id), bench.hold(job_id)) == ("cancelled", "released")
    assert bench.told() == []


def test_a_result_that_comes_after_the_cancelling_is_discarded(bench: Bench) -> None:
    discarded: list[str] = []
    job_id = bench.submit()
    frozen = bench.frozen(
        lambda context: outcome(context, write_down, lambda: discarded.append(context.job.id))
    )
    bench.cancel(job_id)
    frozen.thaw()
    assert (bench.state(job_id), bench.hold(job_id)) == ("cancelled", "released")
    assert (bench.told(), count(bench, audit), discarded) == ([], 0, [job_id])


def test_a_fault_after_the_cancelling_tells_nobody(bench: Bench) -> None:
    job_id = bench.submit()
    frozen = bench.frozen(raising(Refusal(Code.LEANING)))
    bench.cancel(job_id)
    frozen.thaw()
    assert (bench.state(job_id), bench.hold(job_id), bench.told()) == ("cancelled", "released", [])


# --- while it runs ----------------------------------------------------------------------


def test_progress_is_written_down_by_the_heartbeat(bench: Bench) -> None:
    def advance(context: JobContext) -> Outcome:
        context.progress(Stage.FITTING, 1.7)
        context.progress(Stage.FITTING, 0.4)
        return outcome(context)

    job_id = bench.submit()
    before = bench.status(job_id)
    frozen = bench.frozen(first=advance)
    lease = bench.row(job_id).lease_until
    frozen.worker.beat()
    during = bench.status(job_id)
    assert bench.row(job_id).lease_until > lease
    frozen.thaw()
    after = bench.status(job_id)
    assert (before.state, before.stage, before.progress) == (JobState.QUEUED, None, 0.0)
    assert (during.state, during.stage, during.progress) == (JobState.RUNNING, Stage.FITTING, 0.4)
    assert (after.state, after.progress) == (JobState.DONE, 1.0)


def test_a_preview_is_told_once_however_often_the_job_begins(bench: Bench) -> None:
    answers: list[bool] = []

    def handler(context: JobContext) -> Outcome:
        answers.append(context.emit(EventKind.PREVIEW, result(context.job), write_down))
        if context.job.attempt == 1:
            raise BackendError(Code.BACKEND_FAILED, "", False)
        return outcome(context)

    job_id = bench.submit()
    worker = bench.worker(handler)
    worker.run_next()
    bench.make_due(job_id)
    worker.run_next()
    assert [event.kind for event in bench.told()] == [EventKind.PREVIEW, EventKind.DONE]
    assert (answers, count(bench, audit)) == ([True, False], 1)


@pytest.mark.parametrize("reason", [JobCancelled, LeaseLost])
def test_a_preview_that_may_not_be_told_any_more_writes_nothing(
    bench: Bench, reason: type[JobError]
) -> None:
    caught: list[type[JobError]] = []

    def handler(context: JobContext) -> Outcome:
        try:
            context.emit(EventKind.PREVIEW, result(context.job), write_down)
        except JobError as error:
            caught.append(type(error))
            raise
        return outcome(context)

    job_id = bench.submit()
    frozen = bench.frozen(handler)
    if reason is JobCancelled:
        bench.cancel(job_id)
    else:
        bench.expire_lease(job_id)
        bench.worker().recover()
    frozen.thaw()
    assert (caught, count(bench, audit), bench.told()) == ([reason], 0, [])


def test_jobs_run_as_soon_as_they_are_submitted(bench: Bench) -> None:
    jobs_here = bench.jobs()
    jobs_here.start()
    job_id = bench.submit()
    jobs_here.wake()
    eventually(lambda: bench.state(job_id) == "done")
