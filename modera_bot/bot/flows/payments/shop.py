"""/balance, /buy and /promo: what a person has, and how they get more."""

import logging

from sqlalchemy import Connection
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from modera_bot.bot import invoices, screen
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows import menu
from modera_bot.bot.flows.payments import subscription, waiting
from modera_bot.bot.flows.stylist.price import price_of_styling
from modera_bot.bot.flows.tryon.price import price_of_tryon
from modera_bot.bot.money import credits, package_rows, price
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Invoice, Link, Order, Promo, Step
from modera_bot.db import accounts, orders
from modera_bot.errors import PaymentError

log = logging.getLogger(__name__)

NOT_GIVEN = {
    Promo.UNKNOWN: "pay-promo-unknown",
    Promo.USED: "pay-promo-used",
    Promo.OVER: "pay-promo-over",
}


async def balance(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """What there is, what is reserved, what things cost; what the person was doing goes on."""
    turn = current.get()
    await answer(turn)
    await show_balance(turn)
    await turn.finish()


async def show_balance(turn: Turn) -> None:
    """The screen of the balance."""
    chat, services = Chat.of(turn), turn.services
    have = await services.database.run(services.payments.welcome, turn.user.id)
    held, owed = await services.database.run(_reserved, turn.user.id)
    subscribed = await services.database.run(orders.subscription, turn.user.id)
    costs = price_of_tryon(turn)
    styling = price_of_styling(turn)
    parts = [chat.text("pay-balance", balance=credits(chat, have), tryon=costs, styling=styling)]
    if held:
        parts.append(chat.text("pay-held", held=credits(chat, held)))
    if owed:
        parts.append(chat.text("pay-debt", debt=credits(chat, owed)))
    buttons = [[_button(chat, "buy", "packages"), _button(chat, "history", "history")]]
    if subscribed is not None:
        parts.append(subscription.words(chat, subscribed))
        buttons.append([subscription.button(chat, subscribed)])
    await screen.show(turn, Markup("\n\n".join(parts)), [*buttons, [menu.back(turn)]])


def _reserved(connection: Connection, user_id: int) -> tuple[int, int]:
    wallet = accounts.lock(connection, user_id)
    return accounts.balance(connection, wallet.held_id), wallet.owed


async def packages(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """What is on sale."""
    turn = current.get()
    await answer(turn)
    chat = Chat.of(turn)
    parts = [chat.text("pay-packages")]
    if turn.services.settings.pay.promo:
        parts.append(chat.text("pay-have-code"))
    back = InlineKeyboardButton(chat.text("button-back"), callback_data="pay:balance")
    rows = package_rows(chat, turn.services.payments.packages("XTR"))
    await screen.show(turn, Markup("\n\n".join(parts)), [*rows, [back]])
    await turn.finish()


async def buy(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`pay:buy:<package>[:<feature>]`: make an order and show its invoice.

    The order belongs to the session if that is of this feature and waits for credits.
    """
    turn = current.get()
    assert context.match is not None
    package, feature = context.match.groups()
    session = turn.session
    if session is not None and not (
        session.session_type == feature and waiting.waits(turn, session)
    ):
        session = None
    try:
        order, step = await turn.services.database.run(
            turn.services.payments.purchase,
            user_id=turn.user.id,
            package=package,
            currency="XTR",
            provider="stars",
            session_id=None if session is None else session.id,
        )
    except PaymentError:
        await alert(turn, "alert-pay-closed")
        return
    await answer(turn)
    try:
        await _offer(turn, order, step)
    except BadRequest as error:  # Telegram won't sell this; nothing was paid
        log.error("order %s can't be paid: %s", order.id, error)
        await turn.services.database.run(turn.services.payments.offered, order.id, failed=True)
        raise
    await turn.commit(turn.services.payments.offered, order.id)


async def _offer(turn: Turn, order: Order, step: Step) -> None:
    chat = Chat.of(turn)
    match step:
        case Invoice() if order.monthly:
            await _send_link(turn, order, await invoices.link(chat, order))
        case Link(url=url):
            await _send_link(turn, order, url)
        case Invoice():
            await turn.bot.send_invoice(chat.id, **invoices.wording(chat, order))


async def _send_link(turn: Turn, order: Order, url: str) -> None:
    chat, cost = Chat.of(turn), price(order.amount, order.currency)
    pay = InlineKeyboardButton(chat.text("pay-subscribe-for", price=cost), url=url)
    text = chat.text("pay-subscribe", credits=credits(chat, order.credits), price=cost)
    await chat.send(text, InlineKeyboardMarkup([[pay]]))


async def redeem(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """/promo CODE."""
    turn = current.get()
    chat, services = Chat.of(turn), turn.services
    if not context.args:
        await chat.send(chat.text("pay-promo-how"))
        return
    run = services.database.run
    before = await run(services.payments.welcome, turn.user.id)
    # before the message, which says what became of it; handled twice, it says "used before"
    promo, given = await run(services.payments.redeem, turn.user.id, context.args[0])
    if promo is Promo.GIVEN:
        balance = credits(chat, before + given)
        await chat.send(chat.text("pay-promo-given", credits=credits(chat, given), balance=balance))
    else:
        await chat.send(chat.text(NOT_GIVEN[promo]))


def _button(chat: Chat, name: str, action: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(chat.text(f"button-pay-{name}"), callback_data=f"pay:{action}")
