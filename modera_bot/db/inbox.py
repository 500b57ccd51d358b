"""Updates are written down before Telegram is told that we have them, so none is ever lost.

A handled update keeps its id alone (a webhook may send it again); its payload, which names a
person, is erased.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from modera_bot.db.once import InsertOnce
from modera_bot.db.schema import inbox, now

# What each update needs is built once: building a statement costs as much as running it.
_RECEIVE = InsertOnce(inbox, ["bot_id", "update_id"], inbox.c.update_id)
_ONE = inbox.c.bot_id == bindparam("bot"), inbox.c.update_id == bindparam("id")
_BEGUN = inbox.update().where(*_ONE).values(tries=inbox.c.tries + bindparam("by"))
_HANDLED = inbox.update().where(*_ONE).values(payload=None, handled_at=bindparam("at"))


def receive(connection: Connection, bot_id: int, updates: list[dict[str, Any]]) -> set[int]:
    """Write updates down; returns the ids of those not seen before."""
    rows = [
        {"bot_id": bot_id, "update_id": update["update_id"], "payload": update}
        for update in updates
    ]
    if not rows:
        return set()
    return set(_RECEIVE.execute(connection, rows).scalars())


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
    if rows := [{"bot": bot_id, "id": update_id, "by": by} for update_id in update_ids]:
        connection.execute(_BEGUN, rows)


def handled(connection: Connection, bot_id: int, update_ids: Iterable[int]) -> None:
    moment = now()
    if rows := [{"bot": bot_id, "id": update_id, "at": moment} for update_id in update_ids]:
        connection.execute(_HANDLED, rows)


def forget(connection: Connection, before: datetime) -> None:
    """Delete the ids of updates handled before a moment."""
    connection.execute(delete(inbox).where(inbox.c.handled_at < before))
