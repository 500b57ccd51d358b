"""Photos come in, in any order and number, until there is a garment and a person."""

import asyncio
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection
from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ChatAction
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.flows import consent
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.tryon import photos
from modera_bot.bot.flows.tryon.data import TryOnData, Upload
from modera_bot.bot.flows.tryon.photos import Photo, Unusable
from modera_bot.bot.flows.tryon.placing import Placing, Question, place
from modera_bot.bot.flows.tryon.submission import enter, submit, wait
from modera_bot.bot.flows.tryon.wording import error_text, wanted
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current

#: Photos remembered until there is consent: as many as an album has.
MOST_UPLOADS = 10


async def begin(turn: Turn) -> None:
    """Start a try-on from nothing and end the turn."""
    chat = Chat.of(turn)
    if turn.state == State.TRYON_PROCESSING:
        await chat.send(chat.text("tryon-busy"))
        return
    await chat.send(chat.text("tryon-begin"))
    await turn.commit(enter, turn, State.TRYON_WAITING_CLOTHING, TryOnData())


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer /tryon and the menu's button."""
    turn = current.get()
    await answer(turn)
    await begin(turn)


async def keep_out(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A photo while a try-on runs: say so; it is not kept."""
    turn = current.get()
    chat = Chat.of(turn)
    await chat.send(chat.text("tryon-busy"), reply_to=turn.album[0].message_id)


async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Photos arrived: a single one or an album."""
    turn = current.get()
    uploads = tuple(upload for upload in map(Upload.of, turn.album) if upload is not None)
    if await consent.required(turn):
        await consent.ask(turn, lambda connection: _remember(connection, turn, uploads))
    else:
        await _receive(turn, uploads)


def _remember(connection: Connection, turn: Turn, uploads: tuple[Upload, ...]) -> None:
    """Note the photos that wait for consent, after those that wait already."""
    data = TryOnData.of(turn.session)
    waiting = data.model_copy(update={"uploads": (data.uploads + uploads)[-MOST_UPLOADS:]})
    enter(connection, turn, State.TRYON_WAITING_CLOTHING, waiting)


async def resume(turn: Turn) -> None:
    """Go on with the photos that waited for consent, and end the turn."""
    uploads = TryOnData.of(turn.session).uploads
    if turn.state == State.TRYON_PROCESSING:
        return
    if uploads:
        await _receive(turn, uploads)
    else:
        await begin(turn)


async def _receive(turn: Turn, uploads: Sequence[Upload]) -> None:
    chat, data = Chat.of(turn), TryOnData.of(turn.session).at_rest()
    await chat.act(ChatAction.TYPING)
    read = await asyncio.gather(*(photos.read(turn, upload) for upload in uploads))
    sound = [photo for photo in read if isinstance(photo, Photo)]
    placing = place(sound, data.known)
    for role, photo in placing.taken.items():
        data = data.with_photo(role, photo.key, photo.report.category)
    fresh = [*placing.taken.values(), *(question.photo for question in placing.questions)]
    await photos.store(turn, fresh)
    await _complain(chat, [bad for bad in read if isinstance(bad, Unusable)], placing, data)
    await _advance(turn, data, placing, fresh)


async def _complain(
    chat: Chat, unusable: Iterable[Unusable], placing: Placing[Photo], data: TryOnData
) -> None:
    """Say of each photo that can't be used why, and what photo would help."""
    reasons = [(bad.message_id, chat.text(bad.text_key)) for bad in unusable]
    reasons += [(photo.message_id, error_text(chat, code)) for photo, code in placing.faults]
    for message_id, text in reasons:
        hint = "" if placing.taken else f"\n\n{wanted(chat, data)}"
        await chat.send(Markup(text + hint), reply_to=message_id)


async def _advance(
    turn: Turn, data: TryOnData, placing: Placing[Photo], fresh: Sequence[Photo]
) -> None:
    """Submit when both photos are there, else tell what came and what is missing."""
    chat = Chat.of(turn)
    if placing.unused:
        await chat.send(chat.text("tryon-used-best", count=len(placing.taken)))
    if placing.taken and data.missing is None:
        await submit(turn, data, fresh)
        return
    if placing.taken:
        await confirm(chat, data)
    for question in placing.questions:
        await _ask(chat, question)
    if turn.state == State.TRYON_RESULT and not fresh:
        return  # nothing came of it, so the buttons of the result still stand for the session
    await turn.commit(wait, turn, data, fresh)


async def confirm(chat: Chat, data: TryOnData) -> None:
    """Tell which photo is there and ask for the other."""
    text, rows = confirmation(chat, data)
    await chat.send(text, InlineKeyboardMarkup(rows) if rows else None)


def confirmation(chat: Chat, data: TryOnData) -> tuple[Markup, Rows]:
    """What to say of the one photo that is there; the kind of a garment can be corrected."""
    if data.garment_key is None:
        return chat.text("tryon-got-person"), ()
    text = chat.text("tryon-got-garment", category=data.category or "unknown")
    return text, keyboards.categories(chat, data.garment_key, data.category)


async def _ask(chat: Chat, question: Question[Photo]) -> None:
    key, reply_to = question.photo.key, question.photo.message_id
    if question.second is None:
        keyboard = keyboards.roles(chat, key, question.roles)
        await chat.send(chat.text("tryon-which-role"), keyboard, reply_to=reply_to)
    else:
        keyboard = keyboards.replace(chat, key, question.second)
        await chat.send(chat.text(f"tryon-second-{question.second}"), keyboard, reply_to=reply_to)
