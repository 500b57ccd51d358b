"""Orders and what they give: contracts.Payments."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from modera_bot.config import PaySettings
from modera_bot.contracts import Feature, Order, OrderState, Package, Promo, Step
from modera_bot.db import accounts, orders
from modera_bot.db.accounts import Entry
from modera_bot.db.schema import now
from modera_bot.errors import Code, PaymentError
from modera_bot.pay import ledger, promo
from modera_bot.pay.base import Closed, Paid, Provider, Refunded
from modera_bot.pay.ledger import Payment
from modera_bot.pay.providers import PROVIDERS, load

_log = logging.getLogger(__name__)

#: How long an order can be paid.
KEEP_OPEN = timedelta(days=1)
_CENT = Decimal("0.01")


class PaymentService:
    """contracts.Payments."""

    def __init__(self, settings: PaySettings) -> None:
        self._settings = settings

    # --- before the money ---

    def packages(self, currency: str) -> tuple[Package, ...]:
        sold = []
        for name, package in self._settings.packages.items():
            price = package.price(currency)
            if price is not None and (currency == "XTR" or not package.monthly):
                values = {"credits": package.credits, "monthly": package.monthly}
                sold.append(Package(name=name, price=price, currency=currency, **values))
        return tuple(sold)

    def purchase(
        self,
        conn: Connection,
        *,
        user_id: int,
        package: str,
        currency: str,
        provider: str,
        session_id: str | None = None,
    ) -> tuple[Order, Step]:
        found = next((sold for sold in self.packages(currency) if sold.name == package), None)
        if found is None or provider not in PROVIDERS or not self._settings.enabled:
            raise PaymentError(Code.PAYMENT_UNAVAILABLE, f"{package} for {currency} by {provider}")
        way = load(provider)
        if currency not in way.currencies or (
            found.monthly and orders.subscription(conn, user_id) is not None
        ):
            raise PaymentError(Code.PAYMENT_UNAVAILABLE, f"{package} for {currency} by {provider}")
        order = self._add(conn, user_id, way, found, session_id=session_id)
        return order, way.create(order)

    def _add(
        self, conn: Connection, user_id: int, way: Provider, package: Package, **more: Any
    ) -> Order:
        return orders.add(
            conn,
            user_id=user_id,
            provider=way.name,
            package=package.name,
            credits=package.credits,
            amount=package.price,
            currency=package.currency,
            reported=self._reported(package.price, package.currency),
            monthly=package.monthly,
            **more,
        )

    def _reported(self, amount: Decimal, currency: str) -> Decimal:
        """An amount in the currency of the reports, by the configured table."""
        rates = self._settings.rates
        return (amount * rates[currency]).quantize(_CENT) if amount else Decimal(0)  # type: ignore[index]

    def offered(self, conn: Connection, order_id: str, *, failed: bool = False) -> None:
        if failed:
            orders.move(conn, order_id, (OrderState.CREATED,), OrderState.FAILED)
        else:
            orders.move(conn, order_id, orders.OPEN, OrderState.PENDING)

    def may_pay(
        self, conn: Connection, order_id: str, *, user_id: int, amount: Decimal, currency: str
    ) -> bool:
        order = orders.get(conn, order_id)
        if order is None or not self._settings.enabled:
            return False
        subscribed = order.monthly and orders.subscription(conn, user_id) is not None
        fresh = order.created_at > now() - KEEP_OPEN
        wanted = order.user_id, order.amount, order.currency
        return (
            (user_id, amount, currency) == wanted
            and order.state in orders.OPEN
            and fresh
            and not subscribed
        )

    # --- the money ---

    def handle(self, conn: Connection, provider: str, event: Mapping[str, Any]) -> Order | None:
        way = load(provider)
        match way.interpret(event):
            case Paid() as paid:
                return self._paid(conn, way, paid)
            case Refunded() as refunded:
                return self._refunded(conn, way, refunded)
            case Closed(order_id):
                orders.move(conn, order_id, orders.OPEN, OrderState.FAILED, closed_at=now())
                return orders.get(conn, order_id)
        return None

    def _paid(self, conn: Connection, way: Provider, paid: Paid) -> Order | None:
        order = orders.get(conn, paid.order_id)
        if order is None or order.provider != way.name:
            _log.warning("a payment by %s is for no order that is kept", way.name)
            return None
        if (order.amount, order.currency) != (paid.amount, paid.currency):
            _log.error("order %s: paid %s %s", order.id, paid.amount, paid.currency)
            return None
        accounts.lock(conn, order.user_id)  # one after the other from here on
        known = orders.by_payment(conn, way.name, paid.payment_id)
        if known is not None:  # delivered again
            return known
        states = orders.OPEN + orders.CLOSED
        details = {"payment_id": paid.payment_id, "paid_at": now(), "closed_at": None}
        renewed = not orders.move(conn, order.id, states, OrderState.PAID, **details)
        bought = self._again(conn, order, paid) if renewed else orders.get(conn, order.id)
        assert bought is not None
        payment = Payment(way.name, paid.payment_id, order.amount, order.currency)
        ledger.grant(conn, order.user_id, order.credits, way.entry, payment)
        orders.count_spending(conn, order.user_id, orders.reported(conn, bought.id))
        if paid.until is not None and renewed:
            orders.prolong(conn, order.id, paid.until)
        elif paid.until is not None:
            orders.subscribe(conn, bought, paid.until)
        return bought

    def _again(self, conn: Connection, order: Order, paid: Paid) -> Order:
        """Another payment for the same order, which renews a subscription: an order of its own."""
        return orders.add(
            conn,
            user_id=order.user_id,
            provider=order.provider,
            package=order.package,
            credits=order.credits,
            amount=order.amount,
            currency=order.currency,
            reported=self._reported(order.amount, order.currency),
            monthly=order.monthly,
            state=OrderState.PAID,
            payment_id=paid.payment_id,
            paid_at=now(),
        )

    def _refunded(self, conn: Connection, way: Provider, refunded: Refunded) -> Order | None:
        order = orders.by_payment(conn, way.name, refunded.payment_id)
        if order is None:
            return self._refunded_first(conn, way, refunded)
        accounts.lock(conn, order.user_id)
        if orders.move(conn, order.id, (OrderState.PAID,), OrderState.REFUNDED, closed_at=now()):
            payment = Payment(way.name, refunded.payment_id, -order.amount, order.currency)
            ledger.take_back(conn, order.user_id, order.credits, payment)
            orders.count_spending(conn, order.user_id, -orders.reported(conn, order.id))
            orders.end(conn, order.id)
        return orders.get(conn, order.id)

    def _refunded_first(self, conn: Connection, way: Provider, refunded: Refunded) -> Order | None:
        """The money went back before we heard that it came: it will give nothing."""
        order = orders.get(conn, refunded.order_id) if refunded.order_id else None
        if order is None or order.provider != way.name:
            return None
        details = {"payment_id": refunded.payment_id, "paid_at": now(), "closed_at": now()}
        orders.move(conn, order.id, orders.OPEN + orders.CLOSED, OrderState.REFUNDED, **details)
        return orders.get(conn, order.id)

    def expire(self, conn: Connection) -> int:
        return orders.expire(conn, now() - KEEP_OPEN)

    # --- without money ---

    def give(
        self, conn: Connection, user_id: int, credits: int, *, reason: str, key: str | None = None
    ) -> bool:
        """Grant credits by hand, once for each key; False if that was done before."""
        payment_id = key or uuid4().hex
        accounts.lock(conn, user_id)
        if orders.by_payment(conn, "manual", payment_id) is not None:
            return False
        currency = self._settings.currency
        package = Package(name="grant", credits=credits, price=Decimal(0), currency=currency)
        order = self._add(conn, user_id, load("manual"), package, note=reason)
        event = {"order_id": order.id, "payment_id": payment_id, "amount": 0, "currency": currency}
        self.handle(conn, "manual", event)
        return True

    def welcome(self, conn: Connection, user_id: int) -> int:
        wallet = accounts.lock(conn, user_id)
        starter = Payment("starter", str(wallet.wallet_id))
        credits = self._settings.starter
        if not self._settings.enabled or not credits:
            return wallet.credits
        given = ledger.grant(conn, user_id, credits, Entry.BONUS, starter)
        return accounts.lock(conn, user_id).credits if given else wallet.credits

    def redeem(self, conn: Connection, user_id: int, code: str) -> tuple[Promo, int]:
        return promo.redeem(conn, self._settings.promo, user_id, code)

    def use(
        self, conn: Connection, user_id: int, credits: int, feature: Feature, session_id: str
    ) -> bool:
        return ledger.use(conn, user_id, credits, feature, session_id)

    def used(self, conn: Connection, user_id: int, feature: Feature, session_id: str) -> int | None:
        return ledger.used(conn, user_id, feature, session_id)
