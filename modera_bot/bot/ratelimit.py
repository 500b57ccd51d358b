"""Calls at a pace that Telegram bears; one that it turns down for now waits and tries again."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

from modera_bot.bot.transport import Unanswered

log = logging.getLogger(__name__)

ATTEMPTS = 3
#: A longer wait than this is not sat out; the caller hears of it.
LONGEST_WAIT_S = 60.0
#: Doing these twice is the same as doing them once.
REPEATABLE = ("get", "set", "edit", "delete", "answer")

Json = dict[str, Any]


#: What counts as a message. Answers to buttons and what only asks are free.
MESSAGES = ("send", "copy", "forward", "edit")
#: Messages a second to one chat, and how many may come at once (Bots FAQ, "My bot is hitting
#: limits": one a second, short bursts go through).
CHAT_RATE, CHAT_BURST = 1.0, 20.0
#: Chats whose pace is remembered; those forgotten first were quiet for longest.
MOST_CHATS = 10_000


class Pace:
    """`rate` things a second, and `burst` at once after a quiet time (GCRA, ITU-T I.371)."""

    def __init__(self, rate: float, burst: float) -> None:
        self._spacing, self._slack = 1 / rate, (burst - 1) / rate
        self._due = 0.0  # when the next would come if all kept their distance

    def wait(self, now: float) -> float:
        """Seconds that the next one has to wait, which counts as done then."""
        due = max(self._due, now)
        self._due = due + self._spacing
        return max(0.0, due - self._slack - now)


class PacedRateLimiter(BaseRateLimiter[None]):
    """Keeps messages to Telegram's pace, in each chat and overall (`rate` a second, 0: any).

    Repeats a call after the time that Telegram asks for; other calls go on meanwhile. After a
    network fault a call is repeated too, unless that might do it twice.
    """

    def __init__(self, rate: float) -> None:
        self._overall = Pace(rate, rate) if rate else None
        self._chats: dict[int, Pace] = {}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | Json | list[Json]]],
        args: Any,
        kwargs: Json,
        endpoint: str,
        data: Json,
        rate_limit_args: None,
    ) -> bool | Json | list[Json]:
        await asyncio.sleep(self._wait(endpoint, data))
        for attempt in range(1, ATTEMPTS):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait = seconds_to_wait(error)
                if wait > LONGEST_WAIT_S:
                    raise
            except BadRequest:
                raise
            except NetworkError as error:
                unsure = isinstance(error, TimedOut | Unanswered)
                if unsure and not endpoint.startswith(REPEATABLE):
                    raise
                wait = 0.5 * attempt
                log.debug("%s: trying again in %.1f s", endpoint, wait)
            await asyncio.sleep(wait)
        return await callback(*args, **kwargs)

    def _wait(self, endpoint: str, data: Json) -> float:
        """Seconds until a call is in time."""
        chat_id = data.get("chat_id")
        if self._overall is None or chat_id is None or not endpoint.startswith(MESSAGES):
            return 0.0
        now = time.monotonic()
        pace = self._chats.pop(chat_id, None) or Pace(CHAT_RATE, CHAT_BURST)
        self._chats[chat_id] = pace  # as the latest
        if len(self._chats) > MOST_CHATS:
            del self._chats[next(iter(self._chats))]
        return max(self._overall.wait(now), pace.wait(now))


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram wants us to be quiet."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
