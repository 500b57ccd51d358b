"""GET /healthz: the process lives. GET /readyz: what it needs answers, really asked."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel

from modera_bot.bot.turn import Services
from modera_bot.errors import ModeraError

log = logging.getLogger(__name__)

#: Seconds that an answer holds: who asks often does not make us work often.
HOLDS_S = 2.0
#: Seconds that each part has to answer.
PATIENCE_S = 5.0


class Health(BaseModel):
    status: str = "ok"


class Readiness(BaseModel):
    """`checks` tells "ok" or what is wrong, for the database, the storage and the queue."""

    ready: bool
    checks: dict[str, str]


def router(services: Services) -> APIRouter:
    routes = APIRouter(tags=["health"])
    looker = _Looker(
        {
            "database": services.database,
            "storage": services.storage,
            "queue": services.jobs,
        }
    )

    @routes.get("/healthz")
    async def healthz() -> Health:
        """The process is alive."""
        return Health()

    @routes.get("/readyz", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        """Database, storage and queue answer; 503 with what is wrong otherwise."""
        readiness = await looker.look()
        response.status_code = 200 if readiness.ready else 503
        return readiness

    return routes


class _Part(Protocol):
    def check(self) -> None:
        """Raise if it does not work."""
        ...


class _Looker:
    """Asks all parts at once, one round at a time."""

    def __init__(self, parts: Mapping[str, _Part]) -> None:
        self._parts, self._lock = parts, asyncio.Lock()
        self._last, self._until = Readiness(ready=False, checks={}), 0.0

    async def look(self) -> Readiness:
        async with self._lock:
            if time.monotonic() >= self._until:
                found = await asyncio.gather(*map(self._ask, self._parts))
                checks = dict(zip(self._parts, found, strict=True))
                self._last = Readiness(ready={*found} == {"ok"}, checks=checks)
                self._until = time.monotonic() + HOLDS_S
            return self._last

    async def _ask(self, name: str) -> str:
        """The outcome of one check in a few words; addresses and paths stay in the log."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.to_thread(self._parts[name].check)
        except TimeoutError:
            log.warning("not ready: %s: no answer in %.0f s", name, PATIENCE_S)
            return "does not answer"
        except Exception as error:  # every driver has its own
            log.warning("not ready: %s: %s", name, error)
            return str(error.code) if isinstance(error, ModeraError) else type(error).__name__
        return "ok"
