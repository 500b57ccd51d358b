"""When a hosted model fails: try again where that is safe, and leave a broken one alone."""

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from modera_bot.errors import Code
from modera_bot.ml.transports.base import ProviderError, Tick, patient

T = TypeVar("T")

#: Seconds before the first repetition; each further one waits twice as long.
PAUSE_S = 0.5
#: The longest that a provider may ask for; for longer than that another is better.
LONGEST_PAUSE_S = 10.0
#: Failures in a row after which a backend is left alone, and for how many seconds.
FAILURES, REST_S = 3, 30.0


class Breaker:
    """Leaves a provider alone for a while after it has failed several times in a row.

    closed ──failures──► open ──after a rest──► one call may try ──► closed, or open again
    """

    def __init__(
        self, name: str, *, rest_s: float = REST_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._rest_s, self._clock = name, rest_s, clock
        self._lock = threading.Lock()
        self._failures, self._until = 0, 0.0

    def check(self) -> None:
        """Raises ProviderError while the provider is left alone."""
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() >= self._until:
                self._until = self._clock() + self._rest_s  # this call tries; the others wait
                return
        raise ProviderError(
            Code.BACKEND_UNAVAILABLE,
            f"{self._name} has failed {FAILURES} times in a row and is left alone for a while",
            accepted=False,
            passing=True,
        )

    def succeeded(self) -> None:
        """It answered, be it with a no."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._until = self._clock() + self._rest_s


def repeated(
    call: Callable[[float], T],
    *,
    seconds: float,
    retries: int,
    tick: Tick = patient,
    cheap: bool = False,
) -> T:
    """Make a call (given the seconds it may take), again where that can help and is safe.

    What may have been accepted is asked for again only if it is `cheap`. Always after the
    pause that the provider wants, never beyond the deadline. Raises what the last call raised.
    """
    deadline = time.monotonic() + seconds
    for attempt in range(retries + 1):
        try:
            return call(max(0.0, deadline - time.monotonic()))
        except ProviderError as error:
            pause = _pause(error, attempt)
            left = deadline - time.monotonic()
            safe = error.passing and (cheap or not error.accepted)
            if not safe or attempt == retries or pause >= left:
                raise
            _rest(pause, tick)
    raise AssertionError("not reached")


def _pause(error: ProviderError, attempt: int) -> float:
    """Seconds to wait, with jitter so that not all come back at once."""
    if error.retry_after is not None:
        return float("inf") if error.retry_after > LONGEST_PAUSE_S else error.retry_after
    return PAUSE_S * 2.0**attempt * random.uniform(1.0, 1.5)  # noqa: S311


def _rest(seconds: float, tick: Tick) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        tick()
        time.sleep(min(0.1, left))
