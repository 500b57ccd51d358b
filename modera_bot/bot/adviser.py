"""What a person gets when a styling job has ended, and where their session goes with it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from telegram import Bot, InlineKeyboardMarkup

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.stylist import pages, wording
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.tryon.wording import error_text
from modera_bot.bot.money import after_failure, after_result
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Services
from modera_bot.contracts import Event, Failure, StylingResult
from modera_bot.db import analyses, events, holds, sessions, users
from modera_bot.db.holds import Hold
from modera_bot.db.sessions import Session
from modera_bot.db.users import User
from modera_bot.errors import Code

#: Seconds to read a paragraph in before the next one comes.
PAUSE_S = 0.35
#: Faults of the photo that a person can make up for by telling their colours.
TELLABLE = frozenset({Code.FACE_UNCLEAR, Code.COLOUR_CAST, Code.BACKLIT})
#: What is told when a card has been deleted before it could be shown.
GONE = Failure(code=Code.PICTURE_GONE)
#: Faults of the photo.
PHOTO_FAULTS = TELLABLE | {Code.NO_PERSON, Code.SEVERAL_PEOPLE, Code.PICTURE_GONE}


class Adviser:
    """Sends the outcome of styling jobs, then commits that it is told."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services, self._bot = services, bot

    async def hand_over(self, event: Event, user: User, session: Session) -> None:
        """Send and commit. Raises TelegramError, StorageError or SQLAlchemyError."""
        data = StylistData.of(session)
        chat = Chat.with_person(self._bot, self._services.texts, user, data.language)
        awaited = session.status == "active" and data.job_id == event.job_id
        state: str = session.state
        changes: dict[str, Any] = {}
        hold = await self._services.database.run(holds.of_job, event.job_id)
        if isinstance(event.data, StylingResult):
            told = await self._advise(chat, event.data, user, hold)
            state, changes = State.STYLIST_RESULTS, data.at_rest().stored()
            if not told and awaited:
                state, changes = await self._fail(chat, GONE, data, event, hold)
        elif isinstance(event.data, Failure) and awaited:
            state, changes = await self._fail(chat, event.data, data, event, hold)
        if awaited and data.status_message_id is not None:
            await chat.delete(data.status_message_id)

        def commit(connection: Connection) -> None:
            events.delivered(connection, event.id)
            if awaited:
                sessions.move(connection, session.id, state, **changes)

        await self._services.database.run(commit)

    async def _advise(
        self, chat: Chat, result: StylingResult, user: User, hold: Hold | None
    ) -> bool:
        """The advice, then its card with the buttons; False if that has been deleted meanwhile."""
        database = self._services.database
        analysis = await database.run(analyses.get, result.analysis_id, user.id)
        card = await self._services.picture(result.card_key)
        if card is None or analysis is None:
            return False
        profile = analysis.profile
        parts = wording.advice(chat, profile)
        await _stream(chat, int(analysis.id[:7], 16) + 1, parts)
        await chat.send(wording.whole(parts))
        rows = wording.buttons(chat, analysis.id, profile, analysis.feedback)
        balance = await database.run(self._services.credits.balance, user.id)
        caption = after_result(chat, wording.card_caption(chat, profile), hold, balance or 0)
        await chat.send_photo(card, caption, InlineKeyboardMarkup(rows))
        return True

    async def _fail(
        self, chat: Chat, failure: Failure, data: StylistData, event: Event, hold: Hold | None
    ) -> tuple[str, dict[str, Any]]:
        """Say why, and what would help; returns the state to go to and what is known there."""
        text = error_text(chat, failure.code, (event.job_id or "")[:6])
        text = after_failure(chat, text, hold)
        if failure.code in TELLABLE:
            hint = chat.text("stylist-tell-instead")
            await chat.send(Markup(f"{text}\n\n{hint}"), pages.tell(chat))
            return State.STYLIST_WAITING_PHOTO, data.at_rest().stored()
        if failure.code in PHOTO_FAULTS:
            await chat.send(Markup(f"{text}\n\n{chat.text('stylist-wanted')}"))
            return State.STYLIST_WAITING_PHOTO, StylistData().stored()
        await chat.send(text, InlineKeyboardMarkup(pages.again(chat)))
        return State.STYLIST_PREFERENCES, data.at_rest().stored()


async def _stream(chat: Chat, draft_id: int, parts: Sequence[Markup]) -> None:
    """Let the advice grow before the eyes, paragraph by paragraph; ends early if it can't."""
    for number in range(1, len(parts)):
        if not await chat.draft(draft_id, wording.whole(parts[:number])):
            return
        await asyncio.sleep(PAUSE_S)


async def find(services: Services, event: Event) -> tuple[User, Session] | None:
    """The person and the session of an event that is the stylist's; None for any other, and
    for what was asked for over HTTP."""

    def read(connection: Connection) -> tuple[User, Session] | None:
        user = users.by_id(connection, event.user_id)
        session = sessions.get(connection, event.session_id)
        if user is None or session is None or session.session_type != "styling":
            return None
        if session.state == sessions.API:
            return None
        return user, session

    return await services.database.run(read)
