"""Consent: asked before the first photo is kept, and again when its terms change.

    a photo arrives ── required ──> ask ──> consent:agree ──> the try-on goes on
                                        └─> consent:decline ─> the menu, nothing kept

The try-on flow calls `ask` with what to remember about the photos (their Telegram file ids,
never their bytes); after agreeing it goes on from there in `tryon.resume`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import KeyboardButtonStyle
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.flows import menu
from modera_bot.bot.turn import Turn, current
from modera_bot.config import Settings
from modera_bot.db import schema, sessions, users

PURPOSE = "photos"
#: Number of the text `consent-question`; a test holds the digest of the text it stands for.
TEXT_VERSION = 1


def version(settings: Settings) -> str:
    """What a person agrees to: the text and the days that it promises."""
    return f"{TEXT_VERSION}.{settings.privacy.keep_days:g}d"


async def required(turn: Turn) -> bool:
    """Whether the person has not agreed to the present terms."""
    terms = version(turn.services.settings)
    agreed = await turn.services.database.run(users.has_consent, turn.user.id, PURPOSE, terms)
    return not agreed


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that holds."""

    version: str
    at: datetime


def given(connection: Connection, user_id: int) -> Given | None:
    """The person's last consent that they have not withdrawn, be it to older terms."""
    consents = schema.consents
    query = (
        select(consents.c.version, consents.c.given_at)
        .where(
            consents.c.user_id == user_id,
            consents.c.purpose == PURPOSE,
            consents.c.withdrawn_at.is_(None),
        )
        .order_by(consents.c.given_at.desc())
    )
    row = connection.execute(query).first()
    return None if row is None else Given(row.version, row.given_at)


async def ask(turn: Turn, remember: Callable[[Connection], object]) -> None:
    """Ask for consent and end the turn; `remember` writes what is to go on afterwards."""
    text = turn.text("consent-question", days=turn.services.settings.privacy.keep_days)
    agree = InlineKeyboardButton(
        turn.text("button-agree"),
        callback_data="consent:agree",
        style=KeyboardButtonStyle.SUCCESS,
    )
    decline = InlineKeyboardButton(turn.text("button-decline"), callback_data="consent:decline")
    await Chat.of(turn).send(text, InlineKeyboardMarkup([[agree], [decline]]))
    await turn.commit(remember)


async def agree(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Record the consent and go on with the photos that were waiting for it."""
    from modera_bot.bot.flows import tryon  # it asks for consent, so it imports this module

    turn = current.get()
    await answer(turn)
    await screen.show(turn, turn.text("consent-agreed"))
    # in a transaction of its own: agreeing twice is agreeing once, should we die before the end
    await turn.services.database.run(
        users.give_consent,
        turn.user.id,
        PURPOSE,
        version(turn.services.settings),
        turn.language,
    )
    if turn.session is None:
        await menu.show(turn)
    else:
        await tryon.resume(turn)


async def decline(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Forget what was waiting and return to the menu."""
    turn = current.get()
    await answer(turn)
    if not await required(turn):  # the button of a question that was asked twice
        await screen.show(turn, turn.text("consent-already"))
        return
    await screen.show(turn, turn.text("consent-declined"), menu.rows(turn))

    def forget(connection: Connection) -> None:
        if turn.session is not None:
            sessions.close(connection, turn.session.id, "cancelled", input_data={})

    await turn.commit(forget)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CallbackQueryHandler(agree, r"^consent:agree$"),
        CallbackQueryHandler(decline, r"^consent:decline$"),
    ]
