"""What a person gets for each kind of event, and where their session goes with it."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import TelegramError

from modera_bot.bot import keyboards
from modera_bot.bot.adviser import Adviser, find
from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.states import FINISHED, State
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.failure import explain, left_after
from modera_bot.bot.flows.tryon.preview import preview_caption, tidy_up
from modera_bot.bot.flows.tryon.submission import WAITING
from modera_bot.bot.flows.tryon.wording import error_text, result_caption
from modera_bot.bot.money import after_failure, after_result
from modera_bot.bot.turn import Services
from modera_bot.contracts import Event, EventKind, Failure, Notice, TryOnResult
from modera_bot.db import events, holds, sessions, users
from modera_bot.db.holds import Hold
from modera_bot.db.schema import now
from modera_bot.db.sessions import Session
from modera_bot.errors import Code

#: A result that took less comes in place of the status message; a later one as a new
#: message, so that the person's phone tells them.
SHORT = timedelta(seconds=8)
#: What the stylist tells itself, of its own jobs.
ADVISED = (EventKind.DONE, EventKind.FAILED)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """An event, whose it is, and where they are; `awaited`: their session waits for its job."""

    event: Event
    chat: Chat
    session: Session
    data: TryOnData
    awaited: bool
    hold: Hold | None  # the credits it was about
    balance: int


class Handover:
    """Sends what an event says, then commits that it is told, in the person's own chat lock."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services, self._bot = services, bot
        self._adviser = Adviser(services, bot)

    async def hand_over(self, event: Event) -> None:
        """Send and commit. Raises TelegramError, StorageError or SQLAlchemyError."""
        if event.kind in ADVISED and (found := await find(self._services, event)):
            await self._adviser.hand_over(event, *found)
            return
        parcel = await self._services.database.run(self._parcel, event)
        if parcel is None:
            return
        if parcel.session.state == sessions.API:
            await self._services.database.run(_note, event)
        elif event.kind is EventKind.EXPIRED:
            await self._expired(parcel)
        elif isinstance(event.data, Failure):
            await self._failed(parcel, event.data)
        elif isinstance(event.data, TryOnResult):
            picture = await self._services.picture(event.data.result_key)
            if event.kind is EventKind.PREVIEW:
                await self._preview(parcel, event.data, picture)
            elif event.kind is EventKind.FORMING:
                await self._forming(parcel, picture)
            elif picture is None:
                await self._failed(parcel, Failure(code=Code.PICTURE_GONE))
            else:
                await self._done(parcel, event.data, picture)

    async def apologise(self, event: Event) -> None:
        """Tell that something went wrong instead of what could not be told; never fails."""
        if event.kind in (EventKind.PREVIEW, EventKind.FORMING):  # its job goes on
            return
        with contextlib.suppress(TelegramError, SQLAlchemyError):
            parcel = await self._services.database.run(self._parcel, event)
            if parcel is None:
                return
            text = error_text(parcel.chat, Code.UNEXPECTED, _reference(event))
            await parcel.chat.send(text, keyboards.menu(parcel.chat))
            status = parcel.session.input_data.get("status_message_id")
            if status is not None:
                await parcel.chat.delete(status)

    def _parcel(self, connection: Connection, event: Event) -> _Parcel | None:
        """How things stand now that nobody else speaks with the person; None if it is over."""
        user = users.by_id(connection, event.user_id)
        session = sessions.get(connection, event.session_id)
        if user is None or session is None:
            return None
        data = TryOnData.of(session)
        chat = Chat.with_person(self._bot, self._services.texts, user, data.language)
        awaited = session.status == "active" and data.job_id == event.job_id
        hold = holds.of_job(connection, event.job_id)
        balance = self._services.credits.balance(connection, user.id) or 0
        return _Parcel(event, chat, session, data, awaited, hold, balance)

    async def _preview(self, parcel: _Parcel, result: TryOnResult, picture: bytes | None) -> None:
        """A draft to look at meanwhile; it makes no sound, for the real one will."""
        changes = {}
        if parcel.awaited and picture is not None:
            caption = preview_caption(parcel.chat, result)
            message = await parcel.chat.send_photo(picture, caption, silent=True)
            changes = {"preview_message_id": message.message_id}
        await self._commit(parcel, parcel.session.state, **changes)

    async def _forming(self, parcel: _Parcel, picture: bytes | None) -> None:
        """The picture as far as it has formed, in place of the draft or of what there was."""
        chat, changes = parcel.chat, {}
        message_id = parcel.data.preview_message_id
        if parcel.awaited and picture is not None:
            caption = chat.text("result-forming")
            if message_id is None or not await chat.edit_photo(message_id, picture, caption):
                message = await chat.send_photo(picture, caption, silent=True)
                message_id = message.message_id
            changes = {"preview_message_id": message_id, "preview_forming": True}
        await self._commit(parcel, parcel.session.state, **changes)

    async def _done(self, parcel: _Parcel, result: TryOnResult, picture: bytes) -> None:
        chat, data = parcel.chat, parcel.data
        caption = after_result(chat, result_caption(chat, result), parcel.hold, parcel.balance)
        keyboard = keyboards.result(
            chat,
            result.tryon_id,
            fit=self._services.fit is not None,
            again=Notice.ONLY_DRAFT in result.notices,
        )
        took = now() - data.submitted_at if data.submitted_at else SHORT
        if not parcel.awaited:
            await chat.send_photo(picture, caption, keyboard)
            await self._commit(parcel, parcel.session.state)
            return
        shown = (
            took < SHORT
            and not chat.protect  # a message can be protected only when it is sent
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
        text, keyboard = explain(chat, failure, left, _reference(parcel.event))
        await chat.send(after_failure(chat, text, parcel.hold), keyboard)
        await tidy_up(chat, data)
        await self._commit(parcel, WAITING[left.missing], **left.stored())

    async def _expired(self, parcel: _Parcel) -> None:
        """A session ended by idleness. After a result there is nothing to tell."""
        if parcel.session.status == "expired" and parcel.session.state not in FINISHED:
            styling = parcel.session.session_type == "styling"
            text = parcel.chat.text("stylist-expired" if styling else "tryon-expired")
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


def _note(connection: Connection, event: Event) -> None:
    """Whoever asked over HTTP looks for the outcome there; the chat is not told."""
    events.delivered(connection, event.id)
    if event.kind is not EventKind.PREVIEW:
        status = "completed" if event.kind is EventKind.DONE else "failed"
        sessions.close(connection, event.session_id, status)


def _reference(event: Event) -> str:
    """What to name when asking for help: the start of the job's id, which the log has."""
    return (event.job_id or "")[:6]
