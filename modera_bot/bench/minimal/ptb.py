"""The minimal bot on python-telegram-bot as it comes: `ptb.py ADDRESSES [concurrent]`."""

import json
import sys
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

PHOTOS = 2
received: dict[int, int] = {}


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Try on", callback_data="go")]])
    await update.message.reply_text("Hello", reply_markup=keyboard)


async def go(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    assert update.effective_chat is not None
    await update.callback_query.answer()
    await context.bot.send_message(update.effective_chat.id, "Send two photos")


async def photo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    file = await context.bot.get_file(update.message.photo[-1].file_id)
    assert await file.download_as_bytearray()
    chat_id = update.message.chat_id
    received[chat_id] = received.get(chat_id, 0) + 1
    if received[chat_id] == PHOTOS:
        await context.bot.send_message(chat_id, "done")


def add_handlers(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(go))
    application.add_handler(MessageHandler(filters.PHOTO, photo))


def main() -> None:
    """Serve until killed."""
    addresses = json.loads(sys.argv[1])
    builder = ApplicationBuilder().token(addresses["token"]).base_url(addresses["base_url"])
    builder = builder.base_file_url(addresses["base_file_url"])
    if "concurrent" in sys.argv:
        builder = builder.concurrent_updates(True)
    application = builder.build()
    add_handlers(application)
    application.run_polling()


if __name__ == "__main__":
    main()
