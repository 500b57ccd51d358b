"""One browser for each file of tests; a sandbox, a bot and Anna for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.conftest import CHROMIUM_FLAGS
from tests.sandbox.page.browsing import Opened, react
from tests.sandbox.scripted_bot import ScriptedBot, scripted


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
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
    """A bot that greets."""
    async with scripted(sandbox, react) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def anna(bot: ScriptedBot, client: SandboxClient) -> SandboxUser:
    """A person who has been greeted."""
    person = await client.user("Anna", language="en")
    await person.text("/start")
    await person.wait_for("Welcome", since=0)
    return person


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, sandbox: Sandbox, anna: SandboxUser) -> AsyncIterator[Page]:
    """The page with Anna's chat, at the size of a laptop; an error in it fails the test."""
    async with Opened(browser, sandbox) as opened:
        yield opened
