"""Messages, buttons and pictures as they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from modera_bot.sandbox.client import SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import GARMENT, PERSON
from tests.sandbox.page.browsing import IN_BROWSER, Opened, messages, saved
from tests.sandbox.scripted_bot import ScriptedBot

pytestmark = IN_BROWSER


async def test_somebody_new_is_greeted_and_starts(
    browser: Browser, sandbox: Sandbox, bot: ScriptedBot
) -> None:
    await bot.call("setMyDescription", description="Try garments on.")
    async with Opened(browser, sandbox) as page:
        await expect(page.get_by_test_id("welcome")).to_contain_text("Try garments on.")
        await expect(page.get_by_test_id("stand-in")).to_contain_text("not Telegram")
        await page.get_by_test_id("start").click()
        await expect(messages(page).last).to_contain_text("Welcome, see /help")
        await expect(page.get_by_test_id("welcome")).to_be_hidden()
        await expect(page.locator("b", has_text="Welcome")).to_be_visible()
        await expect(page.get_by_test_id("start")).to_be_hidden()


async def test_what_is_written_reaches_the_bot_and_gets_its_ticks(
    page: Page, anna: SandboxUser
) -> None:
    await page.get_by_test_id("text").fill("two\nlines")
    await page.get_by_test_id("text").press("Enter")

    await expect(messages(page).last).to_contain_text("two\nlines")
    await expect(messages(page).last.get_by_label("Received by the bot")).to_be_visible()
    assert (await anna.messages())[-1]["text"] == "two\nlines"
    await expect(page.get_by_test_id("text")).to_have_value("")


async def test_text_is_never_taken_for_html(page: Page, bot: ScriptedBot, anna: Any) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    await bot.call("sendMessage", chat_id=anna.id, text=evil)
    await bot.call("setMyName", name="<b>Modera</b>")

    await expect(messages(page).last).to_contain_text(evil)
    await expect(page.locator("#bot-name")).to_have_text("<b>Modera</b>")
    assert await page.locator("#log script, #log img").count() == 0


async def test_a_link_of_a_dangerous_kind_is_not_one(page: Page, bot: Any, anna: Any) -> None:
    text = '<a href="javascript:alert(1)">bad</a> <a href="https://example.org/">good</a>'
    await bot.call("sendMessage", chat_id=anna.id, text=text, parse_mode="HTML")

    await expect(messages(page).last).to_contain_text("bad good")
    links = messages(page).last.locator("a")
    assert [await a.get_attribute("href") for a in await links.all()] == ["https://example.org/"]
    assert await links.first.get_attribute("rel") == "noopener noreferrer"


async def test_a_button_waits_for_its_answer_and_shows_it(
    page: Page, bot: ScriptedBot, anna: SandboxUser, sandbox: Sandbox
) -> None:
    key = page.get_by_test_id("key").filter(has_text="Go")
    await expect(key).to_have_attribute("data-style", "primary")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")

    (query_id,) = sandbox._world.queries
    await bot.call("answerCallbackQuery", callback_query_id=query_id, text="Going")
    await expect(page.get_by_test_id("toasts")).to_have_text("Going")
    await expect(key).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_must_be_confirmed(page: Page, bot: Any, sandbox: Sandbox) -> None:
    await page.get_by_test_id("key").filter(has_text="Warn").click()
    await expect(page.locator('[aria-busy="true"]')).to_be_visible()
    (query_id,) = sandbox._world.queries
    await bot.call("answerCallbackQuery", callback_query_id=query_id, text="Mind!", show_alert=True)

    await expect(page.get_by_test_id("alert")).to_contain_text("Mind!")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("alert")).to_be_hidden()


async def test_an_edit_changes_the_message_in_its_place(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    sent = [
        await bot.call("sendMessage", chat_id=anna.id, text=f"Line {n}\n" * 5) for n in range(8)
    ]
    await expect(messages(page)).to_have_count(10)
    await page.evaluate("document.getElementById('scroll').scrollTop = 300")
    await expect(page.get_by_test_id("to-bottom")).to_be_visible()
    await bot.call(
        "editMessageMedia",
        chat_id=anna.id,
        message_id=sent[-1]["message_id"],
        media={"type": "photo", "media": "attach://p"},
        files={"p": GARMENT.read_bytes()},
    )

    await expect(messages(page).last.get_by_test_id("photo")).to_be_attached()
    await expect(messages(page)).to_have_count(10)
    assert await page.evaluate("document.getElementById('scroll').scrollTop") == 300


async def test_what_comes_while_one_reads_above_is_counted(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    for n in range(8):
        await bot.call("sendMessage", chat_id=anna.id, text=f"Line {n}\n" * 5)
    await expect(messages(page)).to_have_count(10)
    await page.evaluate("document.getElementById('scroll').scrollTop = 0")
    await expect(page.get_by_test_id("to-bottom")).to_be_visible()
    await bot.call("sendMessage", chat_id=anna.id, text="New")

    await expect(page.get_by_test_id("to-bottom")).to_have_text("1")
    await page.get_by_test_id("to-bottom").click()
    await expect(page.get_by_test_id("to-bottom")).to_be_hidden()
    await expect(messages(page).last).to_be_in_viewport()


async def test_a_photo_opens_large_and_steps_to_the_next(page: Page, anna: SandboxUser) -> None:
    await anna.photo(GARMENT, caption="First")
    await anna.photo(PERSON, caption="Second")
    await expect(page.get_by_test_id("photo")).to_have_count(2)
    await page.get_by_test_id("photo").first.click()

    box = page.get_by_test_id("lightbox")
    await expect(box).to_contain_text("First")
    await page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("Second")
    async with page.expect_download() as download:
        await box.get_by_label("Download").click()
    assert (await saved(download))[:2] == b"\xff\xd8"
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()


async def test_a_reply_keyboard_writes_what_stands_on_its_keys(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    markup = {"keyboard": [[{"text": "Dress"}, {"text": "Tee"}]], "one_time_keyboard": True}
    await bot.call("sendMessage", chat_id=anna.id, text="Which?", reply_markup=markup)
    await page.get_by_test_id("reply-keyboard").get_by_text("Dress").click()

    await expect(messages(page).last).to_contain_text("Dress")
    await expect(page.get_by_test_id("reply-keyboard")).to_be_hidden()


async def test_what_the_bot_does_is_told_while_it_does_it(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    await bot.call("sendChatAction", chat_id=anna.id, action="upload_photo")
    await expect(page.get_by_test_id("status")).to_have_text("sending photo")
    await bot.call("sendMessageDraft", chat_id=anna.id, draft_id=1, text="Half a sen")
    await expect(page.locator(".draft")).to_have_text("Half a sen")

    await bot.call("sendMessage", chat_id=anna.id, text="Half a sentence.")
    await expect(page.get_by_test_id("status")).to_have_text("bot")
    await expect(page.locator(".draft")).to_have_count(0)


RESULT = (
    "✨ <b>AI-generated · draft</b>\nA quick sketch: it shows the look, not the exact fit.\n"
    "ℹ️ The clothes in the photo are close to the skin in colour, so the edges may be off."
)
ROWS = [["☆"] * 5, ["Before / after", "As a file"], ["Garment"], ["Person"], ["Delete", "Menu"]]


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (390, 844)])
async def test_a_portrait_result_can_be_seen_from_the_face_to_the_last_button(
    browser: Browser,
    sandbox: Sandbox,
    bot: ScriptedBot,
    anna: SandboxUser,
    width: int,
    height: int,
) -> None:
    keys = [[{"text": text, "callback_data": text} for text in row] for row in ROWS]
    async with Opened(browser, sandbox, width=width, height=height) as page:
        if await page.get_by_test_id("tray").is_visible():
            await page.get_by_test_id("samples").click()
        await bot.call(
            "sendPhoto",
            files={"photo": PERSON.read_bytes()},
            chat_id=anna.id,
            caption=RESULT,
            parse_mode="HTML",
            reply_markup={"inline_keyboard": keys},
        )
        result = messages(page).last
        await expect(result.get_by_test_id("photo")).to_be_in_viewport(ratio=1)
        await expect(result.get_by_test_id("key").last).to_be_in_viewport(ratio=1)
        shown = await result.locator("img").evaluate(
            """async (img) => {
              await img.decode();
              return [img.naturalWidth / img.naturalHeight, getComputedStyle(img).objectFit];
            }"""
        )
        assert shown == [pytest.approx(3 / 4, abs=0.01), "contain"]
