"""Everything that a person can send from the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from modera_bot.sandbox.client import SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import GARMENT, PERSON
from tests.sandbox.page.browsing import IN_BROWSER, KEYBOARD, Opened, messages, saved
from tests.sandbox.scripted_bot import ScriptedBot

pytestmark = IN_BROWSER


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


async def test_a_broken_picture_is_refused_in_words_that_cover_no_button(
    page: Page, anna: SandboxUser, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    await page.set_input_files("#photo-input", broken)
    await page.get_by_test_id("send-now").click()

    said = page.get_by_test_id("toasts").get_by_text("not a picture that can be sent as a photo")
    await expect(said).to_be_visible()
    box = await said.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 800 / 3  # buttons are below


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


@pytest.mark.parametrize(
    ("width", "height", "stays"), [(390, 844, False), (844, 390, False), (1280, 860, True)]
)
async def test_the_samples_make_room_for_the_answer_where_there_is_little(
    browser: Browser,
    sandbox: Sandbox,
    bot: ScriptedBot,
    anna: SandboxUser,
    width: int,
    height: int,
    stays: bool,
) -> None:
    async with Opened(browser, sandbox, width=width, height=height) as page:
        tray = page.get_by_test_id("tray")
        if not stays:
            await expect(tray).to_be_hidden()
            await page.get_by_test_id("samples").click()
        await expect(tray).to_be_visible()
        await page.get_by_test_id("sample").last.click()
        await page.get_by_test_id("send-now").click()
        await expect(messages(page)).to_have_count(3)
        await bot.call("sendMessage", chat_id=anna.id, text="Got it.", reply_markup=KEYBOARD)

        await expect(messages(page).last).to_contain_text("Got it.")
        await expect(messages(page).last).to_be_in_viewport(ratio=1)
        await expect(tray).to_be_visible(visible=stays)


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
