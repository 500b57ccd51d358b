"""Updates come by long polling or by webhook, and none is lost.

Telegram forgets updates once they are acknowledged, so they are written down first. What a
dead process left unhandled is handled again at the next start.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from modera_bot.bot.aside import tell
from modera_bot.bot.ratelimit import seconds_to_wait
from modera_bot.bot.turn import Services
from modera_bot.db import inbox
from modera_bot.errors import ConfigError

log = logging.getLogger(__name__)

#: Seconds that Telegram may wait for an update before it answers.
POLL_S = 25
#: Seconds that the answer may take beyond that.
ANSWER_S = 10
#: What the bot listens to; everything else would be written down for nothing.
UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.PRE_CHECKOUT_QUERY]
#: Times an update is begun; one that kills the process must not do so for ever.
TRIES = 3
#: Longest pause, in seconds, between tries to reach Telegram.
LONGEST_PAUSE_S = 15.0
TOKEN_REFUSED = "telegram.token: Telegram does not know it; write the token from @BotFather"  # noqa: S105


Json = dict[str, Any]


class Inbox:
    """Hands updates to the application, each once it is written down."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], services: Services
    ) -> None:
        self._queue, self._services = application.update_queue, services
        self._database = services.database
        self._bot: Bot = application.bot

    async def replay(self) -> None:
        """Queue what an earlier process left unhandled."""
        for payload, tries in await self._database.run(inbox.pending, self._bot.id):
            update = self.read(payload)
            if update is not None and tries < TRIES:
                await self._queue.put(update)
                continue
            log.error("gave up an update, unreadable or begun %d times", tries)
            if update is not None:
                await tell(self._services, self._bot, update, "error-given-up")
            await self._database.run(inbox.handled, self._bot.id, [payload["update_id"]])

    async def take(self, payloads: Sequence[Json]) -> None:
        """Write updates down, as Telegram sent them, and queue those that did not come before.

        One that can't be read is left out: nor could it be if it came again.
        """
        read = [(payload, self.read(payload)) for payload in payloads]
        sound = [(payload, update) for payload, update in read if update is not None]
        known = [payload for payload, _ in sound]
        fresh = await self._database.run(inbox.receive, self._bot.id, known)
        for _, update in sound:
            if update.update_id in fresh:
                await self._queue.put(update)

    def read(self, payload: Json) -> Update | None:
        """An update from its JSON; None if it is of a shape that we don't know."""
        try:
            return Update.de_json(payload, self._bot)
        except Exception as error:  # whatever the library makes of it; the others must go on
            log.error("an update can't be read: %s", type(error).__name__)
            return None


class Poller:
    """Asks Telegram for updates: those left over come first."""

    def __init__(self, inbox: Inbox, bot: Bot) -> None:
        self._inbox, self._bot = inbox, bot

    async def run(self) -> None:
        """Poll until cancelled. Raises ConfigError when Telegram does not know the bot."""
        await self._inbox.replay()
        offset: int | None = None
        pause = 0.0
        while True:
            try:
                offset = await self._poll(offset)
                pause = 0.0
            except InvalidToken as error:
                raise ConfigError((TOKEN_REFUSED,)) from error
            except Exception as error:
                pause = _pause(error, pause)
                log.warning("no updates: %s; trying again in %.1f s", _reason(error), pause)
                await asyncio.sleep(pause)

    async def _poll(self, offset: int | None) -> int | None:
        """Fetch a batch, write it down, queue it; the offset that acknowledges it.

        `Bot.get_updates` would make objects of them, which cost as much again to write down,
        and give up a whole batch for one that it can't read.
        """
        asked = {"timeout": POLL_S, "allowed_updates": json.dumps(UPDATES)}
        asked |= {} if offset is None else {"offset": offset}
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        updates = await self._bot.request.post(url, read_timeout=POLL_S + ANSWER_S)
        assert isinstance(updates, list)
        if not updates:
            return offset
        await self._inbox.take(updates)
        return int(updates[-1]["update_id"]) + 1


def _pause(error: Exception, last: float) -> float:
    if isinstance(error, RetryAfter):
        return seconds_to_wait(error)
    return min(max(2 * last, 0.5), LONGEST_PAUSE_S)


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another process polls with the same token; stop it"
    return str(error) if isinstance(error, TelegramError) else f"{type(error).__name__}: {error}"
