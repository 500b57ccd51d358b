"""/help: what the bot can do, which photos work best, and what it can't do."""

from typing import Any

from telegram import InlineKeyboardButton, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import answer
from modera_bot.bot.flows import menu
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import current


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Explain; what the person was doing goes on."""
    turn = current.get()
    await answer(turn)
    tryon = InlineKeyboardButton(turn.text("button-tryon"), callback_data="tryon:start")
    text = turn.text("help")
    if turn.services.credits.enabled:
        text = Markup(f"{text}\n\n{turn.text('help-credits')}")
    await screen.show(turn, text, [[tryon], [menu.back(turn)]])
    await turn.finish()


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [CommandHandler("help", open_), CallbackQueryHandler(open_, r"^help:open$")]
