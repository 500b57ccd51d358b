"""What every provider promises: one contract, all implementations."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from modera_bot.contracts import ByHand, Invoice, Link, Order, OrderState
from modera_bot.pay.base import Closed, Paid, Refunded
from modera_bot.pay.providers import PROVIDERS, load

CHARGE = {"telegram_payment_charge_id": "c-1", "invoice_payload": "o-1"}


@dataclass(frozen=True)
class Case:
    """A provider with what it is sent: a payment of 150 for order o-1, in all its forms."""

    name: str
    currency: str
    paid: tuple[dict[str, Any], ...]
    others: tuple[tuple[dict[str, Any], Any], ...] = ()


CASES = [
    Case(
        "stars",
        "XTR",
        (
            {"successful_payment": CHARGE | {"total_amount": 150, "currency": "XTR"}},
            {
                "star_transaction": {
                    "id": "c-1",
                    "amount": 150,
                    "date": 1,
                    "source": {"type": "user", "invoice_payload": "o-1"},
                }
            },
        ),
        (
            ({"refunded_payment": CHARGE}, Refunded("c-1", "o-1")),
            (
                {"star_transaction": {"id": "c-1", "receiver": {"type": "user"}, "amount": 150}},
                Refunded("c-1", None),
            ),
            # the operator takes the Stars out
            ({"star_transaction": {"id": "w", "receiver": {"type": "fragment"}}}, None),
            ({"something else": {}}, None),
        ),
    ),
    Case(
        "manual",
        "USD",
        ({"order_id": "o-1", "payment_id": "c-1", "amount": "150", "currency": "USD"},),
        (({"order_id": "o-1", "refused": True}, Closed("o-1")),),
    ),
]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_every_provider_is_in_the_suite() -> None:
    assert [case.name for case in CASES] == [*PROVIDERS]


@each
def test_it_says_what_comes_next(case: Case) -> None:
    provider = load(case.name)
    order = Order(
        id="o-1",
        user_id=1,
        provider=case.name,
        package="basic",
        credits=30,
        amount=Decimal(150),
        currency=case.currency,
        state=OrderState.CREATED,
        created_at=datetime.now(UTC),
    )
    assert provider.name == case.name
    assert case.currency in provider.currencies
    assert isinstance(provider.create(order), Invoice | Link | ByHand)


@each
def test_it_tells_a_payment_in_whatever_form_it_comes(case: Case) -> None:
    provider = load(case.name)
    told = [provider.interpret(event) for event in case.paid]
    assert told == [Paid("o-1", "c-1", Decimal(150), case.currency)] * len(case.paid)


@each
def test_it_tells_what_else_can_happen(case: Case) -> None:
    provider = load(case.name)
    assert [provider.interpret(event) for event, _ in case.others] == [s for _, s in case.others]


def test_the_months_of_a_subscription_come_with_how_far_they_carry() -> None:
    event = CHARGE | {"total_amount": 300, "currency": "XTR", "subscription_expiration_date": 60}
    told = load("stars").interpret({"successful_payment": event})
    assert isinstance(told, Paid)
    assert told.until == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
