"""What a handler sees of its job, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from modera_bot.contracts import EventKind, Stage, StylingResult, TryOnResult
from modera_bot.db import Database, events
from modera_bot.errors import JobCancelled, LeaseLost
from modera_bot.jobs import rows
from modera_bot.jobs.rows import Job


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished job.

    `record` runs in the transaction that ends the job. `free` gives the held credits back.
    `discard` is called instead when the job may not end this way any more, because it was
    cancelled or another worker has it: it removes what was stored, and never raises.
    """

    data: TryOnResult | StylingResult
    record: Callable[[Connection], None]
    free: bool
    discard: Callable[[], None] = _nothing


class JobContext:
    """A running job, as its handler and the heartbeat see it."""

    def __init__(self, job: Job, database: Database, on_event: Callable[[], None]) -> None:
        self.job = job
        self.stage: Stage | None = None
        self.fraction = 0.0
        self._database, self._on_event = database, on_event
        self._interrupted: type[JobCancelled | LeaseLost] | None = None

    def progress(self, stage: Stage, fraction: float) -> None:
        """Tell how far the job is, 0 to 1; the next heartbeat writes it down.

        Raises JobCancelled or LeaseLost when the handler should stop.
        """
        if self._interrupted is not None:
            raise self._interrupted
        self.stage, self.fraction = stage, min(max(fraction, 0.0), 1.0)

    def emit(
        self,
        kind: EventKind,
        data: TryOnResult,
        record: Callable[[Connection], None] | None = None,
    ) -> bool:
        """Write an event while the job goes on, with `record` in the same transaction.

        A kind is told once for each job, but for FORMING: True if this was it, False if an
        earlier attempt has told it. Raises JobCancelled or LeaseLost, and then nothing was written.
        """
        job = self.job
        with self._database.begin() as connection:
            rows.ensure_owned(connection, job)
            if kind is not EventKind.FORMING and events.told(connection, job.id, kind):
                return False
            if record is not None:
                record(connection)
            events.add(
                connection,
                kind=kind,
                user_id=job.user_id,
                session_id=job.session_id,
                job_id=job.id,
                data=data,
            )
        self._on_event()
        return True

    def interrupt(self, reason: type[JobCancelled | LeaseLost]) -> None:
        """Make the next `progress` raise. Any thread."""
        self._interrupted = reason


Handler = Callable[[JobContext], Outcome]
