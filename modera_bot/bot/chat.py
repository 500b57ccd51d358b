"""One person's private chat with the bot, in their language.

Telegram may do a call and lose the answer. Whatever a person waits for is then sent again: to
read something twice is better than never.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode, ReactionEmoji
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from modera_bot.bot.texts import Argument, Markup, Texts
from modera_bot.bot.turn import Turn
from modera_bot.db.users import User

T = TypeVar("T")

#: The reaction that marks what is taken, and seconds until setting it is given up.
TAKEN, NOD_S = ReactionEmoji.OK_HAND_SIGN, 1.0


@dataclass(frozen=True, slots=True)
class Chat:
    """Sends and edits messages; texts are Telegram HTML.

    The person's settings: photos blurred until tapped (`spoiler`), photos and files that can
    be neither saved nor forwarded (`protect`).
    """

    bot: Bot
    texts: Texts
    language: str
    id: int
    spoiler: bool = False
    protect: bool = False

    @classmethod
    def of(cls, turn: Turn) -> "Chat":
        """The chat of the person whose turn it is."""
        return cls.with_person(turn.bot, turn.services.texts, turn.user, turn.language)

    @classmethod
    def with_person(cls, bot: Bot, texts: Texts, user: User, language: str | None) -> "Chat":
        """A person's chat, in `language` unless they have chosen one."""
        spoken = texts.supported(user.language_code or language or texts.languages[0])
        wishes = user.preferences
        return cls(
            bot,
            texts,
            spoken,
            user.telegram_id,
            spoiler=wishes.get("spoiler", False),
            protect=wishes.get("protect", False),
        )

    def text(self, key: str, **arguments: Argument) -> Markup:
        """A text in the person's language."""
        return self.texts.get(self.language, key, **arguments)

    async def send(
        self,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        reply_to: int | None = None,
    ) -> Message:
        return await _surely(
            lambda: self.bot.send_message(
                self.id,
                text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                reply_parameters=_reply(reply_to),
            )
        )

    async def send_photo(
        self,
        picture: bytes,
        caption: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        silent: bool = False,
    ) -> Message:
        return await _surely(
            lambda: self.bot.send_photo(
                self.id,
                InputFile(picture, filename="photo.jpg"),
                caption=caption,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                has_spoiler=self.spoiler or None,
                protect_content=self.protect or None,
                disable_notification=silent or None,
            )
        )

    async def send_file(self, picture: bytes, filename: str, caption: str) -> Message:
        """Send a picture as it is, not recompressed."""
        return await _surely(
            lambda: self.bot.send_document(
                self.id,
                InputFile(picture, filename=filename),
                caption=caption,
                parse_mode=ParseMode.HTML,
                protect_content=self.protect or None,
            )
        )

    async def edit(
        self, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None
    ) -> bool:
        """Change a text message; False if it can't be changed any more."""
        return await _changed(
            self.bot.edit_message_text(
                text, self.id, message_id, parse_mode=ParseMode.HTML, reply_markup=keyboard
            )
        )

    async def edit_photo(
        self,
        message_id: int,
        picture: bytes,
        caption: str,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> bool:
        """Put a photo in the place of a message; False if that can't be changed any more."""
        media = InputMediaPhoto(
            picture,
            caption=caption,
            parse_mode=ParseMode.HTML,
            has_spoiler=self.spoiler or None,
            filename="photo.jpg",
        )
        return await _changed(
            self.bot.edit_message_media(media, self.id, message_id, reply_markup=keyboard)
        )

    async def edit_caption(self, message_id: int, caption: str) -> bool:
        """Change what stands under a photo; its buttons go. False if it can't be changed."""
        return await _changed(
            self.bot.edit_message_caption(
                self.id, message_id, caption=caption, parse_mode=ParseMode.HTML
            )
        )

    async def edit_keyboard(
        self, message_id: int, keyboard: InlineKeyboardMarkup | None = None
    ) -> bool:
        """Change the buttons of a message; False if it can't be changed any more."""
        return await _changed(
            self.bot.edit_message_reply_markup(self.id, message_id, reply_markup=keyboard)
        )

    async def draft(self, draft_id: int, text: str) -> bool:
        """Show a part of a message that is on its way; False if that isn't possible now.

        It vanishes when the message is sent, and by itself after half a minute.
        """
        try:
            await self.bot.send_message_draft(self.id, draft_id, text, parse_mode=ParseMode.HTML)
        except TelegramError:
            return False
        return True

    async def delete(self, message_id: int) -> None:
        """Delete a message of the bot if possible; never fails, it only tidies up."""
        with contextlib.suppress(TelegramError):
            await self.bot.delete_message(self.id, message_id)

    async def nod(self, message_id: int) -> None:
        """Mark a message of the person as taken; never fails nor takes long: it is a courtesy."""
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(NOD_S):
                await self.bot.set_message_reaction(self.id, message_id, TAKEN)

    async def act(self, action: ChatAction) -> None:
        """Show for five seconds what the bot is doing; never fails, it is only a courtesy."""
        with contextlib.suppress(TelegramError):
            await self.bot.send_chat_action(self.id, action)


async def answer(turn: Turn) -> None:
    """Answer the pressed button, so that it stops spinning."""
    await _answer(turn, None, alert=False)


async def toast(turn: Turn, key: str, **arguments: Argument) -> None:
    """Answer the pressed button with words that pass."""
    await _answer(turn, turn.services.texts.get(turn.language, key, **arguments), alert=False)


async def alert(turn: Turn, key: str, **arguments: Argument) -> None:
    """Answer the pressed button with words that stay until they are read (200 characters)."""
    await _answer(turn, turn.services.texts.get(turn.language, key, **arguments), alert=True)


async def _answer(turn: Turn, text: str | None, *, alert: bool) -> None:
    query = turn.update.callback_query
    if query is None:  # a command does the same as the button
        return
    # a late answer is refused ("query is too old"); what the button does is done all the same
    with contextlib.suppress(NetworkError, RetryAfter):
        await query.answer(text, show_alert=alert)


def _reply(message_id: int | None) -> ReplyParameters | None:
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


async def _surely(call: Callable[[], Awaitable[T]]) -> T:
    try:
        return await call()
    except (BadRequest, Forbidden):
        raise
    except NetworkError:
        return await call()


async def _changed(call: Awaitable[object]) -> bool:
    try:
        await call
    except BadRequest as error:
        return "not modified" in str(error).lower()
    return True
