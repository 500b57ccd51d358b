"""Consent: asked before the first photo is kept, and again when its terms change.

    a photo arrives ── required ──> ask ──> consent:agree ──> the try-on goes on
                                        ├─> consent:here ───> the same, on our own server alone
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
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.config import Settings
from modera_bot.db import consents, schema, sessions, users

PURPOSE = "photos"
#: Number of the text `consent-question`; a test holds the digest of the text it stands for.
TEXT_VERSION = 3


def version(settings: Settings) -> str:
    """What a person agrees to: the text and the days that it promises."""
    return f"{TEXT_VERSION}.{settings.privacy.keep_days:g}d"


async def required(turn: Turn) -> bool:
    """Whether the person has not agreed to the present terms, or not been asked of a provider."""
    terms, providers = version(turn.services.settings), _providers(turn)

    def look(connection: Connection) -> bool:
        if not users.has_consent(connection, turn.user.id, PURPOSE, terms):
            return True
        return consents.undecided(connection, turn.user.id, providers)

    return await turn.services.database.run(look)


def _providers(turn: Turn) -> list[str]:
    """Who gets photos, without repetition."""
    return [*dict.fromkeys(turn.services.settings.inference.recipients().values())]


def _works_here(turn: Turn) -> bool:
    """Whether there are try-ons for people whose photos stay on our own server."""
    inference = turn.services.settings.inference
    return any(name not in inference.recipients() for name in inference.tryon)


def where(turn: Turn) -> Markup:
    """Where photos go, as people are told."""
    if providers := _providers(turn):
        return turn.text("consent-where-hosted", providers=", ".join(providers))
    return turn.text("consent-where-here")


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that holds."""

    version: str
    at: datetime


def given(connection: Connection, user_id: int) -> Given | None:
    """The person's last consent that they have not withdrawn, be it to older terms."""
    table = schema.consents
    query = (
        select(table.c.version, table.c.given_at)
        .where(
            table.c.user_id == user_id,
            table.c.purpose == PURPOSE,
            table.c.withdrawn_at.is_(None),
        )
        .order_by(table.c.given_at.desc())
    )
    row = connection.execute(query).first()
    return None if row is None else Given(row.version, row.given_at)


async def ask(turn: Turn, remember: Callable[[Connection], object]) -> None:
    """Ask for consent and end the turn; `remember` writes what is to go on afterwards."""
    days = turn.services.settings.privacy.keep_days
    text = turn.text("consent-question", days=days, where=where(turn))
    agree = InlineKeyboardButton(
        turn.text("button-agree"),
        callback_data="consent:agree",
        style=KeyboardButtonStyle.SUCCESS,
    )
    decline = InlineKeyboardButton(turn.text("button-decline"), callback_data="consent:decline")
    rows = [[agree], [decline]]
    if _providers(turn) and _works_here(turn):
        here = InlineKeyboardButton(turn.text("button-agree-here"), callback_data="consent:here")
        rows.insert(1, [here])
    await Chat.of(turn).send(text, InlineKeyboardMarkup(rows))
    await turn.commit(remember)


async def agree(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Record the consent and go on with the photos that were waiting for it."""
    await _agreed(everywhere=True)


async def agree_here(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """The same, but photos may go nowhere else."""
    await _agreed(everywhere=False)


async def _agreed(*, everywhere: bool) -> None:
    from modera_bot.bot.flows import stylist, tryon  # they ask, so they import this module

    turn = current.get()
    await answer(turn)
    await screen.show(turn, turn.text("consent-agreed"))
    # in a transaction of its own: agreeing twice is agreeing once, should we die before the end
    terms, providers = version(turn.services.settings), _providers(turn)

    def record(connection: Connection) -> None:
        users.give_consent(connection, turn.user.id, PURPOSE, terms, turn.language)
        consents.decide(connection, turn.user.id, providers, turn.language, yes=everywhere)

    await turn.services.database.run(record)
    if turn.session is None:
        await menu.show(turn)
    elif turn.session.session_type == "styling":
        await stylist.resume(turn)
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
        CallbackQueryHandler(agree_here, r"^consent:here$"),
        CallbackQueryHandler(decline, r"^consent:decline$"),
    ]
