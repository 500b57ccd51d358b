"""How late an event loop is, by a clock that runs in it."""

import asyncio
import math
import time

#: Seconds between two looks at the clock.
TICK_S = 0.002


class Lag:
    """Collects how many seconds late each look was; `watch` runs until it is cancelled."""

    def __init__(self) -> None:
        self._late: list[float] = []

    def forget(self) -> None:
        """Begin anew."""
        self._late.clear()

    async def watch(self) -> None:
        while True:
            due = time.perf_counter() + TICK_S
            await asyncio.sleep(TICK_S)
            self._late.append(time.perf_counter() - due)

    def share(self, share: float) -> float:
        """The seconds that `share` (0 to 1) of the looks stayed below."""
        late = sorted(self._late)
        return late[math.ceil(share * len(late)) - 1]
