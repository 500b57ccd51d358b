"""The sandbox as one object: start it, point a bot at `base_url`, open `page_url`."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web

from modera_bot.sandbox.botapi import BotApi
from modera_bot.sandbox.calls import CallLog
from modera_bot.sandbox.faults import Faults
from modera_bot.sandbox.guard import LOOPBACK, add_headers, guard
from modera_bot.sandbox.pages import Pages
from modera_bot.sandbox.people import People
from modera_bot.sandbox.stream import Stream
from modera_bot.sandbox.userapi import UserApi
from modera_bot.sandbox.webhook import deliver
from modera_bot.sandbox.wire import MAX_UPLOAD
from modera_bot.sandbox.world import World

TOKEN = "7000000001:sandbox-sandbox-sandbox-sandbox-aaa"  # noqa: S105 (opens nothing)
CHECK_EVERY = 1.0  # seconds between looks at whether the bot still listens


class Sandbox:
    """Telegram on this computer.

    Args:
        port: 0 takes any free one.
        host: a loopback address; others are refused, since there is no log-in.
        folder: where chats, messages and files are kept over restarts; None keeps nothing.
        samples: a folder with `people/*.jpg` and `garments/*.jpg` to offer on the page; None
            offers the packed ones.
        token: what the bot must present.
        photo_edge: longest edge in pixels to which photos are shrunk. Apps send 1280, or 2560
            where a person chooses "HD".
        query_lifetime: seconds for which a pressed button may be answered.

    Raises:
        ValueError: `host` is not a loopback address.
        BlockingIOError: another running sandbox keeps its chats in `folder`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        folder: Path | None = None,
        samples: Path | None = None,
        token: str = TOKEN,
        photo_edge: int = 1280,
        query_lifetime: float = 15 * 60,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the sandbox listens on loopback only, not on {host}")
        self.port = port
        self.host = host
        self.token = token
        self.faults = Faults()
        self.calls = CallLog()
        self._world = World(
            folder=folder, bot_id=int(token.partition(":")[0]), query_lifetime=query_lifetime
        )
        self._stream = Stream()
        self._world.publish = self._stream.publish
        self._users = UserApi(
            self._world,
            People(self._world, photo_edge=photo_edge),
            self._stream,
            self.faults,
            self.calls,
        )
        self._bots = BotApi(
            self._world, self.faults, self.calls, token=token, photo_edge=photo_edge
        )
        self._pages = Pages(self._world, samples)
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def world(self) -> World:
        """Who is there and what was said, for those who play people within this process."""
        return self._world

    @property
    def page_url(self) -> str:
        """The chat page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls `base_url`."""
        return f"{self.page_url}bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls `base_file_url`."""
        return f"{self.page_url}file/bot"

    async def start(self) -> None:
        """Bind and serve; after it `port` and the addresses are true.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(middlewares=[guard], client_max_size=MAX_UPLOAD + 2**20)
        app.on_response_prepare.append(add_headers)
        for part in (self._bots, self._users, self._pages):
            app.add_routes(part.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._tasks = [
            asyncio.create_task(deliver(self._world)),
            asyncio.create_task(self._watch_bot()),
        ]

    async def stop(self) -> None:
        """Stop serving; what has been answered is kept where there is a folder."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._stream.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._world.close()

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    async def _watch_bot(self) -> None:
        """Tell the pages when the bot falls silent or is back."""
        told = True
        while True:
            await asyncio.sleep(CHECK_EVERY)
            if (listening := self._users.listening()) != told:
                told = listening
                self._stream.publish({"type": "bot", "listening": listening})
