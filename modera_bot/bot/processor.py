"""Updates in order within a chat, concurrently across chats; albums as one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from telegram import Bot, Message, Update
from telegram.constants import ChatType
from telegram.ext import BaseUpdateProcessor

from modera_bot.bot.access import Door, Told
from modera_bot.bot.aside import tell
from modera_bot.bot.groups import invite_over, is_addressed
from modera_bot.bot.turn import Services, Turn, current, open_turn
from modera_bot.db import inbox

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Updates begun at once, those that wait for their chat included.
CONCURRENT = 1024
#: Updates of one chat that may wait for their turn.
WAITING = 50
#: Seconds after an album's last message until the album counts as complete.
ALBUM_S = 0.5
#: Seconds to wait before each further try when the database does not answer.
PATIENCE_S = (0.5, 2.0, 5.0, 15.0)


@dataclass(slots=True)
class _Lock:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


@dataclass(slots=True)
class _Album:
    parts: list[tuple[int, Message]]
    grown: asyncio.Event = field(default_factory=asyncio.Event)


class ChatProcessor(BaseUpdateProcessor):
    """Opens a turn for each update and closes it when its handler is through.

    A turn that is cut off, by a kill or a cancelled task, stays in the inbox and is run again
    at the next start.
    """

    __slots__ = ("_albums", "_bot", "_door", "_locks", "_services", "_told", "_turned_away")

    def __init__(self, services: Services, bot: Bot) -> None:
        super().__init__(CONCURRENT)
        self._services, self._bot = services, bot
        self._locks: dict[int, _Lock] = {}
        self._albums: dict[tuple[int, str], _Album] = {}
        self._turned_away: set[int] = set()  # chats that have been told
        self._door, self._told = Door(services.settings.telegram), Told()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    @asynccontextmanager
    async def lock(self, chat_id: int) -> AsyncIterator[None]:
        """Keep a chat to oneself; whoever asks first is served first."""
        entry = self._locks.setdefault(chat_id, _Lock())
        entry.users += 1
        try:
            async with entry.lock:
                yield
        finally:
            entry.users -= 1
            if not entry.users:
                del self._locks[chat_id]
                self._turned_away.discard(chat_id)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        assert isinstance(update, Update)
        assert isinstance(coroutine, Coroutine)
        if update.pre_checkout_query is not None:  # it has ten seconds, and touches no session
            await self._take_turn(update, coroutine, ())
            return
        chat, message = update.effective_chat, update.message
        if chat is None or chat.type != ChatType.PRIVATE or update.effective_user is None:
            coroutine.close()
            if chat is not None and is_addressed(update, self._bot) and self._told.is_news(chat.id):
                await invite_over(update, self._bot, self._services.texts)
            await self._services.database.run(inbox.handled, self._bot.id, [update.update_id])
            return
        paid = message is not None and (message.successful_payment or message.refunded_payment)
        if not paid and (refusal := self._door.refusal(update.effective_user.id)):
            coroutine.close()
            await self._services.database.run(inbox.handled, self._bot.id, [update.update_id])
            if update.callback_query is not None or self._told.is_news(chat.id):
                await tell(self._services, self._bot, update, refusal)
            return
        key = (chat.id, message.media_group_id) if message and message.media_group_id else None
        if key is None:
            if self._waiting(chat.id) >= WAITING:
                coroutine.close()
                await self._turn_away(update, chat.id)
                return
            async with self.lock(chat.id):
                await self._take_turn(update, coroutine, ())
            return
        assert message is not None
        if (album := self._albums.get(key)) is not None:
            album.parts.append((update.update_id, message))
            album.grown.set()
            coroutine.close()
            return
        self._albums[key] = _Album([(update.update_id, message)])
        async with self.lock(chat.id):
            parts = await self._complete(key)
            await self._take_turn(update, coroutine, parts)

    def _waiting(self, chat_id: int) -> int:
        """How many updates of a chat are being handled or wait for their turn."""
        entry = self._locks.get(chat_id)
        return entry.users if entry else 0

    async def _turn_away(self, update: Update, chat_id: int) -> None:
        """Leave out what comes too fast, so that one person can't hold up all others."""
        told = chat_id in self._turned_away
        self._turned_away.add(chat_id)
        await self._services.database.run(inbox.handled, self._bot.id, [update.update_id])
        if not told:
            await tell(self._services, self._bot, update, "error-too-fast")

    async def _complete(self, key: tuple[int, str]) -> tuple[tuple[int, Message], ...]:
        """Wait until nothing more of an album comes; its messages in the order of sending."""
        album = self._albums[key]
        try:
            while True:
                album.grown.clear()
                # wait_for of Python 3.11 may swallow being cancelled
                async with asyncio.timeout(ALBUM_S):
                    await album.grown.wait()
        except TimeoutError:
            pass
        finally:
            del self._albums[key]
        return tuple(sorted(album.parts, key=lambda part: part[1].message_id))

    async def _take_turn(
        self,
        update: Update,
        coroutine: Coroutine[Any, Any, Any],
        album: tuple[tuple[int, Message], ...],
    ) -> None:
        try:
            turn = await _patiently(lambda: self._open(update, album))
        except BaseException:
            coroutine.close()
            raise
        current.set(turn)
        await coroutine
        await _patiently(turn.finish)

    async def _open(self, update: Update, album: tuple[tuple[int, Message], ...]) -> Turn:
        return await self._services.database.run(
            open_turn, self._services, self._bot, update, album
        )


async def _patiently(step: Callable[[], Awaitable[T]]) -> T:
    """Do a step, again and again until the database answers; a stop ends the waiting."""
    for wait in chain(PATIENCE_S, repeat(PATIENCE_S[-1])):
        try:
            return await step()
        except (OperationalError, InterfaceError) as error:
            log.warning("database: %s; trying again in %.1f s", type(error.orig).__name__, wait)
            await asyncio.sleep(wait)
    raise AssertionError("unreachable")
