"""A sandbox of its own for each test, Anna who uses it, and python-telegram-bot as the bot."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox

SAMPLES = Path(__file__).parents[1] / "samples"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"
PERSON = SAMPLES / "people" / "mia_tank_dots.jpg"


Caller = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def call(sandbox: Sandbox) -> AsyncIterator[Caller]:
    """`await call("sendMessage", chat_id=1, text="Hi")` -> the answer as it is on the wire.

    A value of type bytes is uploaded as a file of that name.
    """
    async with aiohttp.ClientSession() as session:

        async def make(method: str, token: str = sandbox.token, **fields: Any) -> dict[str, Any]:
            form = aiohttp.FormData(default_to_multipart=True)
            for name, value in fields.items():
                if isinstance(value, bytes):
                    file = io.BytesIO(value)
                    form.add_field(name, file, filename=name, content_type="image/jpeg")
                else:
                    form.add_field(name, value if isinstance(value, str) else json.dumps(value))
            url = f"{sandbox.base_url}{token}/{method}"
            async with session.post(url, data=form if fields else None) as response:
                answer: dict[str, Any] = await response.json()
                assert response.status == answer.get("error_code", 200)
                return answer

        yield make


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
