"""What the tests of the flows look at: buttons, rows, and people halfway through."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

import numpy as np
from PIL import Image
from sqlalchemy import Connection, func, select

from modera_bot.app import App
from modera_bot.bot.flows.states import State
from modera_bot.contracts import Category, TryOnResult
from modera_bot.db import analyses, pictures, schema, sessions, tryons, users
from modera_bot.db.users import User
from modera_bot.ml.style.advise import advise
from modera_bot.sandbox.client import Json, SandboxUser
from modera_bot.style import StylePreferences
from tests.ml.style.profiles import READING


def labels(message: Json) -> list[str]:
    """What the buttons of a message say, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def known(app: App, person: SandboxUser) -> User:
    """Somebody as the bot knows them."""
    user = await app.services.database.run(users.by_telegram_id, person.id)
    assert user is not None
    return user


async def enter(app: App, person: SandboxUser, state: State, **data: object) -> str:
    """Bring somebody into a state of the try-on; returns the session's id."""
    user = await known(app, person)
    session = await app.services.database.run(sessions.start, user.id, "tryon", state, **data)
    return session.id


async def session(app: App, session_id: str) -> tuple[str, str]:
    """Status and state of a session."""
    found = await app.services.database.run(sessions.get, session_id)
    assert found is not None
    return found.status, found.state


def picture(number: int = 0) -> bytes:
    """A small JPEG, different for each number."""
    noise = np.random.default_rng(number).integers(0, 255, (6, 4, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((160, 240), Image.Resampling.NEAREST).save(file, "JPEG")
    return file.getvalue()


async def keep_photo(app: App, person: SandboxUser, *, expires_at: datetime | None = None) -> str:
    """Put a photo into somebody's storage; returns its key."""
    user = await known(app, person)
    key = f"users/{user.id}/photos/{uuid4().hex}.jpg"
    await _store(app, user.id, key, "photo", picture(), expires_at)
    return key


async def keep_result(
    app: App,
    person: SandboxUser,
    number: int = 0,
    *,
    expires_at: datetime | None = None,
) -> TryOnResult:
    """Give somebody a finished try-on, with its session and its picture."""
    user, job_id = await known(app, person), uuid4().hex
    result = TryOnResult(
        tryon_id=uuid4().hex,
        result_key=f"users/{user.id}/results/{job_id}-1.jpg",
        backend="paint",
        draft=False,
        categories=(Category.TOPS,),
        width=160,
        height=240,
        seconds=1.0,
    )
    await _store(app, user.id, result.result_key, "result", picture(number), expires_at)

    def record(connection: Connection) -> None:
        started = sessions.start(connection, user.id, "tryon", State.TRYON_RESULT)
        sessions.close(connection, started.id, "completed")
        tryons.add(
            connection,
            result=result,
            user_id=user.id,
            session_id=started.id,
            clothing_key=f"users/{user.id}/photos/{uuid4().hex}.jpg",
            person_key=f"users/{user.id}/photos/{uuid4().hex}.jpg",
            credits_used=0,
        )

    await app.services.database.run(record)
    return result


async def keep_advice(app: App, person: SandboxUser) -> str:
    """Give somebody a finished advice with its session and its card; returns its id."""
    user, analysis_id = await known(app, person), uuid4().hex
    card = f"users/{user.id}/results/{analysis_id}-1.jpg"
    await _store(app, user.id, card, "result", picture(), None)

    def record(connection: Connection) -> None:
        started = sessions.start(connection, user.id, "styling", State.STYLIST_RESULTS)
        sessions.close(connection, started.id, "completed")
        analyses.add(
            connection,
            analysis_id=analysis_id,
            user_id=user.id,
            session_id=started.id,
            photo_key=f"users/{user.id}/photos/{uuid4().hex}.jpg",
            card_key=card,
            profile=advise(READING, StylePreferences(), (), "en"),
            credits_used=5,
        )

    await app.services.database.run(record)
    return analysis_id


async def _store(
    app: App, user_id: int, key: str, purpose: str, data: bytes, expires_at: datetime | None
) -> None:
    app.services.storage.put(key, data, "image/jpeg")
    await app.services.database.run(
        pictures.add,
        key=key,
        user_id=user_id,
        purpose=purpose,  # type: ignore[arg-type]
        sha256="0" * 64,
        width=160,
        height=240,
        expires_at=expires_at,
    )


async def rows(app: App) -> dict[str, int]:
    """How many rows each table has; tables without any are left out, and the house's accounts."""

    def count(connection: Connection) -> dict[str, int]:
        tables = [(n, t) for n, t in schema.metadata.tables.items() if n != "credit_accounts"]
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables
        }
        return {name: number for name, number in counts.items() if number}

    return await app.services.database.run(count)


async def eventually(condition: Callable[[], Awaitable[bool]], timeout: float = 10) -> None:  # noqa: ASYNC109
    """Wait until something becomes true that no message tells of."""
    async with asyncio.timeout(timeout):
        while not await condition():
            await asyncio.sleep(0.02)
