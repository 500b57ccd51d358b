"""The chat page in a real browser, against a bot of a few lines."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import GARMENT, PERSON
from tests.sandbox.scripted_bot import ScriptedBot, scripted

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(23, 33, 43)"
WELCOME = "<b>Welcome</b>, see /help"
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Go", "callback_data": "go", "style": "primary"}],
        [{"text": "Warn", "callback_data": "warn", "style": "danger"}],
    ]
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this computer"),
]


async def react(bot: ScriptedBot, update: dict[str, Any]) -> None:
    """Say something to /start, and leave everything else to the tests."""
    message = update.get("message", {})
    if message.get("text") == "/start":
        await bot.call(
            "sendMessage",
            chat_id=message["chat"]["id"],
            text=WELCOME,
            parse_mode="HTML",
            reply_markup=KEYBOARD,
        )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def client(sandbox: Sandbox) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(sandbox.page_url) as connected:
        yield connected


@pytest_asyncio.fixture(loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[ScriptedBot]:
    async with scripted(sandbox, react) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def anna(bot: ScriptedBot, client: SandboxClient) -> SandboxUser:
    person = await client.user("Anna", language="en")
    await person.text("/start")
    await person.wait_for("Welcome", since=0)
    return person


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, sandbox: Sandbox, anna: SandboxUser) -> AsyncIterator[Page]:
    """The page with Anna's chat, at the size of a laptop; an error in it fails the test."""
    async with Opened(browser, sandbox, width=1280, height=800) as opened:
        yield opened


class Opened:
    """A page of some size, closed and checked for errors at the end."""

    def __init__(self, browser: Browser, sandbox: Sandbox, *, width: int, height: int) -> None:
        self._browser = browser
        self._url = sandbox.page_url
        self._size = {"width": width, "height": height}
        self.errors: list[str] = []

    async def __aenter__(self) -> Page:
        self._context = await self._browser.new_context(
            viewport=self._size, reduced_motion="reduce", locale="en-GB"
        )
        page = await self._context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._listen)
        await page.goto(self._url)
        await page.wait_for_selector("#foot :is(#composer, #start):visible")
        return page

    async def __aexit__(self, *exception: object) -> None:
        await self._context.close()
        assert self.errors == []

    def _listen(self, message: Any) -> None:
        lost = "WebSocket connection" in message.text or "ERR_CONNECTION" in message.text
        if message.type == "error" and not lost:
            self.errors.append(message.text)


def messages(page: Page) -> Any:
    return page.get_by_test_id("message")


async def saved(download: Any) -> bytes:
    path: Path = await (await download.value).path()
    return await asyncio.to_thread(path.read_bytes)


async def test_somebody_new_is_greeted_and_starts(
    browser: Browser, sandbox: Sandbox, bot: ScriptedBot
) -> None:
    await bot.call("setMyDescription", description="Try garments on.")
    async with Opened(browser, sandbox, width=1280, height=800) as page:
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


async def test_photos_from_the_disk_go_as_an_album_with_a_caption(
    page: Page, anna: SandboxUser
) -> None:
    await page.set_input_files("#photo-input", [GARMENT, PERSON])
    dialog = page.get_by_test_id("send-dialog")
    await expect(dialog).to_contain_text("Send 2 pictures")
    await dialog.get_by_label("Caption").fill("Both")
    await page.keyboard.press("Enter")

    await expect(messages(page).last.get_by_test_id("photo")).to_have_count(2)
    sent = (await anna.messages())[-2:]
    assert [m.get("caption") for m in sent] == ["Both", None]
    assert len({m["media_group_id"] for m in sent}) == 1


async def test_a_picture_can_go_as_a_file(page: Page, anna: SandboxUser, client: Any) -> None:
    await page.set_input_files("#photo-input", GARMENT)
    await page.get_by_test_id("send-dialog").get_by_text("File", exact=True).click()
    await page.get_by_test_id("send-now").click()

    link = messages(page).last.get_by_test_id("document")
    await expect(link).to_contain_text(GARMENT.name)
    async with page.expect_download() as download:
        await link.click()
    assert await saved(download) == GARMENT.read_bytes()


async def test_what_is_no_picture_goes_only_as_a_file(page: Page, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("x")
    await page.set_input_files("#photo-input", note)

    dialog = page.get_by_test_id("send-dialog")
    await expect(dialog.locator('[value="photos"]')).to_be_disabled()
    await expect(dialog.locator('[value="documents"]')).to_be_checked()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


@pytest.mark.parametrize("way", ["drop", "paste"])
async def test_a_picture_can_be_dropped_and_pasted(page: Page, anna: SandboxUser, way: str) -> None:
    await page.evaluate(
        """async (way) => {
            const blob = await (await fetch("/sandbox/samples/garments/tee_logo.jpg")).blob();
            const data = new DataTransfer();
            data.items.add(new File([blob], "tee.jpg", { type: "image/jpeg" }));
            const init = { bubbles: true, cancelable: true };
            const event = way === "drop"
                ? new DragEvent("drop", { ...init, dataTransfer: data })
                : new ClipboardEvent("paste", { ...init, clipboardData: data });
            document.body.dispatchEvent(event);
        }""",
        way,
    )
    await page.get_by_test_id("send-now").click()

    await expect(messages(page).last.get_by_test_id("photo")).to_have_count(1)
    assert "photo" in (await anna.messages())[-1]


async def test_a_sample_is_two_clicks_away(page: Page, anna: SandboxUser) -> None:
    await page.get_by_test_id("sample").first.click()
    await page.get_by_test_id("send-now").click()

    await expect(messages(page).last.get_by_test_id("photo")).to_be_visible()
    await page.get_by_test_id("samples").click()
    await expect(page.get_by_test_id("tray")).to_be_hidden()


async def test_stickers_voice_and_places_can_be_sent(page: Page, anna: SandboxUser) -> None:
    for name, kind in (
        ("Sticker", "sticker"),
        ("Voice message", "voice"),
        ("Location", "location"),
    ):
        count = await messages(page).count()
        await page.get_by_test_id("attach").click()
        await page.get_by_role("menuitem", name=name).click()
        await expect(messages(page)).to_have_count(count + 1)
        assert kind in (await anna.messages())[-1]


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


async def test_commands_are_offered_in_the_menu_and_while_typing(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    commands = [{"command": c, "description": f"To {c}"} for c in ("start", "tryon", "terms")]
    await bot.call("setMyCommands", commands=commands)
    await page.get_by_test_id("commands").click()
    await expect(page.get_by_role("menuitem")).to_have_text(
        ["To start/start", "To tryon/tryon", "To terms/terms"]
    )
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("commands-menu")).to_be_hidden()

    await page.get_by_test_id("text").press_sequentially("/t")
    await expect(page.get_by_role("menuitem")).to_have_text(["To tryon/tryon", "To terms/terms"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(messages(page).last).to_contain_text("/terms")


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


async def test_a_bot_that_does_not_listen_is_noticed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modera_bot.sandbox.userapi.SILENT_AFTER", 0)
    async with (
        Sandbox() as sandbox,
        Opened(browser, sandbox, width=1280, height=800) as page,
    ):
        await expect(page.get_by_test_id("silent")).to_contain_text("not listening")
        async with scripted(sandbox, react):
            await expect(page.get_by_test_id("silent")).to_be_hidden()


async def test_the_page_comes_back_by_itself_after_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    async with Sandbox(folder=tmp_path) as first:
        opened = Opened(browser, first, width=1280, height=800)
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
