"""Photos of one colour each, and an inspector that knows what each colour shows."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from modera_bot import app as composition
from modera_bot.app import App
from modera_bot.bot.flows import consent
from modera_bot.contracts import Category, Notice, PersonAt, PhotoReport, Role
from modera_bot.db import sessions, users
from modera_bot.errors import Code
from modera_bot.sandbox.client import Json, SandboxUser
from tests.fakes import Conduct

SIZE = (480, 640)


def report(role: Role, **more: object) -> PhotoReport:
    """What the inspector says of a photo that can only serve in one role."""
    faults = {
        Role.PERSON: {"garment_fault": Code.NO_GARMENT},
        Role.GARMENT: {"person_fault": Code.NO_PERSON},
    }
    values = faults.get(role, {}) | more
    return PhotoReport(role=role, width=SIZE[0], height=SIZE[1], **values)


TOP = (200, 30, 30)
OTHER_TOP = (200, 30, 120)
TROUSERS = (200, 120, 30)
WOMAN = (30, 30, 200)
MAN = (30, 120, 200)
UNCLEAR = (30, 200, 30)
CROWD = (120, 30, 200)
PAIR = (120, 30, 120)
LANDSCAPE = (120, 200, 30)
WORN = (30, 200, 200)

LOOKS = {
    TOP: report(Role.GARMENT, category=Category.TOPS),
    OTHER_TOP: report(Role.GARMENT, category=Category.TOPS, notices=(Notice.SMALL_PHOTO,)),
    TROUSERS: report(Role.GARMENT, category=Category.BOTTOMS),
    WOMAN: report(Role.PERSON, people=1),
    MAN: report(Role.PERSON, people=1),
    UNCLEAR: report(Role.UNSURE),
    CROWD: report(Role.PERSON, people=5, person_fault=Code.SEVERAL_PEOPLE),
    PAIR: report(
        Role.PERSON,
        people=3,
        person_fault=Code.SEVERAL_PEOPLE,
        people_at=(
            PersonAt(box=(0.0, 0.1, 0.3, 0.9), point=(0.15, 0.4), fault=Code.TURNED_AWAY),
            PersonAt(box=(0.3, 0.1, 0.6, 0.9), point=(0.45, 0.4)),
            PersonAt(box=(0.6, 0.1, 0.9, 0.9), point=(0.75, 0.4)),
        ),
    ),
    LANDSCAPE: report(Role.UNSURE, person_fault=Code.NO_PERSON, garment_fault=Code.NO_GARMENT),
    WORN: report(Role.PERSON, people=1, person_fault=Code.BODY_CROPPED, garment_fault=None),
}


def photo(colour: tuple[int, int, int]) -> bytes:
    """A JPEG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(file, "JPEG", quality=95)
    return file.getvalue()


def mean_colour(picture: Any) -> list[int]:
    """Red, green and blue of a picture, on average."""
    return [round(value) for value in picture.mean((0, 1))]


def near(picture: Any, colour: tuple[int, int, int]) -> bool:
    """Whether a picture is of this colour on average."""
    return max(abs(a - b) for a, b in zip(mean_colour(picture), colour, strict=True)) < 6


class ColourInspector:
    """Tells photos apart by their colour, at once."""

    def __init__(self, *_: object, **__: object) -> None:
        """Needs neither a pool nor models."""

    def inspect(self, picture: bytes) -> PhotoReport:
        with Image.open(io.BytesIO(picture)) as opened:
            seen = np.asarray(opened.convert("RGB"), float).mean((0, 1))
        return LOOKS[min(LOOKS, key=lambda colour: np.abs(seen - np.array(colour)).sum())]


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "PhotoInspector", ColourInspector)


async def settle(app: App, *people: SandboxUser, language: str = "en") -> None:
    """Let people have chosen their language and agreed to the terms."""

    def agree(connection: object, person: SandboxUser) -> None:
        user = users.remember(
            connection, person.id, first_name="Somebody", last_name=None, username=None
        )
        terms = consent.version(app.services.settings)
        users.set_language(connection, user.id, language)
        users.give_consent(connection, user.id, consent.PURPOSE, terms, language)

    for person in people:
        await app.services.database.run(agree, person)


def is_result(message: dict[str, Any]) -> bool:
    """Whether a message is a picture with the buttons of a result."""
    return "photo" in message and "tryon:rate" in str(message.get("reply_markup"))


async def begin(
    app: App, person: SandboxUser, conduct: Conduct, garment: tuple[int, int, int] = TOP
) -> Json:
    """Bring somebody to a try-on that runs until the gate is opened; the status message."""
    await settle(app, person)
    conduct.gate.clear()
    await person.album([photo(garment), photo(WOMAN)])
    return await person.wait_for("Fitting the garment", timeout=8)


async def state(app: App, person: SandboxUser) -> str:
    def read(connection: object) -> str:
        user = users.by_telegram_id(connection, person.id)
        session = sessions.active(connection, user.id) if user else None
        return session.state if session else "default"

    return await app.services.database.run(read)


async def methods(person: SandboxUser, method: str) -> list[Json]:
    return [call["fields"] for call in await person.calls() if call["method"] == method]


def labels(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def eventually(look: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Wait until something that the chat does not show is as wanted."""
    async with asyncio.timeout(10):
        while await look() != wanted:
            await asyncio.sleep(0.05)
