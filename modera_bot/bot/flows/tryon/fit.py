"""`tryon:fit:<id>`: how the garment of a result would fit, one tap below its picture.

No handler waits for a model: the question goes on beside the chat, and its message is changed
when the answer is there. Should we die meanwhile, another tap asks again.
"""

import asyncio

from telegram import Update
from telegram.ext import ContextTypes

from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows.tryon.choices import pressed
from modera_bot.bot.flows.tryon.wording import error_text
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import FitAnalysis, FitJudge
from modera_bot.db import tryons
from modera_bot.errors import ModeraError

PARTS = ("shoulders", "chest", "waist", "length")

#: Try-ons that are being judged: a second tap must not ask, and pay, a second time.
_running: set[str] = set()


async def assess(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Tell what is known, or ask."""
    turn, (_, _, tryon_id) = current.get(), pressed(update)
    judge = turn.services.fit
    tryon = await turn.services.database.run(tryons.get, tryon_id, turn.user.id)
    if tryon is None or judge is None:
        await alert(turn, "alert-stale")
        return
    await answer(turn)
    chat = Chat.of(turn)
    if tryon.result.fit is not None:
        await chat.send(told(chat, tryon.result.fit))
    elif tryon_id not in _running:
        waiting = await chat.send(chat.text("fit-waiting"))
        _running.add(tryon_id)
        work = _ask(turn, chat, judge, tryon_id, waiting.message_id)
        context.application.create_task(work, update=update)
    await turn.finish()


async def _ask(turn: Turn, chat: Chat, judge: FitJudge, tryon_id: str, message_id: int) -> None:
    try:
        fit = await asyncio.to_thread(judge.assess, turn.user.id, tryon_id, turn.language)
    except ModeraError as error:
        await chat.edit(message_id, error_text(chat, error.code))
    else:
        await chat.edit(message_id, told(chat, fit))
    finally:
        _running.discard(tryon_id)


def told(chat: Chat, fit: FitAnalysis) -> Markup:
    """The answer, part by part."""
    lines = [chat.text("fit-title")]
    lines += [
        chat.text("fit-part", part=chat.text(f"fit-{part}"), fit=chat.text(f"fit-{value}"))
        for part, value in ((part, getattr(fit, part)) for part in PARTS)
    ]
    if fit.advice:
        lines.append(chat.text("fit-advice", advice=fit.advice))
    return Markup("\n".join(lines))
