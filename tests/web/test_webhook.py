"""Updates by webhook: only from Telegram, each once, none lost."""

import asyncio
import io
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from modera_bot.bot import webhook
from modera_bot.db import inbox
from modera_bot.errors import ConfigError
from modera_bot.web.telegram import SECRET_HEADER
from tests.bot.people import labels

PATH = "/webhook/telegram"
BOT_ID = 7000000001


@pytest.fixture
async def app(serve_web):
    async with serve_web(mode="webhook") as running:
        yield running


def hooked(sandbox) -> dict[str, str]:
    """What the bot has told Telegram about its webhook."""
    return sandbox.world.profile.get("webhook") or {}


def update(number: int, person, text: str) -> dict[str, object]:
    sender = {"id": person.id, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    chat = {"id": person.id, "type": "private", "first_name": "Anna"}
    message = {"message_id": number, "date": 1700000000, "chat": chat, "from": sender, "text": text}
    return {"update_id": number, "message": message}


async def test_a_person_is_served_through_the_webhook(app, anna):
    await anna.text("/start")
    greeting = await anna.wait_for("Modera")
    assert labels(greeting)


async def test_who_does_not_show_the_secret_is_refused_before_anything_is_read(
    app, http, sandbox, anna
):
    for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: "x" * 64}, {SECRET_HEADER: "ü"}):
        async with http.post(PATH, data=b"{broken", headers=headers) as answer:
            assert answer.status == 401
    assert len(hooked(sandbox)["secret"]) == 64


async def test_an_update_that_comes_twice_is_handled_once(app, http, sandbox, client, anna):
    await anna.text("/start")
    await anna.wait_for("Modera")
    headers = {SECRET_HEADER: hooked(sandbox)["secret"]}
    before = len(await client.calls(anna.id))
    for number in (77, 77, 78):
        async with http.post(PATH, json=update(number, anna, "hm"), headers=headers) as answer:
            assert answer.status == 200
    async with asyncio.timeout(10):
        while await app.services.database.run(inbox.pending, BOT_ID):
            await asyncio.sleep(0.02)
    methods = [call["method"] for call in await client.calls(anna.id)][before:]
    assert methods == ["sendMessage"] * 2


async def test_what_is_no_update_is_told_so_and_what_cant_be_read_is_acknowledged(
    app, http, sandbox
):
    headers = {SECRET_HEADER: hooked(sandbox)["secret"]}
    for body in (b"{broken", b"[]", b'{"update_id": "x"}', b"\xff", b"[" * 100_000):
        async with http.post(PATH, data=body, headers=headers) as answer:
            assert answer.status == 422
    odd = {"update_id": 5, "message": {"message_id": "?"}}
    async with http.post(PATH, json=odd, headers=headers) as answer:
        assert answer.status == 200


async def test_a_body_too_large_is_refused_with_and_without_its_length(app, http, sandbox):
    async def in_chunks() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b"x" * 65536

    headers = {SECRET_HEADER: hooked(sandbox)["secret"]}
    for body in (io.BytesIO(b"x" * (2 << 20)), in_chunks()):
        async with http.post(PATH, data=body, headers=headers) as answer:
            assert answer.status == 413
            assert (await answer.json())["error"]["code"] == "too_large"


async def test_polling_takes_the_webhook_away_again(serve_web, sandbox, anna):
    async with serve_web(mode="webhook"):
        assert hooked(sandbox)["url"].endswith(PATH)
    async with serve_web(mode="polling") as app:
        assert hooked(sandbox) == {}
        await anna.text("/start")
        await anna.wait_for("Modera")
        assert app.web


async def test_an_address_that_telegram_does_not_accept_is_a_fault_of_the_configuration(
    serve_web, web_settings
):
    web = web_settings.web.model_copy(update={"public_url": "http://bot.example.org"})
    with pytest.raises(ConfigError, match=r"web.public_url: Telegram says: .* https"):
        async with serve_web(mode="webhook", web=web):
            pass


async def test_a_webhook_that_someone_took_away_is_set_again_and_what_fails_is_told(
    serve_web, sandbox, anna, monkeypatch, caplog
):
    monkeypatch.setattr(webhook, "LOOK_S", 0.05)
    async with serve_web(mode="webhook") as app:
        async with aiohttp.ClientSession() as session:
            other = {"url": "http://127.0.0.1:9/webhook"}
            await session.post(f"{sandbox.base_url}{sandbox.token}/setWebhook", data=other)
            await anna.text("/start")
            await anna.wait_for("Modera", timeout=10)
        assert hooked(sandbox)["url"] == f"{app.web}{PATH}"
        assert "another process has changed it" in caplog.text
        sandbox.world.webhook_error = (int(time.time()) + 5, "Wrong response: 502 Bad Gateway")
        async with asyncio.timeout(5):
            while "can't deliver updates: Wrong response: 502" not in caplog.text:
                await asyncio.sleep(0.02)
