"""One active session for each person, kept in the database."""

import pytest
from sqlalchemy.exc import IntegrityError

from modera_bot.db import Database, sessions
from modera_bot.db.schema import fashion_sessions
from tests.servers.databases import person


def test_beginning_anew_cancels_the_session_before(database: Database) -> None:
    user_id, first = person(database, 1)
    with database.begin() as connection:
        second = sessions.start(connection, user_id, "tryon", "tryon_waiting_clothing", tries=1)
        old = sessions.get(connection, first)
        assert sessions.active(connection, user_id) == second
    assert old is not None
    assert (old.status, second.input_data) == ("cancelled", {"tries": 1})


def test_the_database_refuses_a_second_active_session(database: Database) -> None:
    user_id, _ = person(database, 1)
    row = {"id": "0" * 32, "user_id": user_id, "session_type": "tryon", "state": "x"}
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(fashion_sessions.insert().values(status="active", **row))
    with database.begin() as connection:
        connection.execute(fashion_sessions.insert().values(status="completed", **row))


def test_moving_keeps_what_is_known_and_forgets_what_becomes_none(database: Database) -> None:
    _, session_id = person(database, 1)
    with database.begin() as connection:
        sessions.move(connection, session_id, "tryon_waiting_person", clothing="a", hint=1)
        sessions.move(connection, session_id, "tryon_processing", person="b", hint=None)
        session = sessions.get(connection, session_id)
    assert session is not None
    assert session.state == "tryon_processing"
    assert session.input_data == {"clothing": "a", "person": "b"}


def test_a_closed_session_leaves_the_person_at_the_menu(database: Database) -> None:
    user_id, session_id = person(database, 1)
    with database.begin() as connection:
        sessions.close(connection, session_id, "completed", credits_used=3)
        assert sessions.active(connection, user_id) is None
        closed = sessions.get(connection, session_id)
    assert closed is not None
    assert closed.status == "completed"
