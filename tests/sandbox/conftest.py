"""A sandbox of its own for each test, Anna who uses it, and python-telegram-bot as the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Bot

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox

SAMPLES = Path(__file__).parents[1] / "samples"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"
PERSON = SAMPLES / "people" / "mia_tank_dots.jpg"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Telegram, empty, on a free port."""
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[SandboxClient]:
    """The people's side of it."""
    async with SandboxClient(sandbox.page_url) as connected:
        yield connected


@pytest.fixture
async def anna(client: SandboxClient) -> SandboxUser:
    """A person who has started the bot, so that it may write to her."""
    person = await client.user("Anna", language="en")
    await person.text("/start")
    return person


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """A bot as python-telegram-bot makes it."""
    made = Bot(sandbox.token, base_url=sandbox.base_url, base_file_url=sandbox.base_file_url)
    async with made as ready:
        yield ready
