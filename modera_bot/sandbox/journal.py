"""An append-only record of everything the sandbox holds: what was answered OK survives kill -9.

One table, `records(seq, kind, key, value)`: the last value of a (kind, key) counts, NULL means
gone. The write-ahead log with `synchronous=NORMAL` keeps committed rows through the death of the
process (not through a power cut), at the price of no disk flush per call.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Where the world writes its changes; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / "sandbox.sqlite3", check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS records"
            " (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT)"
        )
        self._connection.commit()

    def write(self, kind: str, key: str | int, value: Any) -> None:
        """Append one change; it counts from the next `commit` on."""
        if self._connection is not None:
            text = None if value is None else json.dumps(value, ensure_ascii=False)
            self._connection.execute(
                "INSERT INTO records (kind, key, value) VALUES (?, ?, ?)", (kind, str(key), text)
            )

    def commit(self) -> None:
        """Make the changes of this call durable, all or none. Call it before answering OK."""
        if self._connection is not None and self._connection.in_transaction:
            self._connection.commit()

    def replay(self) -> Iterator[tuple[str, str, Any]]:
        """Every change ever written, oldest first."""
        if self._connection is None:
            return
        rows = self._connection.execute("SELECT kind, key, value FROM records ORDER BY seq")
        for kind, key, value in rows:
            yield kind, key, None if value is None else json.loads(value)

    def close(self) -> None:
        """Commit and close; a journal killed instead of closed loses nothing committed."""
        if self._connection is not None:
            self._connection.commit()
            self._connection.close()
            self._connection = None
