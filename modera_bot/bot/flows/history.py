"""/history: a gallery of try-ons and style cards, one message that is leafed through.

history:open ──> history:show:<id> ──> tryon:open:<id> | tryon:again:<id>
                                   ├─> stylist:open:<id> | stylist:redo:<id>
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
from modera_bot.bot.texts import Argument, Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.db import gallery
from modera_bot.db.analyses import Analysis
from modera_bot.db.gallery import Piece

STARS = 5


@dataclass(frozen=True, slots=True)
class _Page:
    """A piece in the gallery, and those before and after it; `number` counts from the newest."""

    piece: Piece
    number: int
    count: int
    newer: str | None
    older: str | None


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show the newest piece in a new message; what the person was doing goes on."""
    turn = current.get()
    await answer(turn)
    await _show(turn, None)
    await turn.finish()


async def show(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Leaf to another piece."""
    turn = current.get()
    await answer(turn)
    await _show(turn, _id(context), leaf=True)
    await turn.finish()


async def ask_to_delete(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Ask on the buttons themselves, so that the picture in question stays in view."""
    turn = current.get()
    await answer(turn)
    piece_id, query = _id(context), update.callback_query
    erase = InlineKeyboardButton(
        turn.text("button-history-erase"),
        callback_data=f"history:erase:{piece_id}",
        style=KeyboardButtonStyle.DANGER,
    )
    keep = InlineKeyboardButton(
        turn.text("button-history-keep"), callback_data=f"history:show:{piece_id}"
    )
    if query is not None and isinstance(query.message, Message):
        keyboard = InlineKeyboardMarkup([[erase], [keep]])
        await Chat.of(turn).edit_keyboard(query.message.message_id, keyboard)
    await turn.finish()


async def erase(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Delete a piece and show the one that follows it."""
    turn = current.get()
    await answer(turn)
    piece_id = _id(context)
    page = await _page(turn, piece_id)
    following = None  # the newest, after a second tap: what was meant is gone already
    if page is not None and page.piece.id == piece_id:
        following = page.older or page.newer
        await asyncio.to_thread(turn.services.storage.delete, gallery.key_of(page.piece))
        # before the end, since what is shown next depends on it; doing it twice is harmless
        await turn.services.database.run(gallery.delete, page.piece)
    await _show(turn, following, leaf=True)
    await turn.finish()


async def _show(turn: Turn, piece_id: str | None, *, leaf: bool = False) -> None:
    """Show a piece, or the newest; `leaf`: in place of the gallery's pressed message."""
    chat, query = Chat.of(turn), turn.update.callback_query
    shown = query.message.message_id if leaf and query and query.message else None
    while page := await _page(turn, piece_id):
        picture = await _picture(turn, page.piece)
        if picture is None:  # its row is out of date by now
            piece_id = page.older or page.newer
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
    place: dict[str, Argument] = {
        "number": page.number,
        "count": page.count,
        "date": page.piece.created_at,
    }
    if isinstance(page.piece, Analysis):
        season = chat.text(f"stylist-season-{page.piece.profile.season}")
        return chat.text("history-caption-advice", **place, season=season)
    result, rating = page.piece.result, page.piece.rating
    garments = [chat.text(f"history-garment-{category}") for category in result.categories]
    stars = Markup("★" * rating + "☆" * (STARS - rating)) if rating else None
    return chat.text(
        "history-caption",
        **place,
        garment=Markup(", ".join(garments)),
        rating=stars or chat.text("history-not-rated"),
    )


def _keyboard(turn: Turn, page: _Page) -> InlineKeyboardMarkup:
    def button(key: str, action: str, piece_id: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(turn.text(key), callback_data=f"{action}:{piece_id}")

    leaf = [button("button-newer", "history:show", page.newer)] if page.newer else []
    leaf += [button("button-older", "history:show", page.older)] if page.older else []
    advice = isinstance(page.piece, Analysis)
    act = [
        button("button-history-open", "stylist:open" if advice else "tryon:open", page.piece.id),
        button("button-history-again", "stylist:redo" if advice else "tryon:again", page.piece.id),
        button("button-history-delete", "history:delete", page.piece.id),
    ]
    sheet = (page.number - 1) // overview.SHEET * overview.SHEET
    whole = InlineKeyboardButton(
        turn.text("button-history-sheet"), callback_data=f"history:sheet:{sheet}"
    )
    last = [whole, menu.back(turn)] if page.count > 1 else [menu.back(turn)]
    return InlineKeyboardMarkup([row for row in (leaf, act, last) if row])


async def _page(turn: Turn, piece_id: str | None) -> _Page | None:
    """The page of a piece whose picture is kept, or of the newest; None if there is none."""
    return await turn.services.database.run(_read_page, turn.user.id, piece_id)


def _read_page(connection: Connection, user_id: int, piece_id: str | None) -> _Page | None:
    kept = gallery.kept(connection, user_id)
    if not kept:
        return None
    ids = [piece.id for piece in kept]
    index = ids.index(piece_id) if piece_id in ids else 0
    return _Page(
        kept[index],
        number=index + 1,
        count=len(kept),
        newer=ids[index - 1] if index > 0 else None,
        older=ids[index + 1] if index + 1 < len(ids) else None,
    )


async def _picture(turn: Turn, piece: Piece) -> bytes | None:
    """The picture of a piece; one that storage has lost is forgotten, and None."""
    key = gallery.key_of(piece)
    picture = await turn.services.picture(key)
    if picture is None:
        await turn.services.database.run(gallery.forget, key)
    return picture


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
