"""Events become messages: at least once, in order within a session.

    send ──> one commit: the event is delivered, and the session moves with it

A process that dies in between sends once more after its next start. Telegram's temporary
troubles postpone an event, for as long as they last; a person who blocked the bot ends it.
"""

import asyncio
import contextlib
import logging
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from modera_bot.bot.handover import Handover
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.ratelimit import seconds_to_wait
from modera_bot.bot.status import StatusMessages
from modera_bot.bot.turn import Services
from modera_bot.contracts import Event, EventKind
from modera_bot.db import events, sessions, users
from modera_bot.db.schema import now
from modera_bot.errors import StorageError

log = logging.getLogger(__name__)

#: Seconds between looks for events, when nobody says that there is one.
LOOK_S = 2.0
#: Seconds to finish what is being delivered when told to stop.
GRACE_S = 5.0
#: First and longest delay in seconds before an event is tried again.
DELAY_S, LONGEST_DELAY_S = 2.0, 60.0
#: Events of a job that goes on.
UNFINISHED = (EventKind.PREVIEW, EventKind.FORMING)
#: Tries after which an event that trips over our own fault is given up.
TRIES = 8


class Delivery:
    """Brings events to people and keeps their status messages true."""

    def __init__(self, services: Services, bot: Bot, processor: ChatProcessor) -> None:
        self._services, self._bot, self._processor = services, bot, processor
        self._handover = Handover(services, bot)
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
            await self._postpone(event, seconds_to_wait(error))
        except Forbidden:
            log.info("event %d given up: the person has blocked the bot", event.id)
            await self._give_up(event)
        except BadRequest as error:
            log.error("event %d of job %s refused: %s", event.id, event.job_id, error)
            await self._give_up(event)
            await self._handover.apologise(event)
        except (NetworkError, StorageError, SQLAlchemyError) as error:
            log.warning("event %d postponed: %s", event.id, type(error).__name__)
            await self._postpone(event)
        except Exception:
            log.exception("event %d of job %s failed", event.id, event.job_id)
            if await self._postpone(event) >= TRIES:
                await self._give_up(event)
                await self._handover.apologise(event)

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
            if event.kind in UNFINISHED or session is None or session.status != "active":
                return
            if session.input_data.get("job_id") == event.job_id:
                done = event.kind is EventKind.DONE
                sessions.close(connection, session.id, "completed" if done else "failed")

        with contextlib.suppress(SQLAlchemyError):  # tried again from the start
            await self._services.database.run(give_up)

    async def _bring(self, event: Event) -> None:
        user = await self._services.database.run(users.by_id, event.user_id)
        if user is None:  # erased, and the event with them
            return
        async with self._processor.lock(user.telegram_id):
            # asked again now that the chat is ours: it may have been told meanwhile
            if await self._services.database.run(events.is_waiting, event.id):
                await self._handover.hand_over(event)
