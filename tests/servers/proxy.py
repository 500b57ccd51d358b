"""A TCP proxy that misbehaves on demand, to put before any real server."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import closing
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time


class Fault(Enum):
    NONE = auto()
    REFUSE = auto()  # nobody listens
    HANG = auto()  # connections are accepted, nothing is passed on
    RESET = auto()  # connections are reset within the answer


class FaultyProxy:
    """Passes connections on to a port of this machine, from a thread of its own."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._fault, self._after = Fault.NONE, 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.connections = 0  # accepted since the last call of `behave`

    def __enter__(self) -> Self:
        self._thread.start()
        self.behave(Fault.NONE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def behave(self, fault: Fault, *, after: int = 0) -> None:
        """From now on show this fault; open connections are cut.

        A RESET comes once `after` bytes of an answer have passed.
        """
        self._run(self._behave(fault, after))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _behave(self, fault: Fault, after: int) -> None:
        await self._shut()
        self._fault, self._after, self.connections = fault, after, 0
        if fault is not Fault.REFUSE:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        if self._fault is Fault.HANG:
            return  # the connection stays open
        try:
            onward, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(back)
        # when one side goes, each direction ends in its own way, and so the other side goes too
        ways = (self._pass_on(reader, back), self._pass_back(onward, writer))
        await asyncio.gather(*ways, return_exceptions=True)
        self._writers -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        with closing(writer):
            while data := await reader.read(1 << 16):
                if self._fault is Fault.RESET and passed + len(data) > self._after:
                    writer.write(data[: self._after - passed])
                    _reset(writer)
                    return
                writer.write(data)
                await writer.drain()
                passed += len(data)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side gets a TCP reset."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
