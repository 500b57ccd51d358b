"""The bot's application: which handlers there are, in which order, and what happens to errors."""

import logging
import secrets
from typing import Any

from telegram import Bot, BotCommand, Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.flows import (
    consent,
    help,
    history,
    menu,
    privacy,
    settings,
    start,
    tryon,
    unknown,
)
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.texts import DEFAULT, Texts
from modera_bot.bot.turn import Services, current
from modera_bot.errors import ModeraError

log = logging.getLogger(__name__)

#: The first handler that takes an update ends the search, so `unknown` must stay the last.
FLOWS = (start, menu, consent, tryon, history, settings, privacy, help, unknown)
COMMANDS = ("tryon", "history", "menu", "settings", "help", "privacy", "cancel", "delete")

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


def build(services: Services, bot: ExtBot[Any], processor: ChatProcessor) -> AnyApplication:
    """Wire the flows to a bot; updates come through its queue, `processor` opens their turns."""
    application = (
        ApplicationBuilder()
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .concurrent_updates(processor)
        .build()
    )
    for flow in FLOWS:
        application.add_handlers(flow.handlers())
    application.add_error_handler(_tell_error)
    return application


async def register_commands(bot: Bot, texts: Texts) -> None:
    """Tell Telegram the commands and what the bot does, in every language."""
    for language in texts.languages:
        commands = [BotCommand(name, texts.get(language, f"command-{name}")) for name in COMMANDS]
        code = None if language == DEFAULT else language  # without a code: for all others
        await bot.set_my_commands(commands, language_code=code)
        await bot.set_my_description(texts.get(language, "command-about"), language_code=code)
        await bot.set_my_short_description(
            texts.get(language, "command-about-short"), language_code=code
        )


async def _tell_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log an error under a short id and tell the person what to do next.

    Neither names nor Telegram ids nor what somebody wrote go into the log.
    """
    error = context.error
    if isinstance(error, Forbidden):
        log.info("blocked by the person")
        return
    error_id = secrets.token_hex(3)
    log.error("error %s", error_id, exc_info=error)
    turn = current.get(None)
    if turn is None or not isinstance(update, Update):
        return
    chat = Chat.of(turn)
    if isinstance(error, ModeraError):
        text = chat.text(error.text_key, id=error_id)
    else:
        text = chat.text("error-unexpected", id=error_id)
    try:
        await chat.send(text, keyboards.menu(chat))
    except TelegramError as trouble:
        log.warning("error %s could not be told: %s", error_id, trouble)
