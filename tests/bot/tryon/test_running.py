"""While a try-on runs: its status message, corrections, stopping."""

import asyncio

import pytest
from sqlalchemy import Connection, select

from modera_bot.app import App
from modera_bot.bot import status
from modera_bot.contracts import Category
from modera_bot.db.schema import events
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.bot.tryon.conftest import (
    TOP,
    TROUSERS,
    WOMAN,
    begin,
    eventually,
    is_result,
    labels,
    methods,
    photo,
    settle,
    state,
)
from tests.fakes import Conduct


async def test_one_message_shows_the_progress(bot_app: App, anna: SandboxUser, conduct: Conduct):
    running = await begin(bot_app, anna, conduct)
    assert "▓▓▓▓▓░░░░░ 50%" in running["text"]
    assert "✓ Top" in labels(running)
    conduct.gate.set()
    result = await anna.wait_for(is_result)
    assert result["message_id"] == running["message_id"]  # it was quick: edited in place
    assert (await methods(anna, "sendChatAction"))[-1]["action"] == "upload_photo"


async def test_the_status_is_edited_only_when_there_is_news(
    bot_app: App, anna: SandboxUser, conduct: Conduct, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(status, "LOOK_S", 0.05)
    monkeypatch.setattr(status, "EDIT_S", 0.0)
    monkeypatch.setattr(status, "ACT_S", 0.2)
    await begin(bot_app, anna, conduct)
    edits = await methods(anna, "editMessageText")
    while len(await methods(anna, "sendChatAction")) < 5:  # many looks later
        await asyncio.sleep(0.1)
    assert await methods(anna, "editMessageText") == edits
    conduct.gate.set()


async def test_photos_meanwhile_are_kept_out(bot_app: App, anna: SandboxUser, conduct: Conduct):
    await begin(bot_app, anna, conduct)
    kept = sorted(bot_app.services.storage.keys("users/"))
    await anna.photo(photo(TROUSERS))
    await anna.wait_for("still working")
    assert sorted(bot_app.services.storage.keys("users/")) == kept
    conduct.gate.set()
    await anna.wait_for(is_result)


async def test_asking_for_a_try_on_meanwhile_changes_nothing(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await begin(bot_app, anna, conduct)
    await anna.text("/tryon")
    await anna.wait_for("still working")
    conduct.gate.set()
    await anna.wait_for(is_result)


async def test_the_cancel_button_stops_the_job(bot_app: App, anna: SandboxUser, conduct: Conduct):
    running = await begin(bot_app, anna, conduct)
    await anna.press("✕ Cancel")
    await anna.wait_for("Stopped")
    await eventually(lambda: state(bot_app, anna), "default")
    assert running["message_id"] not in {m["message_id"] for m in await anna.messages()}
    conduct.gate.set()
    # the way is free for the next one
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for(is_result)
    assert len([m for m in await anna.messages() if is_result(m)]) == 1


async def test_the_cancel_command_works_in_every_state(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.text("/cancel")
    await anna.wait_for("nothing to stop")
    await anna.text("/tryon")
    await anna.wait_for("try something on")
    await anna.text("/cancel")
    await anna.wait_for("Stopped")
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.text("/cancel")
    await anna.wait_for("Stopped")
    conduct.gate.clear()
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for("Fitting")
    await anna.text("/cancel")
    await anna.wait_for("Stopped")
    conduct.gate.set()
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for(is_result)
    await anna.text("/cancel")
    await anna.wait_for("nothing to stop")
    await eventually(lambda: state(bot_app, anna), "default")


async def test_the_kind_of_garment_is_corrected_before_it_runs(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.photo(photo(TROUSERS))
    guessed = await anna.wait_for("trousers or a skirt")
    assert "✓ Bottom" in labels(guessed)
    await anna.press("Dress")
    corrected = await anna.wait_for("a dress or overalls")
    assert "✓ Dress" in labels(corrected)
    assert corrected["message_id"] == guessed["message_id"]
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert task.garments[0].category is Category.ONE_PIECES


async def test_the_kind_of_garment_is_corrected_while_it_runs(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    running = await begin(bot_app, anna, conduct)
    await anna.press("Dress")
    await anna.wait_for(
        lambda m: "✓ Dress" in labels(m) and m["message_id"] == running["message_id"]
    )
    conduct.gate.set()
    await anna.wait_for(is_result)
    assert conduct.calls[-1].garments[0].category is Category.ONE_PIECES
    assert len([m for m in await anna.messages() if is_result(m)]) == 1


@pytest.mark.parametrize("action", ["✕ Cancel", "Dress", "/cancel"])
async def test_what_comes_too_late_is_told_so(
    bot_app: App, anna: SandboxUser, conduct: Conduct, client: SandboxClient, action: str
):
    await begin(bot_app, anna, conduct)
    await client.fault("editMessageMedia", "500", times=None)  # the job ends, nobody hears of it
    conduct.gate.set()

    def done(connection: Connection) -> bool:
        return bool(connection.execute(select(events.c.id)).all())

    await eventually(lambda: bot_app.services.database.run(done), True)
    if action.startswith("/"):
        await anna.text(action)
        await anna.wait_for("Too late")
    else:
        query = await anna.press(action)
        assert "Too late" in (await anna.answer_to(query, timeout=15))["text"]
    await client.clear_faults()
    await anna.wait_for(is_result, timeout=15)


async def test_shoes_are_declined_plainly(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.press("Something else (shoes, hat…)")
    await anna.wait_for("can’t try on shoes")
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Now send the garment")


async def test_shoes_are_declined_while_the_job_runs(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await begin(bot_app, anna, conduct)
    await anna.press("Something else (shoes, hat…)")
    await anna.wait_for("can’t try on shoes")
    await eventually(lambda: state(bot_app, anna), "tryon_waiting_clothing")
    conduct.gate.set()
    await anna.photo(photo(TOP))  # the person is still known
    await anna.wait_for(is_result)


@pytest.mark.parametrize(
    "press", ["tryon:cancel", "tryon:retry", "tryon:kind:" + "0" * 32 + ":tops"]
)
async def test_a_stale_button_says_so(bot_app: App, anna: SandboxUser, press: str):
    await settle(bot_app, anna)
    await anna.text("/menu")
    shown = await anna.wait_for("like to do")
    query = await anna.press(press, message_id=shown["message_id"], force=True)
    answer = await anna.answer_to(query)
    assert answer["show_alert"]
    assert "from earlier" in answer["text"]
