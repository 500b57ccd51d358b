"""The stylist's flow with photos of one colour each and a quick stylist."""

from collections.abc import Iterator

import pytest

from modera_bot.app import App
from modera_bot.bot import adviser
from modera_bot.config import Settings
from modera_bot.ml.style.backends import BACKENDS
from modera_bot.sandbox.client import Json, SandboxUser
from tests import fakes_style
from tests.bot.tryon.conftest import WOMAN, _colours, photo, settle
from tests.fakes_style import Conduct

__all__ = ["_colours"]


@pytest.fixture(autouse=True)
def stylist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Conduct]:
    """How the fake stylist behaves."""
    monkeypatch.setitem(BACKENDS, "quick", "tests.fakes_style:QuickStylist")
    monkeypatch.setattr(adviser, "PAUSE_S", 0.0)
    yield fakes_style.conduct
    fakes_style.conduct.reset()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    inference = settings.inference.model_copy(update={"style": ("quick",)})
    return settings.model_copy(update={"inference": inference})


def is_advice(message: Json) -> bool:
    """Whether a message is a card with its buttons."""
    return "photo" in message and "stylist:save" in str(message.get("reply_markup"))


async def choosing(app: App, person: SandboxUser, language: str = "en") -> Json:
    """Bring somebody to the first page of wishes."""
    await settle(app, person, language=language)
    await person.text("/style")
    await person.wait_for("What suits you" if language == "en" else "Что вам идёт")
    await person.photo(photo(WOMAN))
    return await person.wait_for("Got your photo" if language == "en" else "Фото получено")


async def advised(app: App, person: SandboxUser) -> Json:
    """Bring somebody to their advice."""
    await choosing(app, person)
    await person.press("stylist:go")
    return await person.wait_for(is_advice, timeout=30)
