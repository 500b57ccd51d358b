"""What happens to a call that Telegram turns down for now: wait, and try again."""

import asyncio
import logging
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


class RetryingRateLimiter(BaseRateLimiter[None]):
    """Repeats a call after the time that Telegram asks for; other calls go on meanwhile.

    After a network fault a call is repeated too, unless that might do it twice.
    """

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


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram wants us to be quiet."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
