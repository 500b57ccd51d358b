"""Telegram's own books: giving Stars back."""

from telegram import Bot
from telegram.error import BadRequest


async def give_back(bot: Bot, telegram_id: int, charge_id: str) -> None:
    """Refund a payment; one that was refunded before is as good. Raises TelegramError."""
    try:
        await bot.refund_star_payment(telegram_id, charge_id)
    except BadRequest as error:
        # CHARGE_ALREADY_REFUNDED, but the library changes the case of such words
        if "already_refunded" not in str(error).lower():
            raise
