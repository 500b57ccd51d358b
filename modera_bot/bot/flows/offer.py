"""A price, said before anything is spent; and where to get what is missing for it."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from modera_bot.bot.chat import Chat
from modera_bot.bot.money import credits, package_rows
from modera_bot.bot.screen import Rows
from modera_bot.bot.turn import Turn
from modera_bot.contracts import Feature


async def offer(
    turn: Turn, feature: Feature, price: int, *, agree: str, cancel: str, more: Rows = ()
) -> None:
    """Say price and balance, with a button to agree or, without enough credits, the packages.

    `agree` and `cancel` are callback data; `more` are rows beside the button to agree. Once a
    package is paid, `payments.waiting` lets the session go on, if it is still of this feature.
    Ending the turn is left to the caller, who has the session wait.
    """
    chat, services = Chat.of(turn), turn.services
    balance = await services.database.run(services.payments.welcome, turn.user.id)
    costs = {"price": credits(chat, price), "balance": credits(chat, balance)}
    if balance >= price:
        go = InlineKeyboardButton(
            chat.text(f"button-pay-go-{feature}", price=costs["price"]),
            callback_data=agree,
            style=KeyboardButtonStyle.PRIMARY,
        )
        text, rows = chat.text(f"pay-confirm-{feature}", **costs), [[go], *more]
    else:
        rows = [*package_rows(chat, services.payments.packages("XTR"), f":{feature}")]
        text = chat.text(f"pay-short-{feature}", **costs)
    stop = InlineKeyboardButton(chat.text("button-cancel"), callback_data=cancel)
    await chat.send(text, InlineKeyboardMarkup([*rows, [stop]]))
