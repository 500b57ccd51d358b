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
from modera_bot.bot.flows.data import Upload
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.tryon import photos, who
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.photos import Photo, Unusable
from modera_bot.bot.flows.tryon.placing import Placing, Question, place
from modera_bot.bot.flows.tryon.price import submit_or_ask
from modera_bot.bot.flows.tryon.submission import enter, usable, wait
from modera_bot.bot.flows.tryon.wording import error_text, wanted
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Role
from modera_bot.db import tryons
from modera_bot.errors import Code

#: Photos remembered until there is consent: as many as an album has.
MOST_UPLOADS = 10


async def begin(turn: Turn) -> None:
    """Start a try-on from nothing and end the turn."""
    chat = Chat.of(turn)
    if turn.state in PROCESSING:
        await chat.send(chat.text("tryon-busy"))
        return
    rows = keyboards.last_person(chat, await _on_file(turn))
    await chat.send(chat.text("tryon-begin"), InlineKeyboardMarkup(rows) if rows else None)
    await turn.commit(enter, turn, State.TRYON_WAITING_CLOTHING, TryOnData())


async def _on_file(turn: Turn) -> str | None:
    """Storage key of the person's last photo of a person."""
    return await turn.services.database.run(tryons.last_person, turn.user.id)


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
    placing = place(sound, usable(turn, data).known, looks=turn.services.looks, worn=data.category)
    for role, photo in placing.taken.items():
        data = data.with_photo(role, photo.key, photo.report.category)
    second = placing.second
    if second is not None and second.report.category is not None:
        data = data.with_second(second.key, second.report.category)
    crowds = [
        photo
        for photo, code in placing.faults
        if code is Code.SEVERAL_PEOPLE and who.is_open(photo.report)
    ]
    placing.faults = [fault for fault in placing.faults if fault[0] not in crowds]
    taken = [*placing.taken.values(), *([second] if second else [])]
    fresh = [*taken, *(question.photo for question in placing.questions), *crowds]
    nods = [chat.nod(photo.message_id) for photo in taken]
    await asyncio.gather(photos.store(turn, fresh), *nods)
    unusable = [bad for bad in read if isinstance(bad, Unusable)]
    await _complain(chat, unusable, placing, usable(turn, data))
    if placing.unused:
        await chat.send(chat.text("tryon-used-best", count=len(taken)))
    for photo in crowds:
        await who.ask(turn, photo.key, photo.report)
    if taken:
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
        await submit_or_ask(turn, data, fresh)
        return
    text, rows = confirmation(turn, data)
    rows = [*rows, *await _other_role(turn, data, fresh)]
    if data.person_key is None:
        rows = [*rows, *keyboards.last_person(Chat.of(turn), await _on_file(turn))]
    if chosen is not None:
        await screen.show(turn, text, rows)
    else:
        await Chat.of(turn).send(text, InlineKeyboardMarkup(rows) if rows else None)
    await _ask(Chat.of(turn), questions)
    await turn.commit(wait, turn, data, fresh)


async def _other_role(turn: Turn, data: TryOnData, fresh: Sequence[Photo]) -> Rows:
    """A row to say that a photo is meant otherwise, where it could be."""
    key = data.correctable or data.person_key
    report = await photos.report(turn, key, fresh) if key else None
    if report is None or key is None:
        return []
    other = Role.PERSON if key == data.garment_key else Role.GARMENT
    possible = report.fault(other) is None or (other is Role.PERSON and who.is_open(report))
    return keyboards.other_role(Chat.of(turn), key, other) if possible else []


def confirmation(turn: Turn, data: TryOnData) -> tuple[Markup, Rows]:
    """What to say of the photos that are there; the kind of a garment can be corrected."""
    chat = Chat.of(turn)
    if data.garment_key and data.also_key:
        kinds = {"first": data.category or "tops", "second": data.also_category or "bottoms"}
        return chat.text("tryon-got-look", **kinds), keyboards.either(chat, data.garments)
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
