"""/history: a gallery of the results, one message that is leafed through.

history:open ──> history:show:<id> ──> tryon:open:<id> | tryon:again:<id>
                                   ├─> history:delete:<id> ──> history:erase:<id>
                                   └─> history:sheet:<first> (flows/overview.py)
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import KeyboardButtonStyle
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.flows import menu, overview
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.db import pictures, tryons
from modera_bot.db.tryons import Tryon

STARS = 5


@dataclass(frozen=True, slots=True)
class _Page:
    """A try-on in the gallery, and those before and after it; `number` counts from the newest."""

    tryon: Tryon
    number: int
    count: int
    newer: str | None
    older: str | None


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show the newest result in a new message; what the person was doing goes on."""
    turn = current.get()
    await answer(turn)
    await _show(turn, None)
    await turn.finish()


async def show(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Leaf to another result."""
    turn = current.get()
    await answer(turn)
    await _show(turn, _id(context), leaf=True)
    await turn.finish()


async def ask_to_delete(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Ask on the buttons themselves, so that the picture in question stays in view."""
    turn = current.get()
    await answer(turn)
    tryon_id, query = _id(context), update.callback_query
    erase = InlineKeyboardButton(
        turn.text("button-history-erase"),
        callback_data=f"history:erase:{tryon_id}",
        style=KeyboardButtonStyle.DANGER,
    )
    keep = InlineKeyboardButton(
        turn.text("button-history-keep"), callback_data=f"history:show:{tryon_id}"
    )
    if query is not None and isinstance(query.message, Message):
        keyboard = InlineKeyboardMarkup([[erase], [keep]])
        await Chat.of(turn).edit_keyboard(query.message.message_id, keyboard)
    await turn.finish()


async def erase(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Delete a result and show the one that follows it."""
    turn = current.get()
    await answer(turn)
    tryon_id = _id(context)
    page = await _page(turn, tryon_id)
    following = None  # the newest, after a second tap: what was meant is gone already
    if page is not None and page.tryon.id == tryon_id and page.tryon.result_key is not None:
        following = page.older or page.newer
        await asyncio.to_thread(turn.services.storage.delete, page.tryon.result_key)
        # before the end, since what is shown next depends on it; doing it twice is harmless
        await turn.services.database.run(_forget, page.tryon.result_key)
    await _show(turn, following, leaf=True)
    await turn.finish()


async def _show(turn: Turn, tryon_id: str | None, *, leaf: bool = False) -> None:
    """Show a result, or the newest; `leaf`: in place of the gallery's pressed message."""
    chat, query = Chat.of(turn), turn.update.callback_query
    shown = query.message.message_id if leaf and query and query.message else None
    while page := await _page(turn, tryon_id):
        picture = await _picture(turn, page.tryon)
        if picture is None:  # its row is out of date by now
            tryon_id = page.older or page.newer
            continue
        caption, keyboard = _caption(chat, page), _keyboard(turn, page)
        if shown is None or not await chat.edit_photo(shown, picture, caption, keyboard):
            await chat.send_photo(picture, caption, keyboard)
        return
    if shown is not None:  # a photo can't become a text
        await chat.delete(shown)
    tryon = InlineKeyboardButton(turn.text("button-tryon"), callback_data="tryon:start")
    keyboard = InlineKeyboardMarkup([[tryon], [menu.back(turn)]])
    if shown is None:
        await screen.show(turn, turn.text("history-empty"), keyboard.inline_keyboard)
    else:
        await chat.send(turn.text("history-empty"), keyboard)


def _caption(chat: Chat, page: _Page) -> Markup:
    result, rating = page.tryon.result, page.tryon.rating
    garments = [chat.text(f"history-garment-{category}") for category in result.categories]
    stars = Markup("★" * rating + "☆" * (STARS - rating)) if rating else None
    return chat.text(
        "history-caption",
        number=page.number,
        count=page.count,
        date=page.tryon.created_at,
        garment=Markup(", ".join(garments)),
        rating=stars or chat.text("history-not-rated"),
    )


def _keyboard(turn: Turn, page: _Page) -> InlineKeyboardMarkup:
    def button(key: str, action: str, tryon_id: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(turn.text(key), callback_data=f"{action}:{tryon_id}")

    leaf = [button("button-newer", "history:show", page.newer)] if page.newer else []
    leaf += [button("button-older", "history:show", page.older)] if page.older else []
    act = [
        button("button-history-open", "tryon:open", page.tryon.id),
        button("button-history-again", "tryon:again", page.tryon.id),
        button("button-history-delete", "history:delete", page.tryon.id),
    ]
    sheet = (page.number - 1) // overview.SHEET * overview.SHEET
    whole = InlineKeyboardButton(
        turn.text("button-history-sheet"), callback_data=f"history:sheet:{sheet}"
    )
    last = [whole, menu.back(turn)] if page.count > 1 else [menu.back(turn)]
    return InlineKeyboardMarkup([row for row in (leaf, act, last) if row])


async def _page(turn: Turn, tryon_id: str | None) -> _Page | None:
    """The page of a try-on whose picture is kept, or of the newest; None if there is none."""
    return await turn.services.database.run(_read_page, turn.user.id, tryon_id)


def _read_page(connection: Connection, user_id: int, tryon_id: str | None) -> _Page | None:
    kept = tryons.kept(connection, user_id)
    if not kept:
        return None
    ids = [tryon.id for tryon in kept]
    index = ids.index(tryon_id) if tryon_id in ids else 0
    return _Page(
        kept[index],
        number=index + 1,
        count=len(kept),
        newer=ids[index - 1] if index > 0 else None,
        older=ids[index + 1] if index + 1 < len(ids) else None,
    )


async def _picture(turn: Turn, tryon: Tryon) -> bytes | None:
    """The picture of a result; one that storage has lost is forgotten, and None."""
    assert tryon.result_key is not None
    picture = await turn.services.picture(tryon.result_key)
    if picture is None:
        await turn.services.database.run(_forget, tryon.result_key)
    return picture


def _forget(connection: Connection, key: str) -> None:
    pictures.remove(connection, key)
    tryons.forget_key(connection, key)


def _id(context: ContextTypes.DEFAULT_TYPE) -> str:
    assert context.match is not None
    return context.match[1]


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("history", open_),
        CallbackQueryHandler(open_, r"^history:open$"),
        CallbackQueryHandler(show, r"^history:show:(\w+)$"),
        CallbackQueryHandler(overview.show, r"^history:sheet:(\d{1,6})$"),
        CallbackQueryHandler(ask_to_delete, r"^history:delete:(\w+)$"),
        CallbackQueryHandler(erase, r"^history:erase:(\w+)$"),
    ]
