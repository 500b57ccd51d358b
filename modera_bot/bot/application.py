"""The bot's application: which handlers there are, in which order, and what happens to errors."""

from typing import Any

from telegram import Bot, BotCommand
from telegram.ext import Application, ApplicationBuilder, ExtBot

from modera_bot.bot.errors import ErrorTeller
from modera_bot.bot.flows import (
    consent,
    help,
    history,
    menu,
    payments,
    privacy,
    profile,
    settings,
    start,
    stylist,
    tryon,
    unknown,
)
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.texts import DEFAULT, Texts
from modera_bot.bot.turn import Services

#: The first handler that takes an update ends the search, so `unknown` must stay the last.
FLOWS = (
    start,
    menu,
    payments,
    consent,
    stylist,
    tryon,
    history,
    profile,
    settings,
    privacy,
    help,
    unknown,
)
COMMANDS = (
    "tryon",
    "style",
    "history",
    "profile",
    "menu",
    "settings",
    "help",
    "privacy",
    "cancel",
    "delete",
)
#: Those of a bot that takes payments.
SHOP_COMMANDS = ("balance", "buy", "paysupport", "terms")

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
    if services.credits.enabled:
        application.add_handlers(payments.shop_handlers())
    for flow in FLOWS:
        application.add_handlers(flow.handlers())
    application.add_error_handler(ErrorTeller(application.update_queue).handle)
    return application


async def register_commands(bot: Bot, texts: Texts, *, shop: bool = False) -> None:
    """Tell Telegram the commands and what the bot does, in every language."""
    names = (*COMMANDS, *SHOP_COMMANDS) if shop else COMMANDS
    for language in texts.languages:
        commands = [BotCommand(name, texts.get(language, f"command-{name}")) for name in names]
        code = None if language == DEFAULT else language  # without a code: for all others
        await bot.set_my_commands(commands, language_code=code)
        await bot.set_my_description(texts.get(language, "command-about"), language_code=code)
        await bot.set_my_short_description(
            texts.get(language, "command-about-short"), language_code=code
        )
