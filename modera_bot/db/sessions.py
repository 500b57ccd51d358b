"""What a person is doing with the bot: one active session at most, or none (the menu).

Beside it there may be sessions that a caller of the HTTP API opened for them, in state `API`:
the chat knows nothing of those.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, select

from modera_bot.db.schema import fashion_sessions, now

#: State of a session that was opened over HTTP.
API = "api"
# What an update needs is built once: building a statement costs as much as running it.
_KNOWN = (
    fashion_sessions.c.id,
    fashion_sessions.c.user_id,
    fashion_sessions.c.session_type,
    fashion_sessions.c.status,
    fashion_sessions.c.state,
    fashion_sessions.c.input_data,
    fashion_sessions.c.updated_at,
)
_ONE = fashion_sessions.c.id == bindparam("session")
_BY_ID = select(*_KNOWN).where(_ONE)
_ACTIVE = select(*_KNOWN).where(
    fashion_sessions.c.user_id == bindparam("user"),
    fashion_sessions.c.status == "active",
    fashion_sessions.c.state != API,
)
_INSERT = fashion_sessions.insert()
_TOUCH = fashion_sessions.update().where(_ONE).values(updated_at=bindparam("at"))
_CHANGE = _TOUCH.values(state=bindparam("to"), input_data=bindparam("known"))


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    user_id: int
    session_type: str
    status: str
    state: str
    input_data: dict[str, Any]
    updated_at: datetime


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
        row.updated_at,
    )


def start(
    connection: Connection, user_id: int, session_type: str, state: str, **input_data: Any
) -> Session:
    """Begin a session; one that was active before is closed as cancelled."""
    previous = active(connection, user_id)
    if previous is not None:
        close(connection, previous.id, "cancelled")
    return begin(connection, user_id, session_type, state, input_data)


def begin(
    connection: Connection, user_id: int, session_type: str, state: str, known: dict[str, Any]
) -> Session:
    """Begin a session for somebody who is in none."""
    return _insert(connection, uuid4().hex, user_id, session_type, state, known)


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
    known: dict[str, Any],
) -> Session:
    session = Session(
        session_id, user_id, session_type, "active", state, _without_none(known), now()
    )
    connection.execute(_INSERT, asdict(session))
    return session


def touch(connection: Connection, session_id: str) -> None:
    """Note that the person is there: a session ends when it was not touched for long."""
    connection.execute(_TOUCH, {"session": session_id, "at": now()})


def move(connection: Connection, session_id: str, state: str, **changes: Any) -> None:
    """Go to a state and change what is known; a change to None forgets the key."""
    session = get(connection, session_id)
    if session is not None:
        change(connection, session, state, changes)


def change(connection: Connection, session: Session, state: str, changes: dict[str, Any]) -> None:
    """The same, for a session that has just been read in this transaction."""
    known = _without_none({**session.input_data, **changes})
    values = {"session": session.id, "to": state, "known": known, "at": now()}
    connection.execute(_CHANGE, values)


def _without_none(known: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in known.items() if value is not None}


def close(connection: Connection, session_id: str, status: str, **values: Any) -> None:
    """End a session as completed, expired, cancelled or failed."""
    connection.execute(
        fashion_sessions.update()
        .where(fashion_sessions.c.id == session_id)
        .values(status=status, updated_at=now(), completed_at=now(), **values)
    )


def in_state(connection: Connection, state: str) -> list[Session]:
    """Active sessions in a state."""
    query = select(*_KNOWN).where(
        fashion_sessions.c.status == "active", fashion_sessions.c.state == state
    )
    return [_session(row) for row in connection.execute(query)]
