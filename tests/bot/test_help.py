"""/help."""

import pytest

from modera_bot.app import App
from modera_bot.sandbox.client import SandboxUser
from tests.bot.people import labels
from tests.bot.tryon.conftest import settle


@pytest.mark.parametrize(
    ("language", "title", "unsupported"),
    [("en", "How it works", "Shoes, hats, bags"), ("ru", "Как это работает", "Обувь, головные")],
)
async def test_help_tells_what_works_and_what_does_not(
    bot_app: App, anna: SandboxUser, language: str, title: str, unsupported: str
) -> None:
    await settle(bot_app, anna, language=language)
    await anna.text("/help")

    shown = await anna.wait_for(title)

    assert unsupported in shown["text"]
    assert len(labels(shown)) == 2


async def test_help_speaks_the_language_of_the_app_to_a_newcomer(
    bot_app: App, boris: SandboxUser
) -> None:
    await boris.text("/help")

    await boris.wait_for("Как это работает")


async def test_help_leads_to_the_try_on(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await anna.text("/help")
    await anna.press("👗 Try on", timeout=5)

    await anna.wait_for("Let’s try something on")
