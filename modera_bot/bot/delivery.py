"""Events become messages: at least once, in order within a session.

    send ──> one commit: the event is delivered, and the session moves with it

A process that dies in between sends once more after its next start. Telegram's temporary
troubles postpone an event, for as long as they last; a person who blocked the bot ends it.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.failure import explain, left_after
from modera_bot.bot.flows.tryon.preview import preview_caption, settle_preview
from modera_bot.bot.flows.tryon.submission import WAITING
from modera_bot.bot.flows.tryon.wording import result_caption
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.status import StatusMessages
from modera_bot.bot.turn import Services
from modera_bot.contracts import Event, EventKind, Failure, TryOnResult
from modera_bot.db import events, sessions, users
from modera_bot.db.schema import now
from modera_bot.db.sessions import Session
from modera_bot.errors import Code, StorageError

log = logging.getLogger(__name__)

#: Seconds between looks for events, when nobody says that there is one.
LOOK_S = 2.0
#: Seconds to finish what is being delivered when told to stop.
GRACE_S = 5.0
#: First and longest delay in seconds before an event is tried again.
DELAY_S, LONGEST_DELAY_S = 2.0, 60.0
#: Tries after which an event that trips over our own fault is given up.
TRIES = 8
#: A result that took less comes in place of the status message; a later one as a new
#: message, so that the person's phone tells them.
SHORT = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """An event, whose it is, and where they are; `awaited`: their session waits for its job."""

    event: Event
    chat: Chat
    session: Session
    data: TryOnData
    awaited: bool


class Delivery:
    """Brings events to people and keeps their status messages true."""

    def __init__(self, services: Services, bot: Bot, processor: ChatProcessor) -> None:
        self._services, self._bot, self._processor = services, bot, processor
        self._status = StatusMessages(services, bot, processor)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def notify(self) -> None:
        """Say that an event waits; from any thread, at any time."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._waiting.set)

    async def run(self) -> None:
        """Deliver until cancelled; then finish what has begun."""
        self._loop = asyncio.get_running_loop()
        status = asyncio.create_task(self._status.run(), name="status messages")
        try:
            while True:
                self._waiting.clear()
                await self._begin_due()
                # wait_for of Python 3.11 may swallow being cancelled
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._waiting.wait()
        finally:
            self._loop = None
            status.cancel()
            await self._finish()
            await asyncio.gather(status, return_exceptions=True)

    async def _begin_due(self) -> None:
        try:
            due = await self._services.database.run(events.due)
        except SQLAlchemyError as error:
            log.warning("no events: %s", type(error).__name__)
            return
        for event in due:
            if event.session_id not in self._tasks:
                task = asyncio.create_task(self._deliver(event))
                self._tasks[event.session_id] = task
                task.add_done_callback(partial(self._ended, event.session_id))

    def _ended(self, session_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[session_id]
        self._waiting.set()  # the session's next event can go

    async def _finish(self) -> None:
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, event: Event) -> None:
        try:
            await self._bring(event)
        except RetryAfter as error:
            await self._postpone(event, _seconds(error))
        except (BadRequest, Forbidden) as error:
            log.warning("event %d given up: %s", event.id, error)
            await self._give_up(event)
        except (NetworkError, StorageError, SQLAlchemyError) as error:
            log.warning("event %d postponed: %s", event.id, type(error).__name__)
            await self._postpone(event)
        except Exception:
            log.exception("event %d failed", event.id)
            if await self._postpone(event) >= TRIES:
                await self._give_up(event)

    async def _postpone(self, event: Event, seconds: float | None = None) -> int:
        """Try an event later, by default when it has waited as long again as so far.

        Returns how often it has been tried.
        """
        if seconds is None:
            waited = (now() - event.created_at).total_seconds()
            seconds = min(max(waited, DELAY_S), LONGEST_DELAY_S)
        try:
            return await self._services.database.run(events.postpone, event.id, seconds)
        except SQLAlchemyError as error:
            log.warning("event %d: %s", event.id, type(error).__name__)
            await asyncio.sleep(DELAY_S)
            return 0

    async def _give_up(self, event: Event) -> None:
        """Stop trying and let the person go on: what was made stands in their history."""

        def give_up(connection: Connection) -> None:
            events.give_up(connection, event.id)
            session = sessions.get(connection, event.session_id)
            if event.kind is EventKind.PREVIEW or session is None or session.status != "active":
                return
            if TryOnData.of(session).job_id == event.job_id:
                done = event.kind is EventKind.DONE
                sessions.close(connection, session.id, "completed" if done else "failed")

        with contextlib.suppress(SQLAlchemyError):  # tried again from the start
            await self._services.database.run(give_up)

    async def _bring(self, event: Event) -> None:
        user = await self._services.database.run(users.by_id, event.user_id)
        if user is None:  # erased, and the event with them
            return
        async with self._processor.lock(user.telegram_id):
            parcel = await self._services.database.run(self._parcel, event)
            if parcel is not None:
                await self._hand_over(parcel)

    def _parcel(self, connection: Connection, event: Event) -> _Parcel | None:
        """How things stand now that nobody else speaks with the person; None if it is over."""
        user = users.by_id(connection, event.user_id)
        session = sessions.get(connection, event.session_id)
        if user is None or session is None or not events.is_waiting(connection, event.id):
            return None
        data = TryOnData.of(session)
        chat = Chat.with_person(self._bot, self._services.texts, user, data.language)
        awaited = session.status == "active" and data.job_id == event.job_id
        return _Parcel(event, chat, session, data, awaited)

    async def _hand_over(self, parcel: _Parcel) -> None:
        event = parcel.event
        if event.kind is EventKind.EXPIRED:
            await self._expired(parcel)
        elif isinstance(event.data, Failure):
            await self._failed(parcel, event.data)
        elif isinstance(event.data, TryOnResult):
            try:
                picture = await asyncio.to_thread(self._services.storage.get, event.data.result_key)
            except StorageError as error:
                if error.code is not Code.PICTURE_GONE:
                    raise
                await self._failed(parcel, Failure(code=error.code))
                return
            if event.kind is EventKind.PREVIEW:
                await self._preview(parcel, event.data, picture)
            else:
                await self._done(parcel, event.data, picture)

    async def _preview(self, parcel: _Parcel, result: TryOnResult, picture: bytes) -> None:
        """A draft to look at meanwhile; it makes no sound, for the real one will."""
        changes = {}
        if parcel.awaited:
            caption = preview_caption(parcel.chat, result)
            message = await parcel.chat.send_photo(picture, caption, silent=True)
            changes = {"preview_message_id": message.message_id}
        await self._commit(parcel, parcel.session.state, **changes)

    async def _done(self, parcel: _Parcel, result: TryOnResult, picture: bytes) -> None:
        chat, data = parcel.chat, parcel.data
        caption = result_caption(chat, result)
        keyboard = keyboards.result(chat, result.tryon_id)
        took = now() - data.submitted_at if data.submitted_at else SHORT
        if not parcel.awaited:
            await chat.send_photo(picture, caption, keyboard)
            await self._commit(parcel, parcel.session.state)
            return
        shown = (
            took < SHORT
            and data.status_message_id is not None
            and await chat.edit_photo(data.status_message_id, picture, caption, keyboard)
        )
        if not shown:
            await chat.send_photo(picture, caption, keyboard)
        for message_id in (None if shown else data.status_message_id, data.preview_message_id):
            if message_id is not None:
                await chat.delete(message_id)
        await self._commit(parcel, State.TRYON_RESULT, **data.at_rest().stored())

    async def _failed(self, parcel: _Parcel, failure: Failure) -> None:
        if not parcel.awaited:  # cancelled, or given up for another job: nobody waits for it
            await self._commit(parcel, parcel.session.state)
            return
        chat, data = parcel.chat, parcel.data
        left = left_after(failure, data)
        text, keyboard = explain(chat, failure, left, (parcel.event.job_id or "")[:6])
        await chat.send(text, keyboard)
        if data.status_message_id is not None:
            await chat.delete(data.status_message_id)
        await settle_preview(chat, data)
        await self._commit(parcel, WAITING[left.missing], **left.stored())

    async def _expired(self, parcel: _Parcel) -> None:
        """A session ended by idleness. After a result there is nothing to tell."""
        if parcel.session.status == "expired" and parcel.session.state != State.TRYON_RESULT:
            text = parcel.chat.text("tryon-expired")
            await parcel.chat.send(text, keyboards.start(parcel.chat))

        def commit(connection: Connection) -> None:
            events.delivered(connection, parcel.event.id)
            # photos that never got consent are forgotten
            sessions.move(connection, parcel.session.id, parcel.session.state, uploads=None)

        await self._services.database.run(commit)

    async def _commit(self, parcel: _Parcel, state: str, **changes: Any) -> None:
        """The event is told, and the session moves on with it."""

        def commit(connection: Connection) -> None:
            events.delivered(connection, parcel.event.id)
            if parcel.awaited:
                sessions.move(connection, parcel.session.id, state, **changes)

        await self._services.database.run(commit)


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
