"""Events are due in order within a session, until they are delivered."""

from datetime import timedelta

from sqlalchemy import select

from modera_bot.contracts import EventKind, Failure, TryOnResult, Wire
from modera_bot.db import Database, events
from modera_bot.db.schema import events as table
from modera_bot.db.schema import now
from modera_bot.errors import Code
from tests.servers.databases import person

FAILURE = Failure(code=Code.JOB_LOST, retry=True)
RESULT = TryOnResult(
    tryon_id="a" * 32,
    result_key="users/1/results/a-1.jpg",
    backend="paint",
    draft=False,
    categories=(),
    width=600,
    height=800,
    seconds=1.5,
)


def add(database: Database, who: tuple[int, str], kind: EventKind, data: Wire | None) -> int:
    with database.begin() as connection:
        return events.add(
            connection, kind=kind, user_id=who[0], session_id=who[1], job_id="j", data=data
        )


def due(database: Database, limit: int = 100) -> list[int]:
    with database.begin() as connection:
        return [event.id for event in events.due(connection, limit)]


def test_an_event_comes_back_as_it_was_written(database: Database) -> None:
    for telegram_id, kind, data in (
        (1, EventKind.PREVIEW, RESULT),
        (2, EventKind.DONE, RESULT),
        (3, EventKind.FAILED, FAILURE),
        (4, EventKind.EXPIRED, None),
    ):
        who = person(database, telegram_id)
        event_id = add(database, who, kind, data)
        with database.begin() as connection:
            (event,) = (event for event in events.due(connection) if event.id == event_id)
        assert (event.user_id, event.session_id) == who
        assert (event.kind, event.data, event.job_id) == (kind, data, "j")
        assert event.created_at.utcoffset() == timedelta(0)


def test_of_each_session_only_the_oldest_undelivered_event_is_due(database: Database) -> None:
    anna, boris = person(database, 1), person(database, 2)
    first = add(database, anna, EventKind.PREVIEW, RESULT)
    other = add(database, boris, EventKind.FAILED, FAILURE)
    second = add(database, anna, EventKind.DONE, RESULT)
    assert due(database) == [first, other]
    assert due(database, limit=1) == [first]
    with database.begin() as connection:
        events.delivered(connection, first)
    assert due(database) == [other, second]


def test_a_postponed_event_holds_back_those_after_it(database: Database) -> None:
    anna = person(database, 1)
    first = add(database, anna, EventKind.PREVIEW, RESULT)
    add(database, anna, EventKind.DONE, RESULT)
    with database.begin() as connection:
        assert events.postpone(connection, first, 60) == 1
        assert events.postpone(connection, first, 60) == 2
    assert due(database) == []
    with database.begin() as connection:
        events.postpone(connection, first, -1)
    assert due(database) == [first]


def test_giving_up_forgets_what_was_to_be_said_and_lets_the_next_event_go(
    database: Database,
) -> None:
    anna = person(database, 1)
    first = add(database, anna, EventKind.PREVIEW, RESULT)
    second = add(database, anna, EventKind.DONE, RESULT)
    with database.begin() as connection:
        events.give_up(connection, first)
        kept = connection.execute(select(table.c.id).where(table.c.data.is_(None)))
        assert kept.scalars().all() == [first]
    assert due(database) == [second]


def test_old_delivered_events_are_forgotten(database: Database) -> None:
    anna = person(database, 1)
    first = add(database, anna, EventKind.PREVIEW, RESULT)
    second = add(database, anna, EventKind.DONE, RESULT)
    with database.begin() as connection:
        events.delivered(connection, first)
        assert events.forget(connection, now() + timedelta(seconds=1)) == 1
        assert connection.execute(select(table.c.id)).scalars().all() == [second]


def test_an_event_that_can_not_be_read_is_given_up_and_holds_back_none(database: Database) -> None:
    who = person(database, 1)
    unreadable, next_one = (add(database, who, EventKind.DONE, RESULT) for _ in range(2))
    with database.begin() as connection:
        written = table.update().where(table.c.id == unreadable)
        connection.execute(written.values(data={"from": "another version"}))
    assert due(database) == []
    assert due(database) == [next_one]
