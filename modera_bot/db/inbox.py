"""Updates are written down before Telegram is told that we have them, so none is ever lost.

A handled update keeps its id alone (a webhook may send it again); its payload, which names a
person, is erased.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from modera_bot.db.schema import inbox, now


def receive(connection: Connection, bot_id: int, updates: list[dict[str, Any]]) -> set[int]:
    """Write updates down; returns the ids of those not seen before."""
    ids = [update["update_id"] for update in updates]
    query = select(inbox.c.update_id).where(inbox.c.bot_id == bot_id, inbox.c.update_id.in_(ids))
    seen = set(connection.execute(query).scalars())
    fresh = {update["update_id"]: update for update in updates if update["update_id"] not in seen}
    if fresh:
        rows = [
            {"bot_id": bot_id, "update_id": update_id, "payload": payload}
            for update_id, payload in fresh.items()
        ]
        connection.execute(inbox.insert(), rows)
    return set(fresh)


def pending(connection: Connection, bot_id: int) -> list[tuple[dict[str, Any], int]]:
    """Updates not handled yet, oldest first, each with how often it was begun before."""
    query = (
        select(inbox.c.update_id, inbox.c.payload, inbox.c.tries)
        .where(inbox.c.bot_id == bot_id, inbox.c.handled_at.is_(None))
        .order_by(inbox.c.update_id)
    )
    return [(row.payload, row.tries) for row in connection.execute(query)]


def begun(connection: Connection, bot_id: int, update_ids: Iterable[int], by: int = 1) -> None:
    """Count that updates were begun; -1 takes it back, for those put off in good order."""
    connection.execute(
        inbox.update()
        .where(inbox.c.bot_id == bot_id, inbox.c.update_id.in_(list(update_ids)))
        .values(tries=inbox.c.tries + by)
    )


def handled(connection: Connection, bot_id: int, update_ids: Iterable[int]) -> None:
    connection.execute(
        inbox.update()
        .where(inbox.c.bot_id == bot_id, inbox.c.update_id.in_(list(update_ids)))
        .values(payload=None, handled_at=now())
    )


def forget(connection: Connection, before: datetime) -> None:
    """Delete the ids of updates handled before a moment."""
    connection.execute(delete(inbox).where(inbox.c.handled_at < before))
