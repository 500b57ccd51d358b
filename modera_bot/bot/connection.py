"""The bot's connection to Telegram: made, kept, and ended in order."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ExtBot

from modera_bot.bot import application as wiring
from modera_bot.bot.admins import Alerts
from modera_bot.bot.application import register_commands
from modera_bot.bot.cashier import Cashier
from modera_bot.bot.delivery import Delivery
from modera_bot.bot.housekeeping import Housekeeping
from modera_bot.bot.inbox import TOKEN_REFUSED, Inbox, Poller
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.ratelimit import PacedRateLimiter
from modera_bot.bot.transport import AiohttpRequest
from modera_bot.bot.turn import Services
from modera_bot.bot.webhook import Webhook
from modera_bot.config import TelegramSettings
from modera_bot.errors import ConfigError

log = logging.getLogger(__name__)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Tasks = frozenset[asyncio.Task[None]]

#: No proxy leads there.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Longest pause, in seconds, between tries to reach Telegram at the start.
LONGEST_PAUSE_S = 30.0
#: Seconds that running jobs have to finish when the process is told to stop.
STOP_S = 8.0


@dataclass(frozen=True, slots=True)
class Connection:
    """The bot at work: tasks that must not end, and where Telegram's posts go, if it posts."""

    tasks: Tasks
    webhook: Webhook | None


@asynccontextmanager
async def connected(
    services: Services,
    listen: Callable[[Callable[[], None]], None],
    *,
    secret: str,
    with_jobs: bool = True,
) -> AsyncIterator[Connection]:
    """Serve people until the end of the block; then finish what was begun.

    `listen` is given what to call, from any thread, when an event waits; `secret` is what
    Telegram must show with what it posts; `with_jobs` runs jobs as well. Raises ConfigError
    when Telegram refuses the token.
    """
    async with made(services.settings.telegram) as bot:
        processor = ChatProcessor(services, bot)
        application = wiring.build(services, bot, processor)
        inbox, webhook = Inbox(application, services), None
        if services.settings.telegram.mode == "webhook":
            public_url = services.settings.web.public_url
            webhook = Webhook(inbox, bot, public_url=public_url, secret=secret)
        await _initialize(application, webhook)
        receiving = Poller(inbox, bot) if webhook is None else webhook
        try:
            async with _running(
                services, application, processor, receiving, listen, with_jobs
            ) as tasks:
                yield Connection(tasks, webhook)
        finally:
            await application.shutdown()


@asynccontextmanager
async def made(settings: TelegramSettings) -> AsyncIterator[ExtBot[None]]:
    """Telegram's side of the bot, not connected yet; its connections are closed at the end."""
    local = urlsplit(settings.base_url).hostname in LOOPBACK
    request = AiohttpRequest(trust_env=not local)
    try:
        yield ExtBot(
            settings.token.get_secret_value(),
            base_url=settings.base_url,
            base_file_url=settings.base_file_url,
            request=request,
            get_updates_request=request,
            rate_limiter=PacedRateLimiter(settings.messages_per_second),
        )
    finally:
        await request.shutdown()  # a bot that never got through does not close it


async def check_token(settings: TelegramSettings) -> str:
    """Say whose token it is. Raises ConfigError when it is refused or nobody answers."""
    async with reached(settings) as bot:
        return f"@{bot.username} at {settings.base_url}"


@asynccontextmanager
async def reached(settings: TelegramSettings) -> AsyncIterator[ExtBot[None]]:
    """Telegram for a few calls, without a running bot.

    Raises ConfigError when the token is refused or nobody answers.
    """
    async with made(settings) as bot:
        try:
            await bot.initialize()
        except InvalidToken as error:  # its own text has the token in it
            raise ConfigError((TOKEN_REFUSED,)) from error
        except NetworkError as error:
            fault = f"telegram.base_url: {settings.base_url} does not answer ({error})"
            raise ConfigError((f"{fault}; check the connection and the address",)) from error
        yield bot


@asynccontextmanager
async def _running(
    services: Services,
    application: AnyApplication,
    processor: ChatProcessor,
    receiving: Poller | Webhook,
    listen: Callable[[Callable[[], None]], None],
    with_jobs: bool,
) -> AsyncIterator[Tasks]:
    delivery = Delivery(services, application.bot, processor)
    listen(delivery.notify)
    await application.start()
    if with_jobs:
        await asyncio.to_thread(services.jobs.start)
    delivering = asyncio.create_task(delivery.run(), name="delivery")
    housekeeping = asyncio.create_task(
        Housekeeping(services, delivery.notify).run(), name="housekeeping"
    )
    alerts = asyncio.create_task(Alerts(services, application.bot).run(), name="alerts")
    updates = asyncio.create_task(receiving.run(), name=type(receiving).__name__.lower())
    commands = asyncio.create_task(_announce_commands(application.bot, services))
    cashier = asyncio.create_task(
        Cashier(services, application.bot, processor).run(), name="cashier"
    )
    try:
        yield frozenset({delivering, housekeeping, updates, cashier})
    finally:
        await _cancel(alerts, commands, updates, housekeeping, cashier)
        with contextlib.suppress(TimeoutError):  # what is left is begun anew at the next start
            async with asyncio.timeout(STOP_S):
                await application.stop()
        await asyncio.to_thread(services.jobs.stop, STOP_S)
        await _cancel(delivering)


async def _initialize(application: AnyApplication, webhook: Webhook | None) -> None:
    """Connect, however long Telegram can't be reached, and say how we want our updates."""
    pause = 0.5
    while True:
        try:
            await application.initialize()
            if webhook is not None:
                await webhook.set()
            else:
                await application.bot.delete_webhook()  # else polling is refused
            return
        except InvalidToken as error:
            raise ConfigError((TOKEN_REFUSED,)) from error
        except NetworkError as error:
            log.warning("can't reach Telegram: %s; trying again in %.1f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


async def _announce_commands(bot: ExtBot[None], services: Services) -> None:
    try:
        await register_commands(bot, services.texts, shop=services.credits.enabled)
    except TelegramError as error:
        log.warning("the commands could not be registered: %s", error)


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
