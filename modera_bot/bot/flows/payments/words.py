"""/paysupport and /terms, which Telegram asks of everybody who sells."""

from telegram import Update
from telegram.ext import ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.flows import menu
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import current


async def support(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Whom to ask about a payment."""
    turn = current.get()
    settings = turn.services.settings
    contact = settings.pay.support or settings.privacy.contact or turn.text("pay-support-owner")
    await screen.show(turn, turn.text("pay-support", contact=contact), [[menu.back(turn)]])
    await turn.finish()


async def terms(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """What is agreed by buying."""
    turn = current.get()
    parts = [turn.text("pay-terms")]
    if seller := turn.services.settings.pay.seller:
        parts.append(turn.text("pay-terms-seller", seller=seller))
    await screen.show(turn, Markup("\n\n".join(parts)), [[menu.back(turn)]])
    await turn.finish()
