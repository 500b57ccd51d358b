"""uvicorn inside our own event loop, with our own signals and lifecycle."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn

from modera_bot.bot.turn import Services
from modera_bot.config import WebSettings
from modera_bot.contracts import Webhook
from modera_bot.errors import ConfigError
from modera_bot.web.application import build

#: Seconds that requests have to finish when the process is told to stop.
STOP_S = 5


@dataclass(frozen=True, slots=True)
class Served:
    """The address that is listened on, and the task that serves it."""

    address: str
    task: asyncio.Task[None]


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield


@asynccontextmanager
async def serving_web(services: Services, webhook: Webhook | None) -> AsyncIterator[Served]:
    """Serve HTTP until the end of the block, then let requests finish.

    Raises ConfigError when the port is not free.
    """
    listener = _listen(services.settings.web)
    config = uvicorn.Config(
        build(services, webhook),
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses of pictures are keys to them
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="web")
    try:
        host, port = listener.getsockname()[:2]
        yield Served(f"http://{f'[{host}]' if ':' in host else host}:{port}", task)
    finally:
        server.should_exit = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S + 1):
                await asyncio.gather(task, return_exceptions=True)


def _listen(settings: WebSettings) -> socket.socket:
    try:
        address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ConfigError(
            (f"web.host: {settings.host}: {error.strerror}; write an address of this machine",)
        ) from error
    listener = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address[4])
        listener.listen(2048)  # who comes before uvicorn is up waits
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ConfigError(
            (
                f"web.port: {settings.port} on {settings.host} can't be listened on "
                f"({error.strerror}); write a free port",
            )
        ) from error
    return listener
