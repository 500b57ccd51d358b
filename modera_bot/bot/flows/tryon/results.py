"""The buttons under a result. They work as long as the try-on exists, from history too."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection
from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ChatAction
from telegram.ext import ContextTypes

from modera_bot import images
from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat, alert, answer, toast
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.tryon import who
from modera_bot.bot.flows.tryon.choices import pressed
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.price import submit_or_ask
from modera_bot.bot.flows.tryon.submission import WAITING, enter
from modera_bot.bot.flows.tryon.wording import result_caption
from modera_bot.bot.invitation import invitation
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Notice, Role
from modera_bot.db import pictures, tryons
from modera_bot.db.tryons import Tryon
from modera_bot.errors import Code, StorageError

#: What stands in the place of a deleted picture: width and height in pixels, and a light grey.
CARD, CARD_GREY = (640, 120), 236


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed result button."""

    turn: Turn
    chat: Chat
    tryon: Tryon
    message_id: int
    value: str

    async def picture(self, key: str | None) -> bytes:
        """A stored picture. Raises StorageError(PICTURE_GONE) when it has been deleted."""
        if key is None:
            raise StorageError(Code.PICTURE_GONE, permanent=True)
        return await asyncio.to_thread(self.turn.services.storage.get, key)

    @property
    def compared(self) -> bool:
        """Whether the message shows the picture before and after."""
        message = self.turn.update.effective_message
        markup = message.reply_markup if message else None
        shown = [button for row in markup.inline_keyboard for button in row] if markup else []
        return f"tryon:single:{self.tryon.id}" in [button.callback_data for button in shown]

    def keyboard(self, *, compared: bool = False) -> InlineKeyboardMarkup:
        return keyboards.result(
            self.chat,
            self.tryon.id,
            rating=self.tryon.rating,
            compared=compared,
            fit=self.turn.services.fit is not None,
            again=Notice.ONLY_DRAFT in self.tryon.result.notices,
        )


