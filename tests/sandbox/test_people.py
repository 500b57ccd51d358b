"""What people can do, and how tests wait for the bot."""

from __future__ import annotations

import asyncio

import pytest

from modera_bot.sandbox.client import SandboxClient, SandboxError, SandboxUser
from tests.sandbox.conftest import GARMENT, Caller

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


async def test_waiting_overlooks_what_was_said_before(call: Caller, anna: SandboxUser) -> None:
    await call("sendMessage", chat_id=anna.id, text="Welcome")
    await anna.text("again")

    with pytest.raises(TimeoutError, match="no message like 'Welcome'"):
        await anna.wait_for("Welcome", timeout=0.05)
    assert await anna.wait_for("Welcome", timeout=0, since=0)
    waiting = asyncio.create_task(anna.wait_for("Welcome"))
    await asyncio.sleep(0)
    sent = await call("sendMessage", chat_id=anna.id, text="Welcome back")
    assert (await waiting)["message_id"] == sent["result"]["message_id"]


async def test_an_edit_counts_as_news(call: Caller, anna: SandboxUser) -> None:
    sent = (await call("sendMessage", chat_id=anna.id, text="40 %"))["result"]
    await anna.text("still there?")
    await call("editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="60 %")

    assert (await anna.wait_for("60 %"))["message_id"] == sent["message_id"]


async def test_a_timeout_shows_the_chat(call: Caller, anna: SandboxUser) -> None:
    await call("sendMessage", chat_id=anna.id, text="Sorry", reply_markup=KEYBOARD)

    with pytest.raises(TimeoutError, match=r"Anna:  /start\n  Modera:  Sorry <Go>"):
        await anna.wait_for("Done", timeout=0)


async def test_the_newest_button_is_pressed(call: Caller, anna: SandboxUser) -> None:
    for _ in range(2):
        sent = await call("sendMessage", chat_id=anna.id, text="?", reply_markup=KEYBOARD)
    await anna.press("go")

    update = (await call("getUpdates", offset=-1))["result"][0]
    assert update["callback_query"]["message"]["message_id"] == sent["result"]["message_id"]


async def test_a_button_that_is_gone_can_still_be_pressed_by_a_slow_app(
    call: Caller, anna: SandboxUser
) -> None:
    sent = (await call("sendMessage", chat_id=anna.id, text="?", reply_markup=KEYBOARD))["result"]
    where = {"chat_id": anna.id, "message_id": sent["message_id"]}
    await call("editMessageReplyMarkup", **where)

    with pytest.raises(SandboxError, match="no button 'go' in the chat"):
        await anna.press("go")
    await anna.press("go", message_id=sent["message_id"], force=True)
    update = (await call("getUpdates", offset=-1))["result"][0]
    assert update["callback_query"]["data"] == "go"


async def test_the_first_answer_to_a_button_is_told(call: Caller, anna: SandboxUser) -> None:
    await call("sendMessage", chat_id=anna.id, text="?", reply_markup=KEYBOARD)
    query_id = await anna.press("Go")
    with pytest.raises(TimeoutError, match="did not answer"):
        await anna.answer_to(query_id, timeout=0)
    await call("answerCallbackQuery", callback_query_id=query_id, text="Going")

    assert (await anna.answer_to(query_id))["text"] == "Going"


async def test_a_change_of_language_is_read_in_the_next_update(
    call: Caller, anna: SandboxUser
) -> None:
    await anna.speak("ru")
    await anna.text("привет")

    update = (await call("getUpdates", offset=-1))["result"][0]
    assert update["message"]["from"]["language_code"] == "ru"


async def test_nobody_sends_more_than_ten_pictures_at_once(anna: SandboxUser) -> None:
    with pytest.raises(SandboxError, match="send 1-10 files at a time"):
        await anna.album([GARMENT] * 11, as_files=True)
    assert len(await anna.album([GARMENT] * 10, as_files=True)) == 10


async def test_who_blocked_the_bot_cannot_write_to_it(anna: SandboxUser) -> None:
    await anna.block()
    with pytest.raises(SandboxError, match="unblock the bot first"):
        await anna.text("hello?")
    await anna.unblock()
    assert await anna.text("hello")


async def test_a_reply_carries_what_it_answers(call: Caller, anna: SandboxUser) -> None:
    sent = (await call("sendMessage", chat_id=anna.id, text="Colour?"))["result"]
    await anna.text("Blue", reply_to=sent["message_id"])

    update = (await call("getUpdates", offset=-1))["result"][0]
    assert update["message"]["reply_to_message"]["text"] == "Colour?"


async def test_what_cannot_be_is_refused_with_words(
    client: SandboxClient, anna: SandboxUser
) -> None:
    with pytest.raises(SandboxError, match="no such user"):
        await SandboxUser(client, 5).text("I am nobody")
    with pytest.raises(SandboxError, match="first_name is empty"):
        await client.user(" ")
    with pytest.raises(SandboxError, match="message text is empty"):
        await anna.text(" ")
    with pytest.raises(SandboxError, match="IMAGE_PROCESS_FAILED"):
        await anna.photo(b"not a picture")
    with pytest.raises(SandboxError, match="cannot read the request"):
        await client.request("POST", f"users/{anna.id}/location", json={"latitude": "north"})


async def test_everybody_has_a_chat_of_their_own(call: Caller, client: SandboxClient) -> None:
    anna, boris = await client.user("Anna"), await client.user("Boris")
    await anna.text("hi")
    await boris.text("hi")
    await call("sendMessage", chat_id=boris.id, text="For Boris")

    assert [user.id for user in await client.users()] == [anna.id, boris.id]
    assert "For Boris" in await boris.transcript()
    assert "For Boris" not in await anna.transcript()
    assert [call["method"] for call in await boris.calls()] == ["sendMessage"]
