"""From two photos to a job, and everything that can stand in its way."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.flows import data as session_data
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.tryon import photos
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.photos import Photo
from modera_bot.bot.flows.tryon.wording import error_text, status_keyboard, status_text
from modera_bot.bot.turn import Turn
from modera_bot.contracts import Feature, JobKind, Role, TryOnRequest
from modera_bot.db import sessions
from modera_bot.db.schema import now
from modera_bot.errors import CreditsError, JobError

#: Where a person waits, by the photo that is missing; both there: for another try.
WAITING = {
    Role.GARMENT: State.TRYON_WAITING_CLOTHING,
    Role.PERSON: State.TRYON_WAITING_PERSON,
    None: State.TRYON_WAITING_PERSON,
}


def enter(connection: Connection, turn: Turn, state: State, data: TryOnData) -> str:
    """Bring the person's try-on to a state; returns the id of its session."""
    return session_data.enter(connection, turn.user.id, state, data)


def usable(turn: Turn, data: TryOnData) -> TryOnData:
    """The photos that a try-on can use: not a garment of a kind that no backend can do."""
    if data.category in (None, *turn.services.categories):
        return data
    return data.without(Role.GARMENT)


def wait(connection: Connection, turn: Turn, data: TryOnData, fresh: Iterable[Photo] = ()) -> None:
    """Record new photos and wait for what is missing."""
    photos.record(connection, turn, fresh)
    enter(connection, turn, WAITING[usable(turn, data).missing], data.at_rest())


async def submit(turn: Turn, data: TryOnData, fresh: Iterable[Photo] = ()) -> None:
    """Tell the person that it begins, then write down job, photos and state together.

    When it can't begin (too many jobs, not enough credits) they are told and the photos kept.
    """
    chat, fresh = Chat.of(turn), tuple(fresh)
    data = data.model_copy(update={"swappable": await _can_swap(turn, data, fresh) or None})
    status = await chat.send(status_text(chat, None), status_keyboard(chat, data))
    data = _submitted(turn, data, status.message_id)
    try:
        await turn.commit(_submit, turn, data, fresh)
    except (CreditsError, JobError) as error:
        await chat.edit(status.message_id, error_text(chat, error.code), keyboards.retry(chat))
        await turn.commit(wait, turn, data, fresh)
        return
    await asyncio.to_thread(turn.services.jobs.wake)


async def _can_swap(turn: Turn, data: TryOnData, fresh: Iterable[Photo]) -> bool:
    """Whether the garment could be the person and the person the garment."""
    if data.also_key or data.garment_key is None or data.person_key is None:
        return False
    garment = await photos.report(turn, data.garment_key, fresh)
    person = await photos.report(turn, data.person_key, fresh)
    return (
        garment is not None
        and person is not None
        and garment.person_fault is None
        and person.garment_fault is None
    )


async def resubmit(turn: Turn, data: TryOnData) -> bool:
    """Replace the running job by one for changed data, with the same status message.

    False when it is too late for that. Raises CreditsError or JobError, and the job goes on.
    """
    assert data.status_message_id is not None
    new = _submitted(turn, data, data.status_message_id)
    if not await stop(turn, data.job_id, lambda connection: _submit(connection, turn, new, ())):
        return False
    await asyncio.to_thread(turn.services.jobs.wake)
    return True


async def stop(turn: Turn, job_id: str | None, then: Callable[[Connection], object]) -> bool:
    """Stop the running job and do what follows from it, in one transaction, at once.

    Only then can the person be told the truth, so here the message comes after the commit.
    False, and nothing done, when the job has ended: its outcome is on its way.
    """

    def cancel(connection: Connection) -> bool:
        if job_id is None or not turn.services.jobs.cancel(connection, job_id):
            return False
        then(connection)
        return True

    return await turn.services.database.run(cancel)


def _submitted(turn: Turn, data: TryOnData, status_message_id: int) -> TryOnData:
    changes: dict[str, Any] = {
        "uploads": (),
        "status_message_id": status_message_id,
        "preview_message_id": None,
        "preview_forming": None,
        "submitted_at": now(),
        "language": turn.language,
    }
    return data.model_copy(update=changes)


def _submit(connection: Connection, turn: Turn, data: TryOnData, fresh: Iterable[Photo]) -> None:
    assert data.person_key is not None
    assert data.garment_key is not None
    photos.record(connection, turn, fresh)
    session_id = enter(connection, turn, State.TRYON_PROCESSING, data)
    request = TryOnRequest(
        person_key=data.person_key,
        person_at=data.person_at,
        garments=data.garments,
        quality=turn.quality,
    )
    job_id = turn.services.jobs.submit(
        connection,
        kind=JobKind.TRYON,
        user_id=turn.user.id,
        session_id=session_id,
        payload=request,
        feature=Feature.TRYON,
        amount=turn.services.credits.price(
            Feature.TRYON, quality=request.quality, garments=len(request.garments)
        ),
    )
    sessions.move(connection, session_id, State.TRYON_PROCESSING, job_id=job_id)
