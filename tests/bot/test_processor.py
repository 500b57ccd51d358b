"""Updates: in order within a chat, at once across chats, none lost."""

import asyncio
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from modera_bot.bot import processor
from modera_bot.bot.processor import ChatProcessor
from modera_bot.config import Settings
from modera_bot.db import Database, inbox
from modera_bot.db.migrate import upgrade
from modera_bot.db.schema import inbox as inbox_table
from modera_bot.db.schema import users
from tests.bot.conftest import GARMENT

NOBODY = SimpleNamespace(settings=Settings())


async def test_a_lock_serves_a_chat_in_the_order_of_asking_and_keeps_nothing():
    chats = ChatProcessor(NOBODY, None)
    served = []

    async def take(number: int) -> None:
        async with chats.lock(7):
            await asyncio.sleep(0)
            served.append(number)

    await asyncio.gather(*(take(number) for number in range(20)))
    assert served == list(range(20))
    assert chats._locks == {}


async def test_chats_do_not_wait_for_each_other():
    chats = ChatProcessor(NOBODY, None)
    async with chats.lock(1), asyncio.timeout(1), chats.lock(2):
        pass


async def test_messages_of_one_person_are_answered_in_their_order(bot_app, anna):
    await anna.text("/start")
    for number in range(10):
        await anna.text(f"word {number}")
    messages = await anna.wait_until(
        lambda all: sum(not message["sandbox"]["outgoing"] for message in all) >= 11
    )
    handled = await _handled(bot_app, 11)
    assert handled == sorted(handled)
    assert len(messages) >= 22


async def test_who_writes_too_fast_is_told_once_and_holds_up_nobody(
    serve, settings, sandbox, anna, boris, monkeypatch
):
    monkeypatch.setattr(processor, "WAITING", 3)
    await anna.text("/start")
    await boris.text("/start")
    flood = [_message(number, anna.id, "/menu") for number in range(1, 13)]
    await _write_down(settings, sandbox, *flood)
    async with serve() as app:
        await boris.wait_for(lambda message: "reply_markup" in message, since=0)
        await _handled(app, 14)
        said = [message.get("text", "") for message in await anna.messages()]
        assert sum("more than I can keep up with" in text for text in said) == 1
        await anna.text("/help")
        await anna.wait_for("How it works")


async def test_a_database_that_is_away_for_a_while_loses_nothing(bot_app, anna, monkeypatch):
    monkeypatch.setattr(processor, "PATIENCE_S", (0.01, 0.02))
    open_turn, failures = processor.open_turn, iter(range(10))

    def away(connection, *arguments):
        if next(failures, None) is not None:
            raise OperationalError("BEGIN", {}, Exception("the server is away"))
        return open_turn(connection, *arguments)

    monkeypatch.setattr(processor, "open_turn", away)
    await anna.text("/start")
    await anna.wait_for("Anna")


async def test_a_handled_update_keeps_its_number_alone(bot_app, anna):
    await anna.text("/start")
    await anna.wait_for("Anna", timeout=5, since=0)
    await _handled(bot_app, 1)
    payloads = await bot_app.services.database.run(
        lambda connection: connection.execute(inbox_table.select()).all()
    )
    assert [row.payload for row in payloads] == [None] * len(payloads)


async def test_a_group_gets_no_answer_and_leaves_no_trace(serve, settings, anna, sandbox):
    update = _message(1, anna.id, "/start")
    update["message"]["chat"] = {"id": -5, "type": "group", "title": "Friends"}
    await _write_down(settings, sandbox, update)
    async with serve() as app:
        await _handled(app, 1)
        assert await app.services.database.run(lambda c: c.execute(users.select()).all()) == []
    assert await anna.calls() == []


async def test_what_a_dead_process_left_unhandled_is_handled_by_the_next(
    serve, settings, anna, sandbox
):
    await anna.text("/start")  # makes the chat; the bot has never run
    await _write_down(settings, sandbox, _message(1, anna.id, "/start"))
    async with serve() as app:
        await _handled(app, 2)
        assert len([call for call in await anna.calls() if call["method"] == "sendMessage"]) == 2


async def test_an_update_that_kills_the_process_is_given_up_in_the_end_and_its_person_told(
    serve, settings, anna, boris, sandbox
):
    await anna.text("/start")
    await boris.text("/start")
    deadly, innocent = _message(1, anna.id, "/history"), _message(2, boris.id, "/menu")
    await _write_down(settings, sandbox, deadly, innocent, begun=(1, 1, 1))
    async with serve() as app:
        assert len(await _handled(app, 4)) == 4
        told = await anna.wait_for("several times", since=0)
        assert "/menu" in told["text"]
        await boris.wait_for(lambda message: "reply_markup" in message, since=0)


async def test_an_update_that_can_not_be_read_is_given_up(serve, settings, sandbox):
    await _write_down(settings, sandbox, {"update_id": 1, "message": {"nonsense": True}})
    async with serve() as app:
        assert len(await _handled(app, 1)) == 1


async def test_an_update_of_an_unknown_shape_does_not_hold_up_those_that_came_with_it(
    serve, anna, sandbox
):
    sandbox.world.updates.add("message", {"message_id": 1, "nonsense": True})
    await anna.text("/start")
    async with serve():
        await anna.wait_for("Anna", since=0)


def _message(update_id: int, person_id: int, text: str) -> dict:
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_700_000_000,
            "chat": {"id": person_id, "type": "private", "first_name": "Somebody"},
            "from": {"id": person_id, "is_bot": False, "first_name": "Somebody"},
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": len(text)}],
        },
    }


async def _write_down(settings, sandbox, *updates, begun=()) -> None:
    """Leave updates in the inbox, as a process that died; some of them were `begun`."""
    database, bot_id = Database(settings.database.url), int(sandbox.token.split(":")[0])
    try:
        await asyncio.to_thread(upgrade, database)
        await database.run(inbox.receive, bot_id, [*updates])
        for update_id in begun:
            await database.run(inbox.begun, bot_id, [update_id])
    finally:
        database.close()


def _rows(connection):
    rows = connection.execute(inbox_table.select().order_by(inbox_table.c.update_id)).all()
    return {row.update_id: row.handled_at for row in rows}


async def _handled(app, count) -> list:
    """When each update was handled, once there are this many and all of them are."""
    async with asyncio.timeout(5):
        while True:
            rows = await app.services.database.run(_rows)
            if len(rows) == count and None not in rows.values():
                return list(rows.values())
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("count", [2, 4])
async def test_an_album_is_one_turn(bot_app, anna, count):
    await anna.text("/start")
    await anna.wait_for(lambda message: True, since=0)
    await anna.album([GARMENT] * count)
    before = len([m for m in await anna.messages() if not m["sandbox"]["outgoing"]])
    await _handled(bot_app, 1 + count)
    after = len([m for m in await anna.messages() if not m["sandbox"]["outgoing"]])
    assert after - before <= 2
