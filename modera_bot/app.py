"""The composition root: settings become services, services one running process.

settings ─► database, storage, pictures, credits
              └► backends ─► try-on service ─► jobs ──events──► delivery ─► Telegram
              └► handlers ◄── processor ◄── inbox ◄── poller | webhook ◄─── (or the sandbox)
              └► web: health, pictures, the webhook, the API
"""

import asyncio
import hashlib
import hmac
import os
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from modera_bot.bot.connection import Tasks, connected
from modera_bot.bot.texts import Texts
from modera_bot.bot.turn import Services
from modera_bot.config import DEFAULT_ROLES, Settings
from modera_bot.contracts import Credits, Feature, JobKind
from modera_bot.db import Database
from modera_bot.db.migrate import upgrade
from modera_bot.errors import ConfigError
from modera_bot.jobs import Jobs
from modera_bot.marking import Marker, credentials_in
from modera_bot.ml.backends import BACKENDS, load
from modera_bot.ml.base import BackendContext, StyleBackend, TryOnBackend
from modera_bot.ml.cache import ResultCache
from modera_bot.ml.cost import DatabaseMeter
from modera_bot.ml.fit import FitService
from modera_bot.ml.gate import Gate
from modera_bot.ml.inspect import PhotoInspector
from modera_bot.ml.moderation import moderation_of
from modera_bot.ml.service import TryOnService
from modera_bot.ml.standards import Standards
from modera_bot.ml.style import backends as stylists
from modera_bot.ml.style.service import StyleService
from modera_bot.pay.credits import PaidCredits
from modera_bot.pay.free import FreeCredits
from modera_bot.pay.service import PaymentService
from modera_bot.pool import PicturePool
from modera_bot.sandbox.server import Sandbox
from modera_bot.storage import Storage, open_storage

#: Seconds that running jobs have to finish where there is no bot.
STOP_S = 8.0
#: Blocking calls (storage, pictures) that may wait at once; the database has its own threads.
THREADS = 32


@dataclass(frozen=True, slots=True)
class App:
    """The running process.

    `sandbox` is None when a token is configured, `web` is the address that the web role listens
    on, None without it.
    """

    services: Services
    sandbox: Sandbox | None
    tasks: Tasks
    web: str | None = None

    async def wait(self) -> None:
        """Never return; raise when a part that must not end has ended."""
        if not self.tasks:
            await asyncio.Event().wait()
        done, _ = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
            raise RuntimeError(f"{task.get_name()} has ended")


@asynccontextmanager
async def serving(settings: Settings, roles: Collection[str] = DEFAULT_ROLES) -> AsyncIterator[App]:
    """Start the `roles` of this process; at the end stop them in order, with nothing lost.

    Raises ConfigError when the settings can't work on this machine or with these roles.
    """
    _check_roles(settings, roles)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "call"))
    async with AsyncExitStack() as stack:
        sandbox = None
        if "bot" in roles and not settings.telegram.token.get_secret_value():
            sandbox = await stack.enter_async_context(_sandbox(settings))
            settings = _pointed_at(sandbox, settings)
        announcer = _Announcer()
        services = await _services(settings, announcer, stack, warm="ml" in roles)
        webhook, tasks, address = None, Tasks(), None
        if "bot" in roles:
            connection = await stack.enter_async_context(
                connected(
                    services,
                    announcer.listen,
                    secret=_webhook_secret(settings),
                    with_jobs="ml" in roles,
                )
            )
            webhook, tasks = connection.webhook, connection.tasks
        elif "ml" in roles:
            await stack.enter_async_context(_working(services))
        if "web" in roles:
            from modera_bot.web.server import serving_web  # FastAPI takes half a second

            web = await stack.enter_async_context(serving_web(services, webhook))
            address, tasks = web.address, tasks | {web.task}
        yield App(services, sandbox, tasks, address)


def _check_roles(settings: Settings, roles: Collection[str]) -> None:
    """Raise ConfigError if these settings need other roles in this process."""
    faults = []
    if settings.telegram.mode == "webhook" and "bot" in roles and "web" not in roles:
        faults.append(
            "telegram.mode: a webhook needs the web role in the bot's process; "
            "run with --roles bot,ml,web, or write polling"
        )
    alone = "ml" not in roles or not {"bot", "web"} & {*roles}
    if settings.jobs.queue.startswith("memory:") and alone:
        faults.append(
            "jobs.queue: memory: reaches this process alone; write one that the processes share"
        )
    if faults:
        raise ConfigError(tuple(faults))


def _webhook_secret(settings: Settings) -> str:
    """What Telegram must show with its posts; the same at each start."""
    purpose = b"telegram webhook\n" + settings.telegram.token.get_secret_value().encode()
    return hmac.new(make_secret(settings.data), purpose, hashlib.sha256).hexdigest()


