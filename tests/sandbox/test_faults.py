"""Failures on demand: each kind does what it says, as often as it says."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from modera_bot.sandbox.client import SandboxClient, SandboxError, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import GARMENT, Caller

LOST = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)


async def said(anna: SandboxUser) -> list[str]:
    return [m["text"] for m in await anna.messages() if not m["sandbox"]["outgoing"]]


@pytest.mark.parametrize(("kind", "code"), [("429", 429), ("500", 500), ("403", 403)])
async def test_a_refusal_comes_once_and_nothing_is_done(
    call: Caller, anna: SandboxUser, client: SandboxClient, kind: str, code: int
) -> None:
    await client.fault("sendMessage", kind, seconds=7)

    refused = await call("sendMessage", chat_id=anna.id, text="one")
    assert refused["error_code"] == code
    assert refused.get("parameters") == ({"retry_after": 7} if kind == "429" else None)
    assert (await call("sendMessage", chat_id=anna.id, text="two"))["ok"]
    assert await said(anna) == ["two"]


async def test_a_dropped_answer_hides_that_the_call_was_done(
    call: Caller, anna: SandboxUser, client: SandboxClient
) -> None:
    await client.fault("sendMessage", "drop")

    with pytest.raises(LOST):
        await call("sendMessage", chat_id=anna.id, text="done")
    assert await said(anna) == ["done"]
    record = (await anna.calls())[-1]
    assert (record["status"], record["answered"]) == (200, False)


async def test_a_connection_dropped_before_does_nothing(
    call: Caller, anna: SandboxUser, client: SandboxClient
) -> None:
    await client.fault("sendMessage", "drop_before")

    with pytest.raises(LOST):
        await call("sendMessage", chat_id=anna.id, text="lost")
    assert await said(anna) == []


async def test_a_slow_call_waits_and_is_done(
    call: Caller, anna: SandboxUser, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await client.fault("sendMessage", "slow", seconds=9)
    with monkeypatch.context() as patch:
        patch.setattr("modera_bot.sandbox.botapi.asyncio.sleep", sleep)
        assert (await call("sendMessage", chat_id=anna.id, text="late"))["ok"]
    assert 9 in slept
    assert await said(anna) == ["late"]


async def test_a_hanging_call_never_answers(
    call: Caller, anna: SandboxUser, client: SandboxClient
) -> None:
    await client.fault("sendMessage", "hang")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call("sendMessage", chat_id=anna.id, text="lost"), 0.2)

    await client.fault("sendMessage", "hang", seconds=0.1)
    with pytest.raises(LOST):
        await call("sendMessage", chat_id=anna.id, text="lost")
    assert await said(anna) == []


async def test_a_rule_may_let_some_calls_pass_and_spoil_several(
    call: Caller, anna: SandboxUser, client: SandboxClient
) -> None:
    await client.fault("*", "500", after=1, times=2)

    answers = [await call("sendMessage", chat_id=anna.id, text=str(n)) for n in range(4)]
    assert [answer["ok"] for answer in answers] == [True, False, False, True]


async def test_a_rule_for_every_call_leaves_listening_alone(
    call: Caller, anna: SandboxUser, client: SandboxClient
) -> None:
    await client.fault("*", "500", times=None)

    assert (await call("getUpdates"))["ok"]
    assert not (await call("getMe"))["ok"]
    await client.clear_faults()
    assert (await call("getMe"))["ok"]


async def test_downloads_can_be_spoiled_too(
    call: Caller, anna: SandboxUser, client: SandboxClient, sandbox: Sandbox
) -> None:
    photo = (await anna.photo(GARMENT))["photo"][-1]
    path = (await call("getFile", file_id=photo["file_id"]))["result"]["file_path"]
    await client.fault("download", "500")
    url = f"{sandbox.base_file_url}{sandbox.token}/{path}"

    async with aiohttp.ClientSession() as session:
        async with session.get(url) as spoiled:
            assert spoiled.status == 500
        async with session.get(url) as good:
            assert len(await good.read()) == photo["file_size"]


async def test_the_hook_sees_every_call_before_and_after(
    call: Caller, anna: SandboxUser, sandbox: Sandbox
) -> None:
    seen: list[Any] = []
    sandbox.faults.on_call = lambda *what: seen.append(what)
    await call("getUpdates")
    await call("getMe")
    await call("sendChatAction", chat_id=anna.id, action="typing")

    assert seen == [
        ("getMe", 1, "before"),
        ("getMe", 1, "after"),
        ("sendChatAction", 2, "before"),
        ("sendChatAction", 2, "after"),
    ]


async def test_there_are_no_other_faults(client: SandboxClient) -> None:
    with pytest.raises(SandboxError, match="no fault of kind 'meteor'"):
        await client.fault("sendMessage", "meteor")
