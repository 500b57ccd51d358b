"""A bot of a few lines over plain HTTP: what it says to what is written in a table."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from modera_bot.sandbox.server import Sandbox

Json = dict[str, Any]
Reaction = Callable[["ScriptedBot", Json], Awaitable[Any]]


class ScriptedBot:
    """Polls, and hands every update to `react`."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, react: Reaction) -> None:
        self._url = f"{sandbox.base_url}{sandbox.token}"
        self._session = session
        self._react = react

    async def call(self, method: str, files: dict[str, bytes] | None = None, **fields: Any) -> Any:
        """Call a method; files are attached under their names. Raises on a refusal."""
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, data in (files or {}).items():
            form.add_field(name, data, filename=f"{name}.jpg", content_type="image/jpeg")
        async with self._session.post(f"{self._url}/{method}", data=form) as response:
            answer = await response.json()
        if not answer["ok"]:
            raise RuntimeError(answer["description"])
        return answer["result"]

    async def run(self) -> None:
        """Until cancelled."""
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                await self._react(self, update)


@asynccontextmanager
async def scripted(sandbox: Sandbox, react: Reaction) -> AsyncIterator[ScriptedBot]:
    """A bot that listens while the block runs."""
    async with aiohttp.ClientSession() as session:
        bot = ScriptedBot(sandbox, session, react)
        task = asyncio.create_task(bot.run())
        try:
            yield bot
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
