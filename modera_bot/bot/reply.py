"""Saying something in a turn: in place where a button was pressed, else as a new message."""

import logging
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn

log = logging.getLogger(__name__)

Rows = Sequence[Sequence[InlineKeyboardButton]]

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def acknowledge(turn: Turn, text: str | None = None, *, alert: bool = False) -> None:
    """Answer the pressed button, if one was: always the first thing to do, it times out."""
    query = turn.update.callback_query
    if query is None:
        return
    try:
        await query.answer(text, show_alert=alert)
    except BadRequest as error:
        log.info("a button was answered too late: %s", error.message)


async def send(turn: Turn, text: Markup, rows: Rows = ()) -> Message:
    """Send a new message, with inline buttons."""
    return await turn.bot.send_message(
        turn.user.telegram_id,
        text,
        parse_mode=ParseMode.HTML,
        reply_markup=InlineKeyboardMarkup(rows) if rows else None,
        link_preview_options=_NO_PREVIEW,
    )


async def show(turn: Turn, text: Markup, rows: Rows = ()) -> None:
    """Put a text in place of the message whose button was pressed; send it if that can't be."""
    query = turn.update.callback_query
    message = query.message if query else None
    if not isinstance(message, Message) or not message.text:
        await send(turn, text, rows)
        return
    try:
        await turn.bot.edit_message_text(
            text,
            turn.user.telegram_id,
            message.message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=InlineKeyboardMarkup(rows) if rows else None,
            link_preview_options=_NO_PREVIEW,
        )
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            log.info("sent anew, for an edit was refused: %s", error.message)
            await send(turn, text, rows)
