"""Everything is free: the credits seam of a bot that takes no payments.

Holds are recorded all the same, with nothing in them, so that each job settles exactly once
here as well and payments can be switched on later.
"""

from uuid import uuid4

from sqlalchemy import Connection, select

from modera_bot.contracts import Feature, Quality
from modera_bot.db.schema import credit_holds, now


class FreeCredits:
    """contracts.Credits without prices."""

    enabled = False

    def price(self, feature: Feature, *, quality: Quality, garments: int = 1) -> int:
        return 0

    def balance(self, conn: Connection, user_id: int) -> int | None:
        return None

    def hold(
        self, conn: Connection, *, user_id: int, amount: int, feature: Feature, job_id: str
    ) -> str:
        """Record that a job began; whatever the amount asked for, nothing is taken."""
        query = select(credit_holds.c.id).where(credit_holds.c.job_id == job_id)
        known = conn.execute(query).scalar_one_or_none()
        if known is not None:
            return str(known)
        hold_id = uuid4().hex
        conn.execute(
            credit_holds.insert().values(
                id=hold_id, user_id=user_id, job_id=job_id, feature=feature, amount=0, state="held"
            )
        )
        return hold_id

    def capture(self, conn: Connection, hold_id: str) -> bool:
        return _settle(conn, hold_id, "captured")

    def release(self, conn: Connection, hold_id: str, reason: str) -> bool:
        return _settle(conn, hold_id, "released", reason)


def _settle(conn: Connection, hold_id: str, state: str, reason: str | None = None) -> bool:
    settled = conn.execute(
        credit_holds.update()
        .where(credit_holds.c.id == hold_id, credit_holds.c.state == "held")
        .values(state=state, reason=reason, settled_at=now())
    )
    return settled.rowcount == 1
