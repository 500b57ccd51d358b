"""The queries behind jobs: each changes a row only if it still is as the caller believes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, case, false, func, select

from modera_bot.contracts import JobKind, JobState, Stage, Wire
from modera_bot.db.schema import jobs, now, users
from modera_bot.errors import Code, JobCancelled, LeaseLost


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. `attempt` counts its claims and never repeats."""

    id: str
    kind: JobKind
    user_id: int
    session_id: str
    payload: dict[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job as whoever submitted it sees it; `error` is why it failed."""

    id: str
    payload: dict[str, Any]
    error: Code | None


@dataclass(frozen=True, slots=True)
class Lease:
    """A running job as others see it."""

    job: Job
    owner: str
    until: datetime

    @property
    def untouched(self) -> ColumnElement[bool]:
        """True of the row as long as its owner has not extended the lease."""
        return jobs.c.lease_until == self.until


# --- waiting ----------------------------------------------------------------------------


def count_unfinished(connection: Connection, user_id: int) -> int:
    """Jobs of a person that have not ended; holds others who ask until the commit."""
    connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())
    query = select(func.count()).where(
        jobs.c.user_id == user_id, jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING])
    )
    return connection.execute(query).scalar_one()


def insert(
    connection: Connection,
    *,
    job_id: str,
    kind: JobKind,
    user_id: int,
    session_id: str,
    hold_id: str,
    payload: Wire,
) -> None:
    connection.execute(
        jobs.insert().values(
            id=job_id,
            kind=kind,
            user_id=user_id,
            session_id=session_id,
            hold_id=hold_id,
            state=JobState.QUEUED,
            payload=payload.model_dump(mode="json"),
        )
    )


def of_session(connection: Connection, session_id: str) -> Submitted | None:
    """The last job of a session."""
    query = (
        select(jobs.c.id, jobs.c.payload, jobs.c.error)
        .where(jobs.c.session_id == session_id)
        .order_by(jobs.c.queued_at.desc(), jobs.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Submitted(row.id, dict(row.payload), None if row.error is None else Code(row.error))


def line(*conditions: ColumnElement[bool]) -> Subquery:
    """The queued jobs with their `place` in the line, from 0.

    Fair between people: who has fewer jobs running, counting those of their own that come
    before, is next; among equals who was served longest ago; then who came first.
    """
    running = (
        select(jobs.c.user_id, func.count().label("jobs"))
        .where(jobs.c.state == JobState.RUNNING)
        .group_by(jobs.c.user_id)
        .subquery()
    )
    other = jobs.alias()
    served = select(func.max(other.c.started_at)).where(other.c.user_id == jobs.c.user_id)
    came = jobs.c.queued_at, jobs.c.id
    own = func.row_number().over(partition_by=jobs.c.user_id, order_by=came)
    waiting = (
        select(
            *came,
            (own - 1 + func.coalesce(running.c.jobs, 0)).label("before"),
            served.scalar_subquery().label("served"),
        )
        .select_from(jobs.outerjoin(running, running.c.user_id == jobs.c.user_id))
        .where(jobs.c.state == JobState.QUEUED, *conditions)
        .subquery()
    )
    order = waiting.c.before, waiting.c.served.nulls_first(), waiting.c.queued_at, waiting.c.id
    place = func.row_number().over(order_by=order) - 1
    return select(waiting.c.id, place.label("place")).subquery()


def claim(
    connection: Connection, *, owner: str, lease_s: float, kinds: list[JobKind]
) -> Job | None:
    """Take the job whose turn it is and make it running; None if none is due."""
    ready = line(jobs.c.due_at <= now(), jobs.c.kind.in_(kinds))
    first = select(ready.c.id).order_by(ready.c.place).limit(1)
    while (job_id := connection.execute(first).scalar_one_or_none()) is not None:
        taken = (
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.state == JobState.QUEUED)
            .values(
                state=JobState.RUNNING,
                attempt=jobs.c.attempt + 1,
                owner=owner,
                lease_until=now() + timedelta(seconds=lease_s),
                started_at=now(),
            )
            .returning(*_JOB)
        )
        row = connection.execute(taken).one_or_none()
        if row is not None:  # else another worker was quicker
            return _job(row)
    return None


def count_due(connection: Connection) -> int:
    """Queued jobs that could be started now."""
    query = select(func.count()).where(jobs.c.state == JobState.QUEUED, jobs.c.due_at <= now())
    return connection.execute(query).scalar_one()


# --- running ----------------------------------------------------------------------------


def leases(connection: Connection) -> list[Lease]:
    """All running jobs."""
    query = select(*_JOB, jobs.c.owner, jobs.c.lease_until).where(jobs.c.state == JobState.RUNNING)
    return [Lease(_job(row), row.owner, row.lease_until) for row in connection.execute(query)]


def extend(
    connection: Connection, job: Job, lease_s: float, stage: Stage | None, progress: float
) -> bool:
    """Heartbeat: extend the lease and write the progress down.

    Returns whether the owner has asked to cancel. Raises LeaseLost.
    """
    row = connection.execute(
        jobs.update()
        .where(*_owned(job))
        .values(lease_until=now() + timedelta(seconds=lease_s), stage=stage, progress=progress)
        .returning(jobs.c.cancel_requested)
    ).one_or_none()
    if row is None:
        raise LeaseLost
    return bool(row.cancel_requested)


def ensure_owned(connection: Connection, job: Job) -> None:
    """Keep the job as it is until the commit. Raises JobCancelled or LeaseLost."""
    _keep_person(connection, job)
    row = connection.execute(
        select(jobs.c.cancel_requested).where(*_owned(job)).with_for_update()
    ).one_or_none()
    if row is None:
        raise LeaseLost
    if row.cancel_requested:
        raise JobCancelled


def requeue(
    connection: Connection,
    job: Job,
    *conditions: ColumnElement[bool],
    delay_s: float = 0.0,
    spent: bool = True,
    attempts: int,
) -> bool:
    """Give a running job back to the line.

    `spent` counts this attempt as one of the `attempts`. False if all are spent, if it was to
    be cancelled, if it is no longer ours or if a condition fails.
    """
    failures = jobs.c.failures + int(spent)
    changed = connection.execute(
        jobs.update()
        .where(
            *_owned(job),
            *conditions,
            jobs.c.cancel_requested == false(),
            failures < attempts,
        )
        .values(
            state=JobState.QUEUED,
            failures=failures,
            due_at=now() + timedelta(seconds=delay_s),
            owner=None,
            lease_until=None,
            stage=None,
            progress=0.0,
        )
    )
    return changed.rowcount == 1


def finish(
    connection: Connection,
    job: Job,
    state: JobState,
    *conditions: ColumnElement[bool],
    error: Code | None = None,
) -> tuple[JobState, str]:
    """End a running job as `state`, or as cancelled if that was asked for.

    Returns the state it ended in and its hold. Raises LeaseLost if it is no longer ours or a
    condition fails.
    """
    _keep_person(connection, job)
    row = connection.execute(
        jobs.update()
        .where(*_owned(job), *conditions)
        .values(
            state=case((jobs.c.cancel_requested, JobState.CANCELLED), else_=state),
            error=error,
            finished_at=now(),
            lease_until=None,
        )
        .returning(jobs.c.state, jobs.c.hold_id)
    ).one_or_none()
    if row is None:
        raise LeaseLost
    return JobState(row.state), str(row.hold_id)


def has_ended(connection: Connection, job: Job) -> bool:
    """Whether the job ended in this very attempt."""
    query = select(jobs.c.id).where(
        jobs.c.id == job.id, jobs.c.attempt == job.attempt, jobs.c.finished_at.is_not(None)
    )
    return connection.execute(query).first() is not None


# --- its owner's wishes -----------------------------------------------------------------


def cancel_queued(connection: Connection, job_id: str) -> str | None:
    """Cancel a job that has not begun; returns its hold, None if it is not queued."""
    return connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, jobs.c.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, finished_at=now())
        .returning(jobs.c.hold_id)
    ).scalar_one_or_none()


def ask_to_stop(connection: Connection, job_id: str) -> bool:
    """Ask a running job to stop; False if it is not running."""
    changed = connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, jobs.c.state == JobState.RUNNING)
        .values(cancel_requested=True)
    )
    return changed.rowcount == 1


_JOB = (
    jobs.c.id,
    jobs.c.kind,
    jobs.c.user_id,
    jobs.c.session_id,
    jobs.c.payload,
    jobs.c.attempt,
)


def _job(row: Any) -> Job:
    return Job(
        row.id, JobKind(row.kind), row.user_id, row.session_id, dict(row.payload), row.attempt
    )


def _keep_person(connection: Connection, job: Job) -> None:
    """Lock the person against erasure before the job, in the order in which erasing locks.

    Otherwise an event written after the job was locked waits for the erasing, which waits for
    the job.
    """
    person = select(users.c.id).where(users.c.id == job.user_id)
    connection.execute(person.with_for_update(read=True, key_share=True))


def _owned(job: Job) -> tuple[ColumnElement[bool], ...]:
    """The fence: true as long as this attempt is the one that runs."""
    return (
        jobs.c.id == job.id,
        jobs.c.attempt == job.attempt,
        jobs.c.state == JobState.RUNNING,
    )
