"""What must happen about money without anyone asking: receipts, reconciliation, old orders.

A payment is committed before its receipt goes out; should we die in between, or should Telegram
never tell us of a payment, the receipt is sent from here.
"""

import asyncio
import logging
from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from modera_bot.bot.chat import Chat
from modera_bot.bot.money import receipt
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.turn import Services
from modera_bot.contracts import Order
from modera_bot.db import accounts, orders, users
from modera_bot.db.schema import now

log = logging.getLogger(__name__)

#: Seconds between looks for receipts that were not sent, and for what Telegram's list has.
LOOK_S, RECONCILE_S = 5.0, 3600.0
#: How long whoever handles a payment has to send the receipt.
GRACE = timedelta(seconds=10)
#: Transactions asked for at once (Bot API, getStarTransactions).
PAGE = 100


class Cashier:
    """Looks after payments until cancelled."""

    def __init__(self, services: Services, bot: Bot, processor: ChatProcessor) -> None:
        self._services, self._bot, self._processor = services, bot, processor
        self._seen = 0  # transactions of Telegram's list that are known to be handled

    async def run(self) -> None:
        """Tell, reconcile, expire, each in its time."""
        if not self._services.credits.enabled:  # a word on credits would surprise people
            await asyncio.Event().wait()
        reconcile_at = 0.0
        while True:
            try:
                await self.tell_untold()
                if monotonic() >= reconcile_at:
                    reconcile_at = monotonic() + RECONCILE_S
                    await self._services.database.run(self._services.payments.expire)
                    await self.reconcile()
            except (TelegramError, SQLAlchemyError) as error:
                log.warning("payments: %s", type(error).__name__)
            except Exception:
                log.exception("payments")
            await asyncio.sleep(LOOK_S)

    async def reconcile(self) -> None:
        """Handle every payment and refund that Telegram knows of; most are known here, too."""
        services = self._services
        while True:
            page = await self._bot.get_star_transactions(offset=self._seen, limit=PAGE)
            for transaction in page.transactions:
                event = {"star_transaction": transaction.to_dict()}
                await services.database.run(services.payments.handle, "stars", event)
            self._seen += len(page.transactions)
            if len(page.transactions) < PAGE:
                return

    async def tell_untold(self) -> None:
        """Send the receipts that nobody has sent."""
        for order in await self._services.database.run(orders.untold, now() - GRACE):
            user = await self._services.database.run(users.by_id, order.user_id)
            if user is not None:
                async with self._processor.lock(user.telegram_id):
                    await self._tell(order)

    async def _tell(self, order: Order) -> None:
        """Send one, unless it has been sent while we waited for the chat."""
        found = await self._services.database.run(self._find, order.id)
        if found is None:
            return
        fresh, chat, balance = found
        try:
            await chat.send(receipt(chat, fresh, balance, self._services.settings.pay))
        except (BadRequest, Forbidden) as error:
            log.info("a receipt can't be sent: %s", type(error).__name__)
        await self._services.database.run(orders.told, fresh)

    def _find(self, connection: Connection, order_id: str) -> tuple[Order, Chat, int] | None:
        order = orders.get(connection, order_id)
        user = users.by_id(connection, order.user_id) if order else None
        if order is None or user is None or order.told == order.state:
            return None
        chat = Chat.with_person(self._bot, self._services.texts, user, None)
        return order, chat, accounts.lock(connection, user.id).credits
