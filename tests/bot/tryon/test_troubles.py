"""Unknown messages, failing calls, failing handlers: always an answer, nothing lost."""

import logging
from typing import Any

import pytest

from modera_bot.app import App
from modera_bot.bot import errors
from modera_bot.errors import Code, StorageError
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.bot.tryon.conftest import (
    TOP,
    WOMAN,
    begin,
    eventually,
    is_result,
    photo,
    settle,
    state,
)
from tests.fakes import Conduct


async def test_the_answer_to_something_unknown_fits_the_state(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.voice()
    await anna.wait_for("a photo of a garment and a photo of a person")
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Now send the garment")
    await anna.sticker()
    await anna.wait_for("Now send a photo of the garment")
    conduct.gate.clear()
    await anna.photo(photo(TOP))
    await anna.wait_for("Fitting", timeout=8)
    await anna.location()
    await anna.wait_for("still working")
    conduct.gate.set()
    await anna.wait_for(is_result)
    await anna.text("thank you!")
    await anna.wait_for("You can send another photo")


async def test_who_does_not_answer_about_consent_is_asked_again(bot_app: App, anna: SandboxUser):
    await anna.photo(photo(TOP))
    await anna.wait_for("Before I take your photos")
    await anna.text("what?")
    await anna.wait_for("Before I take your photos")
    await anna.press("consent:agree")
    await anna.wait_for("Got the garment")


@pytest.mark.parametrize("kind", ["429", "500", "drop", "drop_before"])
async def test_a_hiccup_of_telegram_loses_no_photo(
    bot_app: App, anna: SandboxUser, client: SandboxClient, kind: str
):
    await settle(bot_app, anna)
    for method in ("getFile", "download", "sendChatAction", "sendMessage"):
        await client.fault(method, kind, seconds=1)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment", timeout=15)
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result, timeout=15)


async def test_an_album_is_handled_again_after_an_outage(
    bot_app: App, anna: SandboxUser, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(errors, "PATIENCE_S", (0.1,) * 50)
    await settle(bot_app, anna)
    await client.fault("sendMessage", "500", times=9)
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for(is_result, timeout=30)
    assert len([message for message in await anna.messages() if is_result(message)]) == 1


async def test_the_tries_of_an_update_that_came_through_are_forgotten(
    bot_app: App, anna: SandboxUser, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
):
    tellers: list[errors.ErrorTeller] = []
    defer = errors.ErrorTeller._defer

    async def watched(self: errors.ErrorTeller, *more: Any) -> bool:
        tellers.append(self)
        return await defer(self, *more)

    monkeypatch.setattr(errors.ErrorTeller, "_defer", watched)
    monkeypatch.setattr(errors, "PATIENCE_S", (0.1,) * 50)
    monkeypatch.setattr(errors, "FORGET_S", 0.1)
    await settle(bot_app, anna)
    await client.fault("sendMessage", "500", times=9)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment", timeout=30)

    async def counted() -> int:
        return len(tellers[-1]._tries)

    await eventually(counted, 0)


async def test_a_photo_that_telegram_does_not_hand_out_is_asked_for_again(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    await settle(bot_app, anna)
    await client.fault("download", "500", times=None)
    await anna.photo(photo(TOP))
    await anna.wait_for("send it once more", timeout=15)
    await client.clear_faults()
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")


async def test_an_unexpected_error_is_told_with_its_number(
    bot_app: App,
    anna: SandboxUser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    await settle(bot_app, anna)
    monkeypatch.setattr(bot_app.services.inspector, "inspect", fail, raising=False)
    with caplog.at_level(logging.ERROR):
        await anna.photo(photo(TOP))
        told = await anna.wait_for("Something went wrong on my side")
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    number = record.getMessage().removeprefix("error ")
    assert number in told["text"]
    assert str(anna.id) not in caplog.text
    assert "Anna" not in caplog.text
    monkeypatch.undo()


async def test_a_known_error_is_told_in_its_own_words(
    bot_app: App, boris: SandboxUser, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: Any) -> None:
        raise StorageError(Code.STORAGE_UNAVAILABLE, "disk full")

    await settle(bot_app, boris, language="ru")
    with monkeypatch.context() as patched:
        patched.setattr(type(bot_app.services.storage), "put", fail)
        await boris.photo(photo(TOP))
        told = await boris.wait_for("не могу добраться до картинок")
    assert "disk full" not in told["text"]
    await boris.photo(photo(TOP))
    await boris.wait_for("Вещь вижу")


async def test_who_has_blocked_the_bot_does_no_harm(
    bot_app: App, anna: SandboxUser, boris: SandboxUser, conduct: Conduct
):
    await begin(bot_app, anna, conduct)
    await anna.block()
    await settle(bot_app, boris, language="ru")
    await boris.text("/tryon")
    await boris.wait_for("Начинаем примерку")
    conduct.gate.set()
    await eventually(lambda: state(bot_app, anna), "default")


@pytest.mark.parametrize(("language", "words"), [("en", "from earlier"), ("ru", "старая кнопка")])
async def test_a_button_that_nobody_knows_is_answered(
    bot_app: App, anna: SandboxUser, language: str, words: str
):
    await settle(bot_app, anna, language=language)
    await anna.text("/menu")
    menu = await anna.wait_for(lambda message: "reply_markup" in message)
    query = await anna.press("dance:tango", message_id=menu["message_id"], force=True)
    assert words in (await anna.answer_to(query))["text"]


async def test_commands_are_registered_in_both_languages(bot_app: App, anna: SandboxUser):
    async def commands(person: SandboxUser) -> list[str]:
        return [command["description"] for command in (await person.chat())["commands"]]

    await eventually(lambda: has(commands(anna), "Try something on"), True)


async def has(descriptions: Any, wanted: str) -> bool:
    return wanted in await descriptions
