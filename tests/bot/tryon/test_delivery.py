"""Results and failures reach people, whatever Telegram is up to meanwhile."""

from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import Connection, select

from modera_bot.app import App
from modera_bot.bot import delivery, handover
from modera_bot.bot.texts import Markup
from modera_bot.contracts import EventKind
from modera_bot.db import events, schema, sessions, users
from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.ml.transports.base import ProviderError
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.bot.tryon.conftest import (
    MAN,
    TOP,
    WOMAN,
    begin,
    eventually,
    is_result,
    labels,
    photo,
    settle,
    state,
)
from tests.fakes import Conduct


async def send_both(person: SandboxUser) -> None:
    await person.album([photo(TOP), photo(WOMAN)])


async def test_a_long_job_ends_in_a_new_message_so_that_the_phone_tells(
    bot_app: App, anna: SandboxUser, conduct: Conduct, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handover, "SHORT", timedelta(0))
    running = await begin(bot_app, anna, conduct)
    conduct.gate.set()
    result = await anna.wait_for(is_result)
    assert result["message_id"] > running["message_id"]
    await anna.wait_until(lambda ms: running["message_id"] not in [m["message_id"] for m in ms])
    assert "disable_notification" not in (await anna.calls())[-2]["fields"]


async def test_the_result_comes_anew_if_its_status_message_is_gone(
    bot_app: App, anna: SandboxUser, conduct: Conduct, sandbox: Sandbox
):
    running = await begin(bot_app, anna, conduct)
    await delete_message(sandbox, anna, running["message_id"])
    conduct.gate.set()
    result = await anna.wait_for(is_result)
    assert result["message_id"] > running["message_id"]


@pytest.mark.parametrize("kind", ["429", "500", "drop", "drop_before"])
async def test_a_hiccup_of_telegram_loses_no_result(
    bot_app: App,
    anna: SandboxUser,
    conduct: Conduct,
    client: SandboxClient,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
):
    monkeypatch.setattr(handover, "SHORT", timedelta(0))
    await begin(bot_app, anna, conduct)
    await client.fault("sendPhoto", kind, seconds=1)
    conduct.gate.set()
    await anna.wait_for(is_result, timeout=10)
    await eventually(lambda: state(bot_app, anna), "tryon_result")


async def test_what_telegram_refuses_for_good_ends_with_an_apology(
    bot_app: App, anna: SandboxUser, conduct: Conduct, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handover, "result_caption", lambda *_: Markup("too long" * 500))
    running = await begin(bot_app, anna, conduct)
    conduct.gate.set()
    await anna.wait_for("Something went wrong on my side")
    await eventually(lambda: state(bot_app, anna), "default")
    await anna.wait_until(lambda ms: running["message_id"] not in [m["message_id"] for m in ms])


