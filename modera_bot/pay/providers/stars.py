"""Telegram Stars, the only currency in which Telegram lets bots sell digital goods.

Events are the Bot API's `SuccessfulPayment` and `RefundedPayment`, the statement is made of its
`StarTransaction`s. The bot makes the calls; an order's id is the payload of its invoice. A
renewal of a subscription comes with the payload of the first invoice and a charge id of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from modera_bot.contracts import Invoice, Order, Step
from modera_bot.db.accounts import Entry
from modera_bot.pay.base import Json, Paid, Refunded, Signal

CURRENCY = "XTR"


class Stars:
    """pay.base.Provider."""

    name = "stars"
    currencies = frozenset({CURRENCY})
    entry = Entry.PURCHASE

    def create(self, order: Order) -> Step:
        return Invoice(order=order)

    def interpret(self, event: Json) -> Signal | None:
        if (paid := event.get("successful_payment")) is not None:
            until = paid.get("subscription_expiration_date")
            return Paid(
                paid["invoice_payload"],
                paid["telegram_payment_charge_id"],
                Decimal(paid["total_amount"]),
                paid["currency"],
                None if until is None else datetime.fromtimestamp(until, UTC),
            )
        if (back := event.get("refunded_payment")) is not None:
            return Refunded(back["telegram_payment_charge_id"], back["invoice_payload"])
        if (transaction := event.get("star_transaction")) is not None:
            return next(self.reconcile([transaction]), None)
        return None

    def reconcile(self, statement: Iterable[Json]) -> Iterator[Signal]:
        for transaction in statement:
            source, receiver = transaction.get("source"), transaction.get("receiver")
            if source is not None and source.get("invoice_payload"):
                yield _paid(transaction, source)
            elif receiver is not None and receiver.get("type") == "user":
                yield Refunded(transaction["id"], receiver.get("invoice_payload"))


def _paid(transaction: Json, source: Json) -> Paid:
    period = source.get("subscription_period")
    begun = datetime.fromtimestamp(transaction["date"], UTC)
    return Paid(
        source["invoice_payload"],
        transaction["id"],
        Decimal(transaction["amount"]),
        CURRENCY,
        None if period is None else begun + timedelta(seconds=period),
    )
