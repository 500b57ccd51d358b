"""The bot as a process that kills itself right after its n-th database commit.

The environment says which: DIE_AFTER_COMMIT=n; 0 lets it live. It also writes down how many
commits there were, so that the harness knows when it has tried them all.
"""

import os
import signal
import threading
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from modera_bot.cli import main
from modera_bot.ml.backends import BACKENDS
from tests.fakes import BACKENDS as FAKES


def count_commits(die_after: int, tally: Path) -> None:
    """Let the process die after a commit that wrote something, as if the plug were pulled."""
    commit = DefaultDialect.do_commit
    lock, count = threading.Lock(), 0
    changes: dict[int, int] = {}

    def counted(self: DefaultDialect, connection: Any) -> None:
        nonlocal count
        with lock:
            commit(self, connection)
            total, before = connection.total_changes, changes.get(id(connection), 0)
            changes[id(connection)] = total
            if total == before:
                return
            count += 1
            if count == die_after:
                os.kill(os.getpid(), signal.SIGKILL)
            tally.write_text(str(count))

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]


if __name__ == "__main__":
    BACKENDS.update(FAKES)
    count_commits(int(os.environ["DIE_AFTER_COMMIT"]), Path(os.environ["COMMIT_TALLY"]))
    main()
