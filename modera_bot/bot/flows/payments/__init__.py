"""Payments: packages of credits for Telegram Stars.

    offer ── enough ──> the try-on, the advice
      └─ not enough ──> pay:buy:<package>:<feature> ──> invoice ──> pre-checkout ──> paid
                                                                                      │
      the receipt, and what waited goes on by itself <────────────────────────────────┘

    /balance ──> pay:packages ──> pay:buy:<package> ──> invoice, or a link for a subscription
             ├─> pay:history
             └─> pay:cancel:<id>, pay:resume:<id>

An order is committed before its invoice goes out, a payment before its receipt: what was paid
is never lost, and a receipt that was not sent is sent later by `bot.cashier`.
"""

from typing import Any

from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    PreCheckoutQueryHandler,
    filters,
)

from modera_bot.bot.flows.payments import checkout, history, shop, subscription, words

PACKAGE = "[a-z0-9_]{1,32}"
ID = "[0-9a-f]{32}"


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    """What must be heard even where payments are switched off by now: money is on its way."""
    return [
        PreCheckoutQueryHandler(checkout.check),
        MessageHandler(filters.SUCCESSFUL_PAYMENT, checkout.paid),
        MessageHandler(filters.StatusUpdate.REFUNDED_PAYMENT, checkout.refunded),
    ]


def shop_handlers() -> list[BaseHandler[Any, Any, Any]]:
    """The shop itself, where payments are switched on."""
    return [
        CommandHandler("balance", shop.balance),
        CommandHandler("buy", shop.packages),
        CommandHandler("promo", shop.redeem),
        CommandHandler("paysupport", words.support),
        CommandHandler("terms", words.terms),
        CallbackQueryHandler(shop.balance, r"^pay:balance$"),
        CallbackQueryHandler(shop.packages, r"^pay:packages$"),
        CallbackQueryHandler(shop.buy, rf"^pay:buy:({PACKAGE})(?::([a-z]+))?$"),
        CallbackQueryHandler(history.show, r"^pay:history$"),
        CallbackQueryHandler(subscription.change, rf"^pay:(cancel|resume):({ID})$"),
    ]
