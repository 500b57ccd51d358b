"""Events for the pages and test clients, over WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]
BACKLOG = 2000  # a page that falls this far behind is cut off; it reconnects and reloads


class Stream:
    """Everybody who is looking on."""

    def __init__(self) -> None:
        self._listeners: dict[web.WebSocketResponse, asyncio.Queue[str]] = {}

    def publish(self, event: Json) -> None:
        """Tell everybody; never waits."""
        if not self._listeners:
            return
        text = json.dumps(event, ensure_ascii=False)
        for queue in self._listeners.values():
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(text)

    async def serve(self, request: web.Request, hello: Json) -> web.WebSocketResponse:
        """One listener, from its first word to its last."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        queue: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        queue.put_nowait(json.dumps(hello, ensure_ascii=False))
        self._listeners[socket] = queue
        sender = asyncio.create_task(self._send(socket, queue))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            sender.cancel()
            del self._listeners[socket]
        return socket

    async def close(self) -> None:
        """Say goodbye."""
        for socket in list(self._listeners):
            await socket.close()

    async def _send(self, socket: web.WebSocketResponse, queue: asyncio.Queue[str]) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await socket.send_str(await queue.get())
                if queue.full():
                    await socket.close()
