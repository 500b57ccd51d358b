"""Photos of one colour each, and an inspector that knows what each colour shows."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from modera_bot import app as composition
from modera_bot.app import App
from modera_bot.bot.flows import consent
from modera_bot.contracts import Category, Notice, PhotoReport, Role
from modera_bot.db import users
from modera_bot.errors import Code
from modera_bot.sandbox.client import SandboxUser

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
    LANDSCAPE: report(Role.UNSURE, person_fault=Code.NO_PERSON, garment_fault=Code.NO_GARMENT),
    WORN: report(Role.PERSON, people=1, person_fault=Code.BODY_CROPPED, garment_fault=None),
}


def photo(colour: tuple[int, int, int]) -> bytes:
    """A JPEG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(file, "JPEG", quality=95)
    return file.getvalue()


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
