"""What a payment provider is to the rest: what a person does next, and what its events mean.

A provider knows nothing of credits or of the database. To add one: a file in `providers/`, its
line in `providers/__init__.py`, its section in the configuration, its entry in the contract
suite (tests/pay/test_providers.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from modera_bot.contracts import Order, Step
from modera_bot.db.accounts import Entry

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paid:
    """Money has come for an order. `until` is how far it carries a subscription."""

    order_id: str
    payment_id: str
    amount: Decimal
    currency: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refunded:
    """All the money of a payment went back. `order_id` as far as the provider tells it."""

    payment_id: str
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """An order will never be paid."""

    order_id: str


Signal = Paid | Refunded | Closed


class Provider(Protocol):
    """A way to pay."""

    name: str
    currencies: frozenset[str]
    entry: Entry  # what the ledger calls its payments

    def create(self, order: Order) -> Step:
        """Say what the person does next about a new order. Raises PaymentError."""
        ...

    def interpret(self, event: Json) -> Signal | None:
        """What an event says, as it came from the provider; None: nothing for us."""
        ...

    def reconcile(self, statement: Iterable[Json]) -> Iterator[Signal]:
        """What the provider's own list of transactions says, the oldest first."""
        ...
