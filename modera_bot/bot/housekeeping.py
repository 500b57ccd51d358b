"""What must happen without anyone asking: sessions end, pictures expire, records are forgotten.

All of it is read from the database at each round, so it also happens for what came due while
the process was down. Each task survives a fault of the database or the storage: it is logged,
and the next round tries again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection, exists, select
from sqlalchemy.exc import SQLAlchemyError

from modera_bot import privacy
from modera_bot.bot.flows.states import PROCESSING
from modera_bot.bot.turn import Services
from modera_bot.contracts import EventKind, JobState
from modera_bot.db import events, gallery, inbox, pictures, sessions
from modera_bot.db.schema import events as event_rows
from modera_bot.db.schema import fashion_sessions, jobs, now, users
from modera_bot.db.schema import pictures as picture_rows
from modera_bot.errors import ModeraError

log = logging.getLogger(__name__)

#: Pictures removed between two looks at the clock.
BATCH = 50
#: How long handled updates and delivered events are remembered: longer than Telegram resends.
REMEMBER = timedelta(days=3)

Work = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Task:
    work: Work
    every_s: float
    due: float = field(default=0.0)  # at the monotonic clock; 0: at once


class Housekeeping:
    """Keeps the house until cancelled. `notify` tells delivery that events were written."""

    def __init__(self, services: Services, notify: Callable[[], None]) -> None:
        self._services, self._notify = services, notify
        self._strays: set[str] = set()
        self._tasks = (
            _Task(self.end_idle_sessions, every_s=10),
            _Task(self.remove_expired, every_s=60),
            _Task(self.remove_unwanted, every_s=60),
            _Task(self.remove_strays, every_s=3600),
            _Task(self.finish_erasures, every_s=600),
            _Task(self.forget, every_s=3600),
        )

    async def run(self) -> None:
        while True:
            for task in self._tasks:
                if monotonic() >= task.due:
                    await self._do(task.work)
                    task.due = monotonic() + task.every_s
            await asyncio.sleep(max(0.0, min(task.due for task in self._tasks) - monotonic()))

    async def _do(self, work: Work) -> None:
        try:
            await work()
        except (ModeraError, SQLAlchemyError) as error:
            log.warning("housekeeping: %s: %s", work.__name__, type(error).__name__)
        except Exception:
            log.exception("housekeeping: %s", work.__name__)

    async def end_idle_sessions(self) -> None:
        """Return people who went silent to the menu, unless a job of theirs runs."""
        minutes = self._services.settings.limits.idle_minutes
        if await self._services.database.run(_end_idle, timedelta(minutes=minutes)):
            self._notify()

    async def remove_expired(self) -> None:
        """Remove pictures whose days are over."""
        while keys := await self._services.database.run(_expired):
            await self._remove(keys)

    async def remove_unwanted(self) -> None:
        """Remove photos of people who don't want them kept, once they are through with them."""
        while keys := await self._services.database.run(_unwanted):
            await self._remove(keys)

    async def remove_strays(self) -> None:
        """Remove stored pictures that no row knows: a crash, or a job of an erased person.

        A picture is stored a moment before its row is written, so only what was a stray an
        hour ago, too, is removed.
        """
        strays = await asyncio.to_thread(self._find_strays)
        for key in sorted(strays & self._strays):
            await asyncio.to_thread(self._services.storage.delete, key)
            log.info("removed a stray picture")
        self._strays = strays - self._strays

    async def finish_erasures(self) -> None:
        """Wipe the files if that was not done when somebody was erased."""
        await asyncio.to_thread(privacy.finish_erasures, self._services.database)

    async def forget(self) -> None:
        """Forget which updates were handled and which events delivered, after some days."""
        await self._services.database.run(_forget)

    async def _remove(self, keys: list[str]) -> None:
        """Remove pictures from storage, then their rows: never a picture that no row knows."""
        for key in keys:
            await asyncio.to_thread(self._services.storage.delete, key)
        await self._services.database.run(_forget_pictures, keys)

    def _find_strays(self) -> set[str]:
        strays: set[str] = set()
        batch: list[str] = []
        for key in self._services.storage.keys("users/"):
            batch.append(key)
            if len(batch) == BATCH:
                strays |= self._unknown(batch)
                batch = []
        return strays | self._unknown(batch)

    def _unknown(self, keys: list[str]) -> set[str]:
        query = select(picture_rows.c.key).where(picture_rows.c.key.in_(keys))
        with self._services.database.begin() as connection:
            return set(keys) - set(connection.execute(query).scalars())


def _end_idle(connection: Connection, idle: timedelta) -> bool:
    """End idle sessions and write an event for each; whether there were any.

    One that waits for a job is not idle, as long as the job goes on or its end is untold.
    """
    processing = fashion_sessions.c.state.in_(PROCESSING)
    working = exists().where(
        jobs.c.session_id == fashion_sessions.c.id,
        jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING]),
    )
    untold = exists().where(
        event_rows.c.session_id == fashion_sessions.c.id, event_rows.c.delivered_at.is_(None)
    )
    ended = connection.execute(
        fashion_sessions.update()
        .where(
            fashion_sessions.c.status == "active",
            fashion_sessions.c.state != sessions.API,
            fashion_sessions.c.updated_at < now() - idle,
            ~(processing & (working | untold)),
        )
        # one statement, so that it can't end a session that someone just woke
        .values(status="expired", updated_at=now(), completed_at=now())
        .returning(fashion_sessions.c.id, fashion_sessions.c.user_id)
    ).all()
    for session_id, user_id in ended:
        events.add(
            connection,
            kind=EventKind.EXPIRED,
            user_id=user_id,
            session_id=session_id,
            job_id=None,
            data=None,
        )
    return bool(ended)


def _expired(connection: Connection) -> list[str]:
    return [picture.key for picture in pictures.expired(connection, now(), BATCH)]


def _unwanted(connection: Connection) -> list[str]:
    busy = exists().where(
        fashion_sessions.c.user_id == picture_rows.c.user_id,
        fashion_sessions.c.status == "active",
    )
    query = (
        select(picture_rows.c.key)
        .join(users, users.c.id == picture_rows.c.user_id)
        .where(
            picture_rows.c.purpose == "photo",
            users.c.preferences["keep_photos"].as_boolean().is_(False),
            ~busy,
        )
        .limit(BATCH)
    )
    return [*connection.execute(query).scalars()]


def _forget_pictures(connection: Connection, keys: list[str]) -> None:
    for key in keys:
        gallery.forget(connection, key)


def _forget(connection: Connection) -> None:
    inbox.forget(connection, now() - REMEMBER)
    events.forget(connection, now() - REMEMBER)
