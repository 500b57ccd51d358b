"""Orders, prices, promo codes: the rules that need no chat."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from modera_bot.config import FactorsSettings, PaySettings, PricesSettings, PromoSettings
from modera_bot.contracts import Feature, Invoice, Order, OrderState, Promo, Quality
from modera_bot.db import Database, orders
from modera_bot.db.schema import credit_transactions, now, users
from modera_bot.db.schema import orders as rows
from modera_bot.errors import PaymentError
from modera_bot.pay.credits import PaidCredits
from modera_bot.pay.service import PaymentService
from modera_bot.pay.verify import verify
from tests.servers.databases import person

SETTINGS = PaySettings(enabled=True, starter=9)
SERVICE = PaymentService(SETTINGS)


def bought(database: Database, user_id: int, **more: Any) -> Order:
    values = {"package": "basic", "currency": "XTR", "provider": "stars"} | more
    with database.begin() as connection:
        order, step = SERVICE.purchase(connection, user_id=user_id, **values)
    assert step == Invoice(order=order)
    return order


def paid(order: Order, charge: str = "charge", **more: Any) -> dict[str, Any]:
    event = {
        "telegram_payment_charge_id": charge,
        "invoice_payload": order.id,
        "total_amount": int(order.amount),
        "currency": "XTR",
    }
    return {"successful_payment": event | more}


def handle(database: Database, event: dict[str, Any]) -> Order | None:
    with database.begin() as connection:
        order = SERVICE.handle(connection, "stars", event)
        assert verify(connection) == []
        return order


def person_row(database: Database) -> Any:
    with database.begin() as connection:
        query = select(users.c.credits, users.c.total_spent).where(users.c.telegram_id == 1)
        return connection.execute(query).one()


@pytest.mark.parametrize(
    ("quality", "garments", "price"),
    [
        (Quality.STANDARD, 1, 3),
        (Quality.HIGH, 1, 5),  # 4.5, rounded up
        (Quality.PREMIUM, 1, 6),
        (Quality.STANDARD, 2, 5),
        (Quality.PREMIUM, 3, 12),
    ],
)
def test_a_price_follows_quality_and_garments(quality: Quality, garments: int, price: int) -> None:
    assert PaidCredits(SETTINGS).price(Feature.TRYON, quality=quality, garments=garments) == price


def test_prices_are_configuration_and_drafts_are_free() -> None:
    settings = PaySettings(prices=PricesSettings(tryon=10), factors=FactorsSettings(high=1.1))
    assert PaidCredits(settings).price(Feature.TRYON, quality=Quality.HIGH) == 11
    free = PaidCredits(settings, {Feature.TRYON})
    assert free.price(Feature.TRYON, quality=Quality.HIGH) == 0
    assert free.price(Feature.STYLING, quality=Quality.STANDARD) == 5
    assert free.price(Feature.RECOMMENDATIONS, quality=Quality.STANDARD) == 0


def test_an_order_is_paid_and_counts_in_the_reports(database: Database) -> None:
    user_id, _ = person(database, 1)
    order = bought(database, user_id)
    assert order.state is OrderState.CREATED
    done = handle(database, paid(order))
    assert done is not None
    assert (done.state, done.payment_id) == (OrderState.PAID, "charge")
    assert tuple(person_row(database)) == (30, Decimal("1.95"))
    assert handle(database, paid(order)) == done
    assert tuple(person_row(database)) == (30, Decimal("1.95"))


@pytest.mark.parametrize("more", [{"total_amount": 1}, {"currency": "USD"}])
def test_money_of_another_amount_is_not_for_this_order(
    database: Database, more: dict[str, Any]
) -> None:
    user_id, _ = person(database, 1)
    assert handle(database, paid(bought(database, user_id), **more)) is None
    assert person_row(database).credits == 0


def test_who_may_pay_what(database: Database) -> None:
    user_id, _ = person(database, 1)
    other, _ = person(database, 2)
    order = bought(database, user_id)

    def may(service: PaymentService = SERVICE, **more: Any) -> bool:
        asked = {"user_id": user_id, "amount": Decimal(150), "currency": "XTR"} | more
        with database.begin() as connection:
            return service.may_pay(connection, order.id, **asked)

    assert may()
    assert not may(user_id=other)
    assert not may(amount=Decimal(1))
    assert not may(currency="USD")
    assert not may(PaymentService(PaySettings(enabled=False)))
    with database.begin() as connection:
        SERVICE.offered(connection, order.id)
    assert may()
    with database.begin() as connection:
        connection.execute(rows.update().values(created_at=now() - timedelta(days=2)))
    assert not may()
    with database.begin() as connection:
        assert SERVICE.expire(connection) == 1
        assert orders.get(connection, order.id).state is OrderState.EXPIRED  # type: ignore[union-attr]
    assert handle(database, paid(order)).state is OrderState.PAID  # type: ignore[union-attr]
    assert not may()
    assert person_row(database).credits == 30  # the money came after all


@pytest.mark.parametrize(
    "more", [{"package": "none"}, {"currency": "USD"}, {"provider": "shells"}, {"currency": "EUR"}]
)
def test_what_is_not_on_sale_can_not_be_ordered(database: Database, more: dict[str, str]) -> None:
    user_id, _ = person(database, 1)
    with pytest.raises(PaymentError):
        bought(database, user_id, **more)


def test_money_that_went_back_before_it_came_gives_nothing(database: Database) -> None:
    user_id, _ = person(database, 1)
    order = bought(database, user_id)
    back = {"telegram_payment_charge_id": "charge", "invoice_payload": order.id}
    assert handle(database, {"refunded_payment": back}).state is OrderState.REFUNDED  # type: ignore[union-attr]
    handle(database, paid(order))
    assert tuple(person_row(database)) == (0, 0)


def test_a_subscription_is_one_at_a_time_and_each_month_is_an_order(database: Database) -> None:
    user_id, _ = person(database, 1)
    order = bought(database, user_id, package="monthly")
    month = {"subscription_expiration_date": int((now() + timedelta(days=30)).timestamp())}
    handle(database, paid(order, "first", **month))
    with pytest.raises(PaymentError):
        bought(database, user_id, package="monthly")
    later = {"subscription_expiration_date": int((now() + timedelta(days=60)).timestamp())}
    renewal = handle(database, paid(order, "second", **later))
    assert renewal is not None
    assert renewal.id != order.id
    with database.begin() as connection:
        subscription = orders.subscription(connection, user_id)
        assert subscription is not None
        assert (subscription.payment_id, subscription.until.timestamp()) == (
            "first",
            later["subscription_expiration_date"],
        )
    assert person_row(database).credits == 300


def test_starter_credits_come_once_and_a_gift_with_its_key_as_well(database: Database) -> None:
    user_id, _ = person(database, 1)
    for _ in range(2):
        with database.begin() as connection:
            assert SERVICE.welcome(connection, user_id) == 9
    for given in (True, False):
        with database.begin() as connection:
            assert SERVICE.give(connection, user_id, 5, reason="sorry", key="k") is given
            assert verify(connection) == []
    with database.begin() as connection:
        shown = select(credit_transactions.c.transaction_type, credit_transactions.c.credits_amount)
        assert set(connection.execute(shown).all()) == {("bonus", 9), ("grant", 5)}
        assert connection.execute(select(rows.c.note)).scalar_one() == "sorry"


def test_a_promo_code_works_once_a_person_so_often_and_until_its_day(database: Database) -> None:
    today = now().date()
    codes = {
        "TWO": PromoSettings(credits=6, uses=2),
        "OLD": PromoSettings(credits=6, until=today - timedelta(days=1)),
        "NOW": PromoSettings(credits=6, until=today),
    }
    service = PaymentService(PaySettings(enabled=True, promo=codes))
    people = [person(database, number)[0] for number in range(1, 4)]

    def redeem(who: int, code: str) -> tuple[Promo, int]:
        with database.begin() as connection:
            answer = service.redeem(connection, people[who], code)
            assert verify(connection) == []
            return answer

    assert redeem(0, " two ") == (Promo.GIVEN, 6)
    assert redeem(0, "TWO") == (Promo.USED, 0)
    assert redeem(1, "TWO") == (Promo.GIVEN, 6)
    assert redeem(2, "TWO") == (Promo.OVER, 0)
    assert redeem(2, "OLD") == (Promo.OVER, 0)
    assert redeem(2, "NOW") == (Promo.GIVEN, 6)
    assert redeem(2, "NEVER") == (Promo.UNKNOWN, 0)
