"""What an invoice in Stars says, in the chat and behind an address."""

from typing import TypedDict

from telegram import LabeledPrice

from modera_bot.bot.chat import Chat
from modera_bot.bot.money import credits
from modera_bot.contracts import Order

#: Seconds of a month, as Telegram counts it; it knows no other period.
MONTH_S = 2_592_000


class Wording(TypedDict):
    """The fields that sendInvoice and createInvoiceLink share."""

    title: str
    description: str
    payload: str
    currency: str
    prices: list[LabeledPrice]


def wording(chat: Chat, order: Order) -> Wording:
    """How an order is offered, in the language of a chat. The bot must be initialised."""
    amount = credits(chat, order.credits)
    return {
        "title": chat.text("pay-invoice-title", credits=amount),
        "description": chat.text("pay-invoice-text", bot=chat.bot.first_name),
        "payload": order.id,
        "currency": order.currency,
        "prices": [LabeledPrice(amount, int(order.amount))],
    }


async def link(chat: Chat, order: Order) -> str:
    """An address at which an order can be paid; a subscription is sold by nothing else.

    Raises TelegramError.
    """
    period = MONTH_S if order.monthly else None
    return await chat.bot.create_invoice_link(**wording(chat, order), subscription_period=period)
