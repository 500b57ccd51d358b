"""What is done at Telegram on the word of an operator or of a caller of the API.

The bot itself need not run for it: a connection is made and closed again.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from modera_bot.bot import invoices
from modera_bot.bot.chat import Chat
from modera_bot.bot.connection import reached
from modera_bot.bot.stars import give_back
from modera_bot.bot.turn import Services
from modera_bot.config import TelegramSettings
from modera_bot.contracts import Order, OrderState, Payments, Subscription
from modera_bot.db import Database, orders, users
from modera_bot.db.users import User
from modera_bot.errors import Code, ConfigError, PaymentError

log = logging.getLogger(__name__)


async def refund(
    settings: TelegramSettings, database: Database, payments: Payments, order: Order
) -> Order:
    """Give the Stars of a paid order back, then take its credits; returns it as it is then.

    Safe to repeat. The person is told by the running bot. Raises PaymentError when it was not
    paid with Stars, ConfigError when Telegram can't be reached.
    """
    user = await database.run(users.by_id, order.user_id)
    if user is None or order.provider != "stars" or order.payment_id is None:
        raise PaymentError(Code.PAYMENT_UNAVAILABLE, f"order {order.id} was not paid with Stars")
    if order.state is OrderState.PAID:
        async with _asked(settings) as bot:
            await give_back(bot, user.telegram_id, order.payment_id)
    back = {
        "telegram_payment_charge_id": order.payment_id,
        "invoice_payload": order.id,
    }
    await database.run(payments.handle, "stars", {"refunded_payment": back})
    found = await database.run(orders.get, order.id)
    assert found is not None
    return found


async def end_subscription(
    settings: TelegramSettings, telegram_id: int, subscribed: Subscription
) -> str | None:
    """Let no more be charged for a subscription with Stars; Telegram's words if it declines.

    It does when the subscription has ended. Safe to repeat. Raises ConfigError when Telegram
    can't be reached.
    """
    async with _asked(settings) as bot:
        try:
            await bot.edit_user_star_subscription(
                telegram_id, subscribed.payment_id, is_canceled=True
            )
        except BadRequest as error:
            return str(error)
    return None


async def invoice_link(services: Services, order: Order, user: User) -> str:
    """An address of Telegram's at which the person can pay an order with Stars.

    Raises PaymentError: `permanent` where Telegram won't sell this.
    """
    settings = services.settings.telegram
    if not settings.token.get_secret_value():
        raise PaymentError(Code.PAYMENT_UNAVAILABLE, "telegram.token is not set", False)
    try:
        async with reached(settings) as bot:
            return await invoices.link(Chat.with_person(bot, services.texts, user, None), order)
    except BadRequest as error:
        raise PaymentError(Code.PAYMENT_UNAVAILABLE, f"order {order.id}: {error}") from error
    except (ConfigError, TelegramError) as error:
        raise PaymentError(Code.PAYMENT_UNAVAILABLE, str(error), False) from error


@asynccontextmanager
async def _asked(settings: TelegramSettings) -> AsyncIterator[Bot]:
    """Telegram, for an operator who has to be told what is wrong. Raises ConfigError."""
    try:
        async with reached(settings) as bot:
            yield bot
    except TelegramError as error:
        fault = f"telegram.base_url: {settings.base_url} does not do it ({error})"
        raise ConfigError((fault,)) from error
