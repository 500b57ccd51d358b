"""/profile: who one is to the bot, and the photo of oneself that is on file.

profile:open ──> tryon:with:<photo>
             └─> profile:forget ──> profile:open
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, ContextTypes

from modera_bot.bot import keyboards, screen
from modera_bot.bot.chat import Chat, answer, toast
from modera_bot.bot.flows import menu
from modera_bot.bot.invitation import invitation
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.db import pictures, tryons, users


@dataclass(frozen=True, slots=True)
class _Profile:
    """What is known of a person; `photo` is the storage key of their last photo of a person."""

    since: datetime
    made: int
    kept: int
    friends: int
    photo: str | None


async def open_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show the profile, with the photo on file; what the person was doing goes on."""
    turn = current.get()
    await answer(turn)
    await _show(turn)
    await turn.finish()


async def forget(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Delete the photo on file, and show the profile without it."""
    turn = current.get()
    profile = await turn.services.database.run(_read, turn.user.id)
    await toast(turn, "alert-profile-forgotten")
    if profile.photo is not None:
        await asyncio.to_thread(turn.services.storage.delete, profile.photo)
        # before the end, since what is shown next depends on it; doing it twice is harmless
        await turn.services.database.run(pictures.remove, profile.photo)
    query = update.callback_query
    if query is not None and isinstance(query.message, Message):
        await Chat.of(turn).delete(query.message.message_id)  # it shows what is gone
    await _show(turn)
    await turn.finish()


async def _show(turn: Turn) -> None:
    profile = await turn.services.database.run(_read, turn.user.id)
    picture = await turn.services.picture(profile.photo) if profile.photo else None
    text, rows = _text(turn, profile, picture is not None), _rows(turn, profile, picture)
    if picture is None:
        await screen.show(turn, text, rows)
    else:
        await Chat.of(turn).send_photo(picture, text, InlineKeyboardMarkup(rows))


def _text(turn: Turn, profile: _Profile, has_photo: bool) -> Markup:
    lines = [
        turn.text("profile-title", name=turn.user.first_name, since=profile.since),
        turn.text("profile-language"),
        turn.text("profile-tryons", made=profile.made, kept=profile.kept),
        turn.text("profile-photo" if has_photo else "profile-no-photo"),
    ]
    if profile.friends:
        lines.append(turn.text("profile-friends", count=profile.friends))
    return Markup("\n".join(lines))


def _rows(turn: Turn, profile: _Profile, picture: bytes | None) -> screen.Rows:
    def button(text: str, data: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(turn.text(text), callback_data=data)

    share = urlencode({"url": invitation(turn), "text": turn.text("profile-invitation")})
    invite = InlineKeyboardButton(
        turn.text("button-profile-invite"), url=f"https://t.me/share/url?{share}"
    )
    rows = [[invite], [button("button-settings", "settings:open"), menu.back(turn)]]
    if picture is not None and profile.photo is not None:
        use = button("button-profile-use", keyboards.person_data(profile.photo))
        rows = [[use], [button("button-profile-forget", "profile:forget")], *rows]
    return rows


def _read(connection: Connection, user_id: int) -> _Profile:
    made, kept = tryons.count(connection, user_id)
    return _Profile(
        since=users.member_since(connection, user_id),
        made=made,
        kept=kept,
        friends=users.invited(connection, user_id),
        photo=tryons.last_person(connection, user_id),
    )


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("profile", open_),
        CallbackQueryHandler(open_, r"^profile:open$"),
        CallbackQueryHandler(forget, r"^profile:forget$"),
    ]
