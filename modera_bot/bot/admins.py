"""What admins hear of: errors in the log, gathered, a message now and then.

The log carries neither names nor Telegram ids nor what somebody wrote, so neither do these.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from threading import Lock

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from modera_bot.bot.turn import Services
from modera_bot.db import users

log = logging.getLogger(__name__)

#: Seconds between two messages to an admin, so that a flood of errors makes one message.
PAUSE_S = 600.0
#: Seconds in which errors gather that belong together.
GATHER_S = 2.0
#: Different errors in one message, and characters of each.
MOST, LENGTH = 5, 300


class Alerts(logging.Handler):
    """Listens to the log of the whole program while it runs."""

    def __init__(self, services: Services, bot: Bot) -> None:
        super().__init__(logging.ERROR)
        self._services, self._bot = services, bot
        self._errors: Counter[str] = Counter()
        self._guard = Lock()
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of an error; from any thread."""
        with self._guard:
            self._errors[_line(record)] += 1
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._news.set)

    async def run(self) -> None:
        """Tell admins until cancelled."""
        root = logging.getLogger("modera_bot")
        root.addHandler(self)
        try:
            while True:
                await self._news.wait()
                await asyncio.sleep(GATHER_S)
                self._news.clear()
                for admin in self._services.settings.telegram.admins:
                    await self._tell(admin)
                with self._guard:
                    self._errors.clear()
                await asyncio.sleep(PAUSE_S)
        finally:
            root.removeHandler(self)

    async def _tell(self, telegram_id: int) -> None:
        with self._guard:
            errors = self._errors.copy()
        try:
            user = await self._services.database.run(users.by_telegram_id, telegram_id)
            texts = self._services.texts
            language = texts.supported((user.language_code if user else None) or "")
            lines = "\n".join(f"{count}× {line}" for line, count in errors.most_common(MOST))
            text = texts.get(language, "admin-errors", count=errors.total(), lines=lines)
            await self._bot.send_message(telegram_id, text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            log.warning("an admin could not be told: %s", type(error).__name__)
        except Exception as error:  # the database may be what is wrong
            log.warning("admins could not be told: %s", type(error).__name__)


def _line(record: logging.LogRecord) -> str:
    """An error on one line."""
    said = record.getMessage().partition("\n")[0]
    error = record.exc_info[1] if record.exc_info else None
    return (f"{said} ({type(error).__name__})" if error else said)[:LENGTH]
