"""What happens without anyone asking."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from modera_bot.app import App, serving
from modera_bot.bot import housekeeping
from modera_bot.bot.flows.states import State
from modera_bot.bot.housekeeping import Housekeeping
from modera_bot.config import Settings, StorageSettings
from modera_bot.contracts import EventKind, Failure, JobState
from modera_bot.db import Database, events, schema, sessions, tryons, users
from modera_bot.db.schema import now
from modera_bot.errors import Code, StorageError
from modera_bot.sandbox.client import SandboxUser
from modera_bot.storage import open_storage
from tests.bot.people import enter, keep_photo, keep_result, known, session
from tests.bot.tryon.conftest import settle
from tests.servers.databases import database, url

__all__ = ["database", "url"]

ANNA, BORIS = (cast(SandboxUser, SimpleNamespace(id=number)) for number in (11, 12))


@pytest.fixture
async def quiet(database: Database, tmp_path: Path) -> App:
    """What housekeeping works on, with Anna and Boris in it, on each kind of database."""
    services = SimpleNamespace(
        database=database,
        storage=open_storage(StorageSettings(folder=tmp_path / "pictures"), b"secret"),
        settings=Settings(),
    )
    app = cast(App, SimpleNamespace(services=services))
    await settle(app, ANNA, BORIS)
    return app


@pytest.fixture
def house(quiet: App) -> Housekeeping:
    return Housekeeping(quiet.services, lambda: None)


async def age(app: App, session_id: str, minutes: float) -> None:
    """Let a session have been touched some minutes ago."""

    def touch(connection: Connection) -> None:
        table = schema.fashion_sessions
        then = now() - timedelta(minutes=minutes)
        connection.execute(table.update().where(table.c.id == session_id).values(updated_at=then))

    await app.services.database.run(touch)


async def stored(app: App) -> set[str]:
    return set(app.services.storage.keys(""))


async def recorded(app: App) -> set[str]:
    def read(connection: Connection) -> set[str]:
        return set(connection.execute(select(schema.pictures.c.key)).scalars())

    return await app.services.database.run(read)


# --- idle sessions ------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.TRYON_WAITING_CLOTHING, State.TRYON_WAITING_PERSON])
async def test_the_person_hears_of_the_end_of_an_idle_session(
    bot_app: App, anna: SandboxUser, state: State
) -> None:
    await anna.text("/help")  # nobody is written to who has not written first
    await anna.wait_for("How it works")
    begun = await enter(bot_app, anna, state)
    await age(bot_app, begun, minutes=31)

    await Housekeeping(bot_app.services, lambda: None).end_idle_sessions()

    assert await session(bot_app, begun) == ("expired", state)
    await anna.wait_for("It’s been quiet for a while", since=0)


async def test_a_session_in_use_goes_on(quiet: App, house: Housekeeping) -> None:
    begun = await enter(quiet, ANNA, State.TRYON_WAITING_PERSON)
    await age(quiet, begun, minutes=29)

    await house.end_idle_sessions()

    assert await session(quiet, begun) == ("active", State.TRYON_WAITING_PERSON)


@pytest.mark.parametrize("minutes", [1, 31])
async def test_whoever_writes_is_not_idle_be_it_beside_the_point(
    bot_app: App, anna: SandboxUser, minutes: int
) -> None:
    await anna.text("/help")
    await anna.wait_for("How it works")
    begun = await enter(bot_app, anna, State.TRYON_WAITING_PERSON)
    await age(bot_app, begun, minutes=minutes)
    await anna.text("/help")
    await anna.wait_for("How it works")

    await Housekeeping(bot_app.services, lambda: None).end_idle_sessions()

    assert await session(bot_app, begun) == ("active", State.TRYON_WAITING_PERSON)
    kept = await bot_app.services.database.run(sessions.get, begun)
    assert kept is not None
    assert now() - kept.updated_at < timedelta(seconds=30)


async def give_job(app: App, session_id: str, state: JobState) -> None:
    """Let a session have a job."""

    def insert(connection: Connection) -> None:
        found = sessions.get(connection, session_id)
        assert found is not None
        values = {"id": session_id, "kind": "tryon", "state": state, "payload": {}}
        connection.execute(
            schema.jobs.insert().values(user_id=found.user_id, session_id=session_id, **values)
        )

    await app.services.database.run(insert)


@pytest.mark.parametrize("job", [JobState.QUEUED, JobState.RUNNING])
async def test_a_session_never_ends_while_its_job_goes_on(
    quiet: App, house: Housekeeping, job: JobState
) -> None:
    begun = await enter(quiet, ANNA, State.TRYON_PROCESSING)
    await give_job(quiet, begun, job)
    await age(quiet, begun, minutes=600)

    await house.end_idle_sessions()

    assert await session(quiet, begun) == ("active", State.TRYON_PROCESSING)


async def test_a_session_never_ends_while_the_end_of_its_job_is_untold(
    quiet: App, house: Housekeeping
) -> None:
    begun = await enter(quiet, ANNA, State.TRYON_PROCESSING)
    await give_job(quiet, begun, JobState.FAILED)
    who = {"user_id": (await known(quiet, ANNA)).id, "session_id": begun, "job_id": begun}
    failure = Failure(code=Code.JOB_LOST)
    await quiet.services.database.run(events.add, kind=EventKind.FAILED, data=failure, **who)
    await age(quiet, begun, minutes=600)

    await house.end_idle_sessions()

    assert await session(quiet, begun) == ("active", State.TRYON_PROCESSING)


async def test_a_session_whose_job_has_ended_and_is_told_is_not_stuck_for_ever(
    quiet: App, house: Housekeeping
) -> None:
    begun = await enter(quiet, ANNA, State.TRYON_PROCESSING)
    await give_job(quiet, begun, JobState.FAILED)
    await age(quiet, begun, minutes=600)

    await house.end_idle_sessions()

    assert await session(quiet, begun) == ("expired", State.TRYON_PROCESSING)


async def test_delivery_is_told_only_when_there_is_something_to_deliver(quiet: App) -> None:
    told: list[str] = []
    house = Housekeeping(quiet.services, lambda: told.append("event"))
    await house.end_idle_sessions()
    assert told == []

    await age(quiet, await enter(quiet, ANNA, State.TRYON_WAITING_PERSON), minutes=31)
    await house.end_idle_sessions()

    assert told == ["event"]


async def test_a_session_that_grew_idle_while_the_bot_was_down_ends_at_its_start(
    settings: Settings, anna: SandboxUser, conduct: object
) -> None:
    async with serving(settings) as before:
        await settle(before, anna)
        await anna.text("/help")
        await anna.wait_for("How it works")
        begun = await enter(before, anna, State.TRYON_WAITING_PERSON)
        await age(before, begun, minutes=31)
    async with serving(settings) as after:
        await anna.wait_for("It’s been quiet for a while", since=0)
        assert await session(after, begun) == ("expired", State.TRYON_WAITING_PERSON)


# --- pictures -----------------------------------------------------------------------------


async def test_expired_pictures_are_removed_with_their_rows(
    quiet: App, house: Housekeeping
) -> None:
    moment = now()
    await keep_photo(quiet, ANNA, expires_at=moment - timedelta(seconds=1))
    old = await keep_result(quiet, ANNA, expires_at=moment - timedelta(seconds=1))
    fresh = await keep_photo(quiet, ANNA, expires_at=moment + timedelta(hours=1))

    await house.remove_expired()

    assert await stored(quiet) == await recorded(quiet) == {fresh}
    user = await known(quiet, ANNA)
    tryon = await quiet.services.database.run(tryons.get, old.tryon_id, user.id)
    assert tryon is not None
    assert tryon.result_key is None


async def test_many_expired_pictures_are_removed_batch_by_batch(
    quiet: App, house: Housekeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for _ in range(5):
        await keep_photo(quiet, ANNA, expires_at=now() - timedelta(seconds=1))

    await house.remove_expired()

    assert await stored(quiet) == await recorded(quiet) == set()


async def test_photos_that_are_not_to_be_kept_go_once_the_person_is_through(
    quiet: App, house: Housekeeping
) -> None:
    photo, result = await keep_photo(quiet, ANNA), await keep_result(quiet, ANNA)
    others = await keep_photo(quiet, BORIS)
    user = await known(quiet, ANNA)
    await quiet.services.database.run(users.set_preference, user.id, "keep_photos", False)
    begun = await enter(quiet, ANNA, State.TRYON_RESULT)

    await house.remove_unwanted()
    assert photo in await stored(quiet)

    await age(quiet, begun, minutes=31)
    await house.end_idle_sessions()
    await house.remove_unwanted()
    assert await stored(quiet) == await recorded(quiet) == {others, result.result_key}


@pytest.mark.parametrize("preferences", [{}, {"keep_photos": True}])
async def test_photos_are_kept_unless_the_person_says_otherwise(
    quiet: App, house: Housekeeping, preferences: dict[str, bool]
) -> None:
    photo, user = await keep_photo(quiet, ANNA), await known(quiet, ANNA)
    for name, value in preferences.items():
        await quiet.services.database.run(users.set_preference, user.id, name, value)

    await house.remove_unwanted()

    assert await stored(quiet) == {photo}


async def test_a_picture_that_no_row_knows_is_removed_at_the_second_look(
    quiet: App, house: Housekeeping
) -> None:
    known_to_a_row = await keep_photo(quiet, ANNA)
    stray = "users/999/results/0123456789abcdef-1.jpg"
    quiet.services.storage.put(stray, b"late", "image/jpeg")

    await house.remove_strays()
    assert await stored(quiet) == {known_to_a_row, stray}

    await house.remove_strays()
    assert await stored(quiet) == {known_to_a_row}


async def test_a_picture_whose_row_came_late_stays(quiet: App, house: Housekeeping) -> None:
    key = await keep_photo(quiet, ANNA)

    def swap(connection: Connection, *, known_: bool) -> None:
        table = schema.pictures
        name = key if known_ else "users/0/photos/else.jpg"
        connection.execute(table.update().values(key=name))

    await quiet.services.database.run(swap, known_=False)
    await house.remove_strays()
    await quiet.services.database.run(swap, known_=True)
    await house.remove_strays()

    assert await stored(quiet) == {key}


# --- forgetting ---------------------------------------------------------------------------


async def test_handled_updates_and_delivered_events_are_forgotten_after_some_days(
    quiet: App, house: Housekeeping
) -> None:
    begun, user = await enter(quiet, ANNA, State.TRYON_RESULT), await known(quiet, ANNA)
    days = {1: timedelta(days=4), 2: timedelta(days=2), 3: None}

    def write(connection: Connection) -> None:
        for number, ago in days.items():
            then = None if ago is None else now() - ago
            connection.execute(
                schema.inbox.insert().values(bot_id=1, update_id=number, handled_at=then)
            )
            event = events.add(
                connection,
                kind=EventKind.EXPIRED,
                user_id=user.id,
                session_id=begun,
                job_id=None,
                data=None,
            )
            table = schema.events
            connection.execute(
                table.update().where(table.c.id == event).values(delivered_at=then, tries=number)
            )

    def read(connection: Connection) -> tuple[set[int], set[int]]:
        inbox = select(schema.inbox.c.update_id).where(schema.inbox.c.bot_id == 1)
        left = select(schema.events.c.tries)
        return (
            set(connection.execute(inbox).scalars()),
            set(connection.execute(left).scalars()),
        )

    await quiet.services.database.run(write)
    await house.forget()

    assert await quiet.services.database.run(read) == ({2, 3}, {2, 3})


# --- faults -------------------------------------------------------------------------------


@pytest.fixture
async def hurried(quiet: App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Housekeeping]:
    """Housekeeping that runs, and begins its next round at once."""
    house = Housekeeping(quiet.services, lambda: None)
    for task in house._tasks:
        task.every_s = 0.01
    running = asyncio.create_task(house.run())
    yield house
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    "fault",
    [
        StorageError(Code.STORAGE_UNAVAILABLE),
        OperationalError("SELECT", {}, Exception("gone")),
        RuntimeError("a mistake of ours"),
    ],
)
async def test_a_fault_of_one_task_stops_neither_the_others_nor_the_next_round(
    quiet: App,
    hurried: Housekeeping,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    storage, delete = quiet.services.storage, quiet.services.storage.delete
    failed = 0

    def fail(key: str) -> None:
        nonlocal failed
        failed += 1
        raise fault

    monkeypatch.setattr(storage, "delete", fail)
    await keep_photo(quiet, ANNA, expires_at=now() - timedelta(seconds=1))
    begun = await enter(quiet, ANNA, State.TRYON_WAITING_PERSON)
    await age(quiet, begun, minutes=31)
    async with asyncio.timeout(10):
        while failed < 2 or (await session(quiet, begun))[0] == "active":
            await asyncio.sleep(0.01)

    monkeypatch.setattr(storage, "delete", delete)

    async with asyncio.timeout(10):
        while await recorded(quiet):
            await asyncio.sleep(0.01)
    assert await stored(quiet) == set()
