"""The composition root: settings become services, services one running process.

settings ─► database, storage, pictures, credits
              └► backends ─► try-on service ─► jobs ──events──► delivery ─► Telegram
              └► handlers ◄── processor ◄── poller ◄─────────────────────── (or the sandbox)
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from modera_bot.bot.connection import Tasks, connected
from modera_bot.bot.texts import Texts
from modera_bot.bot.turn import Services
from modera_bot.config import Settings
from modera_bot.contracts import JobKind
from modera_bot.db import Database
from modera_bot.db.migrate import upgrade
from modera_bot.errors import ConfigError
from modera_bot.jobs import Jobs
from modera_bot.ml.backends import BACKENDS, load
from modera_bot.ml.base import BackendContext, TryOnBackend
from modera_bot.ml.inspect import PhotoInspector
from modera_bot.ml.service import TryOnService
from modera_bot.pay.free import FreeCredits
from modera_bot.pool import PicturePool
from modera_bot.sandbox.server import Sandbox
from modera_bot.storage import Storage, open_storage

#: Blocking calls (storage, pictures) that may wait at once; the database has its own threads.
THREADS = 32


@dataclass(frozen=True, slots=True)
class App:
    """The running process. `sandbox` is None when a token is configured."""

    services: Services
    sandbox: Sandbox | None
    tasks: Tasks

    async def wait(self) -> None:
        """Never return; raise when a part that must not end has ended."""
        done, _ = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
            raise RuntimeError(f"{task.get_name()} has ended")


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[App]:
    """Start everything; at the end stop it in order, with nothing lost.

    Raises ConfigError when the settings can't work on this machine.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "call"))
    async with AsyncExitStack() as stack:
        sandbox = None
        if not settings.telegram.token.get_secret_value():
            sandbox = await stack.enter_async_context(_sandbox(settings))
            settings = _pointed_at(sandbox, settings)
        announcer = _Announcer()
        services = await _services(settings, announcer, stack)
        tasks = await stack.enter_async_context(connected(services, announcer.listen))
        yield App(services, sandbox, tasks)


async def _services(settings: Settings, announcer: "_Announcer", stack: AsyncExitStack) -> Services:
    secret = make_secret(settings.data)
    database = Database(settings.database.url)
    stack.callback(database.close)
    await asyncio.to_thread(upgrade, database)
    pool = PicturePool(workers=settings.pictures.processes, timeout_s=settings.pictures.timeout_s)
    stack.callback(pool.close)
    # a few more than processes, so that none of those waits for its next photo
    drawing = ThreadPoolExecutor(settings.pictures.processes + 2, "drawing")
    stack.callback(drawing.shutdown, wait=False, cancel_futures=True)
    storage = open_storage(settings.storage, secret)
    backends = load_backends(settings.inference.tryon, pool, settings)
    for backend in backends:
        stack.callback(backend.close)
        backend.warm()
    draft_only = all(backend.capabilities.draft for backend in backends)
    credits = FreeCredits()
    keep = timedelta(days=settings.privacy.keep_days)
    jobs = Jobs(
        database,
        settings.jobs,
        credits,
        {JobKind.TRYON: TryOnService(storage, pool, backends, keep=keep).handle},
        secret=secret,
        on_event=announcer.announce,
    )
    return Services(
        settings=settings,
        database=database,
        storage=storage,
        pool=pool,
        jobs=jobs,
        credits=credits,
        inspector=PhotoInspector(pool, settings.models, draft_only=draft_only),
        texts=Texts(),
        categories=frozenset().union(*(backend.capabilities.categories for backend in backends)),
        levels=not draft_only,
        looks=any(backend.capabilities.max_garments > 1 for backend in backends),
        drawing=drawing,
    )


class _Announcer:
    """Tells that an event waits. Jobs announce to delivery, which itself needs the jobs."""

    def __init__(self) -> None:
        self._listener: Callable[[], None] | None = None

    def listen(self, listener: Callable[[], None]) -> None:
        self._listener = listener

    def announce(self) -> None:
        """Called from any thread."""
        if self._listener is not None:
            self._listener()


@contextmanager
def records(settings: Settings) -> Iterator[tuple[Database, Storage]]:
    """Database and storage alone, for commands that work on what is kept."""
    database = Database(settings.database.url)
    try:
        upgrade(database)
        yield database, open_storage(settings.storage, make_secret(settings.data))
    finally:
        database.close()


def load_backends(
    names: tuple[str, ...], pool: PicturePool, settings: Settings
) -> tuple[TryOnBackend, ...]:
    """Make the named try-on backends, in the order given. Raises ConfigError for other names."""
    if unknown := [name for name in names if name not in BACKENDS]:
        raise ConfigError(
            (f"inference.tryon: no backend {unknown[0]!r}; write some of {', '.join(BACKENDS)}",)
        )
    return tuple(load(name)(BackendContext(pool, settings)) for name in names)


def make_secret(folder: Path) -> bytes:
    """The key that signs URLs and queue messages; made at the first start."""
    file = folder / "secret"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f"secret.{os.getpid()}"
        fresh.touch(mode=0o600)
        with fresh.open("wb") as opened:
            opened.write(secrets.token_bytes(32))
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):  # two first starts at once: one key for both
            os.link(fresh, file)
        fresh.unlink()
    return file.read_bytes()


@asynccontextmanager
async def _sandbox(settings: Settings) -> AsyncIterator[Sandbox]:
    try:
        sandbox = Sandbox(port=settings.sandbox.port, folder=settings.data / "sandbox")
    except BlockingIOError as error:
        raise ConfigError(
            (f"data: another modera-bot uses {settings.data}; stop it, or write another folder",)
        ) from error
    try:
        try:
            await sandbox.start()
        except OSError as error:
            port = settings.sandbox.port
            raise ConfigError(
                (f"sandbox.port: {port} is not free; write a free port, 0 for any",)
            ) from error
        yield sandbox
    finally:
        await sandbox.stop()


def _pointed_at(sandbox: Sandbox, settings: Settings) -> Settings:
    telegram = settings.telegram.model_copy(
        update={
            "token": SecretStr(sandbox.token),
            "base_url": sandbox.base_url,
            "base_file_url": sandbox.base_file_url,
            "messages_per_second": 0.0,
        }
    )
    return settings.model_copy(update={"telegram": telegram})
