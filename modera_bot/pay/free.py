"""Everything is free: the credits seam of a bot that takes no payments."""

from sqlalchemy import Connection

from modera_bot.contracts import Feature, Quality
from modera_bot.pay import ledger


class FreeCredits:
    """contracts.Credits without prices.

    Holds are recorded all the same, with nothing in them, so that each job settles exactly once
    here as well; those from before payments were switched off are settled as agreed.
    """

    enabled = False

    def price(self, feature: Feature, *, quality: Quality, garments: int = 1) -> int:
        return 0

    def balance(self, conn: Connection, user_id: int) -> int | None:
        return None

    def hold(
        self, conn: Connection, *, user_id: int, amount: int, feature: Feature, job_id: str
    ) -> str:
        """Record that a job began; whatever the amount asked for, nothing is taken."""
        return ledger.hold(conn, user_id=user_id, amount=0, feature=feature, job_id=job_id)

    def capture(self, conn: Connection, hold_id: str) -> bool:
        return ledger.capture(conn, hold_id)

    def release(self, conn: Connection, hold_id: str, reason: str) -> bool:
        return ledger.release(conn, hold_id, reason)
