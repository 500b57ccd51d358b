"""Durable jobs: the database owns their state, Huey only wakes the workers.

    queued ──claim──► running ──► done | failed
      ▲                 │  └─► cancelled (asked to stop)
      └──retry, lost────┘
    queued ──cancel──► cancelled

A job and its credit hold are committed together, before a worker is woken. A worker claims a
job by compare-and-set; the claim raises `attempt`, the fencing token. While the job runs, a
heartbeat extends its lease. It ends in one transaction, fenced by the attempt: state, the
result's record, the settled hold and the event. A worker that was frozen and comes back after
its job was given to another writes nothing.

What a dead process ran is given out again: at once if it died on this machine, otherwise when
the lease has expired.
"""

from modera_bot.jobs.context import Handler, JobContext, Outcome
from modera_bot.jobs.rows import Job
from modera_bot.jobs.service import Jobs

__all__ = ["Handler", "Job", "JobContext", "Jobs", "Outcome"]
