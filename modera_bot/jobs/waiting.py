"""What waiting people are told: how many come first, how far it is, how long it takes."""

import statistics
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select

from modera_bot.contracts import JobKind, JobState, JobStatus, Stage
from modera_bot.db.schema import jobs
from modera_bot.jobs import rows

_RECENT = 20  # finished jobs from which the duration of the next is estimated


def statuses(
    connection: Connection, job_ids: Collection[str], workers: int
) -> dict[str, JobStatus]:
    """Where jobs stand, those that there are; `workers` run at once.

    The line is looked at once for all of them: with hundreds who wait, once for each would
    hold up everybody.
    """
    found = connection.execute(select(jobs).where(jobs.c.id.in_(list(job_ids)))).all()
    states = {JobState(row.state) for row in found}
    places = _places(connection) if JobState.QUEUED in states else {}
    running = _running(connection) if JobState.QUEUED in states else 0
    unfinished = (row for row in found if row.state in (JobState.QUEUED, JobState.RUNNING))
    durations = {kind: _usual_duration(connection, kind) for kind in {r.kind for r in unfinished}}

    def status(row: Any) -> JobStatus:
        state, position = JobState(row.state), places.get(row.id, 0)
        return JobStatus(
            job_id=row.id,
            session_id=row.session_id,
            state=state,
            position=position,
            stage=None if row.stage is None else Stage(row.stage),
            progress=1.0 if state is JobState.DONE else row.progress,
            eta_seconds=_seconds_left(
                state, row.progress, durations.get(row.kind), position + running, workers
            ),
        )

    return {row.id: status(row) for row in found}


def _places(connection: Connection) -> dict[str, int]:
    """Place in the line of each queued job, from 0."""
    line = rows.line()
    return {row.id: row.place for row in connection.execute(select(line.c.id, line.c.place))}


def _running(connection: Connection) -> int:
    query = select(func.count()).where(jobs.c.state == JobState.RUNNING)
    return connection.execute(query).scalar_one()


def _seconds_left(
    state: JobState, progress: float, duration: float | None, ahead: int, workers: int
) -> float | None:
    """Estimated seconds until a job is done; `ahead` are those before it, running ones too."""
    if state not in (JobState.QUEUED, JobState.RUNNING) or duration is None:
        return None
    if state is JobState.RUNNING:
        return duration * (1.0 - float(progress))
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
