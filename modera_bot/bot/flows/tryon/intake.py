"""Photos come in, in any order and number, until there is a garment and a person."""

import asyncio
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection
from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ChatAction
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards, screen
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.flows import consent
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.tryon import photos, who
from modera_bot.bot.flows.tryon.data import TryOnData, Upload
from modera_bot.bot.flows.tryon.photos import Photo, Unusable
from modera_bot.bot.flows.tryon.placing import Placing, Question, place
from modera_bot.bot.flows.tryon.submission import enter, submit, usable, wait
from modera_bot.bot.flows.tryon.wording import error_text, wanted
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.errors import Code

#: Photos remembered until there is consent: as many as an album has.
MOST_UPLOADS = 10


async def begin(turn: Turn) -> None:
    """Start a try-on from nothing and end the turn."""
    chat = Chat.of(turn)
    if turn.state in PROCESSING:
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
    """Go on with the photos that waited for consent, and end the turn.

    Where something goes on already, the button was tapped twice, and nothing is to do.
    """
    data = TryOnData.of(turn.session)
    if turn.state in PROCESSING:
        return
    if data.uploads:
        await _receive(turn, data.uploads)
    elif not data.known:
        await begin(turn)


async def _receive(turn: Turn, uploads: Sequence[Upload]) -> None:
    chat, data = Chat.of(turn), TryOnData.of(turn.session).at_rest()
    reading = (photos.read(turn, upload) for upload in uploads)
    _, *read = await asyncio.gather(chat.act(ChatAction.TYPING), *reading)
    sound = [photo for photo in read if isinstance(photo, Photo)]
    placing = place(sound, usable(turn, data).known)
    for role, photo in placing.taken.items():
        data = data.with_photo(role, photo.key, photo.report.category)
    crowds = [
        photo
        for photo, code in placing.faults
        if code is Code.SEVERAL_PEOPLE and who.is_open(photo.report)
    ]
    placing.faults = [fault for fault in placing.faults if fault[0] not in crowds]
    fresh = [*placing.taken.values(), *(question.photo for question in placing.questions), *crowds]
    await photos.store(turn, fresh)
    unusable = [bad for bad in read if isinstance(bad, Unusable)]
    await _complain(chat, unusable, placing, usable(turn, data))
    if placing.unused:
        await chat.send(chat.text("tryon-used-best", count=len(placing.taken)))
    for photo in crowds:
        await who.ask(turn, photo.key, photo.report)
    if placing.taken:
        await go_on(turn, data, fresh, placing.questions)
        return
    await _ask(chat, placing.questions)
    if fresh or turn.state != State.TRYON_RESULT:
        await turn.commit(wait, turn, data, fresh)
    # else nothing came of it, and the session stays with its result


async def _complain(
    chat: Chat, unusable: Iterable[Unusable], placing: Placing[Photo], data: TryOnData
) -> None:
    """Say of each photo that can't be used why, and what photo would help."""
    reasons = [(bad.message_id, chat.text(bad.text_key)) for bad in unusable]
    reasons += [(photo.message_id, error_text(chat, code)) for photo, code in placing.faults]
    for message_id, text in reasons:
        hint = "" if placing.taken else f"\n\n{wanted(chat, data)}"
        await chat.send(Markup(text + hint), reply_to=message_id)


async def go_on(
    turn: Turn,
    data: TryOnData,
    fresh: Sequence[Photo] = (),
    questions: Iterable[Question[Photo]] = (),
) -> None:
    """End the turn: submit when both photos are there, else tell what is and what is missing.

    After a choice that takes the place of the question, whose buttons have done their work;
    photos are answered by a message of their own, also those that waited for consent.
    """
    query = turn.update.callback_query
    chosen = turn.update.effective_message if query and not fresh else None
    if usable(turn, data).missing is None:
        if chosen is not None:
            await Chat.of(turn).edit_keyboard(chosen.message_id)
        await submit(turn, data, fresh)
        return
    text, rows = confirmation(turn, data)
    if chosen is not None:
        await screen.show(turn, text, rows)
    else:
        await Chat.of(turn).send(text, InlineKeyboardMarkup(rows) if rows else None)
    await _ask(Chat.of(turn), questions)
    await turn.commit(wait, turn, data, fresh)


def confirmation(turn: Turn, data: TryOnData) -> tuple[Markup, Rows]:
    """What to say of the photos that are there; the kind of a garment can be corrected."""
    chat = Chat.of(turn)
    if data.garment_key is None:
        return chat.text("tryon-got-person"), ()
    key = "tryon-got-garment" if usable(turn, data).garment_key else "tryon-kind-unsupported"
    text = chat.text(key, category=data.category or "unknown")
    return text, keyboards.categories(chat, data.garment_key, data.category)


async def _ask(chat: Chat, questions: Iterable[Question[Photo]]) -> None:
    """Ask of each photo what it is for, or whether it shall replace the one of its kind."""
    for question in questions:
        key, reply_to = question.photo.key, question.photo.message_id
        if question.second is None:
            text, keyboard = "tryon-which-role", keyboards.roles(chat, key, question.roles)
        else:
            text = f"tryon-second-{question.second}"
            keyboard = keyboards.replace(chat, key, question.second)
        await chat.send(chat.text(text), keyboard, reply_to=reply_to)
