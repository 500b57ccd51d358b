"""The bot's connection to Telegram: made, kept, and ended in order."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ExtBot

from modera_bot.bot.admins import Alerts
from modera_bot.bot.application import build, register_commands
from modera_bot.bot.delivery import Delivery
from modera_bot.bot.housekeeping import Housekeeping
from modera_bot.bot.inbox import TOKEN_REFUSED, Poller
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.ratelimit import PacedRateLimiter
from modera_bot.bot.texts import Texts
from modera_bot.bot.transport import AiohttpRequest
from modera_bot.bot.turn import Services
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


@asynccontextmanager
async def connected(
    services: Services, listen: Callable[[Callable[[], None]], None]
) -> AsyncIterator[Tasks]:
    """Serve people until the end of the block; then finish what was begun.

    Yields the tasks that must not end meanwhile. `listen` is given what to call, from any
    thread, when an event waits. Raises ConfigError when Telegram refuses the token.
    """
    async with _made(services.settings.telegram) as bot:
        processor = ChatProcessor(services, bot)
        application = build(services, bot, processor)
        await _initialize(application)
        try:
            async with _running(services, application, processor, listen) as tasks:
                yield tasks
        finally:
            await application.shutdown()


@asynccontextmanager
async def _made(settings: TelegramSettings) -> AsyncIterator[ExtBot[None]]:
    """Telegram's side of the bot, not connected yet; its connections are closed at the end."""
    local = urlsplit(settings.base_url).hostname in LOOPBACK
    requests = [AiohttpRequest(trust_env=not local) for _ in range(2)]
    try:
        yield ExtBot(
            settings.token.get_secret_value(),
            base_url=settings.base_url,
            base_file_url=settings.base_file_url,
            request=requests[0],
            get_updates_request=requests[1],
            rate_limiter=PacedRateLimiter(settings.messages_per_second),
        )
    finally:
        for request in requests:  # a bot that never got through does not close them
            await request.shutdown()


async def check_token(settings: TelegramSettings) -> str:
    """Say whose token it is. Raises ConfigError when it is refused or nobody answers."""
    async with _made(settings) as bot:
        try:
            await bot.initialize()
        except InvalidToken as error:  # its own text has the token in it
            raise ConfigError((TOKEN_REFUSED,)) from error
        except NetworkError as error:
            fault = f"telegram.base_url: {settings.base_url} does not answer ({error})"
            raise ConfigError((f"{fault}; check the connection and the address",)) from error
        return f"@{bot.username} at {settings.base_url}"


@asynccontextmanager
async def _running(
    services: Services,
    application: AnyApplication,
    processor: ChatProcessor,
    listen: Callable[[Callable[[], None]], None],
) -> AsyncIterator[Tasks]:
    delivery = Delivery(services, application.bot, processor)
    listen(delivery.notify)
    await application.start()
    await asyncio.to_thread(services.jobs.start)
    delivering = asyncio.create_task(delivery.run(), name="delivery")
    housekeeping = asyncio.create_task(
        Housekeeping(services, delivery.notify).run(), name="housekeeping"
    )
    polling = asyncio.create_task(Poller(application, services).run(), name="poller")
    alerts = asyncio.create_task(Alerts(services, application.bot).run(), name="alerts")
    commands = asyncio.create_task(_announce_commands(application.bot, services.texts))
    try:
        yield frozenset({delivering, housekeeping, polling})
    finally:
        await _cancel(alerts, commands, polling, housekeeping)
        with contextlib.suppress(TimeoutError):  # what is left is begun anew at the next start
            async with asyncio.timeout(STOP_S):
                await application.stop()
        await asyncio.to_thread(services.jobs.stop, STOP_S)
        await _cancel(delivering)


async def _initialize(application: AnyApplication) -> None:
    """Connect, however long Telegram can't be reached."""
    pause = 0.5
    while True:
        try:
            await application.initialize()
            await application.bot.delete_webhook()  # else polling is refused
            return
        except InvalidToken as error:
            raise ConfigError((TOKEN_REFUSED,)) from error
        except NetworkError as error:
            log.warning("can't reach Telegram: %s; trying again in %.1f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


async def _announce_commands(bot: ExtBot[None], texts: Texts) -> None:
    try:
        await register_commands(bot, texts)
    except TelegramError as error:
        log.warning("the commands could not be registered: %s", error)


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
