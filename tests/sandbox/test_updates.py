"""How the bot hears: getUpdates with its offsets, and webhooks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from modera_bot.sandbox.client import SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Caller


async def texts(call: Caller, **fields: Any) -> list[str]:
    answer = await call("getUpdates", **fields)
    return [update["message"]["text"] for update in answer["result"]]


async def ids(call: Caller) -> list[int]:
    return [update["update_id"] for update in (await call("getUpdates"))["result"]]


async def test_updates_stay_until_a_later_one_is_asked_for(call: Caller, anna: SandboxUser) -> None:
    await anna.text("one")
    await anna.text("two")
    first, second, _ = await ids(call)

    assert second == first + 1
    assert await texts(call) == ["/start", "one", "two"]
    assert await texts(call, offset=second) == ["one", "two"]
    assert await texts(call) == ["one", "two"]


async def test_a_negative_offset_keeps_only_the_last(call: Caller, anna: SandboxUser) -> None:
    await anna.text("one")
    await anna.text("two")

    assert await texts(call, offset=-1) == ["two"]
    assert await texts(call) == ["two"]


async def test_no_more_than_the_limit_come_at_once(call: Caller, anna: SandboxUser) -> None:
    await anna.text("one")

    assert await texts(call, limit=1) == ["/start"]


async def test_a_long_poll_ends_when_something_comes(call: Caller, anna: SandboxUser) -> None:
    last = (await ids(call))[-1]
    poll = asyncio.create_task(texts(call, offset=last + 1, timeout=50))
    await asyncio.sleep(0.05)
    assert not poll.done()
    await anna.text("at last")

    assert await asyncio.wait_for(poll, 5) == ["at last"]


async def test_the_older_of_two_polls_is_cut_off(call: Caller) -> None:
    older = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.05)
    newer = await call("getUpdates")

    assert newer["ok"]
    answer = await asyncio.wait_for(older, 5)
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")


async def test_only_the_kinds_asked_for_are_kept(call: Caller, anna: SandboxUser) -> None:
    await call("getUpdates", offset=-1, allowed_updates=["my_chat_member"])
    await anna.text("unheard")
    await anna.block()

    kinds = [set(update) - {"update_id"} for update in (await call("getUpdates"))["result"]]
    assert kinds[-1] == {"my_chat_member"}
    assert "unheard" not in str(kinds)


async def test_people_see_what_the_bot_has_heard(call: Caller, anna: SandboxUser) -> None:
    (update_id,) = await ids(call)
    assert not (await anna.messages())[0]["sandbox"]["heard"]

    await call("getUpdates", offset=update_id + 1)
    assert (await anna.messages())[0]["sandbox"]["heard"]


async def test_a_bot_that_hangs_up_no_longer_listens(
    sandbox: Sandbox, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modera_bot.sandbox.userapi.SILENT_AFTER", 0)
    poll = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.05)
    assert sandbox._users.listening()
    poll.cancel()

    async with asyncio.timeout(5):
        while sandbox._users.listening():
            await asyncio.sleep(0.05)


async def test_a_webhook_gets_each_update_once_with_the_secret(
    call: Caller, anna: SandboxUser
) -> None:
    got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    statuses = iter([500, 200, 200])  # the first try fails

    async def take(request: web.Request) -> web.Response:
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        got.put_nowait((secret, await request.json()))
        return web.Response(status=next(statuses))

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        await call("setWebhook", url=url, secret_token="s3cret")
        async with asyncio.timeout(10):
            failed, repeated = await got.get(), await got.get()
            await anna.text("next")
            following = await got.get()
        conflict = await call("getUpdates")
        await call("deleteWebhook")
    finally:
        await runner.cleanup()

    assert failed == repeated
    assert failed[0] == "s3cret"
    assert failed[1]["message"]["text"] == "/start"
    assert following[1]["message"]["text"] == "next"
    assert conflict["error_code"] == 409
    assert "webhook is active" in conflict["description"]
    assert await texts(call, offset=following[1]["update_id"] + 1) == []
