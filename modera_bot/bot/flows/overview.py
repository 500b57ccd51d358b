"""/history at a glance: nine pieces on one picture, with a button for each number.

history:sheet:<first> ──> history:show:<id> | history:sheet:<first>
"""

import asyncio

from sqlalchemy import Connection
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ContextTypes

from modera_bot import images
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows import menu
from modera_bot.bot.turn import Turn, current
from modera_bot.db import gallery
from modera_bot.db.gallery import Piece
from modera_bot.errors import StorageError

#: Pieces on one sheet, and buttons in a row.
SHEET, ROW = 9, 3


async def show(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Put a sheet in the place of the pressed message."""
    turn = current.get()
    assert context.match is not None
    first = int(context.match[1])
    chosen, count = await turn.services.database.run(_read, turn.user.id, first)
    found = await asyncio.gather(*(_picture(turn, piece) for piece in chosen))
    shown = [(number, piece, data) for number, piece, data in _numbered(first, chosen, found)]
    query = update.callback_query
    if not shown or query is None or query.message is None:
        await alert(turn, "alert-stale")
        return
    await answer(turn)
    services, chat = turn.services, Chat.of(turn)
    tiles = [(number, data) for number, _, data in shown]
    sheet = await services.draw(services.marker.drawn, services.pool, images.sheet, tiles)
    caption = turn.text("history-sheet", first=shown[0][0], last=shown[-1][0], count=count)
    keyboard = _keyboard(turn, [(number, piece) for number, piece, _ in shown], first, count)
    if not await chat.edit_photo(query.message.message_id, sheet, caption, keyboard):
        await chat.send_photo(sheet, caption, keyboard)
    await turn.finish()


def _numbered(
    first: int, chosen: list[Piece], found: list[bytes | None]
) -> list[tuple[int, Piece, bytes]]:
    """Those whose picture is there, with their number in the history."""
    pairs = enumerate(zip(chosen, found, strict=True), start=first + 1)
    return [(number, piece, data) for number, (piece, data) in pairs if data is not None]


def _read(connection: Connection, user_id: int, first: int) -> tuple[list[Piece], int]:
    kept = gallery.kept(connection, user_id)
    return kept[first : first + SHEET], len(kept)


async def _picture(turn: Turn, piece: Piece) -> bytes | None:
    try:
        return await asyncio.to_thread(turn.services.storage.get, gallery.key_of(piece))
    except StorageError:
        return None  # its own page tells more


def _keyboard(
    turn: Turn, shown: list[tuple[int, Piece]], first: int, count: int
) -> InlineKeyboardMarkup:
    numbers = [
        InlineKeyboardButton(str(number), callback_data=f"history:show:{piece.id}")
        for number, piece in shown
    ]
    rows = [numbers[start : start + ROW] for start in range(0, len(numbers), ROW)]
    newer, older = max(0, first - SHEET), first + SHEET
    leaf = [_leaf(turn, "button-newer", newer)] if first else []
    leaf += [_leaf(turn, "button-older", older)] if older < count else []
    return InlineKeyboardMarkup([*rows, *([leaf] if leaf else []), [menu.back(turn)]])


def _leaf(turn: Turn, key: str, first: int) -> InlineKeyboardButton:
    return InlineKeyboardButton(turn.text(key), callback_data=f"history:sheet:{first}")
