"""The main menu: where everything begins, and where a person is when no session is active."""

from typing import Any

from sqlalchemy import Connection
from telegram import InlineKeyboardButton, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import answer
from modera_bot.bot.flows.states import FINISHED, PROCESSING, State
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.db import sessions


def rows(turn: Turn) -> screen.Rows:
    """The buttons of the menu; a running try-on can be stopped here, and no other begun."""

    def button(text: str, data: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(turn.text(text), callback_data=data)

    busy = turn.state in PROCESSING
    first = [button("button-tryon", "tryon:start"), button("button-stylist", "stylist:start")]
    if busy:
        flow = "stylist" if turn.state == State.STYLIST_PROCESSING else "tryon"
        first = [button("button-cancel", f"{flow}:cancel")]
    history, profile, settings, help_, privacy = (
        button(f"button-{flow}", f"{flow}:open")
        for flow in ("history", "profile", "settings", "help", "privacy")
    )
    credits = [[button("button-balance", "pay:balance")]] if turn.services.credits.enabled else []
    return [first, *credits, [history, profile], [settings, help_], [privacy]]


def back(turn: Turn) -> InlineKeyboardButton:
    """The button that leads here."""
    return InlineKeyboardButton(turn.text("button-menu"), callback_data="menu:open")


async def show(turn: Turn, greeting: Markup | None = None) -> None:
    """Show the menu, leave what the person was doing, and end the turn."""
    text = turn.text("menu-busy" if turn.state in PROCESSING else "menu-title")
    await screen.show(turn, greeting or text, rows(turn))
    await turn.commit(leave, turn)


def leave(connection: Connection, turn: Turn) -> None:
    """End the active session, unless a job of it runs: its result will come."""
    if turn.session is not None and turn.state not in PROCESSING:
        status = "completed" if turn.state in FINISHED else "cancelled"
        # photos that never got consent are forgotten
        sessions.move(connection, turn.session.id, turn.state, uploads=None)
        sessions.close(connection, turn.session.id, status)


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer /menu and the menu button."""
    turn = current.get()
    await answer(turn)
    await show(turn)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [CommandHandler("menu", open_), CallbackQueryHandler(open_, r"^menu:open$")]
