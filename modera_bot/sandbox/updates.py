"""What the bot has yet to hear: the queue behind getUpdates and the webhook."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from modera_bot.sandbox.records import Records
from modera_bot.sandbox.refusals import OTHER_POLLER, Refusal

Json = dict[str, Any]
LOOK_EVERY = 0.5  # seconds between looks at whether a waiting bot is still there
NOT_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))


class UpdateQueue:
    """Updates in order, kept until the bot confirms them by asking for a later one.

    `on_confirmed(updates)` is told of those it has confirmed; `unheard` are the ids of messages
    still waiting.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._pending: dict[int, Json] = {}
        self._last_id = 0
        self._arrived = asyncio.Event()
        self._poll = 0
        self.allowed: list[str] = []
        self.unheard: set[int] = set()
        self.on_confirmed: Callable[[list[Json]], None] = lambda updates: None
        self.polling = 0
        self.last_poll = time.monotonic()

    def __len__(self) -> int:
        return len(self._pending)

    def restore(self, update_id: int, update: Json) -> None:
        """Take back an update written down earlier."""
        self._keep(update_id, update)

    def restore_last_id(self, update_id: int) -> None:
        """Take back the last id given; that update may have been confirmed and be gone."""
        self._last_id = update_id

    def pending(self) -> list[Json]:
        """What the bot has yet to hear, oldest first."""
        return list(self._pending.values())

    def add(self, kind: str, content: Json) -> None:
        """Queue an update, unless the bot asked not to get this kind."""
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return
        # The first id is the time in milliseconds: 41 bits, and none is used twice.
        self._last_id = self._last_id + 1 if self._last_id else int(time.time() * 1000)
        update = {"update_id": self._last_id, kind: content}
        self._keep(self._last_id, update)
        self._records.write("update", self._last_id, update)
        self._records.write("last_id", "update", self._last_id)
        self._arrived.set()

    def confirm(self, offset: int) -> None:
        """Drop what comes before `offset`; a negative one keeps only that many of the last."""
        if offset < 0:
            kept = sorted(self._pending)[offset:]
            offset = kept[0] if kept else self._last_id + 1
        heard = [update for update_id, update in self._pending.items() if update_id < offset]
        for update in heard:
            self._forget(update["update_id"])
            self._records.delete("update", update["update_id"])
        if heard:
            self.on_confirmed(heard)

    async def poll(self, limit: int, seconds: float, gone: Callable[[], bool]) -> list[Json]:
        """The next updates, waiting up to `seconds` for one, or until the bot has `gone()`.

        Raises:
            Refusal: 409, another poll began meanwhile; only one bot may listen.
        """
        self._poll += 1
        mine = self._poll
        self.polling += 1
        self._arrived.set()  # wakes an older poll, which then finds itself superseded
        deadline = time.monotonic() + seconds
        try:
            while not self._pending and (left := deadline - time.monotonic()) > 0 and not gone():
                self._arrived.clear()
                await self._wait(min(left, LOOK_EVERY))
                if self._poll != mine:
                    raise Refusal(409, OTHER_POLLER)
            return self.first(limit)
        finally:
            self.polling -= 1
            self.last_poll = time.monotonic()

    def first(self, limit: int) -> list[Json]:
        """The oldest updates, which stay queued."""
        return self.pending()[:limit]

    async def wait(self) -> None:
        """Until there is something to deliver."""
        while not self._pending:
            self._arrived.clear()
            await self._arrived.wait()

    def _keep(self, update_id: int, update: Json) -> None:
        self._pending[update_id] = update
        if "message" in update:
            self.unheard.add(update["message"]["message_id"])

    def _forget(self, update_id: int) -> None:
        update = self._pending.pop(update_id, {})
        if "message" in update:
            self.unheard.discard(update["message"]["message_id"])

    async def _wait(self, seconds: float) -> None:
        # not wait_for, which in Python 3.11 may swallow being cancelled
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
