"""contracts.Credits with prices, over the ledger."""

import math
from collections.abc import Container

from sqlalchemy import Connection, select

from modera_bot.config import PaySettings
from modera_bot.contracts import Feature, Quality
from modera_bot.db.schema import users
from modera_bot.pay import ledger


class PaidCredits:
    """Each use has its price; `free` are the features of which only drafts are made here."""

    enabled = True

    def __init__(self, settings: PaySettings, free: Container[Feature] = ()) -> None:
        self._settings, self._free = settings, free

    def price(self, feature: Feature, *, quality: Quality, garments: int = 1) -> int:
        """Base price × quality × garments, rounded up."""
        if feature in self._free:
            return 0
        factors = self._settings.factors
        factor: float = getattr(factors, quality) * (1 + factors.garment * (garments - 1))
        base: int = getattr(self._settings.prices, feature)
        return math.ceil(round(base * factor, 6))

    def balance(self, conn: Connection, user_id: int) -> int | None:
        query = select(users.c.credits).where(users.c.id == user_id)
        return conn.execute(query).scalar_one_or_none()

    def hold(
        self, conn: Connection, *, user_id: int, amount: int, feature: Feature, job_id: str
    ) -> str:
        return ledger.hold(conn, user_id=user_id, amount=amount, feature=feature, job_id=job_id)

    def capture(self, conn: Connection, hold_id: str) -> bool:
        return ledger.capture(conn, hold_id)

    def release(self, conn: Connection, hold_id: str, reason: str) -> bool:
        return ledger.release(conn, hold_id, reason)
