"""Calls over the wire: what arrives, and what each fault becomes."""

import asyncio
import socket

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot

from modera_bot.bot.ratelimit import PacedRateLimiter
from modera_bot.bot.transport import AiohttpRequest, Unanswered
from tests.bot.conftest import GARMENT


def make_bot(sandbox, *, retrying=False, **timeouts):
    return ExtBot(
        sandbox.token,
        base_url=sandbox.base_url,
        base_file_url=sandbox.base_file_url,
        request=AiohttpRequest(**timeouts),
        get_updates_request=AiohttpRequest(),
        rate_limiter=PacedRateLimiter(0) if retrying else None,
    )


@pytest.fixture
async def bot(sandbox):
    async with make_bot(sandbox, read_timeout=2) as made:
        yield made


@pytest.fixture
async def patient_bot(sandbox):
    async with make_bot(sandbox, retrying=True, read_timeout=2) as made:
        yield made


@pytest.fixture
async def chat(anna):
    await anna.text("/start")
    return anna


async def test_text_in_any_script_arrives_as_it_was_sent(bot, chat):
    await bot.send_message(chat.id, "Привет & 你好 👗 a+b=c")
    assert (await chat.last())["text"] == "Привет & 你好 👗 a+b=c"


async def test_what_only_repeats_what_was_sent_is_left_out_of_the_answer(bot, chat):
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Menu", callback_data="menu:open")]])
    sent = await bot.send_message(chat.id, "<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard)
    assert (sent.text, sent.entities, sent.reply_markup, sent.from_user) == ("Hi", (), None, None)
    seen = await chat.last()
    assert seen["message_id"] == sent.message_id
    assert seen["reply_markup"] == keyboard.to_dict()


async def test_a_file_arrives_byte_for_byte_and_can_be_fetched_back(bot, chat, client):
    sent = await bot.send_document(chat.id, GARMENT.read_bytes(), filename="наряд.jpg")
    assert (await chat.last())["document"]["file_name"] == "наряд.jpg"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == GARMENT.read_bytes()


async def test_a_large_file_arrives_whole(bot, chat, client):
    data = bytes(range(256)) * 20_000  # 5 MB
    sent = await bot.send_document(chat.id, data, filename="large.bin")
    assert await client.download(sent.document.file_id) == data


async def test_refusals_come_as_the_errors_of_the_library(bot, chat):
    with pytest.raises(BadRequest, match=r"(?i)message text is empty"):
        await bot.send_message(chat.id, "")
    await chat.block()
    with pytest.raises(Forbidden):
        await bot.send_message(chat.id, "anybody there?")


async def test_silence_becomes_timed_out(sandbox, chat):
    async with make_bot(sandbox, read_timeout=0.2) as hasty:
        sandbox.faults.add("sendMessage", "hang", seconds=1)
        with pytest.raises(TimedOut):
            await hasty.send_message(chat.id, "hello?")


async def test_an_upload_that_gets_stuck_becomes_timed_out():
    stuck = []

    async def never_read(reader, writer):
        writer.transport.pause_reading()
        stuck.append(writer.transport)

    server = await asyncio.start_server(never_read, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
    async with AiohttpRequest(media_timeout=0.5) as request:
        bot = ExtBot("1:x", base_url=url, request=request)
        with pytest.raises(TimedOut):
            await bot.send_document(1, bytes(30_000_000), filename="large.bin")
        for transport in stuck:
            transport.abort()
        server.close()
        await asyncio.sleep(0.1)  # both ends hear of it


async def test_a_connection_that_breaks_leaves_it_open_whether_the_call_was_done(
    bot, chat, sandbox
):
    sandbox.faults.add("sendMessage", "drop")
    with pytest.raises(Unanswered):
        await bot.send_message(chat.id, "once")


async def test_a_server_that_is_down_is_a_network_error_that_may_be_retried():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    request = AiohttpRequest()
    async with request:
        with pytest.raises(NetworkError) as caught:
            await request.do_request(f"http://127.0.0.1:{port}/bot1:x/getMe", "POST")
    assert not isinstance(caught.value, TimedOut | Unanswered)


async def test_too_many_requests_are_sat_out_and_the_call_is_repeated(patient_bot, chat, sandbox):
    sandbox.faults.add("sendMessage", "429", seconds=1)
    await patient_bot.send_message(chat.id, "worth waiting for")
    assert (await chat.last())["text"] == "worth waiting for"


async def test_one_chat_that_must_wait_holds_up_no_other(patient_bot, chat, boris, sandbox):
    await boris.text("/start")
    sandbox.faults.add("sendMessage", "429", seconds=1)
    held = asyncio.create_task(patient_bot.send_message(chat.id, "later"))
    await asyncio.sleep(0.1)
    await patient_bot.send_message(boris.id, "at once")
    assert not held.done()
    await held


async def test_a_long_wait_is_told_to_the_caller(patient_bot, chat, sandbox):
    sandbox.faults.add("sendMessage", "429", seconds=3600)
    with pytest.raises(RetryAfter):
        await patient_bot.send_message(chat.id, "never mind")


async def test_a_message_that_may_have_arrived_is_not_sent_again(patient_bot, chat, sandbox):
    sandbox.faults.add("sendMessage", "drop")
    with pytest.raises(Unanswered):
        await patient_bot.send_message(chat.id, "only once")
    texts = [message.get("text") for message in await chat.messages()]
    assert texts.count("only once") == 1


async def test_what_can_safely_be_done_twice_is_repeated(patient_bot, chat, sandbox):
    sent = await patient_bot.send_message(chat.id, "before")
    sandbox.faults.add("editMessageText", "drop_before")
    await sent.edit_text("after")
    assert (await chat.last())["text"] == "after"


async def test_a_server_error_is_tried_again(patient_bot, chat, sandbox):
    sandbox.faults.add("sendMessage", "500")
    await patient_bot.send_message(chat.id, "second try")
    assert (await chat.last())["text"] == "second try"
