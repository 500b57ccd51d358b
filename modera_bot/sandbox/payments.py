"""Stars in the sandbox: invoices, checkouts and what was paid. Everybody has Stars enough."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from modera_bot.sandbox.records import Records

Json = dict[str, Any]
#: Seconds in which a bot must answer a pre-checkout query (Bot API, PreCheckoutQuery).
CHECKOUT_S = 10.0


@dataclass
class Invoice:
    """What a bot asks for. `id` is `chat:message` or the end of a link; `period` in seconds."""

    id: str
    title: str
    description: str
    payload: str
    amount: int
    period: int | None = None
    paid: bool = False


@dataclass
class Checkout:
    """A person wants to pay and waits for the bot's word. `asked` is in Unix seconds."""

    id: str
    person_id: int
    invoice_id: str
    asked: float
    answered: bool = False


@dataclass
class Payment:
    """Stars that a person paid. `first` is the charge that began a subscription."""

    id: str
    person_id: int
    invoice_id: str
    amount: int
    payload: str
    date: int
    period: int | None = None
    until: int | None = None
    first: str | None = None
    refunded_at: int | None = None
    cancelled: bool = False
    stopped: bool = False  # by the bot

    def as_event(self) -> Json:
        """Bot API `SuccessfulPayment`."""
        event: Json = {
            "currency": "XTR",
            "total_amount": self.amount,
            "invoice_payload": self.payload,
            "telegram_payment_charge_id": self.id,
            "provider_payment_charge_id": "",
        }
        if self.until is not None:
            event |= {"subscription_expiration_date": self.until, "is_recurring": True}
            if self.first == self.id:
                event["is_first_recurring"] = True
        return event

    def as_refund(self) -> Json:
        """Bot API `RefundedPayment`."""
        return {
            "currency": "XTR",
            "total_amount": self.amount,
            "invoice_payload": self.payload,
            "telegram_payment_charge_id": self.id,
        }


class Payments:
    """All of it, kept in the records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.invoices: dict[str, Invoice] = {}
        self.checkouts: dict[str, Checkout] = {}
        self.paid: dict[str, Payment] = {}

    def save(self, thing: Invoice | Checkout | Payment) -> None:
        """Keep what is new or has changed."""
        kind = type(thing).__name__.lower()
        self._put(kind, thing)
        self._records.write(kind, thing.id, asdict(thing))

    def restore(self, kind: str, value: Json) -> bool:
        """Take back what was kept; False if it is nothing of payments."""
        made = {"invoice": Invoice, "checkout": Checkout, "payment": Payment}.get(kind)
        if made is not None:
            self._put(kind, made(**value))
        return made is not None

    def _put(self, kind: str, thing: Any) -> None:
        place = {"invoice": self.invoices, "checkout": self.checkouts, "payment": self.paid}
        place[kind][thing.id] = thing  # type: ignore[index]

    def of(self, person_id: int) -> list[Payment]:
        """What a person has paid, the oldest first."""
        own = (payment for payment in self.paid.values() if payment.person_id == person_id)
        return sorted(own, key=lambda payment: (payment.date, payment.id))

    def subscription(self, charge_id: str) -> Payment | None:
        """The last payment of the subscription to which a charge belongs."""
        payment = self.paid.get(charge_id)
        if payment is None or payment.first is None:
            return None
        same = [other for other in self.paid.values() if other.first == payment.first]
        return max(same, key=lambda other: (other.until or 0, other.id))

    def movements(self) -> list[tuple[int, Payment, bool]]:
        """Everything that came and went (True), in the order of time."""
        came = [(payment.date, payment, False) for payment in self.paid.values()]
        went = [
            (payment.refunded_at, payment, True)
            for payment in self.paid.values()
            if payment.refunded_at is not None
        ]
        return sorted([*came, *went], key=lambda entry: (entry[0], entry[2], entry[1].id))


def moment() -> int:
    """Now, in Unix seconds."""
    return int(time.time())
