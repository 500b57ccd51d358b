"""The jobs of this process and of all others that share its database."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from uuid import uuid4

from sqlalchemy import Connection

from modera_bot.config import JobsSettings
from modera_bot.contracts import Credits, Feature, JobKind, JobState, JobStatus, Wire
from modera_bot.db import Database
from modera_bot.errors import Code, JobError
from modera_bot.jobs import rows, waiting
from modera_bot.jobs.context import Handler
from modera_bot.jobs.queue import Queue
from modera_bot.jobs.worker import Worker

_log = logging.getLogger(__name__)

_BEAT_S, _SWEEP_S = 1.0, 5.0


class Jobs:
    """Submits, watches and cancels jobs; runs them between `start` and `stop`."""

    def __init__(
        self,
        database: Database,
        settings: JobsSettings,
        credits: Credits,
        handlers: Mapping[JobKind, Handler],
        *,
        secret: bytes,
        on_event: Callable[[], None],
    ) -> None:
        """`secret` signs the queue's messages; `on_event` is called after each event's commit,
        from a worker thread."""
        self._database, self._settings, self._credits = database, settings, credits
        self._queue = Queue(settings.queue, secret, self._work)
        self._worker = Worker(
            database, settings, credits, handlers, on_event=on_event, wake=self._queue.wake
        )
        self._stopping, self._stopped = threading.Event(), threading.Event()
        self._keeper: threading.Thread | None = None

    # --- for those who want something done ---

    def submit(
        self,
        conn: Connection,
        *,
        kind: JobKind,
        user_id: int,
        session_id: str,
        payload: Wire,
        feature: Feature,
        amount: int,
    ) -> str:
        """Queue a job and hold its credits in the caller's transaction; returns its id.

        Call `wake` after the commit. Raises CreditsError, or JobError(TOO_MANY_JOBS).
        """
        if rows.count_unfinished(conn, user_id) >= self._settings.per_user:
            raise JobError(Code.TOO_MANY_JOBS, f"user {user_id}", False)
        job_id = uuid4().hex
        hold_id = self._credits.hold(
            conn, user_id=user_id, amount=amount, feature=feature, job_id=job_id
        )
        rows.insert(
            conn,
            job_id=job_id,
            kind=kind,
            user_id=user_id,
            session_id=session_id,
            hold_id=hold_id,
            payload=payload,
        )
        return job_id

    def wake(self) -> None:
        """Have a worker look for a job. Any thread; never raises."""
        self._queue.wake()

    def cancel(self, conn: Connection, job_id: str) -> bool:
        """Cancel a queued job at once, ask a running one to stop; False if it has ended.

        A job that was asked to stop ends as cancelled even if its result comes first.
        """
        hold_id = rows.cancel_queued(conn, job_id)
        if hold_id is None:
            return rows.ask_to_stop(conn, job_id)
        self._credits.release(conn, hold_id, JobState.CANCELLED)
        return True

    def status(self, conn: Connection, job_id: str) -> JobStatus | None:
        """Where a job stands, None if there is no such job."""
        return self.statuses(conn, [job_id]).get(job_id)

    def statuses(self, conn: Connection, job_ids: Collection[str]) -> dict[str, JobStatus]:
        """The same of several at once, those that there are."""
        return waiting.statuses(conn, job_ids, self._settings.workers)

    def check(self) -> None:
        """Raise, in the driver's own way, if the queue does not answer."""
        self._queue.check()

    def of_session(self, conn: Connection, session_id: str) -> rows.Submitted | None:
        """The last job of a session, None if it has none."""
        return rows.of_session(conn, session_id)

    # --- for the process that does it ---

    def start(self) -> None:
        """Take over what dead processes left, then run jobs. Any thread."""
        self._stopping.clear()
        self._stopped.clear()
        self.sweep()
        self._queue.start(self._settings.workers)
        self._keeper = threading.Thread(target=self._keep, name="jobs-keeper", daemon=True)
        self._keeper.start()

    def stop(self, timeout_s: float) -> None:
        """Start no more jobs and let the running ones finish.

        Those that still run after the timeout go back to the line, which counts as no
        attempt; their handlers are told by LeaseLost and can write nothing more.
        """
        self._stopping.set()
        if not self._queue.stop(timeout_s):
            self._worker.give_back()
        self._stopped.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        self._queue.close()

    def sweep(self) -> None:
        """Recover the jobs of dead and frozen workers, and make up for lost wake-ups."""
        self._worker.recover()
        with self._database.begin() as connection:
            due = rows.count_due(connection)
        if due and self._queue.is_empty():
            for _ in range(min(due, self._settings.workers)):
                self._queue.wake()

    def _work(self) -> None:
        """What a worker thread does when it is woken."""
        while not self._stopping.is_set() and self._worker.run_next():
            pass

    def _keep(self) -> None:
        """Heartbeats and, less often, sweeps until the end."""
        beat_s = min(_BEAT_S, self._settings.lease_s / 4)
        next_sweep = time.monotonic() + _SWEEP_S
        while not self._stopped.wait(beat_s):
            try:
                self._worker.beat()
                if time.monotonic() >= next_sweep:
                    next_sweep = time.monotonic() + _SWEEP_S
                    self._queue.revive()
                    self.sweep()
            except Exception:  # the database is away; leases outlast that for a while
                _log.exception("keeping the jobs' leases failed")
