"""A photo comes in, and who in it is meant; the person begins, goes on or stops."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection
from telegram import Update
from telegram.constants import ChatAction
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows import consent, menu
from modera_bot.bot.flows.data import Upload
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.stylist import wishes
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.stylist.submission import enter
from modera_bot.bot.flows.tryon import photos, who
from modera_bot.bot.flows.tryon.choices import pressed
from modera_bot.bot.flows.tryon.photos import Unusable
from modera_bot.bot.flows.tryon.submission import stop
from modera_bot.bot.flows.tryon.wording import error_text
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import PhotoReport
from modera_bot.db import pictures, sessions
from modera_bot.errors import Code

#: What makes a photo useless for a stylist; whatever else a try-on minds is no matter here.
HOPELESS = (Code.NO_PERSON, Code.PERSON_TOO_SMALL)


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer /style and the menu's button."""
    turn = current.get()
    await answer(turn)
    await begin(turn)


async def begin(turn: Turn) -> None:
    """Ask for a photo and end the turn."""
    chat = Chat.of(turn)
    if turn.state in PROCESSING:
        await chat.send(chat.text("tryon-busy"))
        return
    await chat.send(chat.text("stylist-begin"))
    await turn.commit(enter, turn, State.STYLIST_WAITING_PHOTO, StylistData())


async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A photo arrived, or several: the last one counts that shows a person."""
    turn = current.get()
    uploads = tuple(upload for upload in map(Upload.of, turn.album) if upload is not None)
    if await consent.required(turn):
        waiting = StylistData.of(turn.session).model_copy(update={"uploads": uploads})

        def remember(connection: Connection) -> None:
            enter(connection, turn, State.STYLIST_WAITING_PHOTO, waiting)

        await consent.ask(turn, remember)
    else:
        await _receive(turn, uploads)


async def resume(turn: Turn) -> None:
    """Go on with the photos that waited for consent, and end the turn."""
    data = StylistData.of(turn.session)
    if turn.state in PROCESSING:
        return
    if data.uploads:
        await _receive(turn, data.uploads)
    elif data.photo_key is None:
        await begin(turn)


async def _receive(turn: Turn, uploads: Sequence[Upload]) -> None:
    chat = Chat.of(turn)
    reading = (photos.read(turn, upload) for upload in uploads)
    await chat.act(ChatAction.TYPING)
    read = await asyncio.gather(*reading)
    for photo in reversed(read):
        if isinstance(photo, Unusable) or photo_fault(photo.report) is not None:
            continue
        await asyncio.gather(photos.store(turn, [photo]), chat.nod(photo.message_id))
        data = StylistData(photo_key=photo.key)
        if is_crowd(photo.report):
            await who.ask(turn, photo.key, photo.report, "stylist")
            state = State.STYLIST_WAITING_PHOTO
            await turn.commit(enter, turn, state, StylistData(), [photo])
            return
        await wishes.ask(turn)
        await turn.commit(enter, turn, State.STYLIST_PREFERENCES, data, [photo])
        return
    for bad in read:
        if isinstance(bad, Unusable):
            text = chat.text(bad.text_key)
        else:
            text = error_text(chat, photo_fault(bad.report) or Code.NO_PERSON)
        hint = chat.text("stylist-wanted")
        await chat.send(Markup(f"{text}\n\n{hint}"), reply_to=bad.message_id)
    data = StylistData.of(turn.session).at_rest()
    state = State.STYLIST_PREFERENCES if data.photo_key else State.STYLIST_WAITING_PHOTO
    await turn.commit(enter, turn, state, data)


def photo_fault(report: PhotoReport) -> Code | None:
    """Why a photo is of no use to the stylist, None if it is."""
    if not report.people:
        return Code.NO_PERSON
    return report.person_fault if report.person_fault in HOPELESS else None


def is_crowd(report: PhotoReport) -> bool:
    """Whether a photo shows several people of whom one must be meant."""
    return report.person_fault is Code.SEVERAL_PEOPLE and len(report.people_at) > 1


async def choose_person(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`stylist:who:<photo>:<number>`: who of several people is meant."""
    turn = current.get()
    _, _, photo, number = pressed(update)
    key = keyboards.photo_key(turn.user.id, photo)
    row = await turn.services.database.run(pictures.get, key)
    if turn.state in PROCESSING:
        await alert(turn, "alert-busy")
    elif row is None or row.report is None or int(number) > len(row.report.people_at):
        await alert(turn, "alert-photo-gone")
    else:
        await answer(turn)
        at = row.report.people_at[int(number) - 1].point
        await wishes.ask(turn)
        data = StylistData(photo_key=key, person_at=at)
        await turn.commit(enter, turn, State.STYLIST_PREFERENCES, data)


async def cancel(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """/cancel and `stylist:cancel`: stop whatever the stylist does."""
    turn, data = current.get(), StylistData.of(current.get().session)
    session, chat = turn.session, Chat.of(turn)
    if session is None or session.session_type != "styling":
        await alert(turn, "alert-stale")
        return
    if turn.state == State.STYLIST_PROCESSING:

        def close(connection: Connection) -> None:
            sessions.close(connection, session.id, "cancelled")

        if not await stop(turn, data.job_id, close):
            if update.callback_query is None:
                await chat.send(chat.text("cancel-too-late"))
            else:
                await alert(turn, "alert-too-late")
            return
        if data.status_message_id is not None:
            await chat.delete(data.status_message_id)
    await answer(turn)
    await chat.send(chat.text("cancel-done"), keyboards.start(chat))
    await turn.commit(menu.leave, turn)
