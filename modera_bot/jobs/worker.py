"""Runs jobs in this process: claims them, keeps their leases, writes down how they end."""

import logging
import time
from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, Connection
from sqlalchemy.exc import OperationalError

from modera_bot.config import JobsSettings
from modera_bot.contracts import Credits, EventKind, Failure, JobKind, JobState, Wire
from modera_bot.db import Database, events
from modera_bot.db.schema import now
from modera_bot.errors import Code, JobCancelled, LeaseLost, ModeraError
from modera_bot.jobs import owner, rows
from modera_bot.jobs.context import Handler, JobContext, Outcome
from modera_bot.jobs.rows import Job, Lease

_log = logging.getLogger(__name__)

_LONGEST_DELAY_S = 60.0  # before another attempt
_PAUSE_S = 0.5  # before writing down again what the database did not take


class Worker:
    """What the worker threads and the keeper of this process do. All methods: any thread."""

    def __init__(
        self,
        database: Database,
        settings: JobsSettings,
        credits: Credits,
        handlers: Mapping[JobKind, Handler],
        *,
        on_event: Callable[[], None],
        wake: Callable[[float], None],
    ) -> None:
        """`wake(seconds)` has a worker look for a job after that time."""
        self._database, self._settings, self._credits = database, settings, credits
        self._handlers, self._on_event, self._wake = dict(handlers), on_event, wake
        self._owner = owner.token()
        self._running: set[JobContext] = set()

    def run_next(self) -> bool:
        """Claim the job whose turn it is and run it; False if none is due."""
        with self._database.begin() as connection:
            job = rows.claim(
                connection,
                owner=self._owner,
                lease_s=self._settings.lease_s,
                kinds=[*self._handlers],
            )
        if job is None:
            return False
        context = JobContext(job, self._database, self._notify)
        self._running.add(context)
        try:
            self._run(context)
        except LeaseLost:
            _log.warning("job %s, attempt %d: another worker has it", job.id, job.attempt)
        except Exception:
            _log.exception("job %s, attempt %d: left to the sweep", job.id, job.attempt)
        finally:
            self._running.discard(context)
        return True

    def beat(self) -> None:
        """Extend the leases of the running jobs, and see which of them should stop."""
        for context in tuple(self._running):
            try:
                with self._database.begin() as connection:  # for each, lest locks pile up
                    cancelled = rows.extend(
                        connection,
                        context.job,
                        self._settings.lease_s,
                        context.stage,
                        context.fraction,
                    )
            except LeaseLost:
                context.interrupt(LeaseLost)
            else:
                if cancelled:
                    context.interrupt(JobCancelled)

    def give_back(self) -> None:
        """Put what still runs back in the line, unspent; its handlers can write no more."""
        for context in tuple(self._running):
            context.interrupt(LeaseLost)
            if self._requeue(context.job, spent=False):
                _log.info("job %s: given back", context.job.id)
                self._wake(0.0)

    def recover(self) -> None:
        """Give the jobs of dead and frozen workers to others, or end them as lost."""
        with self._database.begin() as connection:
            leases = rows.leases(connection)
        for lease in leases:
            if lease.until < now() or owner.is_dead(lease.owner):
                self._recover(lease)

    def _recover(self, lease: Lease) -> None:
        job = lease.job
        _log.warning("job %s, attempt %d: its worker is gone", job.id, job.attempt)
        try:
            if not self._requeue(job, lease.untouched):
                self._end(job, Failure(code=Code.JOB_LOST, retry=True), lease.untouched)
        except LeaseLost:
            pass  # it is not gone, or another sweep was quicker

    def _run(self, context: JobContext) -> None:
        """Run the handler and write down how it went. Raises LeaseLost."""
        job = context.job
        try:
            self._succeed(job, self._handlers[job.kind](context))
        except (LeaseLost, OperationalError):  # the database is away: the lease will run out
            raise
        except JobCancelled:
            self._end(job, None)
        except ModeraError as error:
            _log.info("job %s, attempt %d: %s", job.id, job.attempt, error)
            if error.permanent or not self._retry(job):
                self._end(job, Failure(code=error.code, retry=error.retry))
        except Exception:
            _log.exception("job %s, attempt %d: unexpected", job.id, job.attempt)
            self._end(job, Failure(code=Code.UNEXPECTED))

    def _succeed(self, job: Job, outcome: Outcome) -> None:
        """Commit the outcome, trying again while the database is away.

        Discards it if the job may not end so any more. Raises LeaseLost.
        """
        deadline = time.monotonic() + self._settings.lease_s
        unsure = False  # whether a commit that failed may have come through
        while True:
            try:
                if not self._end(job, outcome):
                    outcome.discard()
                return
            except OperationalError as error:
                if time.monotonic() > deadline:
                    raise
                _log.warning("job %s: its result could not be written: %s", job.id, error)
                unsure = True
                time.sleep(_PAUSE_S)
            except LeaseLost:
                if unsure and self._has_ended(job):
                    self._notify()
                    return
                outcome.discard()
                raise
            except Exception:
                outcome.discard()
                raise

    def _has_ended(self, job: Job) -> bool:
        with self._database.begin() as connection:
            return rows.has_ended(connection, job)

    def _retry(self, job: Job) -> bool:
        """Put a failed job back in the line, due after a while; False if all is spent."""
        delay_s = min(2.0**job.attempt, _LONGEST_DELAY_S)
        if not self._requeue(job, delay_s=delay_s):
            return False
        self._wake(delay_s)
        return True

    def _requeue(
        self,
        job: Job,
        *conditions: ColumnElement[bool],
        delay_s: float = 0.0,
        spent: bool = True,
    ) -> bool:
        with self._database.begin() as connection:
            return rows.requeue(
                connection,
                job,
                *conditions,
                delay_s=delay_s,
                spent=spent,
                attempts=self._settings.attempts,
            )

    def _end(
        self, job: Job, ending: Outcome | Failure | None, *conditions: ColumnElement[bool]
    ) -> bool:
        """State, record, hold and event in one transaction; None: cancelled.

        Returns False if it ended as cancelled because its owner has asked for that. Raises
        LeaseLost, and then nothing was written.
        """
        wanted = _state(ending)
        error = ending.code if isinstance(ending, Failure) else None
        with self._database.begin() as connection:
            state, hold_id = rows.finish(connection, job, wanted, *conditions, error=error)
            if state is JobState.DONE and isinstance(ending, Outcome):
                ending.record(connection)
                _tell(connection, job, EventKind.DONE, ending.data)
            if state is JobState.FAILED and isinstance(ending, Failure):
                _tell(connection, job, EventKind.FAILED, ending)
            if state is JobState.DONE and isinstance(ending, Outcome) and not ending.free:
                self._credits.capture(connection, hold_id)
            else:
                self._credits.release(connection, hold_id, error or state)
        if state is not JobState.CANCELLED:
            self._notify()
        return state is wanted

    def _notify(self) -> None:
        """Tell delivery of an event that is committed; whatever happens there, it stays so."""
        try:
            self._on_event()
        except Exception:
            _log.exception("delivery could not be told of an event")


def _state(ending: Outcome | Failure | None) -> JobState:
    match ending:
        case Outcome():
            return JobState.DONE
        case Failure():
            return JobState.FAILED
        case None:
            return JobState.CANCELLED


def _tell(connection: Connection, job: Job, kind: EventKind, data: Wire) -> None:
    events.add(
        connection,
        kind=kind,
        user_id=job.user_id,
        session_id=job.session_id,
        job_id=job.id,
        data=data,
    )
