"""Access lists, maintenance, groups, and what admins hear of."""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from modera_bot.app import App, serving
from modera_bot.bot import admins
from modera_bot.bot.access import Door
from modera_bot.bot.ratelimit import CHAT_BURST, Pace, PacedRateLimiter
from modera_bot.config import Settings, TelegramSettings
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.bot.conftest import Serve
from tests.bot.people import labels, rows

GROUP = {"id": -1001, "type": "supergroup", "title": "Friends"}


ServeWith = Callable[..., AbstractAsyncContextManager[App]]


@pytest.fixture
def serve_with(serve: Serve, settings: Settings) -> ServeWith:
    """Starts the bot with something changed in [telegram]."""

    def start(**telegram: object) -> AbstractAsyncContextManager[App]:
        changed = settings.telegram.model_copy(update=telegram)
        return serving(settings.model_copy(update={"telegram": changed}))

    return start


@pytest.mark.parametrize(
    ("lists", "refused"),
    [
        ({}, None),
        ({"allow": (2,)}, "access-denied"),
        ({"allow": (1, 2)}, None),
        ({"deny": (1,)}, "access-denied"),
        ({"allow": (1,), "deny": (1,)}, "access-denied"),
        ({"maintenance": True}, "access-maintenance"),
        ({"maintenance": True, "deny": (1,)}, "access-denied"),
        ({"maintenance": True, "admins": (1,)}, None),
        ({"allow": (2,), "deny": (1,), "admins": (1,)}, None),
    ],
)
def test_who_is_served(lists: dict[str, object], refused: str | None) -> None:
    assert Door(TelegramSettings.model_validate(lists)).refusal(1) == refused


async def test_somebody_who_is_not_served_is_told_once_and_nothing_of_them_is_kept(
    anna: SandboxUser, boris: SandboxUser, serve_with: ServeWith
) -> None:
    async with serve_with(deny=(anna.id,)) as app:
        for _ in range(3):
            await anna.text("/start")
        await anna.wait_for("isn’t open to everyone", since=0)
        await boris.text("/start")
        await boris.wait_for("Здравствуйте")
        said = [m for m in await anna.messages() if not m["sandbox"]["outgoing"]]
        assert len(said) == 1
        assert (await rows(app))["users"] == 1


async def test_during_maintenance_a_button_is_answered_and_admins_are_served(
    anna: SandboxUser, boris: SandboxUser, serve_with: ServeWith
) -> None:
    async with serve_with():
        await anna.text("/start")
        await anna.wait_for("Hello")
    async with serve_with(maintenance=True, admins=(boris.id,)):
        query = await anna.press("English")
        await anna.wait_for("being worked on")
        await anna.answer_to(query)
        await boris.text("/start")
        await boris.wait_for("Здравствуйте")


@pytest.mark.parametrize(
    ("content", "addressed"),
    [
        ({"text": "/start@modera_sandbox_bot"}, True),
        ({"text": "what about @Modera_Sandbox_Bot?"}, True),
        ({"new_chat_members": ["bot"]}, True),
        ({"text": "/start"}, False),
        ({"text": "hello @somebody"}, False),
        ({"photo": []}, False),
    ],
)
async def test_a_group_that_speaks_to_the_bot_is_asked_over_once(
    bot_app: object,
    sandbox: Sandbox,
    client: SandboxClient,
    anna: SandboxUser,
    content: Json,
    addressed: bool,
) -> None:
    for _ in range(2):
        in_group(sandbox, anna, content)
    await anna.text("/start")
    await anna.wait_for("Hello")  # in order after them

    asked = [
        call for call in await client.calls() if call["fields"].get("chat_id") == str(GROUP["id"])
    ]

    assert len(asked) == addressed
    for call in asked:
        ((button,),) = json.loads(call["fields"]["reply_markup"])["inline_keyboard"]
        assert button["url"] == "https://t.me/modera_sandbox_bot?start=tryon"


def in_group(sandbox: Sandbox, person: SandboxUser, content: Json) -> None:
    """Say something in a group that the bot is in."""
    world = sandbox._world
    entities = []
    for kind, mark in (("bot_command", "/"), ("mention", "@")):
        text = content.get("text", "")
        if mark in text and not (mark == "@" and "/" in text):
            word = text[text.index(mark) :].split()[0].rstrip("?")
            place = {"offset": text.index(mark), "length": len(word)}
            entities.append({"type": kind} | place)
    if "new_chat_members" in content:
        content = {"new_chat_members": [world.bot]}
    message = {
        "message_id": world.next_id("message"),
        "from": world.people[person.id].as_user(),
        "chat": GROUP,
        "date": 1_790_000_000,
    }
    world.updates.add("message", message | content | ({"entities": entities} if entities else {}))


async def test_admins_hear_of_errors_together(
    anna: SandboxUser,
    boris: SandboxUser,
    serve_with: ServeWith,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admins, "GATHER_S", 0.05)
    await boris.text("/start")
    async with serve_with(admins=(boris.id,)):
        await boris.wait_for("Здравствуйте", since=0)
        log = logging.getLogger("modera_bot.somewhere")
        for _ in range(3):
            log.error("the <disk> is full")
        log.warning("nothing to speak of")
        told = await boris.wait_for("3 errors in the log")
        assert "3× the <disk> is full" in told["text"]
        log.error("and again")
        await anna.text("/start")
        await anna.wait_for("Hello")
        said = [m for m in await boris.messages() if "in the log" in m.get("text", "")]
        assert len(said) == 1
        assert not labels(told)


async def test_without_admins_errors_stay_in_the_log(
    anna: SandboxUser, serve: Serve, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admins, "GATHER_S", 0.0)
    async with serve():
        logging.getLogger("modera_bot.somewhere").error("trouble")
        await anna.text("/start")
        await anna.wait_for("Hello")
        assert not [call for call in await client.calls() if "trouble" in str(call)]


def test_a_pace_lets_a_burst_through_and_then_keeps_the_rate() -> None:
    pace = Pace(2.0, 3)
    assert [pace.wait(100.0) for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]
    assert pace.wait(110.0) == 0
    assert [pace.wait(110.0) for _ in range(3)] == [0, 0, 0.5]


async def test_one_chat_waits_for_itself_and_all_for_the_whole() -> None:
    limiter = PacedRateLimiter(1000.0)
    waits = [limiter._wait("sendMessage", {"chat_id": 1}) for _ in range(int(CHAT_BURST) + 2)]
    assert waits[: int(CHAT_BURST)] == [0.0] * int(CHAT_BURST)
    assert 0.9 < waits[-2] <= 1.0 < waits[-1] <= 2.0
    assert limiter._wait("sendMessage", {"chat_id": 2}) == 0.0
    assert limiter._wait("answerCallbackQuery", {"callback_query_id": "1"}) == 0.0
    whole = PacedRateLimiter(2.0)
    assert [round(whole._wait("sendPhoto", {"chat_id": n}), 1) for n in range(4)] == [0, 0, 0.5, 1]
