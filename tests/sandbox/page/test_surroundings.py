"""Languages, people, themes, phones, and what happens when somebody is away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import PERSON
from tests.sandbox.page.browsing import IN_BROWSER, Opened, messages, react
from tests.sandbox.scripted_bot import ScriptedBot, scripted

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(23, 33, 43)"

pytestmark = IN_BROWSER


async def test_the_language_is_that_of_the_page_and_of_the_person(
    page: Page, anna: SandboxUser
) -> None:
    await page.get_by_role("button", name="Русский").click()

    await expect(page.get_by_test_id("stand-in")).to_contain_text("не Telegram")
    await expect(page.get_by_placeholder("Сообщение")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "ru"
    assert (await anna.chat())["user"]["language_code"] == "ru"


async def test_a_second_person_has_a_chat_of_their_own(page: Page, client: Any) -> None:
    await page.get_by_test_id("add-person").click()
    dialog = page.get_by_test_id("person-dialog")
    await dialog.get_by_label("Name").fill("Борис")
    await dialog.get_by_text("Русский").click()
    await dialog.get_by_role("button", name="Add", exact=True).click()

    await expect(page.get_by_test_id("start")).to_have_text("НАЧАТЬ")
    await expect(messages(page)).to_have_count(0)
    await page.get_by_test_id("person").filter(has_text="Anna").click()
    await expect(messages(page)).to_have_count(2)
    boris = (await client.users())[-1]
    await boris.text("/start")
    await boris.wait_for("Welcome")
    badge = page.get_by_test_id("person").filter(has_text="Борис").locator(".badge")
    await expect(badge).to_have_text("1")
    await expect(messages(page)).to_have_count(2)


async def test_the_theme_follows_the_system_until_chosen(page: Page) -> None:
    body = expect(page.locator("body"))
    await page.emulate_media(color_scheme="dark")
    await body.to_have_css("background-color", DARK)
    await page.emulate_media(color_scheme="light")
    await body.to_have_css("background-color", LIGHT)

    await page.get_by_role("button", name="Light or dark").click()
    await body.to_have_css("background-color", DARK)
    await page.reload()
    await body.to_have_css("background-color", DARK)


async def test_a_bot_that_does_not_listen_is_noticed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modera_bot.sandbox.userapi.SILENT_AFTER", 0)
    async with (
        Sandbox() as sandbox,
        Opened(browser, sandbox) as page,
    ):
        await expect(page.get_by_test_id("silent")).to_contain_text("not listening")
        async with scripted(sandbox, react):
            await expect(page.get_by_test_id("silent")).to_be_hidden()


async def test_the_page_comes_back_by_itself_after_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    async with Sandbox(folder=tmp_path) as first:
        opened = Opened(browser, first)
        page = await opened.__aenter__()
        await page.get_by_test_id("start").click()
        await expect(messages(page)).to_have_count(1)
    await expect(page.get_by_test_id("offline")).to_be_visible()
    async with Sandbox(folder=tmp_path, port=first.port) as second:
        await expect(page.get_by_test_id("offline")).to_be_hidden(timeout=10_000)
        async with SandboxClient(second.page_url) as client:
            await (await client.users())[0].text("again")
        await expect(messages(page)).to_have_count(2)
        await opened.__aexit__()


async def test_on_a_phone_the_people_are_in_a_drawer(
    browser: Browser, sandbox: Sandbox, anna: SandboxUser
) -> None:
    async with Opened(browser, sandbox, width=390, height=844) as page:
        await anna.photo(PERSON, caption="A caption of some length, so that it must be wrapped")
        await expect(messages(page)).to_have_count(3)
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        await expect(page.get_by_test_id("people")).to_be_hidden()

        await page.get_by_test_id("open-people").click()
        await expect(page.get_by_test_id("person")).to_be_visible()
        await page.get_by_test_id("person").click()
        await expect(page.get_by_test_id("people")).to_be_hidden()


async def test_a_long_message_that_is_quoted_does_not_widen_the_answer(
    browser: Browser, sandbox: Sandbox, anna: SandboxUser, bot: ScriptedBot
) -> None:
    question = await anna.text("a question of many words " * 9)
    await bot.call(
        "sendMessage",
        chat_id=anna.id,
        text="An answer that is wrapped, since it is longer than a line of a phone",
        reply_parameters={"message_id": question["message_id"]},
    )
    async with Opened(browser, sandbox, width=390, height=844) as page:
        bubble = await messages(page).last.locator(".bubble").bounding_box()
        assert bubble is not None
        assert bubble["x"] + bubble["width"] <= 390
