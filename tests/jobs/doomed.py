"""A process that runs jobs and never finishes one, to be killed or stopped from outside.

Arguments: database URL, queue URL, seconds of the lease. Prints a line for each job begun;
finishes a job when a line comes in.
"""

import sys
import threading

from modera_bot.config import JobsSettings
from modera_bot.contracts import JobKind
from modera_bot.db import Database
from modera_bot.jobs import JobContext, Jobs, Outcome
from modera_bot.pay.free import FreeCredits
from tests.jobs.bench import SECRET, nothing, outcome


def main(url: str, queue: str, lease_s: str) -> None:
    def handler(context: JobContext) -> Outcome:
        print(context.job.id, flush=True)
        sys.stdin.readline()
        return outcome(context, discard=lambda: print("discarded", flush=True))

    jobs = Jobs(
        Database(url),
        JobsSettings(queue=queue, lease_s=float(lease_s), workers=1),
        FreeCredits(),
        {JobKind.TRYON: handler},
        secret=SECRET,
        on_event=nothing,
    )
    jobs.start()
    jobs.wake()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
