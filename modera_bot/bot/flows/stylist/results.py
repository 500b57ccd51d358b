"""The buttons under an advice. They work as long as the analysis exists, in every state."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ChatAction
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards, screen
from modera_bot.bot.chat import Chat, alert, answer, toast
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.stylist import wishes, wording
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.stylist.intake import is_crowd
from modera_bot.bot.flows.stylist.submission import enter
from modera_bot.bot.flows.tryon import who
from modera_bot.bot.flows.tryon.choices import pressed
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.results import is_busy
from modera_bot.bot.flows.tryon.submission import WAITING
from modera_bot.bot.flows.tryon.submission import enter as enter_tryon
from modera_bot.bot.flows.tryon.wording import error_text
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.db import analyses, pictures, users
from modera_bot.db.analyses import Analysis
from modera_bot.db.pictures import PictureRow
from modera_bot.errors import Code, StorageError


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button of an advice; `value` is what follows the analysis' id."""

    turn: Turn
    chat: Chat
    analysis: Analysis
    value: str


Handler = Callable[[Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]


def on_advice(work: Callable[[Press], Awaitable[None]]) -> Handler:
    """Make a handler of what a button does, for whoever pressed one of their own advice."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        turn = current.get()
        _, _, analysis_id, *values = pressed(update)
        analysis = await turn.services.database.run(analyses.get, analysis_id, turn.user.id)
        if analysis is None:
            await alert(turn, "alert-stale")
            return
        chat = Chat.of(turn)
        try:
            await work(Press(turn, chat, analysis, "".join(values)))
        except StorageError as error:
            if error.code is not Code.PICTURE_GONE:
                raise
            await chat.send(chat.text("stylist-gone"), keyboards.start(chat))

    return handle


@on_advice
async def open_(press: Press) -> None:
    """The advice once more, and its card."""
    await answer(press.turn)
    chat, profile, picture = press.chat, press.analysis.profile, await _card(press)
    await chat.send(wording.whole(wording.advice(chat, profile)))
    await chat.send_photo(
        picture, wording.card_caption(chat, profile), keyboard(chat, press.analysis)
    )


@on_advice
async def outfit(press: Press) -> None:
    """One outfit item by item, with a search link for each; another takes its place."""
    profile, number = press.analysis.profile, int(press.value)
    if number > len(profile.outfits):
        await alert(press.turn, "alert-stale")
        return
    await answer(press.turn)
    text = wording.outfit(press.chat, number, profile.outfits[number - 1])
    search = press.turn.services.settings.styling.search_url
    rows = wording.outfit_rows(press.chat, press.analysis.id, profile, number, search)
    await screen.show(press.turn, text, rows)


@on_advice
async def save(press: Press) -> None:
    """Keep the profile as the person's own."""
    await toast(press.turn, "alert-profile-saved")
    profile = press.analysis.profile.model_dump(mode="json")
    await press.turn.commit(users.set_style_profile, press.turn.user.id, profile)


@on_advice
async def send_file(press: Press) -> None:
    """The card at its full size, as a file."""
    await answer(press.turn)
    await press.chat.act(ChatAction.UPLOAD_DOCUMENT)
    caption = wording.card_caption(press.chat, press.analysis.profile)
    await press.chat.send_file(await _card(press), "style-card.jpg", caption)


@on_advice
async def try_on(press: Press) -> None:
    """Go to the try-on with the photo of the advice."""
    turn, chat = press.turn, press.chat
    if await is_busy(turn):
        return
    row = await _photo(press)
    at, data = _meant(turn, row.key), TryOnData()
    fault = row.report.person_fault if row.report else None
    if row.report is not None and at is None and who.is_open(row.report):
        await who.ask(turn, row.key, row.report)
    elif fault is not None and (fault is not Code.SEVERAL_PEOPLE or at is None):
        text = f"{error_text(chat, fault)}\n\n{chat.text('tryon-wanted-both')}"
        await chat.send(Markup(text))
    else:
        data = data.with_person(row.key, at)
        await chat.send(chat.text("tryon-again-person"))
    await turn.commit(enter_tryon, turn, WAITING[data.missing], data)


async def _photo(press: Press) -> PictureRow:
    """The photo of the advice. Raises StorageError(PICTURE_GONE) when it has been deleted."""
    row = await press.turn.services.database.run(pictures.get, press.analysis.photo_key)
    if row is None:
        raise StorageError(Code.PICTURE_GONE, permanent=True)
    return row


@on_advice
async def redo(press: Press) -> None:
    """The same photo with other wishes."""
    turn = press.turn
    if await is_busy(turn):
        return
    row = await _photo(press)
    at = _meant(turn, row.key)
    if row.report is not None and at is None and is_crowd(row.report):
        await who.ask(turn, row.key, row.report, "stylist")
        await turn.commit(enter, turn, State.STYLIST_WAITING_PHOTO, StylistData())
        return
    await wishes.ask(turn)
    data = StylistData(photo_key=row.key, person_at=at)
    await turn.commit(enter, turn, State.STYLIST_PREFERENCES, data)


def _meant(turn: Turn, photo_key: str) -> tuple[float, float] | None:
    """Who is meant in a photo, as far as the session still knows."""
    data = StylistData.of(turn.session)
    return data.person_at if data.photo_key == photo_key else None


async def _card(press: Press) -> bytes:
    """The card. Raises StorageError(PICTURE_GONE) when it has been deleted."""
    if press.analysis.card_key is None:
        raise StorageError(Code.PICTURE_GONE, permanent=True)
    return await asyncio.to_thread(press.turn.services.storage.get, press.analysis.card_key)


def keyboard(chat: Chat, analysis: Analysis) -> InlineKeyboardMarkup:
    """The buttons under an advice."""
    rows = wording.buttons(chat, analysis.id, analysis.profile, analysis.feedback)
    return InlineKeyboardMarkup(rows)
