"""Groups: whoever speaks to the bot there is asked to come over, once in a while.

Pictures of people belong in private chats, so nothing else is done or kept.
"""

import logging

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters, Update
from telegram.constants import ChatType, MessageEntityType, ParseMode
from telegram.error import TelegramError

from modera_bot.bot.texts import Texts

log = logging.getLogger(__name__)

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


def is_addressed(update: Update, bot: Bot) -> bool:
    """Whether a message in a group is meant for the bot, or has just brought it there."""
    message = update.message
    if message is None or message.chat.type not in GROUPS:
        return False
    if any(member.id == bot.id for member in message.new_chat_members):
        return True
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot.id:
        return True
    spoken = message.parse_entities([MessageEntityType.MENTION, MessageEntityType.BOT_COMMAND])
    return any(text.lower().endswith(f"@{bot.username}".lower()) for text in spoken.values())


async def invite_over(update: Update, bot: Bot, texts: Texts) -> None:
    """Answer in the group with a button that leads to the private chat; failing is only logged."""
    message, sender = update.message, update.effective_user
    assert message is not None
    language = texts.supported((sender.language_code if sender else None) or "")
    button = InlineKeyboardButton(
        texts.get(language, "button-come-over"), url=f"https://t.me/{bot.username}?start=tryon"
    )
    try:
        await bot.send_message(
            message.chat_id,
            texts.get(language, "group-come-over"),
            parse_mode=ParseMode.HTML,
            reply_markup=InlineKeyboardMarkup([[button]]),
            reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
        )
    except TelegramError as error:
        log.info("a group could not be answered: %s", type(error).__name__)
