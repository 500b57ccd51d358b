"""What a person is doing with the bot: one active session at most, or none (the menu).

Beside it there may be sessions that a caller of the HTTP API opened for them, in state `API`:
the chat knows nothing of those.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, select

from modera_bot.db.schema import fashion_sessions, now

#: State of a session that was opened over HTTP.
API = "api"
# Looked up at each update, so they are built once: that costs as much as running them.
_ACTIVE = select(fashion_sessions).where(
    fashion_sessions.c.user_id == bindparam("user"),
    fashion_sessions.c.status == "active",
    fashion_sessions.c.state != API,
)
_BY_ID = select(fashion_sessions).where(fashion_sessions.c.id == bindparam("session"))


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    user_id: int
    session_type: str
    status: str
    state: str
    input_data: dict[str, Any]


def active(connection: Connection, user_id: int) -> Session | None:
    """The session that the person is in, None for the menu."""
    row = connection.execute(_ACTIVE, {"user": user_id}).one_or_none()
    return None if row is None else _session(row)


def get(connection: Connection, session_id: str) -> Session | None:
    row = connection.execute(_BY_ID, {"session": session_id}).one_or_none()
    return None if row is None else _session(row)


def _session(row: Any) -> Session:
    return Session(
        row.id,
        row.user_id,
        row.session_type,
        row.status,
        row.state,
        dict(row.input_data),
    )


def start(
    connection: Connection, user_id: int, session_type: str, state: str, **input_data: Any
) -> Session:
    """Begin a session; one that was active before is closed as cancelled."""
    previous = active(connection, user_id)
    if previous is not None:
        close(connection, previous.id, "cancelled")
    session_id = uuid4().hex
    _insert(connection, session_id, user_id, session_type, state, input_data)
    session = get(connection, session_id)
    assert session is not None
    return session


def open_over_http(
    connection: Connection, session_id: str, user_id: int, session_type: str
) -> None:
    """Begin a session under the id that its caller chose, beside what the person does."""
    _insert(connection, session_id, user_id, session_type, API, {})


def _insert(
    connection: Connection,
    session_id: str,
    user_id: int,
    session_type: str,
    state: str,
    input_data: dict[str, Any],
) -> None:
    connection.execute(
        fashion_sessions.insert().values(
            id=session_id,
            user_id=user_id,
            session_type=session_type,
            status="active",
            state=state,
            input_data=input_data,
        )
    )


def touch(connection: Connection, session_id: str) -> None:
    """Note that the person is there: a session ends when it was not touched for long."""
    connection.execute(
        fashion_sessions.update()
        .where(fashion_sessions.c.id == session_id)
        .values(updated_at=now())
    )


def move(connection: Connection, session_id: str, state: str, **changes: Any) -> None:
    """Go to a state and change what is known; a change to None forgets the key."""
    session = get(connection, session_id)
    if session is None:
        return
    known = {**session.input_data, **changes}
    connection.execute(
        fashion_sessions.update()
        .where(fashion_sessions.c.id == session_id)
        .values(
            state=state,
            input_data={key: value for key, value in known.items() if value is not None},
            updated_at=now(),
        )
    )


def close(connection: Connection, session_id: str, status: str, **values: Any) -> None:
    """End a session as completed, expired, cancelled or failed."""
    connection.execute(
        fashion_sessions.update()
        .where(fashion_sessions.c.id == session_id)
        .values(status=status, updated_at=now(), completed_at=now(), **values)
    )


def in_state(connection: Connection, state: str) -> list[Session]:
    """Active sessions in a state."""
    query = select(fashion_sessions).where(
        fashion_sessions.c.status == "active", fashion_sessions.c.state == state
    )
    return [_session(row) for row in connection.execute(query)]
