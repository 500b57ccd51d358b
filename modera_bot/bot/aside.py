"""A word to the person behind an update that gets no turn."""

import logging

from telegram import Bot, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from modera_bot.bot.turn import Services
from modera_bot.db import users

log = logging.getLogger(__name__)


async def tell(services: Services, bot: Bot, update: Update, key: str) -> None:
    """Send a text in the person's language; not being able to is only logged."""
    sender, texts = update.effective_user, services.texts
    if sender is None:
        return
    user = await services.database.run(users.by_telegram_id, sender.id)
    chosen = user.language_code if user else None
    text = texts.get(texts.supported(chosen or sender.language_code or ""), key)
    try:
        if update.callback_query is not None:  # else the button spins on
            await bot.answer_callback_query(update.callback_query.id)
        await bot.send_message(sender.id, text, parse_mode=ParseMode.HTML)
    except TelegramError as error:
        log.info("%s could not be told: %s", key, type(error).__name__)
