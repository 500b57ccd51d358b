"""Orders and subscriptions: what people wanted to buy, and what became of it.

created ──> pending ──> paid ──> refunded
      └─────┴──> failed, expired ──> paid   (the money came after all)
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, select

from modera_bot.contracts import Order, OrderState, Subscription
from modera_bot.db.schema import now, orders, subscriptions, users

OPEN = (OrderState.CREATED, OrderState.PENDING)
CLOSED = (OrderState.FAILED, OrderState.EXPIRED)


def add(connection: Connection, **values: Any) -> Order:
    """Write a new order down."""
    order_id = uuid4().hex
    connection.execute(orders.insert().values(id=order_id, **values))
    order = get(connection, order_id)
    assert order is not None
    return order


def get(connection: Connection, order_id: str) -> Order | None:
    return _one(connection, orders.c.id == order_id)


def by_payment(connection: Connection, provider: str, payment_id: str) -> Order | None:
    return _one(connection, orders.c.provider == provider, orders.c.payment_id == payment_id)


def by_receipt(connection: Connection, number: str) -> list[Order]:
    """Paid orders whose id begins like this: receipts show no more of it."""
    if not number.isalnum():
        return []
    query = select(orders).where(orders.c.id.startswith(number), orders.c.paid_at.is_not(None))
    return [_order(row) for row in connection.execute(query.limit(2))]


def untold(connection: Connection, before: datetime, limit: int = 50) -> list[Order]:
    """Orders whose last change, made before a moment, the person has not been told of."""
    query = (
        select(orders)
        .where(
            orders.c.state.in_([OrderState.PAID, OrderState.REFUNDED]),
            orders.c.told.is_distinct_from(orders.c.state),
            orders.c.paid_at < before,
        )
        .order_by(orders.c.paid_at)
        .limit(limit)
    )
    return [_order(row) for row in connection.execute(query)]


def told(connection: Connection, order: Order) -> None:
    """Note that the person has been told of the order's state."""
    connection.execute(orders.update().where(orders.c.id == order.id).values(told=order.state))


def resumed(connection: Connection, order_id: str) -> None:
    """Note that what waited for the order has gone on."""
    connection.execute(orders.update().where(orders.c.id == order_id).values(session_id=None))


def move(
    connection: Connection,
    order_id: str,
    states: tuple[OrderState, ...],
    to: OrderState,
    **more: Any,
) -> bool:
    """Bring an order from one of some states to another; False if it is in none of them."""
    changed = connection.execute(
        orders.update()
        .where(orders.c.id == order_id, orders.c.state.in_(states))
        .values(state=to, **more)
    )
    return changed.rowcount == 1


def expire(connection: Connection, before: datetime) -> int:
    """Close the open orders made before a moment; returns how many."""
    changed = connection.execute(
        orders.update()
        .where(orders.c.state.in_(OPEN), orders.c.created_at < before)
        .values(state=OrderState.EXPIRED, closed_at=now())
    )
    return changed.rowcount


def count_spending(connection: Connection, user_id: int, reported: Decimal) -> None:
    """Add to what a person has spent, in the currency of the reports."""
    spent = {"total_spent": users.c.total_spent + reported}
    connection.execute(users.update().where(users.c.id == user_id).values(spent))


def reported(connection: Connection, order_id: str) -> Decimal:
    """What an order counts for in the reports."""
    query = select(orders.c.reported).where(orders.c.id == order_id)
    return Decimal(connection.execute(query).scalar_one())


# --- subscriptions ----------------------------------------------------------------------


def subscribe(connection: Connection, order: Order, until: datetime) -> None:
    """Begin a subscription with its first payment."""
    connection.execute(
        subscriptions.insert().values(
            id=order.id,
            user_id=order.user_id,
            provider=order.provider,
            payment_id=order.payment_id,
            until=until,
        )
    )


def prolong(connection: Connection, subscription_id: str, until: datetime) -> None:
    """A renewal was paid, so it goes on."""
    connection.execute(
        subscriptions.update()
        .where(subscriptions.c.id == subscription_id, subscriptions.c.until < until)
        .values(until=until, cancelled=False)
    )


def set_cancelled(connection: Connection, subscription_id: str, cancelled: bool) -> None:
    connection.execute(
        subscriptions.update()
        .where(subscriptions.c.id == subscription_id)
        .values(cancelled=cancelled)
    )


def end(connection: Connection, subscription_id: str) -> None:
    """Its payment was given back: it ends at once."""
    connection.execute(
        subscriptions.update()
        .where(subscriptions.c.id == subscription_id, subscriptions.c.until > now())
        .values(until=now(), cancelled=True)
    )


def subscription(connection: Connection, user_id: int) -> Subscription | None:
    """A person's subscription that has not run out, be it cancelled."""
    query = (
        select(subscriptions)
        .where(subscriptions.c.user_id == user_id, subscriptions.c.until > now())
        .order_by(subscriptions.c.until.desc())
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else Subscription.model_validate(dict(row))


def _one(connection: Connection, *conditions: ColumnElement[bool]) -> Order | None:
    row = connection.execute(select(orders).where(*conditions)).one_or_none()
    return None if row is None else _order(row)


def _order(row: Any) -> Order:
    return Order(**{name: getattr(row, name) for name in Order.model_fields})
