"""The status message of a running job: where it is, edited in place.

It changes only when there is news, at most every two seconds, with "sending a photo…" shown
under the bot's name meanwhile.
"""

import asyncio
import logging
import math
import time
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.states import PROCESSING
from modera_bot.bot.flows.stylist import pages
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.wording import status_keyboard, status_text
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Services
from modera_bot.contracts import JobState, JobStatus
from modera_bot.db import sessions, users
from modera_bot.db.sessions import Session
from modera_bot.db.users import User

log = logging.getLogger(__name__)

#: Seconds between looks at the running jobs, edits of one message, and chat actions.
LOOK_S, EDIT_S, ACT_S = 1.0, 2.0, 4.0
#: Edits a second for all together whose job waits in line. Each job that ends moves all of them
#: up, and of the 30 messages a second that Telegram takes most are to be answers.
WAITING_EDITS = 5.0


@dataclass(slots=True)
class _Shown:
    """What a chat shows, and when (monotonic seconds) it was touched."""

    text: str = ""
    edited: float = -math.inf
    acted: float = -math.inf


@dataclass(frozen=True, slots=True)
class _Job:
    user: User
    session: Session
    data: TryOnData | StylistData
    status: JobStatus


class StatusMessages:
    """Keeps all status messages true."""

    def __init__(self, services: Services, bot: Bot, processor: ChatProcessor) -> None:
        self._services, self._bot, self._processor = services, bot, processor
        self._shown: dict[str, _Shown] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look at the jobs again and again, until cancelled; less often when it takes long."""
        try:
            while True:
                begun = time.monotonic()
                try:
                    await self._look()
                except SQLAlchemyError as error:
                    log.warning("status messages: %s", type(error).__name__)
                except Exception:  # nobody would notice that this has stopped
                    log.exception("status messages")
                await asyncio.sleep(max(LOOK_S, 10 * (time.monotonic() - begun)))
        finally:
            tasks = [*self._busy.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        jobs = await self._services.database.run(self._running)
        self._shown = {job_id: self._shown.get(job_id, _Shown()) for job_id in jobs}
        waiting = sum(job.status.state is JobState.QUEUED for job in jobs.values())
        pause_s = max(EDIT_S, waiting / WAITING_EDITS)
        for job_id, job in jobs.items():
            if job_id not in self._busy:
                task = asyncio.create_task(self._refresh(job_id, job, pause_s))
                self._busy[job_id] = task
                task.add_done_callback(partial(self._ended, job_id))

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        del self._busy[job_id]

    def _running(self, connection: Connection) -> dict[str, _Job]:
        waiting = [
            (session, _data(session))
            for state in PROCESSING
            for session in sessions.in_state(connection, state)
        ]
        job_ids = [data.job_id for _, data in waiting if data.job_id is not None]
        statuses = self._services.jobs.statuses(connection, job_ids) if job_ids else {}
        people = users.by_ids(connection, [session.user_id for session, _ in waiting])
        jobs = {}
        for session, data in waiting:
            status, user = statuses.get(data.job_id or ""), people.get(session.user_id)
            if user is None or status is None:
                continue
            if status.state in (JobState.QUEUED, JobState.RUNNING):
                jobs[status.job_id] = _Job(user, session, data, status)
        return jobs

    async def _refresh(self, job_id: str, job: _Job, pause_s: float) -> None:
        """Bring one message up to date; `pause_s` between edits while its job waits in line."""
        chat = Chat.with_person(self._bot, self._services.texts, job.user, job.data.language)
        shown, clock = self._shown[job_id], time.monotonic()
        running = job.status.state is JobState.RUNNING
        if running and clock - shown.acted >= ACT_S:
            shown.acted = clock
            await chat.act(ChatAction.UPLOAD_PHOTO)
        text = status_text(chat, job.status)
        shown.text = shown.text or status_text(chat, None)  # what it was sent with
        if text == shown.text or clock - shown.edited < (EDIT_S if running else pause_s):
            return
        try:
            async with self._processor.lock(chat.id):
                await self._edit(chat, job, text)
        except (TelegramError, SQLAlchemyError) as error:
            log.info("status of job %s: %s", job_id, type(error).__name__)
        shown.text, shown.edited = text, time.monotonic()

    async def _edit(self, chat: Chat, job: _Job, text: Markup) -> None:
        """Edit, unless the job has ended or been replaced while we waited for the chat."""
        now = await self._services.database.run(sessions.get, job.session.id)
        if now is None or now.status != "active" or now.state not in PROCESSING:
            return
        data = _data(now)
        if data.job_id == job.data.job_id and data.status_message_id is not None:
            if isinstance(data, StylistData):
                keyboard = pages.processing(chat)
            else:
                keyboard = status_keyboard(chat, data)
            await chat.edit(data.status_message_id, text, keyboard)


def _data(session: Session) -> TryOnData | StylistData:
    return (StylistData if session.session_type == "styling" else TryOnData).of(session)
