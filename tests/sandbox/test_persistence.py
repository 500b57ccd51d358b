"""What was answered OK is there after kill -9."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from modera_bot.sandbox.client import SandboxClient
from tests.sandbox.conftest import GARMENT

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])


@contextmanager
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A sandbox as a process of its own, killed at the end."""
    command = [sys.executable, "-m", "modera_bot.sandbox", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running, json.loads(running.stdout.readline())
        finally:
            running.kill()


async def test_everything_survives_kill_minus_nine(tmp_path: Path) -> None:
    with process(tmp_path) as (running, at):
        async with SandboxClient(at["page_url"]) as client, _bot(at) as bot:
            anna = await client.user("Anna", language="ru")
            await anna.photo(GARMENT, caption="This")
            (update,) = await bot.get_updates()
            sent = await bot.send_message(anna.id, "Go?", reply_markup=KEYBOARD)
            await bot.set_my_commands([BotCommand("start", "Begin")])
            query_id = await anna.press("Go")
            await bot.edit_message_text("Gone", anna.id, sent.message_id)
            doomed = await bot.send_message(anna.id, "Deleted")
            await bot.delete_message(anna.id, doomed.message_id)
            await bot.get_updates(offset=update.update_id + 1)
            await bot.set_message_reaction(anna.id, sent.message_id, "🔥")
            before = max(m["sandbox"]["revision"] for m in await anna.messages())
            running.send_signal(signal.SIGKILL)
            running.wait()

    with process(tmp_path) as (_, at):
        async with SandboxClient(at["page_url"]) as client, _bot(at) as bot:
            (again,) = await client.users()
            chat = await again.chat()
            assert chat["user"]["language_code"] == "ru"
            assert [c["command"] for c in chat["commands"]] == ["start"]
            texts = [m.get("text") or m.get("caption") for m in chat["messages"]]
            assert texts == ["This", "Gone"]
            photo = chat["messages"][0]["photo"][-1]
            file = await bot.get_file(photo["file_id"])
            assert len(await file.download_as_bytearray()) == photo["file_size"]

            (pending,) = await bot.get_updates()
            assert pending.update_id == update.update_id + 1
            assert pending.callback_query is not None
            assert pending.callback_query.id == query_id
            assert await bot.answer_callback_query(query_id)
            assert chat["messages"][1]["sandbox"]["reactions"] == ["🔥"]
            newer = await bot.send_message(again.id, "Newer")
            assert newer.message_id > doomed.message_id
            assert (await again.last())["sandbox"]["revision"] > before


async def test_the_process_ends_in_order_when_asked_to(tmp_path: Path) -> None:
    with process(tmp_path) as (running, at):
        async with aiohttp.ClientSession() as session, session.get(at["page_url"]) as page:
            assert page.status == 200
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


def _bot(at: dict[str, str]) -> Bot:
    return Bot(at["token"], base_url=at["base_url"], base_file_url=at["base_file_url"])
