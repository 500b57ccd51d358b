"""From a photo and wishes to a job, and where a session goes."""

import asyncio
from collections.abc import Iterable

from sqlalchemy import Connection
from telegram import InlineKeyboardMarkup

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows import data as session_data
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.stylist import pages
from modera_bot.bot.flows.stylist.data import StylistData, wishes_of
from modera_bot.bot.flows.tryon import photos
from modera_bot.bot.flows.tryon.photos import Photo
from modera_bot.bot.flows.tryon.wording import error_text, status_text
from modera_bot.bot.turn import Turn
from modera_bot.contracts import Feature, JobKind, Quality
from modera_bot.db import analyses, sessions
from modera_bot.db.schema import now
from modera_bot.errors import CreditsError, JobError
from modera_bot.style import StyleRequest


def enter(
    connection: Connection,
    turn: Turn,
    state: State,
    data: StylistData,
    fresh: Iterable[Photo] = (),
) -> str:
    """Bring the person's styling to a state; returns the id of its session."""
    photos.record(connection, turn, fresh)
    return session_data.enter(connection, turn.user.id, state, data)


async def submit(turn: Turn, data: StylistData) -> None:
    """Tell the person that it begins, then write down job and state together.

    When it can't begin (too many jobs, not enough credits) they are told, and can try again.
    """
    chat = Chat.of(turn)
    status = await chat.send(status_text(chat, None), pages.processing(chat))
    data = data.at_rest().model_copy(
        update={
            "status_message_id": status.message_id,
            "submitted_at": now(),
            "language": turn.language,
        }
    )
    try:
        await turn.commit(_submit, turn, data)
    except (CreditsError, JobError) as error:
        keyboard = InlineKeyboardMarkup(pages.again(chat))
        await chat.edit(status.message_id, error_text(chat, error.code), keyboard)
        await turn.commit(enter, turn, State.STYLIST_PREFERENCES, data.at_rest())
        return
    await asyncio.to_thread(turn.services.jobs.wake)


def _submit(connection: Connection, turn: Turn, data: StylistData) -> None:
    assert data.photo_key is not None
    session_id = enter(connection, turn, State.STYLIST_PROCESSING, data)
    request = StyleRequest(
        person_key=data.photo_key,
        person_at=data.person_at,
        preferences=wishes_of(turn.user),
        past=analyses.past(connection, turn.user.id),
        language=turn.language,
    )
    job_id = turn.services.jobs.submit(
        connection,
        kind=JobKind.STYLING,
        user_id=turn.user.id,
        session_id=session_id,
        payload=request,
        feature=Feature.STYLING,
        amount=turn.services.credits.price(Feature.STYLING, quality=Quality.STANDARD),
    )
    sessions.move(connection, session_id, State.STYLIST_PROCESSING, job_id=job_id)
