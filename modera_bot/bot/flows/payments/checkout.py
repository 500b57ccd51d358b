"""The money itself: may it be paid, it was paid, it went back.

    pre-checkout ──> answered from the database, within Telegram's ten seconds
    paid ──> commit the credits ──> receipt ──> commit that it was told; what waited goes on
    refunded ──> commit the loss ──> tell ──> commit that it was told

A crash anywhere in between repeats the update: the credits come once, a message perhaps twice.
"""

import contextlib
import logging
from decimal import Decimal

from telegram import Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.payments import waiting
from modera_bot.bot.money import receipt
from modera_bot.bot.stars import give_back
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Order, OrderState
from modera_bot.db import accounts, orders, sessions

log = logging.getLogger(__name__)

PROVIDER = "stars"


async def check(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Whether an order may be paid, asked a moment before the money moves."""
    turn, query = current.get(), update.pre_checkout_query
    assert query is not None
    ok = await turn.services.database.run(
        turn.services.payments.may_pay,
        query.invoice_payload,
        user_id=turn.user.id,
        amount=Decimal(query.total_amount),
        currency=query.currency,
    )
    error = None if ok else str(turn.text("alert-pay-closed"))
    with contextlib.suppress(BadRequest):  # too late: Telegram has told the person by itself
        await query.answer(ok, error_message=error)


async def paid(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Money has come: give the credits, say so, and let what was interrupted go on."""
    turn = current.get()
    payment = update.message.successful_payment if update.message else None
    assert payment is not None
    event = {"successful_payment": payment.to_dict()}
    services = turn.services
    order = await services.database.run(services.payments.handle, PROVIDER, event)
    if order is None:
        await _give_back(turn, payment.telegram_payment_charge_id)
        return
    if order.user_id != turn.user.id:  # the cashier tells whose it is
        return
    if order.told != order.state:
        await tell(turn, order)
    await _go_on(turn, order)


async def refunded(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Money went back: take the credits, and say so."""
    turn = current.get()
    payment = update.message.refunded_payment if update.message else None
    assert payment is not None
    event = {"refunded_payment": payment.to_dict()}
    services = turn.services
    order = await services.database.run(services.payments.handle, PROVIDER, event)
    if order is not None and order.told != order.state and order.user_id == turn.user.id:
        await tell(turn, order)


async def tell(turn: Turn, order: Order) -> None:
    """Say what became of an order, and note that it was said."""
    services = turn.services
    wallet = await services.database.run(accounts.lock, order.user_id)
    chat = Chat.of(turn)
    await chat.send(receipt(chat, order, wallet.credits, services.settings.pay))
    await services.database.run(orders.told, order)


async def _go_on(turn: Turn, order: Order) -> None:
    """Begin the try-on or the advice that waited for these credits, if it still waits.

    Should the person have been away for long, its session has expired; it is taken up again.
    """
    if order.state is not OrderState.PAID or order.session_id is None:
        return
    session = turn.session or await turn.services.database.run(sessions.get, order.session_id)
    if session is None or session.id != order.session_id:  # they do something else by now
        return
    if session.status in ("active", "expired") and waiting.waits(turn, session):
        await waiting.go_on(turn, session)
        await turn.services.database.run(orders.resumed, order.id)


async def _give_back(turn: Turn, charge_id: str) -> None:
    """Stars for something that is not on sale: of an erased order, for instance."""
    await give_back(turn.bot, turn.user.telegram_id, charge_id)
    await Chat.of(turn).send(turn.text("pay-not-ours"))
