"""What people must hear of, written in the transaction that made it true.

Delivery reads events in order within a session and marks each once it is told: at least once,
never out of order.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, exists, select

from modera_bot.contracts import Event, EventKind, Failure, StylingResult, TryOnResult, Wire
from modera_bot.db.schema import events, now

log = logging.getLogger(__name__)

#: What the data of each kind of event is.
_DATA: dict[EventKind, TypeAdapter[Any]] = {
    EventKind.PREVIEW: TypeAdapter(TryOnResult),
    EventKind.FORMING: TypeAdapter(TryOnResult),
    EventKind.DONE: TypeAdapter(TryOnResult | StylingResult),
    EventKind.FAILED: TypeAdapter(Failure),
}


def add(
    connection: Connection,
    *,
    kind: EventKind,
    user_id: int,
    session_id: str,
    job_id: str | None,
    data: Wire | None,
) -> int:
    """Write an event, due at once; returns its id."""
    row = connection.execute(
        events.insert()
        .values(
            kind=kind,
            user_id=user_id,
            session_id=session_id,
            job_id=job_id,
            data=None if data is None else data.model_dump(mode="json"),
        )
        .returning(events.c.id)
    )
    return int(row.scalar_one())


def told(connection: Connection, job_id: str, kind: EventKind) -> bool:
    """Whether a job has written an event of this kind before."""
    query = select(events.c.id).where(events.c.job_id == job_id, events.c.kind == kind)
    return connection.execute(query).first() is not None


def due(connection: Connection, limit: int = 100) -> list[Event]:
    """Events to deliver now, oldest first.

    Of each session only the oldest undelivered one, so that a postponed event holds back
    those after it.
    """
    earlier = events.alias()
    query = (
        select(events)
        .where(
            events.c.delivered_at.is_(None),
            events.c.due_at <= now(),
            ~exists().where(
                earlier.c.session_id == events.c.session_id,
                earlier.c.delivered_at.is_(None),
                earlier.c.id < events.c.id,
            ),
        )
        .order_by(events.c.id)
        .limit(limit)
    )
    found = []
    for row in connection.execute(query).all():
        try:
            found.append(_event(row))
        except ValidationError:
            log.exception("event %d was written by another version; it is given up", row.id)
            give_up(connection, row.id)
    return found


def is_waiting(connection: Connection, event_id: int) -> bool:
    """Whether an event has been neither told nor given up."""
    query = select(events.c.id).where(events.c.id == event_id, events.c.delivered_at.is_(None))
    return connection.execute(query).first() is not None


def delivered(connection: Connection, event_id: int) -> None:
    """Mark an event as told."""
    _change(connection, event_id, delivered_at=now())


def postpone(connection: Connection, event_id: int, seconds: float) -> int:
    """Try an event again later; returns how often it has been tried by now."""
    _change(
        connection,
        event_id,
        due_at=now() + timedelta(seconds=seconds),
        tries=events.c.tries + 1,
    )
    query = select(events.c.tries).where(events.c.id == event_id)
    return connection.execute(query).scalar_one_or_none() or 0


def give_up(connection: Connection, event_id: int) -> None:
    """Stop trying to tell an event and forget what it said; later ones may go on."""
    _change(connection, event_id, delivered_at=now(), data=None)


def forget(connection: Connection, before: datetime) -> int:
    """Delete events delivered before a moment; returns how many."""
    return connection.execute(events.delete().where(events.c.delivered_at < before)).rowcount


def _change(connection: Connection, event_id: int, **values: Any) -> None:
    connection.execute(events.update().where(events.c.id == event_id).values(**values))


def _event(row: Any) -> Event:
    kind = EventKind(row.kind)
    model = _DATA.get(kind)
    return Event(
        id=row.id,
        kind=kind,
        user_id=row.user_id,
        session_id=row.session_id,
        job_id=row.job_id,
        data=model.validate_python(row.data) if model and row.data is not None else None,
        created_at=row.created_at,
    )
