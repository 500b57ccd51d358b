"""The monthly subscription: until when it runs, ending it, letting it go on."""

import logging

from telegram import InlineKeyboardButton, Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows import menu
from modera_bot.bot.money import credits
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Subscription
from modera_bot.db import accounts, orders

log = logging.getLogger(__name__)


def words(chat: Chat, subscription: Subscription) -> Markup:
    """When it renews or ends."""
    cancelled = "yes" if subscription.cancelled else "no"
    return chat.text("pay-subscription", cancelled=cancelled, until=subscription.until)


def button(chat: Chat, subscription: Subscription) -> InlineKeyboardButton:
    """Cancel it, or take that back."""
    action = "resume" if subscription.cancelled else "cancel"
    data = f"pay:{action}:{subscription.id}"
    return InlineKeyboardButton(chat.text(f"button-pay-{action}"), callback_data=data)


async def change(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`pay:cancel:<id>` and `pay:resume:<id>`: to Telegram first, which does the charging."""
    turn = current.get()
    assert context.match is not None
    cancel, subscription_id = context.match[1] == "cancel", context.match[2]
    subscribed = await turn.services.database.run(orders.subscription, turn.user.id)
    if subscribed is None or subscribed.id != subscription_id:
        await alert(turn, "alert-stale")
        return
    await answer(turn)
    await _tell_telegram(turn, subscribed, cancel=cancel)
    chat = Chat.of(turn)
    text = (
        chat.text("pay-subscription-cancelled", until=subscribed.until)
        if cancel
        else chat.text("pay-subscription-resumed")
    )
    await screen.show(turn, text, [[menu.back(turn)]])
    await turn.commit(orders.set_cancelled, subscribed.id, cancel)


async def end(turn: Turn) -> None:
    """Let no more be charged from somebody who is about to be erased."""
    subscribed = await turn.services.database.run(orders.subscription, turn.user.id)
    if subscribed is None or subscribed.cancelled:
        return
    try:
        await _tell_telegram(turn, subscribed, cancel=True)
    except BadRequest as error:  # Telegram knows it no more; a payment of it would be sent back
        log.warning("subscription %s: %s", subscribed.id, error)


async def losses(turn: Turn) -> list[Markup]:
    """What somebody gives up, besides the rest, by being erased."""
    if not turn.services.credits.enabled:
        return []
    wallet = await turn.services.database.run(accounts.lock, turn.user.id)
    subscribed = await turn.services.database.run(orders.subscription, turn.user.id)
    lost = []
    if wallet.credits:
        balance = credits(Chat.of(turn), wallet.credits)
        lost.append(turn.text("delete-credits", balance=balance))
    if subscribed is not None and not subscribed.cancelled:
        lost.append(turn.text("delete-subscription"))
    return lost


async def _tell_telegram(turn: Turn, subscribed: Subscription, *, cancel: bool) -> None:
    await turn.bot.edit_user_star_subscription(
        turn.user.telegram_id, subscribed.payment_id, is_canceled=cancel
    )
