"""Whatever no flow expects: answered with what would help where the person is."""

from typing import Any

from telegram import Message, Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat, alert
from modera_bot.bot.flows import consent
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.submission import usable
from modera_bot.bot.flows.tryon.wording import wanted
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import current

#: Attribute of a message -> key of the remark on it; an animation is a document, too.
REMARKS = {
    "animation": "unknown-video",
    "video": "unknown-video",
    "video_note": "unknown-video",
    "document": "unknown-document",
    "voice": "unknown-voice",
    "audio": "unknown-voice",
    "sticker": "unknown-sticker",
    "location": "unknown-other",
    "contact": "unknown-other",
    "poll": "unknown-other",
    "dice": "unknown-sticker",
}


async def reply(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what the bot can't do with a message, and what it waits for."""
    turn = current.get()
    chat, message, data = Chat.of(turn), turn.album[0], TryOnData.of(turn.session)
    known = turn.session.input_data if turn.session is not None else {}
    if known.get("uploads"):  # nothing goes on until this is answered
        await consent.ask(turn, lambda connection: None)
        return
    if turn.state == State.DEFAULT:
        hint, keyboard = chat.text("tryon-wanted-both"), keyboards.start(chat)
    elif turn.state in PROCESSING:
        hint, keyboard = chat.text("tryon-busy"), None
    elif turn.state == State.STYLIST_WAITING_PHOTO:
        hint, keyboard = chat.text("stylist-wanted"), None
    elif turn.state == State.STYLIST_PREFERENCES:
        hint, keyboard = chat.text("stylist-choose"), None
    else:
        hint, keyboard = wanted(chat, usable(turn, data)), None
    await chat.send(Markup(f"{chat.text(_remark(message))}\n\n{hint}"), keyboard)


def _remark(message: Message) -> str:
    for attribute, key in REMARKS.items():
        if getattr(message, attribute):
            return key
    if message.text is None:
        return "unknown-other"
    return "unknown-command" if message.text.startswith("/") else "unknown-text"


async def stale(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A button that no flow knows: of an older version, or of something that is over."""
    await alert(current.get(), "alert-stale")


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    """To be added after those of all flows."""
    return [
        MessageHandler(~filters.StatusUpdate.ALL, reply),
        CallbackQueryHandler(stale),
    ]
