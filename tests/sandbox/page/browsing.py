"""The page in a browser: how it is opened, watched for errors, and read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize

from modera_bot.sandbox.server import Sandbox
from tests.sandbox.scripted_bot import ScriptedBot

IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]
#: What a browser also writes to its console when the page tells the person itself.
TOLD = "WebSocket connection", "ERR_CONNECTION", "status of 400"
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Go", "callback_data": "go", "style": "primary"}],
        [{"text": "Warn", "callback_data": "warn", "style": "danger"}],
    ]
}


async def react(bot: ScriptedBot, update: dict[str, Any]) -> None:
    """Say something to /start, and leave everything else to the tests."""
    message = update.get("message", {})
    if message.get("text") == "/start":
        await bot.call(
            "sendMessage",
            chat_id=message["chat"]["id"],
            text="<b>Welcome</b>, see /help",
            parse_mode="HTML",
            reply_markup=KEYBOARD,
        )


class Opened:
    """The page at some size, closed and checked for errors at the end."""

    def __init__(
        self, browser: Browser, sandbox: Sandbox, *, width: int = 1280, height: int = 800
    ) -> None:
        self._browser = browser
        self._url = sandbox.page_url
        self._size = ViewportSize(width=width, height=height)
        self._errors: list[str] = []

    async def __aenter__(self) -> Page:
        self._context = await self._browser.new_context(
            viewport=self._size, reduced_motion="reduce", locale="en-GB"
        )
        page = await self._context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.on("console", self._listen)
        await page.goto(self._url)
        await page.wait_for_selector("#foot :is(#composer, #start):visible")
        return page

    async def __aexit__(self, *exception: object) -> None:
        await self._context.close()
        assert self._errors == []

    def _listen(self, message: Any) -> None:
        told = any(words in message.text for words in TOLD)
        if message.type == "error" and not told:
            self._errors.append(message.text)


def messages(page: Page) -> Locator:
    """Every message shown, an album counting once."""
    return page.get_by_test_id("message")


async def saved(download: Any) -> bytes:
    """What a browser saved."""
    path: Path = await (await download.value).path()
    return await asyncio.to_thread(path.read_bytes)
