"""Calls of hosted models: what each cost, how long it took, how it ended."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from modera_bot.db.schema import ai_calls, now

#: A call that was begun; what it ends with takes the place of this.
PENDING = "pending"
OK = "ok"


@dataclass(frozen=True, slots=True)
class Figures:
    """The calls of one role at one backend. Seconds are of calls that succeeded."""

    backend: str
    role: str
    calls: int
    succeeded: int
    usd: float
    p50_s: float | None
    p95_s: float | None


def begin(
    connection: Connection,
    *,
    role: str,
    backend: str,
    model: str,
    price_usd: float,
    user_id: int | None,
    job_id: str | None,
    attempt: int,
) -> int:
    """Write down a call about to be made, at the price that is expected; returns its id."""
    added = connection.execute(
        ai_calls.insert().values(
            role=role,
            backend=backend,
            model=model,
            price_usd=price_usd,
            user_id=user_id,
            job_id=job_id,
            attempt=attempt,
        )
    )
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def end(connection: Connection, call_id: int, **values: Any) -> None:
    """Write down how it ended: outcome, seconds, price_usd and tokens."""
    connection.execute(ai_calls.update().where(ai_calls.c.id == call_id).values(**values))


def lock_budgets(connection: Connection) -> None:
    """Let nobody else look at the budgets until this transaction ends; SQLite does so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('ai_calls'))"))


def spent(connection: Connection, since: datetime, user_id: int | None = None) -> float:
    """US dollars spent or committed since a moment, by all or by one person."""
    query = select(func.coalesce(func.sum(ai_calls.c.price_usd), 0.0)).where(
        ai_calls.c.created_at >= since
    )
    if user_id is not None:
        query = query.where(ai_calls.c.user_id == user_id)
    return float(connection.execute(query).scalar_one())


def bought_before(
    connection: Connection, job_id: str, attempt: int, role: str, backend: str
) -> bool:
    """Whether an earlier attempt of a job may have had this done, and charged."""
    query = select(ai_calls.c.id).where(
        ai_calls.c.job_id == job_id,
        ai_calls.c.attempt < attempt,
        ai_calls.c.role == role,
        ai_calls.c.backend == backend,
        ai_calls.c.price_usd > 0,
    )
    return connection.execute(query).first() is not None


def figures(connection: Connection, since: datetime) -> list[Figures]:
    """The figures of each backend and role since a moment, the dearest first."""
    query = select(ai_calls).where(ai_calls.c.created_at >= since)
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        groups[row.backend, row.role].append(row)
    made = [_figures(backend, role, rows) for (backend, role), rows in groups.items()]
    return sorted(made, key=lambda each: (-each.usd, each.backend, each.role))


def _figures(backend: str, role: str, rows: Sequence[Any]) -> Figures:
    seconds = sorted(row.seconds for row in rows if row.outcome == OK and row.seconds is not None)
    return Figures(
        backend,
        role,
        len(rows),
        sum(row.outcome == OK for row in rows),
        math.fsum(row.price_usd for row in rows),
        _percentile(seconds, 0.50),
        _percentile(seconds, 0.95),
    )


def _percentile(ordered: Iterable[float], share: float) -> float | None:
    """The nearest rank."""
    values = list(ordered)
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


def of_day(moment: datetime | None = None) -> datetime:
    """When the day began, in UTC."""
    return (moment or now()).replace(hour=0, minute=0, second=0, microsecond=0)


def of_month(moment: datetime | None = None) -> datetime:
    """When the month began, in UTC."""
    return of_day(moment).replace(day=1)
