"""/privacy and /delete: what is kept, and the buttons to have it, or to have it gone.

privacy:open ──> privacy:export
             ├─> privacy:withdraw ──> privacy:withdrawn
             └─> privacy:delete ───> privacy:sure ──> privacy:erase
                                 └───────────────────> privacy:keep
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, select
from telegram import InlineKeyboardButton, Update
from telegram.constants import ChatAction, KeyboardButtonStyle
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot import privacy
from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.flows import consent, menu
from modera_bot.bot.flows.payments import subscription
from modera_bot.bot.flows.payments.subscription import losses
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.preview import tidy_up
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import JobState
from modera_bot.db import consents, schema, sessions

#: Largest archive sent; Telegram takes 50 MB.
ARCHIVE_BYTES = 45_000_000


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what is kept, why, where and for how long."""
    turn = current.get()
    await answer(turn)
    settings = turn.services.settings
    given = await turn.services.database.run(consent.given, turn.user.id)
    text = turn.text(
        "privacy-text",
        days=settings.privacy.keep_days,
        where=consent.where(turn),
        consent=_consent(turn, given),
        contact=_contact(turn),
    )
    if turn.services.credits.enabled:
        text = Markup(f"{text}\n\n{turn.text('privacy-payments')}")
    withdraw = [_button(turn, "withdraw")] if given else []
    rows = [[_button(turn, "export")], withdraw, [_button(turn, "delete")], [menu.back(turn)]]
    await screen.show(turn, text, [row for row in rows if row])
    await turn.finish()


def _consent(turn: Turn, given: consent.Given | None) -> Markup:
    if given is None:
        return turn.text("privacy-consent-none")
    return turn.text("privacy-consent-given", date=given.at, version=given.version)


def _contact(turn: Turn) -> Markup:
    contact = turn.services.settings.privacy.contact
    if not contact:
        return turn.text("privacy-contact-none")
    return turn.text("privacy-contact", contact=contact)


async def export(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Send everything that is kept, as archives that any phone opens."""
    turn = current.get()
    await answer(turn)
    services = turn.services
    chat = replace(Chat.of(turn), protect=False)  # what can't be saved is no export
    await chat.act(ChatAction.UPLOAD_DOCUMENT)
    with TemporaryDirectory() as folder:
        paths = await asyncio.to_thread(
            privacy.archive,
            services.database,
            services.storage,
            turn.user.id,
            Path(folder),
            ARCHIVE_BYTES,
        )
        for path in paths:
            data = await asyncio.to_thread(path.read_bytes)
            await chat.send_file(data, path.name, turn.text("export-caption"))
    await turn.finish()


async def ask_to_withdraw(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what withdrawing means."""
    turn = current.get()
    await answer(turn)
    yes = _button(turn, "withdrawn", style=KeyboardButtonStyle.DANGER)
    await screen.show(turn, turn.text("withdraw-question"), [[yes], [_button(turn, "keep")]])
    await turn.finish()


async def withdraw(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Take the consent back: stop what runs and erase the pictures, which need it."""
    turn = current.get()
    await answer(turn)
    services = turn.services
    # all of it may be done twice, should we die before the end
    await services.database.run(_withdraw, turn)
    await _tidy_up(turn)
    await asyncio.to_thread(
        privacy.erase_pictures, services.database, services.storage, turn.user.id
    )
    await screen.show(turn, turn.text("withdraw-done"), [[menu.back(turn)]])
    await turn.finish()


async def _tidy_up(turn: Turn) -> None:
    """Remove what a stopped job has left in the chat."""
    chat, status = Chat.of(turn), StylistData.of(turn.session).status_message_id
    if status is not None:
        await chat.delete(status)
    await tidy_up(chat, TryOnData.of(turn.session))


def _withdraw(connection: Connection, turn: Turn) -> None:
    consents.withdraw_all(connection, turn.user.id)
    _cancel_jobs(connection, turn)
    if turn.session is not None:
        sessions.close(connection, turn.session.id, "cancelled", input_data={})


def _cancel_jobs(connection: Connection, turn: Turn) -> None:
    unfinished = select(schema.jobs.c.id).where(
        schema.jobs.c.user_id == turn.user.id,
        schema.jobs.c.state.in_((JobState.QUEUED, JobState.RUNNING)),
    )
    for job_id in connection.execute(unfinished).scalars().all():
        turn.services.jobs.cancel(connection, job_id)


async def ask_to_delete(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Ask once whether everything shall go."""
    turn = current.get()
    await answer(turn)
    yes = _button(turn, "sure")
    text = Markup("\n\n".join([turn.text("delete-question"), *await losses(turn)]))
    await screen.show(turn, text, [[yes], [_button(turn, "keep")]])
    await turn.finish()


async def ask_again(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Ask twice, for there is no way back."""
    turn = current.get()
    await answer(turn)
    yes = _button(turn, "erase", style=KeyboardButtonStyle.DANGER)
    await screen.show(turn, turn.text("delete-sure"), [[_button(turn, "keep")], [yes]])
    await turn.finish()


async def erase(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Erase the person and say goodbye; after that there is nobody to write to."""
    turn = current.get()
    await answer(turn)
    services = turn.services
    await services.database.run(_cancel_jobs, turn)
    await subscription.end(turn)
    await _tidy_up(turn)
    await asyncio.to_thread(
        privacy.erase,
        services.database,
        services.storage,
        turn.user.id,
        answering=turn.update_ids,
    )
    await screen.show(turn, turn.text("delete-done"))
    await turn.finish()
    await asyncio.to_thread(privacy.wipe, services.database)


async def keep(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Change nothing."""
    turn = current.get()
    await answer(turn)
    await screen.show(turn, turn.text("delete-kept"), [[menu.back(turn)]])
    await turn.finish()


def _button(
    turn: Turn, action: str, *, style: KeyboardButtonStyle | None = None
) -> InlineKeyboardButton:
    label = turn.text(f"button-privacy-{action}")
    return InlineKeyboardButton(label, callback_data=f"privacy:{action}", style=style)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("privacy", open_),
        CommandHandler("delete", ask_to_delete),
        CallbackQueryHandler(open_, r"^privacy:open$"),
        CallbackQueryHandler(export, r"^privacy:export$"),
        CallbackQueryHandler(ask_to_withdraw, r"^privacy:withdraw$"),
        CallbackQueryHandler(withdraw, r"^privacy:withdrawn$"),
        CallbackQueryHandler(ask_to_delete, r"^privacy:delete$"),
        CallbackQueryHandler(ask_again, r"^privacy:sure$"),
        CallbackQueryHandler(erase, r"^privacy:erase$"),
        CallbackQueryHandler(keep, r"^privacy:keep$"),
    ]
