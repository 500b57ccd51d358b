"""How many grants and holds a second the ledger does, in a database of its own."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Connection, make_url, text

from modera_bot.contracts import Feature
from modera_bot.db import Database, users
from modera_bot.db.accounts import Entry
from modera_bot.db.migrate import upgrade
from modera_bot.pay import ledger
from modera_bot.pay.ledger import Payment
from modera_bot.pay.verify import verify


@dataclass(frozen=True, slots=True)
class Figures:
    """Transactions a second; a use is a hold and its capture, in a transaction each."""

    engine: str
    callers: int
    grants_per_s: float
    uses_per_s: float
    differences: int


def measure(url: str | None, *, callers: int, count: int) -> Figures:
    """Grant `count` payments to 64 people, then spend them, and verify what is left of it."""
    with _fresh(url) as database:
        with database.begin() as connection:
            people = [_person(connection, number) for number in range(64)]

        def grant(connection: Connection, number: int) -> None:
            payment = Payment("stars", f"charge-{number}")
            ledger.grant(connection, people[number % 64], 3, Entry.PURCHASE, payment)

        grants = _per_second(database, callers, count, [grant])
        holds: dict[int, str] = {}

        def hold(connection: Connection, number: int) -> None:
            job_id, user_id = uuid4().hex, people[number % 64]
            holds[number] = ledger.hold(
                connection, user_id=user_id, amount=3, feature=Feature.TRYON, job_id=job_id
            )

        def capture(connection: Connection, number: int) -> None:
            ledger.capture(connection, holds.pop(number))

        uses = _per_second(database, callers, count, [hold, capture])
        with database.begin() as connection:  # there are no orders behind these payments
            found = [fault for fault in verify(connection) if "payment charge" not in fault]
        name = database.engine.dialect.name
        return Figures(name, callers, grants, uses, len(found))


def _person(connection: Connection, number: int) -> int:
    person = users.remember(connection, number, first_name="Anna", last_name=None, username=None)
    return person.id


Step = Callable[[Connection, int], None]


def _per_second(database: Database, callers: int, count: int, steps: list[Step]) -> float:
    """Do the steps for each number, each in a transaction of its own, as the bot does it."""

    async def work(share: range) -> None:
        for number in share:
            for step in steps:
                await database.run(step, number)

    async def all_at_once() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(work(range(first, count, callers)) for first in range(callers)))
        return count / (time.perf_counter() - begun)

    return asyncio.run(all_at_once())


@contextmanager
def _fresh(url: str | None) -> Iterator[Database]:
    """A SQLite file of its own, or a schema of its own in a Postgres database."""
    if url is None or url.startswith("sqlite"):
        with TemporaryDirectory(dir=Path.cwd()) as folder:
            yield from _opened(f"sqlite:///{folder}/bench.db")
        return
    name = f"bench_{uuid4().hex[:12]}"
    outside = Database(url)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        inside = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
        yield from _opened(inside.render_as_string(hide_password=False))
    finally:
        with outside.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        outside.close()


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()


def table(figures: Figures) -> str:
    """The figures for reading."""
    return "\n".join(
        [
            f"{figures.engine}, {figures.callers} at once, Python {sys.version.split()[0]}",
            f"  grants             {figures.grants_per_s:8.0f} / s",
            f"  holds and captures {figures.uses_per_s:8.0f} / s",
            f"  differences        {figures.differences:8d}",
        ]
    )
