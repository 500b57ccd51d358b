"""/settings: a screen of buttons that change in place.

    settings:open ──> settings:set:<name>:<on|off>
                  ├─> settings:quality:<standard|high|premium>
                  └─> settings:language ──> settings:language:<code>

Buttons carry the value to set, not "the other one", so an update that is handled twice changes
a setting once.
"""

from dataclasses import replace
from typing import Any

from telegram import InlineKeyboardButton, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import answer
from modera_bot.bot.flows import menu, start
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Quality
from modera_bot.db import users

#: Names in `user.preferences` and their defaults: results are blurred until tapped; results
#: can't be saved or forwarded; photos outlive the try-on they were sent for.
SWITCHES = {"spoiler": False, "protect": False, "keep_photos": True}


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show the settings; what the person was doing goes on."""
    turn = current.get()
    await answer(turn)
    await _show(turn)
    await turn.finish()


async def set_switch(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Turn a setting on or off."""
    turn = current.get()
    await answer(turn)
    assert context.match is not None
    name, value = context.match[1], context.match[2] == "on"
    turn.user = replace(turn.user, preferences={**turn.user.preferences, name: value})
    await _show(turn)
    await turn.commit(users.set_preference, turn.user.id, name, value)


async def set_quality(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Choose how much time a picture may take from now on."""
    turn = current.get()
    await answer(turn)
    assert context.match is not None
    quality = Quality(context.match[1])
    turn.user = replace(turn.user, preferences={**turn.user.preferences, "quality": quality})
    await _show(turn)
    await turn.commit(users.set_preference, turn.user.id, "quality", quality)


async def ask_language(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Offer the languages."""
    turn = current.get()
    await answer(turn)
    back = InlineKeyboardButton(turn.text("button-back"), callback_data="settings:open")
    choices = start.language_buttons(turn, "settings:language:{}")
    await screen.show(turn, turn.text("settings-language"), [choices, [back]])
    await turn.finish()


async def set_language(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Speak another language from now on."""
    turn = current.get()
    await answer(turn)
    assert context.match is not None
    code = turn.services.texts.supported(context.match[1])
    turn.user = replace(turn.user, language_code=code)
    await _show(turn)
    await turn.commit(users.set_language, turn.user.id, code)


async def _show(turn: Turn) -> None:
    text = turn.text("settings-title", days=turn.services.settings.privacy.keep_days)
    language = InlineKeyboardButton(
        turn.text("button-set-language"), callback_data="settings:language"
    )
    switches = [[_switch(turn, name, default)] for name, default in SWITCHES.items()]
    rows = [[language], *switches, [menu.back(turn)]]
    if turn.services.levels:
        text = Markup(f"{text}\n{turn.text('settings-quality')}")
        levels = [_quality(turn, quality) for quality in Quality]
        rows[1:1] = [levels[:2], levels[2:]]  # three in a row would be cut off on a phone
    await screen.show(turn, text, rows)


def _quality(turn: Turn, quality: Quality) -> InlineKeyboardButton:
    tick = "✓ " if turn.quality is quality else ""
    label = turn.text(f"button-quality-{quality}")
    return InlineKeyboardButton(tick + label, callback_data=f"settings:quality:{quality}")


def _switch(turn: Turn, name: str, default: bool) -> InlineKeyboardButton:
    value = turn.user.preferences.get(name, default)
    label = turn.text(f"button-set-{name.replace('_', '-')}", value="on" if value else "off")
    data = f"settings:set:{name}:{'off' if value else 'on'}"
    return InlineKeyboardButton(label, callback_data=data)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    names = "|".join(SWITCHES)
    return [
        CommandHandler("settings", open_),
        CallbackQueryHandler(open_, r"^settings:open$"),
        CallbackQueryHandler(set_switch, rf"^settings:set:({names}):(on|off)$"),
        CallbackQueryHandler(set_quality, rf"^settings:quality:({'|'.join(Quality)})$"),
        CallbackQueryHandler(ask_language, r"^settings:language$"),
        CallbackQueryHandler(set_language, r"^settings:language:([a-z-]+)$"),
    ]
