"""What a running try-on has in the chat: its status, and the draft shown meanwhile."""

import contextlib

from telegram.error import TelegramError

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.wording import result_caption
from modera_bot.bot.texts import Markup
from modera_bot.contracts import TryOnResult


def preview_caption(chat: Chat, result: TryOnResult) -> Markup:
    """What it is, and that something better will follow."""
    return Markup(f"{result_caption(chat, result)}\n\n{chat.text('result-preview')}")


async def _settle_preview(chat: Chat, data: TryOnData) -> None:
    """Take that promise back when nothing better will follow; never fails."""
    if data.preview_message_id is not None and data.preview_forming:
        await chat.delete(data.preview_message_id)  # half a picture is none
    elif data.preview_message_id is not None:
        with contextlib.suppress(TelegramError):
            await chat.edit_caption(data.preview_message_id, chat.text("result-label-draft"))


async def tidy_up(chat: Chat, data: TryOnData) -> None:
    """Remove what a job that was stopped has left in the chat; never fails."""
    if data.status_message_id is not None:
        await chat.delete(data.status_message_id)
    await _settle_preview(chat, data)
