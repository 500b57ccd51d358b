"""Screens: a text with buttons that takes the place of the one whose button was pressed."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from modera_bot.bot.chat import Chat
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn

Rows = Sequence[Sequence[InlineKeyboardButton]]


async def show(turn: Turn, text: Markup, rows: Rows = ()) -> None:
    """Put a text in place of the pressed message, or send it: after a command or a photo."""
    chat, query = Chat.of(turn), turn.update.callback_query
    keyboard = InlineKeyboardMarkup(rows) if rows else None
    pressed = query.message if query else None
    if (
        not isinstance(pressed, Message)
        or pressed.text is None
        or not await chat.edit(pressed.message_id, text, keyboard)
    ):
        await chat.send(text, keyboard)
