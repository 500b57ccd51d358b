"""Giving Stars back on the operator's word; the bot itself need not run."""

from telegram.error import InvalidToken, NetworkError

from modera_bot.bot.connection import made
from modera_bot.bot.inbox import TOKEN_REFUSED
from modera_bot.bot.stars import give_back
from modera_bot.config import TelegramSettings
from modera_bot.contracts import Order, OrderState, Payments
from modera_bot.db import Database, orders, users
from modera_bot.errors import Code, ConfigError, PaymentError


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
        try:
            async with made(settings) as bot:
                await bot.initialize()
                await give_back(bot, user.telegram_id, order.payment_id)
        except InvalidToken as error:
            raise ConfigError((TOKEN_REFUSED,)) from error
        except NetworkError as error:
            fault = f"telegram.base_url: {settings.base_url} does not do it ({error})"
            raise ConfigError((fault,)) from error
    back = {
        "telegram_payment_charge_id": order.payment_id,
        "invoice_payload": order.id,
    }
    await database.run(payments.handle, "stars", {"refunded_payment": back})
    found = await database.run(orders.get, order.id)
    assert found is not None
    return found
