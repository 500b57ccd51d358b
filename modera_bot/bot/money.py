"""How amounts, packages and orders are said."""

from collections.abc import Iterable
from decimal import Decimal
from html import escape

from telegram import InlineKeyboardButton

from modera_bot.bot.chat import Chat
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.config import PaySettings
from modera_bot.contracts import Order, OrderState, Package
from modera_bot.db.holds import Hold

_SIGNS = {"XTR": "{} ⭐", "RUB": "{} ₽", "USD": "${}"}


def credits(chat: Chat, count: int) -> Markup:
    """Like "3 credits"."""
    return chat.text("pay-credits", count=count)


def price(amount: Decimal, currency: str) -> str:
    """Like "150 ⭐", without needless zeros."""
    whole = amount == amount.to_integral_value()
    return _SIGNS[currency].format(int(amount) if whole else f"{amount:.2f}")


def package_rows(chat: Chat, packages: Iterable[Package], suffix: str = "") -> Rows:
    """A button for each package; `suffix` ":<feature>" lets what waits go on once it is paid."""
    return [
        [
            InlineKeyboardButton(
                _label(chat, package), callback_data=f"pay:buy:{package.name}{suffix}"
            )
        ]
        for package in packages
    ]


def _label(chat: Chat, package: Package) -> str:
    named = {
        "credits": credits(chat, package.credits),
        "price": price(package.price, package.currency),
    }
    if package.monthly:
        return chat.text("pay-package-monthly", **named)
    return chat.text("pay-package", **named)


def receipt(chat: Chat, order: Order, balance: int, settings: PaySettings) -> Markup:
    """What a person is told of an order that is paid or refunded."""
    cost = price(order.amount, order.currency)
    given, left = credits(chat, order.credits), credits(chat, balance)
    if order.state is OrderState.REFUNDED:
        return chat.text("pay-refunded", price=cost, credits=given, balance=left)
    if not order.amount:
        return chat.text("pay-granted", credits=given, balance=left)
    parts = [chat.text("pay-receipt", price=cost, credits=given, balance=left)]
    if order.monthly:
        parts.append(chat.text("pay-receipt-monthly"))
    number = chat.text(
        "pay-receipt-number", number=order.id[:8], date=order.paid_at or order.created_at
    )
    notes = [escape(note) for note in (settings.seller, settings.tax) if note]
    return Markup("\n\n".join([*parts, "\n".join([number, *notes])]))


def after_result(chat: Chat, caption: Markup, hold: Hold | None, balance: int) -> Markup:
    """A result's caption with what it cost; nothing is added where nothing was to be paid."""
    if hold is None:
        return caption
    if hold.state == "captured":
        left = credits(chat, balance)
        line = chat.text("pay-spent", price=credits(chat, hold.amount), balance=left)
    else:
        line = chat.text("pay-draft-free", credits=credits(chat, hold.amount))
    return Markup(f"{caption}\n{line}")


def after_failure(chat: Chat, text: Markup, hold: Hold | None) -> Markup:
    """Why it failed, and that it cost nothing."""
    if hold is None or hold.state != "released":
        return text
    back = chat.text("pay-back", credits=credits(chat, hold.amount))
    return Markup(f"{text}\n\n{back}")
