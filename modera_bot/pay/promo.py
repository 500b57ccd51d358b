"""Promo codes: credits for a word, once for each person and at most so many times in all."""

from collections.abc import Mapping

from sqlalchemy import Connection, true
from sqlalchemy.dialects import postgresql, sqlite

from modera_bot.config import PromoSettings
from modera_bot.contracts import Promo
from modera_bot.db import accounts
from modera_bot.db.accounts import Entry
from modera_bot.db.schema import now, promo_uses
from modera_bot.pay import ledger
from modera_bot.pay.ledger import Payment


def redeem(
    connection: Connection, codes: Mapping[str, PromoSettings], user_id: int, code: str
) -> tuple[Promo, int]:
    """Give the credits of a code; returns what became of it, and how many credits it gives."""
    name = code.strip().upper()
    known = codes.get(name)
    if known is None:
        return Promo.UNKNOWN, 0
    if known.until is not None and now().date() > known.until:
        return Promo.OVER, 0
    wallet = accounts.lock(connection, user_id)
    with connection.begin_nested() as attempt:
        payment = Payment("promo", f"{name}:{wallet.wallet_id}")
        if not ledger.grant(connection, user_id, known.credits, Entry.BONUS, payment):
            return Promo.USED, 0
        if not _count(connection, name, known.uses):
            attempt.rollback()
            return Promo.OVER, 0
    return Promo.GIVEN, known.credits


def _count(connection: Connection, name: str, uses: int) -> bool:
    """Count one more use; False if there have been as many as there may be (0: any number)."""
    postgres = connection.dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    connection.execute(insert(promo_uses).values(code=name).on_conflict_do_nothing())
    left = promo_uses.c.used < uses if uses else true()
    counted = promo_uses.update().where(promo_uses.c.code == name, left)
    return connection.execute(counted.values(used=promo_uses.c.used + 1)).rowcount == 1