Handler = Callable[[Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]


def on_result(work: Callable[[Press], Awaitable[None]]) -> Handler:
    """Make a handler of what a button does, for whoever pressed one of their own results.

    A picture that is gone is told as such, and nothing else happens.
    """

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        turn, message = current.get(), update.effective_message
        _, _, tryon_id, *values = pressed(update)
        tryon = await turn.services.database.run(tryons.get, tryon_id, turn.user.id)
        if tryon is None or message is None:
            await alert(turn, "alert-stale")
            return
        chat = Chat.of(turn)
        try:
            await work(Press(turn, chat, tryon, message.message_id, "".join(values)))
        except StorageError as error:
            if error.code is not Code.PICTURE_GONE:
                raise
            key = "result-photo-gone" if await _is_there(turn, tryon) else error.text_key
            await chat.send(chat.text(key), keyboards.start(chat))

    return handle


async def _is_there(turn: Turn, tryon: Tryon) -> bool:
    """Whether the result itself is in storage; then it is one of its photos that is gone."""
    if tryon.result_key is None:
        return False
    return await asyncio.to_thread(turn.services.storage.exists, tryon.result_key)


@on_result
async def open_(press: Press) -> None:
    """Send the result with its buttons, from history for example."""
    await answer(press.turn)
    picture = await press.picture(press.tryon.result_key)
    caption = result_caption(press.chat, press.tryon.result)
    await press.chat.send_photo(picture, caption, press.keyboard())


@on_result
async def rate(press: Press) -> None:
    """One to five stars; the last tap counts."""
    stars = int(press.value)
    await toast(press.turn, "alert-rated", stars=stars)
    rated = replace(press, tryon=replace(press.tryon, rating=stars))
    rated_keyboard = rated.keyboard(compared=press.compared)
    await press.chat.edit_keyboard(press.message_id, rated_keyboard)
    await press.turn.commit(tryons.rate, press.tryon.id, press.turn.user.id, stars)


@on_result
async def compare(press: Press) -> None:
    """Show before and after in place of the result."""
    await answer(press.turn)
    await press.chat.act(ChatAction.UPLOAD_PHOTO)
    before = await press.picture(press.tryon.person_key)
    after = await press.picture(press.tryon.result_key)
    services = press.turn.services
    marked = services.marker.drawn
    both = await services.draw(marked, services.pool, images.side_by_side, before, after)
    await _show(press, both, compared=True)


@on_result
async def single(press: Press) -> None:
    """Show the result alone again."""
    await answer(press.turn)
    await _show(press, await press.picture(press.tryon.result_key), compared=False)


async def _show(press: Press, picture: bytes, *, compared: bool) -> None:
    caption = result_caption(press.chat, press.tryon.result)
    keyboard = press.keyboard(compared=compared)
    if not await press.chat.edit_photo(press.message_id, picture, caption, keyboard):
        await press.chat.send_photo(picture, caption, keyboard)


@on_result
async def send_file(press: Press) -> None:
    """The result at its full size, as a file."""
    await answer(press.turn)
    await press.chat.act(ChatAction.UPLOAD_DOCUMENT)
    picture = await press.picture(press.tryon.result_key)
    caption = result_caption(press.chat, press.tryon.result)
    await press.chat.send_file(picture, "try-on.jpg", caption)


@on_result
async def share(press: Press) -> None:
    """The result once more, without buttons and with a way here, to be forwarded."""
    if press.chat.protect:
        await alert(press.turn, "alert-share-protected")
        return
    await answer(press.turn)
    picture = await press.picture(press.tryon.result_key)
    name = press.turn.bot.username
    label = result_caption(press.chat, press.tryon.result)
    way = press.chat.text("result-share", bot=name, link=invitation(press.turn))
    sent = await press.chat.send_photo(picture, Markup(f"{label}\n\n{way}"))
    await press.chat.send(press.chat.text("result-share-hint"), reply_to=sent.message_id)


@on_result
async def another_garment(press: Press) -> None:
    """The same person, another garment."""
    turn, key, data = press.turn, press.tryon.person_key, TryOnData()
    if await is_busy(turn):
        return
    row = await turn.services.database.run(pictures.get, key)
    if row is None:
        raise StorageError(Code.PICTURE_GONE, permanent=True)
    before = TryOnData.of(turn.session)
    if before.person_key == key:
        data = data.with_person(key, before.person_at)
    elif row.report is not None and who.is_open(row.report):
        await who.ask(turn, key, row.report)
    else:
        data = data.with_person(key, None)
    await _wait_for(press, Role.PERSON, data)


@on_result
async def another_person(press: Press) -> None:
    """The same garment, or look, on another person."""
    if not await is_busy(press.turn):
        await _wait_for(press, Role.GARMENT, await _worn(press))


async def is_busy(turn: Turn) -> bool:
    """Whether a job runs; the pressed button is answered."""
    busy = turn.state in PROCESSING
    await (alert(turn, "alert-busy") if busy else answer(turn))
    return busy


async def _wait_for(press: Press, kept: Role, data: TryOnData) -> None:
    """Say what is kept, and wait for the other photo."""
    await press.chat.send(press.chat.text(f"tryon-again-{kept}"))
    await press.turn.commit(enter, press.turn, WAITING[data.missing], data)


@on_result
async def again(press: Press) -> None:
    """The same photos once more."""
    turn = press.turn
    if await is_busy(turn):
        return
    person = await turn.services.database.run(pictures.get, press.tryon.person_key)
    if person is None:
        raise StorageError(Code.PICTURE_GONE, permanent=True)
    data = await _worn(press)
    if person.report is not None and who.is_open(person.report):
        await who.ask(turn, person.key, person.report)
        await turn.commit(enter, turn, State.TRYON_WAITING_PERSON, data)
        return
    await submit_or_ask(turn, data.with_person(person.key, None))


async def _worn(press: Press) -> TryOnData:
    """The garments of a result. Raises StorageError(PICTURE_GONE) when one has been deleted."""
    result = press.tryon.result
    keys = result.garment_keys or (press.tryon.clothing_key,)
    for key in keys:
        if await press.turn.services.database.run(pictures.get, key) is None:
            raise StorageError(Code.PICTURE_GONE, permanent=True)
    first = result.categories[0] if result.categories else None
    data = TryOnData().with_photo(Role.GARMENT, keys[0], first)
    return data if len(keys) == 1 else data.with_second(keys[1], result.categories[1])


@on_result
async def ask_deletion(press: Press) -> None:
    """Ask once before a picture is deleted."""
    await answer(press.turn)
    keyboard = keyboards.confirm_deletion(press.chat, press.tryon.id)
    await press.chat.edit_keyboard(press.message_id, keyboard)


@on_result
async def keep(press: Press) -> None:
    """No, don't delete it."""
    await answer(press.turn)
    await press.chat.edit_keyboard(press.message_id, press.keyboard())


@on_result
async def erase(press: Press) -> None:
    """Delete the result: in the chat, where a card takes its place, in storage and here.

    Telegram lets a bot delete messages of the last 48 hours only, but change its own for ever.
    """
    await answer(press.turn)
    chat, services, key = press.chat, press.turn.services, press.tryon.result_key
    card = images.encode(np.full((CARD[1], CARD[0], 3), CARD_GREY, np.uint8))
    await chat.edit_photo(
        press.message_id, card, chat.text("result-deleted"), keyboards.start(chat)
    )
    if key is not None:
        await asyncio.to_thread(services.storage.delete, key)

    def forget(connection: Connection) -> None:
        tryons.forget_result(connection, press.tryon.id)
        if key is not None:
            pictures.remove(connection, key)

    await press.turn.commit(forget)
