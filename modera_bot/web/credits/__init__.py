"""The contracts of credits: /api/v1/credits and /api/v1/invoice.

What is bought here is granted when the provider says that it is paid, as in the chat. Where
payments are switched off everything is free: a use takes nothing, and nothing is sold.
"""

import logging

from fastapi import APIRouter
from sqlalchemy import Connection

from modera_bot.bot.remote import invoice_link
from modera_bot.bot.turn import Services
from modera_bot.contracts import Feature, Link, Order, OrderState, Quality
from modera_bot.contracts import Invoice as ToInvoice
from modera_bot.db import accounts, orders, sessions, users
from modera_bot.db.accounts import Wallet
from modera_bot.db.users import User
from modera_bot.errors import PaymentError
from modera_bot.web.contract import UserInPath, api
from modera_bot.web.credits.models import (
    Balance,
    Bought,
    Buy,
    Invoice,
    Invoiced,
    NextStep,
    Prices,
    Use,
    Used,
)
from modera_bot.web.errors import ApiError, Fault

log = logging.getLogger(__name__)

_OFF = {403: "Nothing is sold here: [pay] enabled is false"}


def routers(services: Services) -> tuple[APIRouter, ...]:
    return _credits(services), _invoice(services)


def _credits(services: Services) -> APIRouter:
    routes = api("credits", _OFF)

    @routes.get("/balance/{user_id}")
    async def balance(user_id: UserInPath) -> Balance:
        """What a person has, and what things cost; starter credits are given by it."""
        return await services.database.run(_balance, services, user_id)

    @routes.post("/purchase", status_code=201)
    async def purchase(body: Buy) -> Bought:
        """Order a package. An order can be paid for a day; each request makes a new one."""
        _ensure_sales(services)
        try:
            return await services.database.run(_purchase, services, body)
        except PaymentError as error:
            raise ApiError(Fault.NOT_FOR_SALE) from error

    @routes.post("/use")
    async def use(body: Use) -> Used:
        """Spend credits, once for each session and feature."""
        return await services.database.run(_use, services, body)

    return routes


def _invoice(services: Services) -> APIRouter:
    routes = api("invoice", _OFF)

    @routes.post("/create", status_code=201)
    async def create(body: Invoice) -> Invoiced:
        """Make the invoice of an open order in Stars; again gives another for the same order."""
        _ensure_sales(services)
        order, user = await services.database.run(_payable, services, body)
        try:
            url = await invoice_link(services, order, user)
        except PaymentError as error:
            log.warning("no invoice: %s", error)
            if not error.permanent:
                raise ApiError(Fault.UNAVAILABLE) from error
            await services.database.run(services.payments.offered, order.id, failed=True)
            raise ApiError(Fault.NOT_FOR_SALE) from error
        await services.database.run(services.payments.offered, order.id)
        return Invoiced(order_id=order.id, status=OrderState.PENDING, payment_url=url)

    return routes


def _ensure_sales(services: Services) -> None:
    if not services.credits.enabled:
        raise ApiError(Fault.PAYMENTS_OFF)


def _wallet(connection: Connection, user_id: int) -> Wallet:
    try:
        return accounts.lock(connection, user_id)
    except LookupError as error:
        raise ApiError(Fault.NOT_FOUND) from error


def _balance(connection: Connection, services: Services, user_id: int) -> Balance:
    wallet, enabled = _wallet(connection, user_id), services.credits.enabled
    held = accounts.balance(connection, wallet.held_id)
    prices = {
        feature.value: services.credits.price(feature, quality=Quality.STANDARD)
        for feature in Feature
    }
    return Balance(
        user_id=user_id,
        enabled=enabled,
        credits=services.payments.welcome(connection, user_id) if enabled else None,
        held=held if enabled else None,
        owed=wallet.owed if enabled else None,
        prices=Prices(**prices),
    )


def _purchase(connection: Connection, services: Services, body: Buy) -> Bought:
    _wallet(connection, body.user_id)
    order, step = services.payments.purchase(
        connection,
        user_id=body.user_id,
        package=body.package_type,
        currency=body.currency,
        provider=body.payment_provider,
    )
    match step:
        case Link():
            next_step = NextStep.LINK
        case ToInvoice():
            next_step = NextStep.INVOICE
        case _:
            next_step = NextStep.BY_HAND
    return Bought(
        order_id=order.id,
        user_id=order.user_id,
        status=order.state,
        package_type=order.package,
        credits=order.credits,
        amount=order.amount,
        currency=order.currency,
        payment_provider=order.provider,
        next_step=next_step,
        payment_url=step.url if isinstance(step, Link) else None,
    )


def _payable(connection: Connection, services: Services, body: Invoice) -> tuple[Order, User]:
    """The person's own order, if an invoice of Telegram's can be made for it."""
    order = orders.get(connection, body.order_id)
    user = users.by_id(connection, body.user_id)
    if order is None or user is None or order.user_id != user.id:
        raise ApiError(Fault.NOT_FOUND)
    if order.provider != "stars":
        raise ApiError(Fault.NOT_FOR_SALE)
    if not services.payments.may_pay(
        connection, order.id, user_id=user.id, amount=order.amount, currency=order.currency
    ):
        raise ApiError(Fault.ORDER_CLOSED)
    return order, user


def _use(connection: Connection, services: Services, body: Use) -> Used:
    """Spend, unless that was done before. Raises CreditsError, or ApiError for a conflict."""
    _wallet(connection, body.user_id)
    session_id, payments = body.session_id.hex, services.payments
    session = sessions.get(connection, session_id)
    if session is not None and session.user_id != body.user_id:
        raise ApiError(Fault.NOT_FOUND)
    enabled, spent, fresh = services.credits.enabled, 0, True
    if enabled:
        payments.welcome(connection, body.user_id)
        asked = body.user_id, body.credits_amount, body.feature_used, session_id
        fresh, spent = payments.use(connection, *asked), body.credits_amount
    if (
        not fresh
        and payments.used(connection, body.user_id, body.feature_used, session_id) != spent
    ):
        raise ApiError(Fault.CONFLICT)
    return Used(
        user_id=body.user_id,
        session_id=session_id,
        feature_used=body.feature_used,
        credits_used=spent,
        repeated=not fresh,
        enabled=enabled,
        credits=services.credits.balance(connection, body.user_id),
    )
