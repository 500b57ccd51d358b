"""How it fits: one tap below the picture, asked of a model once."""

from collections.abc import Iterator

import pytest

from modera_bot.app import App
from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.texts import Texts
from modera_bot.config import OpenAISettings, Settings
from modera_bot.sandbox.client import SandboxUser
from tests.bot.tryon.conftest import labels
from tests.bot.tryon.test_results import try_on, tryon_of
from tests.ml.hosted.openai_server import KEY, OpenAIServer, refused
from tests.ml.hosted.server import serving

ANSWER = {
    "shoulders": "fits",
    "chest": "tight",
    "waist": "loose",
    "length": "unknown",
    "advice": "Take it a size <larger>.",
}


@pytest.fixture
def openai() -> Iterator[tuple[OpenAIServer, str]]:
    server = OpenAIServer()
    server.answers["FitAnswer"] = ANSWER
    with serving(server) as url:
        yield server, url
    assert server.faults == []


@pytest.fixture
def settings(settings: Settings, openai: tuple[OpenAIServer, str]) -> Settings:
    """A server of one's own: nobody has to be asked."""
    own = OpenAISettings(api_key=KEY, base_url=f"{openai[1]}/v1", provider="")
    inference = settings.inference.model_copy(update={"fit": ("openai",), "openai": own})
    return settings.model_copy(update={"inference": inference})


async def test_the_fit_is_told_part_by_part_and_asked_once(
    bot_app: App, anna: SandboxUser, openai: tuple[OpenAIServer, str]
) -> None:
    result = await try_on(bot_app, anna)
    assert "📏 Does it fit?" in labels(result)
    await anna.press("📏 Does it fit?")
    told = await anna.wait_for("How it would fit", timeout=10)
    assert told["text"].splitlines()[1:] == [
        "Shoulders: fits",
        "Chest: tight",
        "Waist: loose",
        "Length: can’t tell",
        "💡 Take it a size <larger>.",
    ]
    await anna.press("📏 Does it fit?", message_id=result["message_id"])
    await anna.wait_for("How it would fit", timeout=10)
    (request,) = openai[0].asked("/v1/responses")
    content = request.json["input"][0]["content"]
    assert [part["type"] for part in content] == ["input_text", "input_image", "input_image"]
    assert "in English" in content[0]["text"]
    kept = (await tryon_of(bot_app, anna)).result.fit
    assert kept is not None
    assert kept.advice == ANSWER["advice"]


async def test_a_model_that_declines_is_told_in_ones_own_language(
    bot_app: App, boris: SandboxUser, openai: tuple[OpenAIServer, str]
) -> None:
    openai[0].script.append(refused("content_policy_violation"))
    await try_on(bot_app, boris, language="ru")
    await boris.press("📏 Как сядет?")
    await boris.wait_for("отказалась", timeout=10)


def test_a_picture_has_no_such_button_where_nobody_judges() -> None:
    chat = Chat(None, Texts(), "en", 1)  # type: ignore[arg-type]
    rows = keyboards.result(chat, "0" * 32).inline_keyboard
    shown = [button.text for row in rows for button in row]
    assert "📏 Does it fit?" not in shown
