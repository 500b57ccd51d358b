"""What a person has bought and spent."""

from typing import Any

from sqlalchemy import Connection, select
from telegram import InlineKeyboardButton, Update
from telegram.ext import ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.money import price
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import current
from modera_bot.db.schema import credit_transactions

#: Lines shown, the newest first.
LINES = 15
#: What a line is about, by the feature used or the type of the transaction.
KINDS = {
    "tryon": "pay-kind-tryon",
    "styling": "pay-kind-styling",
    "recommendations": "pay-kind-recommendations",
    "refund": "pay-kind-refund",
    "grant": "pay-kind-grant",
    "bonus": "pay-kind-bonus",
}


async def show(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """The last payments and uses."""
    turn = current.get()
    await answer(turn)
    chat = Chat.of(turn)
    rows = await turn.services.database.run(_last, turn.user.id)
    lines = [_line(chat, row) for row in rows] or [chat.text("pay-history-empty")]
    text = Markup("\n\n".join([chat.text("pay-history-title"), "\n".join(lines)]))
    back = InlineKeyboardButton(chat.text("button-back"), callback_data="pay:balance")
    await screen.show(turn, text, [[back]])
    await turn.finish()


def _last(connection: Connection, user_id: int) -> list[Any]:
    table = credit_transactions
    query = select(table).where(table.c.user_id == user_id).order_by(table.c.created_at.desc())
    return [*connection.execute(query.limit(LINES))]


def _line(chat: Chat, row: Any) -> Markup:
    kind = row.transaction_type
    if kind == "purchase":
        paid = price(row.cost_amount, row.currency).replace(" ", "\N{NO-BREAK SPACE}")
        what = chat.text("pay-kind-purchase", price=paid)
    else:
        what = chat.text(KINDS[row.feature_used or kind])
    sign = "+" if row.credits_amount > 0 else "−"
    amount = f"{sign}{abs(row.credits_amount)}"
    return chat.text("pay-line", date=row.created_at, credits=amount, what=what)
