"""/start: the language first, then the menu, or where a deep link leads.

/start [link] ── new ──> start:language:<code>[:link] ──> the menu | the try-on
              └─ known ────────────────────────────────^

    link            leads to
    ──────────────  ──────────────────────────────────────────────
    tryon           the try-on
    lang_<code>     the menu, in that language, without a question
    ref_<user id>   the menu; a newcomer is counted as invited
"""

import re
from dataclasses import replace
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.flows import menu, stylist, tryon
from modera_bot.bot.money import credits
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.db import users

#: What `https://t.me/<bot>?start=<link>` may say.
LINK = re.compile(r"tryon|style|lang_[a-z]{2}|ref_[0-9]{1,18}")


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Greet a new person and ask for their language; a known one goes on at once."""
    turn = current.get()
    link = context.args[0] if context.args and LINK.fullmatch(context.args[0]) else ""
    kind, _, value = link.partition("_")
    if kind == "lang" and value in turn.services.texts.languages:
        await _speak(turn, value)
    elif kind == "ref" and turn.user.language_code is None:  # idempotent
        await turn.services.database.run(users.note_inviter, turn.user.id, int(value))
    if turn.user.language_code is None:
        text = turn.text("start-welcome", name=turn.user.first_name, bot=turn.bot.first_name)
        keyboard = InlineKeyboardMarkup([language_buttons(turn, "start:language:{}" + _tail(link))])
        await Chat.of(turn).send(text, keyboard)
        await turn.finish()
    else:
        await _go_on(turn, link)


def language_buttons(turn: Turn, data: str) -> list[InlineKeyboardButton]:
    """A button for each language, the person's own first; `{}` in `data` becomes its code."""
    texts = turn.services.texts
    return [
        InlineKeyboardButton(texts.get(code, "button-language"), callback_data=data.format(code))
        for code in sorted(texts.languages, key=lambda code: code != turn.language)
    ]


async def choose(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Remember the language chosen and go on in it."""
    turn = current.get()
    await answer(turn)
    assert context.match is not None
    code, link = turn.services.texts.supported(context.match[1]), context.match[2] or ""
    await _speak(turn, code)
    greeting = turn.text("start-ready", name=turn.user.first_name)
    if turn.services.credits.enabled:
        greeting = Markup(f"{greeting}{await _gift(turn)}")
    await _go_on(turn, link, greeting)


async def _gift(turn: Turn) -> str:
    """A word on the credits that a new person begins with; they are given once."""
    services = turn.services
    have = await services.database.run(services.payments.welcome, turn.user.id)
    amount = credits(Chat.of(turn), have)
    return f"\n\n{turn.text('pay-starter', credits=amount)}" if have else ""


async def _speak(turn: Turn, code: str) -> None:
    """Speak a language from now on; idempotent, so it is committed before the end."""
    turn.user = replace(turn.user, language_code=code)
    await turn.services.database.run(users.set_language, turn.user.id, code)


async def _go_on(turn: Turn, link: str, greeting: Markup | None = None) -> None:
    if link in ("tryon", "style"):
        if greeting is not None:
            await screen.show(turn, greeting)
        await (stylist if link == "style" else tryon).begin(turn)
    else:
        await menu.show(turn, greeting)


def _tail(link: str) -> str:
    return f":{link}" if link else ""


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("start", start),
        CallbackQueryHandler(choose, rf"^start:language:([a-z-]+)(?::({LINK.pattern}))?$"),
    ]
