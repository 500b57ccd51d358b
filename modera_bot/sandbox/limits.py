"""Telegram's flood limits, when a test asks for them (core.telegram.org/bots/faq)."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from math import ceil

from modera_bot.sandbox.refusals import too_many_requests

PER_CHAT = (5, 5.0)  # about one message a second, short bursts allowed
OVERALL = (30, 1.0)


class FloodLimits:
    """Counts messages sent by the bot: `n` within a sliding window of seconds."""

    def __init__(self) -> None:
        self._sent: dict[int, deque[float]] = defaultdict(deque)

    def check(self, chat_id: int) -> None:
        """Count one message to a chat.

        Raises:
            Refusal: 429, with the seconds to wait.
        """
        now = time.monotonic()
        waits = [_wait(self._sent[chat_id], now, *PER_CHAT), _wait(self._sent[0], now, *OVERALL)]
        if (wait := max(waits)) > 0:
            raise too_many_requests(ceil(wait))
        self._sent[chat_id].append(now)
        self._sent[0].append(now)


def _wait(sent: deque[float], now: float, n: int, window: float) -> float:
    while sent and sent[0] <= now - window:
        sent.popleft()
    return sent[0] + window - now if len(sent) >= n else 0.0