async def test_a_result_waits_out_an_outage_of_telegram(
    bot_app: App,
    anna: SandboxUser,
    conduct: Conduct,
    client: SandboxClient,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(handover, "SHORT", timedelta(0))
    monkeypatch.setattr(delivery, "LONGEST_DELAY_S", 0.2)
    await begin(bot_app, anna, conduct)
    await client.fault("sendPhoto", "500", times=None)
    conduct.gate.set()

    def was_postponed(connection: Connection) -> bool:
        query = select(schema.events.c.id).where(schema.events.c.tries > 0)
        return connection.execute(query).first() is not None

    await eventually(lambda: bot_app.services.database.run(was_postponed), True)
    await client.clear_faults()
    await anna.wait_for(is_result, timeout=10)


@pytest.mark.parametrize("tryon", [("sketch", "paint")])
async def test_a_draft_is_shown_until_the_picture_is_there(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    conduct.gate.clear()
    await send_both(anna)
    preview = await anna.wait_for("A better picture is on its way", timeout=8)
    assert "draft" in preview["caption"]
    assert not labels(preview)
    conduct.gate.set()
    result = await anna.wait_for(is_result)
    assert "draft" not in result["caption"]
    await anna.wait_until(lambda ms: preview["message_id"] not in [m["message_id"] for m in ms])


@pytest.mark.parametrize("tryon", [("sketch", "paint")])
@pytest.mark.parametrize("end", ["failure", "cancel", "withdrawal"])
async def test_a_draft_stops_promising_when_nothing_better_will_come(
    bot_app: App, anna: SandboxUser, conduct: Conduct, end: str
):
    await settle(bot_app, anna)
    conduct.gate.clear()
    await send_both(anna)
    preview = await anna.wait_for("A better picture is on its way", timeout=8)
    if end == "cancel":
        await anna.text("/cancel")
    elif end == "withdrawal":
        await anna.text("/privacy")
        await anna.press("Withdraw consent", timeout=5)
        await anna.press("Yes, withdraw", timeout=5)
    else:
        conduct.faults = [Refusal(Code.BACKEND_REFUSED)]
        conduct.gate.set()

    def settled(messages: list[Json]) -> bool:
        captions = {message["message_id"]: message.get("caption", "") for message in messages}
        return "on its way" not in captions[preview["message_id"]]

    await anna.wait_until(settled)


@pytest.mark.parametrize("tryon", [("sketch", "paint")])
async def test_the_draft_is_the_result_if_the_better_backend_fails(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    conduct.faults = [BackendError(Code.BACKEND_FAILED)]
    await settle(bot_app, anna)
    await send_both(anna)
    result = await anna.wait_for(is_result, timeout=20)
    assert "draft" in result["caption"]
    assert "on its way" not in result["caption"]
    assert "🔄 Try again" not in labels(result)  # it would fail again


@pytest.mark.parametrize("tryon", [("sketch", "paint")])
async def test_a_draft_that_replaces_a_picture_offers_to_try_again(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    conduct.faults = [ProviderError(Code.BACKEND_TIMEOUT, "no answer", accepted=True, passing=True)]
    await settle(bot_app, anna)
    await send_both(anna)
    draft = await anna.wait_for(is_result, timeout=20)
    assert "didn’t come this time" in draft["caption"]
    await anna.press("🔄 Try again", message_id=draft["message_id"])
    await anna.wait_for(lambda each: is_result(each) and "draft" not in each["caption"])


async def test_a_failure_tells_why_and_the_same_photos_can_be_tried_again(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    conduct.faults = [BackendError(Code.BACKEND_FAILED, "out of order", True)]
    await settle(bot_app, anna)
    await send_both(anna)
    failure = await anna.wait_for("stumbled")
    assert "out of order" not in failure["text"]
    await eventually(lambda: state(bot_app, anna), "tryon_waiting_person")
    await anna.photo(photo(MAN))  # replaces the person, nothing else is needed
    await anna.wait_for(is_result)
    assert len(conduct.calls) == 2


async def test_a_failure_that_may_pass_offers_another_try(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    conduct.faults = [BackendError(Code.BACKEND_UNAVAILABLE, "", False)] * 3
    await settle(bot_app, anna)
    await send_both(anna)
    failure = await anna.wait_for("can’t be reached", timeout=20)
    assert "🔄 Try again" in labels(failure)
    for _ in range(2):  # an impatient person
        await anna.press("tryon:retry", message_id=failure["message_id"], force=True)
    await anna.wait_for(is_result)
    assert len([message for message in await anna.messages() if is_result(message)]) == 1


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_what_may_have_been_bought_is_bought_again_only_for_who_asks(
    bot_app: App, anna: SandboxUser, conduct: Conduct, language: str
):
    late = ProviderError(Code.BACKEND_TIMEOUT, "no answer", accepted=True, passing=True)
    conduct.faults = [late]
    await settle(bot_app, anna, language=language)
    await send_both(anna)
    words, label = {
        "en": ("It took too long", "🔄 Try again"),
        "ru": ("слишком затянулась", "🔄 Попробовать снова"),
    }[language]
    failure = await anna.wait_for(words)
    assert label in labels(failure)
    assert len(conduct.calls) == 1
    await anna.press("tryon:retry", message_id=failure["message_id"])
    await anna.wait_for(is_result)
    assert len(conduct.calls) == 2


@pytest.mark.parametrize(
    ("code", "words", "waiting", "colour"),
    [
        (Code.TURNED_AWAY, "from the front", "tryon_waiting_person", WOMAN),
        (Code.GARMENT_NOT_FRONTAL, "spread out", "tryon_waiting_clothing", TOP),
    ],
)
async def test_after_a_refusal_only_the_photo_at_fault_is_asked_again(
    bot_app: App,
    anna: SandboxUser,
    conduct: Conduct,
    code: Code,
    words: str,
    waiting: str,
    colour: tuple[int, int, int],
):
    conduct.faults = [Refusal(code)]
    await settle(bot_app, anna)
    await send_both(anna)
    await anna.wait_for(words)
    await eventually(lambda: state(bot_app, anna), waiting)
    await anna.photo(photo(colour))
    await anna.wait_for(is_result)


async def test_a_failure_in_russian(bot_app: App, boris: SandboxUser, conduct: Conduct):
    conduct.faults = [Refusal(Code.LEANING)]
    await settle(bot_app, boris, language="ru")
    await send_both(boris)
    failure = await boris.wait_for("стоит прямо")
    assert "пришлите фото человека" in failure["text"]


async def test_who_blocked_the_bot_finds_the_picture_in_the_history(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await begin(bot_app, anna, conduct)
    await anna.block()
    conduct.gate.set()
    await eventually(lambda: state(bot_app, anna), "default")
    await anna.unblock()
    await anna.text("/history")
    await anna.press("Open", timeout=5)
    await anna.wait_for(is_result)


async def test_a_session_that_ended_by_idleness_is_told_gently(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await eventually(lambda: state(bot_app, anna), "tryon_waiting_person")
    await bot_app.services.database.run(expire, anna)
    await anna.wait_for("put this try-on away")
    await anna.press("👗 Try on")
    await anna.wait_for("try something on")


async def test_after_a_result_nothing_is_said_of_idleness(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await send_both(anna)
    await anna.wait_for(is_result)
    await eventually(lambda: state(bot_app, anna), "tryon_result")
    await bot_app.services.database.run(expire, anna)
    await eventually(lambda: bot_app.services.database.run(lambda c: len(events.due(c))), 0)
    assert (await anna.last())["caption"].startswith("✨ AI-generated")


def expire(connection: Connection, person: SandboxUser) -> None:
    """What housekeeping does after 30 idle minutes."""
    user = users.by_telegram_id(connection, person.id)
    assert user is not None
    session = sessions.active(connection, user.id)
    assert session is not None
    sessions.close(connection, session.id, "expired")
    events.add(
        connection,
        kind=EventKind.EXPIRED,
        user_id=user.id,
        session_id=session.id,
        job_id=None,
        data=None,
    )


async def delete_message(sandbox: Sandbox, person: SandboxUser, message_id: int) -> None:
    """Have a message of the bot vanish, as a person can delete it on their phone."""
    method = f"{sandbox.base_url}{sandbox.token}/deleteMessage"
    async with aiohttp.ClientSession() as http:
        data = {"chat_id": person.id, "message_id": message_id}
        async with http.post(method, data=data) as answer:
            assert answer.status == 200
