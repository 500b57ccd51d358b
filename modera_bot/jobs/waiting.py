"""What a waiting person is told: how many come first, how far it is, how long it takes."""

import statistics
from typing import Any

from sqlalchemy import Connection, func, select

from modera_bot.contracts import JobKind, JobState, JobStatus, Stage
from modera_bot.db.schema import jobs
from modera_bot.jobs import rows

_RECENT = 20  # finished jobs from which the duration of the next is estimated


def status(connection: Connection, job_id: str, workers: int) -> JobStatus | None:
    """Where a job stands, None if there is no such job; `workers` run at once."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        return None
    state = JobState(row.state)
    position = _position(connection, job_id) if state is JobState.QUEUED else 0
    return JobStatus(
        job_id=row.id,
        session_id=row.session_id,
        state=state,
        position=position,
        stage=None if row.stage is None else Stage(row.stage),
        progress=1.0 if state is JobState.DONE else row.progress,
        eta_seconds=_seconds_left(connection, row, state, position, workers),
    )


def _position(connection: Connection, job_id: str) -> int:
    line = rows.line()
    query = select(line.c.place).where(line.c.id == job_id)
    return connection.execute(query).scalar_one_or_none() or 0


def _seconds_left(
    connection: Connection, row: Any, state: JobState, position: int, workers: int
) -> float | None:
    """Estimated seconds until the job is done."""
    if state not in (JobState.QUEUED, JobState.RUNNING):
        return None
    duration = _usual_duration(connection, row.kind)
    if duration is None:
        return None
    if state is JobState.RUNNING:
        return duration * (1.0 - float(row.progress))
    running = select(func.count()).where(jobs.c.state == JobState.RUNNING)
    ahead = position + connection.execute(running).scalar_one()
    return duration * (1.0 + max(0, ahead - workers + 1) / workers)


def _usual_duration(connection: Connection, kind: JobKind) -> float | None:
    """Median seconds that the last jobs of a kind took, None if none has finished yet."""
    recent = connection.execute(
        select(jobs.c.started_at, jobs.c.finished_at)
        .where(jobs.c.kind == kind, jobs.c.state == JobState.DONE)
        .order_by(jobs.c.queued_at.desc())  # has an index
        .limit(_RECENT)
    ).all()
    seconds = [(row.finished_at - row.started_at).total_seconds() for row in recent]
    return statistics.median(seconds) if seconds else None
