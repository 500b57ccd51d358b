"""A stylist that a service abroad runs, with one of our own after it: consent, calls, faults."""

from collections.abc import Iterator
from typing import Any

import pytest

from modera_bot.app import App
from modera_bot.config import OpenAISettings, Settings
from modera_bot.sandbox.client import SandboxUser
from tests.bot.people import known, labels
from tests.bot.stylist.conftest import is_advice
from tests.bot.stylist.test_stylist import rows
from tests.bot.tryon.conftest import WOMAN, photo
from tests.fakes_style import Conduct
from tests.ml.hosted.openai_server import KEY, OpenAIServer, refused
from tests.ml.hosted.server import serving
from tests.ml.style.vision import answer


@pytest.fixture
def openai() -> Iterator[OpenAIServer]:
    server = OpenAIServer()
    server.answers["StyleAnswer"] = answer()
    with serving(server) as server.url:
        yield server
    assert server.faults == []


@pytest.fixture
def settings(settings: Settings, openai: OpenAIServer) -> Settings:
    hosted = OpenAISettings(api_key=KEY, base_url=f"{openai.url}/v1", retries=0)
    inference = settings.inference.model_copy(
        update={"style": ("openai", "quick"), "openai": hosted}
    )
    return settings.model_copy(update={"inference": inference})


async def asked(person: SandboxUser) -> Any:
    """Bring somebody to the question where their photo may go."""
    await person.text("/start")
    await person.press("English", timeout=5)
    await person.wait_for("Nice to meet you")
    await person.text("/style")
    await person.wait_for("What suits you")
    await person.photo(photo(WOMAN))
    return await person.wait_for("Before I take your photos")


async def advised(person: SandboxUser) -> None:
    await person.wait_for("Got your photo")
    await person.press("stylist:go")
    await person.wait_for(is_advice, timeout=30)


async def test_it_is_named_before_the_photo_goes_there_and_its_call_is_written_down(
    bot_app: App, anna: SandboxUser, openai: OpenAIServer, stylist: Conduct
) -> None:
    question = await asked(anna)
    assert "OpenAI (USA)" in question["text"]
    assert labels(question) == ["Yes, I agree", "Only on the bot’s own server", "No, thanks"]
    assert openai.requests == []
    await anna.press("Yes, I agree")
    await advised(anna)
    assert stylist.tasks == []
    (call,) = await rows(bot_app, "ai_calls")
    assert (call["role"], call["backend"], call["outcome"]) == ("style", "openai", "ok")
    assert call["user_id"] == (await known(bot_app, anna)).id
    assert call["input_tokens"] == 900


async def test_whoever_wants_it_here_alone_is_advised_by_our_own(
    bot_app: App, anna: SandboxUser, openai: OpenAIServer, stylist: Conduct
) -> None:
    await asked(anna)
    await anna.press("Only on the bot’s own server")
    await advised(anna)
    assert (len(stylist.tasks), openai.requests) == (1, [])
    assert await rows(bot_app, "ai_calls") == []


async def test_when_it_fails_our_own_advises_and_the_fault_is_written_down(
    bot_app: App, anna: SandboxUser, openai: OpenAIServer, stylist: Conduct
) -> None:
    openai.script.append(refused("server_error", 500))
    await asked(anna)
    await anna.press("Yes, I agree")
    await advised(anna)
    assert len(stylist.tasks) == 1
    (call,) = await rows(bot_app, "ai_calls")
    assert (call["role"], call["outcome"]) == ("style", "backend_failed")
