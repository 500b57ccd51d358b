"""Everything the sandbox holds, each thing in its last state; survives kill -9.

One table, `state(revision, kind, key, value)`, with one row for each (kind, key): a change replaces
the row before it, so that a chat with a thousand edits takes as much room as one with none. The
write-ahead log with `synchronous=NORMAL` keeps committed rows through the death of the process (not
through a power cut), at the price of no disk flush per call.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from errno import EAGAIN
from pathlib import Path
from typing import Any, NamedTuple

# AUTOINCREMENT: a revision is never given twice, also when the row that had the highest is gone.
SCHEMA = """
    CREATE TABLE IF NOT EXISTS state (
        revision INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        UNIQUE (kind, key)
    )
"""


class Record(NamedTuple):
    """The last state of one thing; `revision` grows with every change of anything."""

    revision: int
    kind: str
    key: str
    value: Any


class Records:
    """Where the world writes its changes; without a folder they are gone with the process.

    Raises:
        BlockingIOError: another sandbox keeps its records in this folder.
    """

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        path = folder / "sandbox.sqlite3" if folder else ":memory:"
        self._closed = False
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=1)
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(SCHEMA)
        except sqlite3.OperationalError as error:
            self._connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise BlockingIOError(EAGAIN, "another running sandbox uses it", str(folder)) from error
        highest = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'state'")
        self.revision: int = (highest.fetchone() or (0,))[0]

    def write(self, kind: str, key: str | int, value: Any) -> int:
        """Replace the state of one thing, from the next `commit` on; returns its revision."""
        self.revision += 1
        text = json.dumps(value, ensure_ascii=False)
        self._execute(
            "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", self.revision, kind, str(key), text
        )
        return self.revision

    def delete(self, kind: str, key: str | int) -> None:
        """Forget one thing, from the next `commit` on; nothing to forget is fine."""
        self._execute("DELETE FROM state WHERE kind = ? AND key = ?", kind, str(key))

    def commit(self) -> None:
        """Make the changes of this call durable, all or none. Call it before answering OK."""
        if not self._closed:
            self._connection.commit()

    def load(self) -> Iterator[Record]:
        """Every record, the least recently changed first."""
        rows = self._connection.execute("SELECT revision, kind, key, value FROM state ORDER BY 1")
        for revision, kind, key, value in rows:
            yield Record(revision, kind, key, json.loads(value))

    def close(self) -> None:
        """Commit and close; records killed instead of closed lose nothing committed."""
        self.commit()
        self._closed = True
        self._connection.close()

    def _execute(self, statement: str, *values: str | int) -> None:
        """Do it, unless closed: a call that outlives the sandbox is not answered any more."""
        if not self._closed:
            self._connection.execute(statement, values)
