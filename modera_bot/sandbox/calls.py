"""What the bot called: kept in memory for tests and for the curious."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from modera_bot.sandbox.files import Upload

KEPT = 20_000


@dataclass
class CallRecord:
    """One call. `time` in Unix seconds; `status` is the HTTP status, 0 while unanswered.

    `answered` is false where a fault closed the connection instead.
    """

    method: str
    fields: dict[str, Any]
    time: float = field(default_factory=time.time)
    chat_id: int | None = None
    status: int = 0
    description: str = ""
    answered: bool = False


class CallLog:
    """The last calls, oldest first; getUpdates is left out. `on_open` is told of each."""

    def __init__(self) -> None:
        self._calls: deque[CallRecord] = deque(maxlen=KEPT)
        self.on_open: Callable[[CallRecord], None] = lambda record: None

    def open(self, method: str, fields: dict[str, Any], chat_id: int | None) -> CallRecord:
        """Note that a call came in."""
        record = CallRecord(method, _readable(fields), chat_id=chat_id)
        if method != "getUpdates":
            self._calls.append(record)
            self.on_open(record)
        return record

    def as_json(self, chat_id: int | None) -> list[dict[str, Any]]:
        """The calls that concerned a chat, or all."""
        return [asdict(c) for c in self._calls if chat_id is None or c.chat_id == chat_id]


def _readable(value: Any) -> Any:
    if isinstance(value, Upload):
        return {"name": value.name, "mime": value.mime, "bytes": len(value.data)}
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value
