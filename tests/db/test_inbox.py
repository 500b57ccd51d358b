"""Updates are written down once, and forgotten once they are handled."""

from datetime import timedelta

from sqlalchemy import select

from modera_bot.db import Database, inbox
from modera_bot.db.schema import inbox as table
from modera_bot.db.schema import now

BOT = 7_000_000_001


def updates(*ids: int) -> list[dict[str, object]]:
    return [{"update_id": number, "message": {"text": f"№ {number}"}} for number in ids]


def test_an_update_is_new_once_however_often_it_comes(database: Database) -> None:
    with database.begin() as connection:
        assert inbox.receive(connection, BOT, updates(1, 2, 2)) == {1, 2}
        assert inbox.receive(connection, BOT, updates(2, 3)) == {3}
        assert inbox.receive(connection, BOT + 1, updates(1)) == {1}
        assert inbox.receive(connection, BOT, []) == set()


def test_pending_updates_come_in_order_and_count_how_often_they_were_begun(
    database: Database,
) -> None:
    with database.begin() as connection:
        inbox.receive(connection, BOT, updates(3, 1))
        assert inbox.pending(connection, BOT) == [(updates(1)[0], 0), (updates(3)[0], 0)]
        inbox.begun(connection, BOT, [3, 1])
        inbox.begun(connection, BOT, [3])
        inbox.begun(connection, BOT, [1], by=-1)
        assert [tries for _, tries in inbox.pending(connection, BOT)] == [0, 2]
        inbox.handled(connection, BOT, [1])
        assert inbox.pending(connection, BOT) == [(updates(3)[0], 2)]


def test_a_handled_update_keeps_nothing_but_its_id(database: Database) -> None:
    with database.begin() as connection:
        inbox.receive(connection, BOT, updates(1))
        inbox.handled(connection, BOT, [1])
        kept = connection.execute(select(table.c.update_id).where(table.c.payload.is_(None)))
        assert kept.scalars().all() == [1]
        assert inbox.receive(connection, BOT, updates(1)) == set()


def test_old_ids_are_forgotten_but_never_unhandled_updates(database: Database) -> None:
    with database.begin() as connection:
        inbox.receive(connection, BOT, updates(1, 2))
        inbox.handled(connection, BOT, [1])
        inbox.forget(connection, now() + timedelta(seconds=1))
        assert inbox.receive(connection, BOT, updates(1, 2)) == {1}
