"""/start: language, menu, deep links."""

import pytest

from modera_bot.app import App
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.bot.people import known, labels
from tests.bot.tryon.conftest import settle


async def test_a_newcomer_is_greeted_by_name_and_asked_for_the_language(
    bot_app: App, anna: SandboxUser
) -> None:
    await anna.text("/start")

    welcome = await anna.wait_for("Hello, Anna!")

    assert "I’m Modera, your fitting room." in welcome["text"]
    assert labels(welcome) == ["English", "Русский"]
    assert (await known(bot_app, anna)).language_code is None


async def test_the_language_of_the_app_comes_first(bot_app: App, boris: SandboxUser) -> None:
    await boris.text("/start")

    welcome = await boris.wait_for("Здравствуйте, Борис!")

    assert labels(welcome) == ["Русский", "English"]


async def test_choosing_a_language_leads_to_the_menu_in_it(bot_app: App, anna: SandboxUser) -> None:
    await anna.text("/start")
    welcome = await anna.wait_for("Hello")
    await anna.press("Русский", timeout=5)

    menu = await anna.wait_for("Приятно познакомиться, Anna!")

    assert menu["message_id"] == welcome["message_id"]
    assert "👗 Примерить" in labels(menu)
    assert (await known(bot_app, anna)).language_code == "ru"


async def test_whoever_has_chosen_gets_the_menu_at_once(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna, language="ru")
    await anna.text("/start")

    assert "Что будем делать?" in (await anna.wait_for("Что"))["text"]


async def test_a_deep_link_opens_the_try_on(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await anna.text("/start tryon")

    await anna.wait_for("Let’s try something on")


async def test_a_deep_link_survives_the_choice_of_the_language(
    bot_app: App, boris: SandboxUser
) -> None:
    await boris.text("/start tryon")
    await boris.press("English", timeout=5)

    await boris.wait_for("Let’s try something on")

    assert not [m for m in await boris.messages() if "English" in labels(m)]


@pytest.mark.parametrize("link", ["nowhere", "tryon2", "TRYON", "x" * 64])
async def test_an_unknown_deep_link_leads_to_the_menu(
    bot_app: App, anna: SandboxUser, link: str
) -> None:
    await settle(bot_app, anna)
    await anna.text(f"/start {link}")

    await anna.wait_for("What would you like to do?")


async def test_a_name_that_looks_like_markup_is_shown_as_it_is(
    bot_app: App, client: SandboxClient
) -> None:
    mallory = await client.user("<b>M</b> & Co")
    await mallory.text("/start")

    await mallory.wait_for("Hello, <b>M</b> & Co!")


async def test_a_button_pressed_twice_changes_nothing_more(bot_app: App, anna: SandboxUser) -> None:
    await anna.text("/start")
    welcome = await anna.wait_for("Hello")
    await anna.press("English")
    await anna.wait_for("Nice to meet you")
    query = await anna.press("start:language:en", message_id=welcome["message_id"], force=True)
    await anna.answer_to(query)
    await anna.text("/menu")

    await anna.wait_for("What would you like to do?")
    assert len([m for m in await anna.messages() if not m["sandbox"]["outgoing"]]) == 2