@asynccontextmanager
async def _working(services: Services) -> AsyncIterator[None]:
    """Make pictures, without a bot."""
    await asyncio.to_thread(services.jobs.start)
    try:
        yield
    finally:
        await asyncio.to_thread(services.jobs.stop, STOP_S)


async def _services(
    settings: Settings, announcer: "_Announcer", stack: AsyncExitStack, *, warm: bool
) -> Services:
    secret = make_secret(settings.data)
    database = Database(settings.database.url)
    stack.callback(database.close)
    await asyncio.to_thread(upgrade, database)
    pool = PicturePool(workers=settings.pictures.processes, timeout_s=settings.pictures.timeout_s)
    stack.callback(pool.close)
    # a few more than processes, so that none of those waits for its next photo
    drawing = ThreadPoolExecutor(settings.pictures.processes + 2, "drawing")
    stack.callback(drawing.shutdown, wait=False, cancel_futures=True)
    storage = open_storage(settings.storage, secret, settings.web.public_url)
    meter = DatabaseMeter(database, settings.inference.budget)
    context = BackendContext(pool, settings, meter)
    stack.callback(context.visions.close)
    backends = load_backends(settings.inference.tryon, context)
    for backend in backends:
        stack.callback(backend.close)
        if warm:
            backend.warm()
    draft_only = all(backend.capabilities.draft for backend in backends)
    credits = open_credits(settings, draft_only=draft_only)
    advisers = load_stylists(settings.inference.style, context)
    for adviser in advisers:
        stack.callback(adviser.close)
    keep = timedelta(days=settings.privacy.keep_days)
    moderation = moderation_of(settings.inference, meter, pool)
    stack.callback(moderation.close)
    gate = Gate(database, settings.inference.recipients(), moderation)
    cache = ResultCache(database, storage)
    marker = marker_of(settings)
    inference = settings.inference
    standards = Standards(inference.least_quality, inference.second_attempt), settings.models
    tryon = TryOnService(
        storage,
        pool,
        backends,
        keep=keep,
        cache=cache,
        gate=gate,
        marker=marker,
        standards=standards if inference.least_quality > 0 else None,
    )
    jobs = Jobs(
        database,
        settings.jobs,
        credits,
        {
            JobKind.TRYON: tryon.handle,
            JobKind.STYLING: StyleService(
                storage, pool, advisers, settings.models, keep=keep, gate=gate
            ).handle,
        },
        secret=secret,
        on_event=announcer.announce,
    )
    visions = context.visions.chosen("fit", inference.fit)
    fit = FitService(database, storage, pool, visions, gate) if visions else None
    return Services(
        settings=settings,
        database=database,
        storage=storage,
        pool=pool,
        jobs=jobs,
        credits=credits,
        payments=PaymentService(settings.pay),
        inspector=PhotoInspector(pool, settings.models, draft_only=draft_only),
        texts=Texts(),
        categories=frozenset().union(*(backend.capabilities.categories for backend in backends)),
        levels=not draft_only,
        looks=any(backend.capabilities.max_garments > 1 for backend in backends),
        drawing=drawing,
        marker=marker,
        fit=fit,
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
        secret = make_secret(settings.data)
        yield database, open_storage(settings.storage, secret, settings.web.public_url)
    finally:
        database.close()


def load_backends(names: tuple[str, ...], context: BackendContext) -> tuple[TryOnBackend, ...]:
    """Make the named try-on backends, in the order given. Raises ConfigError for other names."""
    if unknown := [name for name in names if name not in BACKENDS]:
        raise ConfigError(
            (f"inference.tryon: no backend {unknown[0]!r}; write some of {', '.join(BACKENDS)}",)
        )
    return tuple(load(name)(context) for name in names)


def marker_of(settings: Settings) -> Marker:
    """How results are marked; its key is made at the first start, beside the secret."""
    return Marker(credentials_in(settings.data), settings.pictures.label)


def open_credits(settings: Settings, *, draft_only: bool) -> Credits:
    """What the configuration asks for; where every try-on is a draft, they are free anyway."""
    if not settings.pay.enabled:
        return FreeCredits()
    return PaidCredits(settings.pay, {Feature.TRYON} if draft_only else ())


def load_stylists(names: tuple[str, ...], context: BackendContext) -> tuple[StyleBackend, ...]:
    """Make the named stylists, in the order given. Raises ConfigError for other names."""
    known = stylists.BACKENDS
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(
            (f"inference.style: no stylist {unknown[0]!r}; write some of {', '.join(known)}",)
        )
    return tuple(stylists.load(name)(context) for name in names)


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
