"""/privacy and /delete: what is told, what is handed over, what is gone afterwards."""

import asyncio
import io
import json
import zipfile

import pytest
from sqlalchemy import Connection, func, select

from modera_bot import app as composition
from modera_bot.app import App
from modera_bot.bot.flows import privacy
from modera_bot.bot.flows.states import State
from modera_bot.config import PrivacySettings, Settings
from modera_bot.db import schema
from modera_bot.errors import Code, StorageError
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from tests.bot.people import (
    enter,
    eventually,
    keep_photo,
    keep_result,
    known,
    labels,
    rows,
    session,
)
from tests.bot.tryon.conftest import TOP, WOMAN, ColourInspector, is_result, photo, settle
from tests.fakes import Conduct


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "PhotoInspector", ColourInspector)


async def ask_to_delete(person: SandboxUser) -> None:
    """Come as far as the last button."""
    await person.text("/delete")
    await person.press("Delete everything", timeout=5)
    await person.wait_for("Are you quite sure?")


async def stored(app: App) -> list[str]:
    return [*app.services.storage.keys("")]


# --- what is told -------------------------------------------------------------------------


async def test_privacy_tells_what_is_kept_how_long_and_where(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await anna.text("/privacy")

    shown = await anna.wait_for("Your photos and data")

    assert "30 days" in shown["text"]
    assert "on this bot’s own server" in shown["text"]
    assert "(terms 3.30d)" in shown["text"]
    assert labels(shown) == ["Get my data", "Withdraw consent", "Delete everything", "☰ Menu"]


async def test_without_consent_there_is_nothing_to_withdraw(
    bot_app: App, boris: SandboxUser
) -> None:
    await boris.text("/privacy")

    shown = await boris.wait_for("Его пока нет")

    assert labels(shown) == ["Получить мои данные", "Удалить всё", "☰ Меню"]


class TestContact:
    """An operator who is named in the configuration."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        contact = PrivacySettings(contact="Data & Co <data@shop.example>")
        return settings.model_copy(update={"privacy": contact})

    async def test_the_operator_is_named(self, bot_app: App, anna: SandboxUser) -> None:
        await anna.text("/privacy")

        await anna.wait_for("Write to Data & Co <data@shop.example>.")


# --- export -------------------------------------------------------------------------------


async def archives(person: SandboxUser, client: SandboxClient, count: int = 1) -> list[Json]:
    messages = await person.wait_until(
        lambda ms: len([m for m in ms if "document" in m]) == count, timeout=10
    )
    return [message for message in messages if "document" in message]


async def test_the_export_has_the_rows_and_the_pictures(
    bot_app: App, anna: SandboxUser, client: SandboxClient
) -> None:
    await settle(bot_app, anna)
    result = await keep_result(bot_app, anna)
    await anna.text("/privacy")
    await anna.press("Get my data", timeout=5)

    (message,) = await archives(anna, client)

    assert message["document"]["file_name"] == "modera-1.zip"
    data = await client.download(message["document"]["file_id"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        people = json.loads(archive.read("data.json"))["users"]
        kept = bot_app.services.storage.get(result.result_key)
        assert archive.read(f"results/{result.result_key.rpartition('/')[2]}") == kept
    assert [person["telegram_id"] for person in people] == [anna.id]


async def test_a_large_export_comes_in_parts(
    bot_app: App, anna: SandboxUser, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "ARCHIVE_BYTES", 1)
    await settle(bot_app, anna)
    for number in range(3):
        await keep_result(bot_app, anna, number)
    await anna.text("/privacy")
    await anna.press("Get my data", timeout=5)

    messages = await archives(anna, client, 4)

    names = [message["document"]["file_name"] for message in messages]
    assert names == [f"modera-{number}.zip" for number in range(1, 5)]


async def test_the_export_can_be_saved_even_where_results_can_not(
    bot_app: App, anna: SandboxUser, client: SandboxClient
) -> None:
    await settle(bot_app, anna)
    await anna.text("/settings")
    await anna.press("Protect results: off", timeout=5)
    await anna.text("/privacy")
    await anna.press("Get my data", timeout=5)

    (message,) = await archives(anna, client)

    assert not message.get("has_protected_content")


# --- withdrawing --------------------------------------------------------------------------


async def test_withdrawing_erases_the_pictures_and_ends_the_session(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await keep_result(bot_app, anna)
    await keep_photo(bot_app, anna)
    begun = await enter(bot_app, anna, State.TRYON_WAITING_PERSON)
    await anna.text("/privacy")
    await anna.press("Withdraw consent", timeout=5)
    await anna.wait_for("Withdraw your consent?")
    assert len(await stored(bot_app)) == 2
    await anna.press("Yes, withdraw")

    await anna.wait_for("your consent is withdrawn")

    assert await stored(bot_app) == []
    assert await session(bot_app, begun) == ("cancelled", State.TRYON_WAITING_PERSON)
    await anna.text("/history")
    await anna.wait_for("Nothing here yet")
    await anna.photo(photo(TOP))
    await anna.wait_for("Before I take your photos")
    assert (await known(bot_app, anna)).language_code == "en"


async def test_withdrawing_can_be_thought_better_of(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await keep_photo(bot_app, anna)
    await anna.text("/privacy")
    await anna.press("Withdraw consent", timeout=5)
    await anna.press("No, keep it", timeout=5)

    await anna.wait_for("Nothing was changed.")

    assert len(await stored(bot_app)) == 1


async def test_withdrawing_stops_what_is_running(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    conduct.gate.clear()
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for("Fitting the garment", timeout=10)
    await anna.text("/privacy")
    await anna.press("Withdraw consent", timeout=5)
    await anna.press("Yes, withdraw", timeout=5)
    await anna.wait_for("your consent is withdrawn")
    conduct.gate.set()

    await _until_no_job_runs(bot_app)

    assert not [m for m in await anna.messages() if is_result(m)]
    assert await stored(bot_app) == []


# --- deleting -----------------------------------------------------------------------------


async def test_delete_asks_twice_and_then_erases_everything(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await keep_result(bot_app, anna)
    await ask_to_delete(anna)
    assert len(await stored(bot_app)) == 1
    await anna.press("Yes, delete for good")

    await anna.wait_for("Everything about you is deleted.")

    assert await _rows_in_the_end(bot_app) == {"audit", "inbox"}
    assert await stored(bot_app) == []


async def test_goodbye_is_the_last_word_and_leaves_no_buttons(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await ask_to_delete(anna)
    await anna.press("Yes, delete for good")
    await anna.wait_for("Everything about you is deleted.")
    await _rows_in_the_end(bot_app)

    messages = await anna.messages()

    assert "Everything about you is deleted." in messages[-1]["text"]
    assert not [label for message in messages for label in labels(message)]


@pytest.mark.parametrize("presses", [["No, keep it"], ["Delete everything", "No, keep it"]])
async def test_delete_can_be_aborted_at_either_question(
    bot_app: App, anna: SandboxUser, presses: list[str]
) -> None:
    await settle(bot_app, anna)
    await keep_photo(bot_app, anna)
    before = await rows(bot_app)
    await anna.text("/delete")
    for button in presses:
        await anna.press(button, timeout=5)

    await anna.wait_for("Nothing was changed.")

    after = await rows(bot_app)
    assert {name: after[name] for name in ("users", "pictures", "consents")} == {
        name: before[name] for name in ("users", "pictures", "consents")
    }


async def test_a_running_job_is_cancelled_and_leaves_nothing(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    conduct.gate.clear()
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for("Fitting the garment", timeout=10)
    await ask_to_delete(anna)
    await anna.press("Yes, delete for good")
    await anna.wait_for("Everything about you is deleted.")
    conduct.gate.set()
    await _until_no_job_runs(bot_app)

    assert not [label for message in await anna.messages() for label in labels(message)]
    assert await _rows_in_the_end(bot_app) == {"audit", "inbox"}
    assert await stored(bot_app) == []
    assert "Everything about you is deleted." in (await anna.messages())[-1]["text"]


async def test_others_keep_everything(bot_app: App, anna: SandboxUser, boris: SandboxUser) -> None:
    await settle(bot_app, anna, boris)
    await keep_result(bot_app, anna)
    kept = await keep_result(bot_app, boris)
    await ask_to_delete(anna)
    await anna.press("Yes, delete for good")
    await anna.wait_for("Everything about you is deleted.")

    assert await stored(bot_app) == [kept.result_key]
    assert (await known(bot_app, boris)).telegram_id == boris.id


async def test_nothing_on_the_disk_tells_of_an_erased_person(
    bot_app: App, client: SandboxClient
) -> None:
    person = await client.user("Quillfeather")
    await settle(bot_app, person)
    await person.text("/settings")  # takes the name along
    await person.wait_for("Settings")
    result = await keep_result(bot_app, person)
    picture = bot_app.services.storage.get(result.result_key)
    user_id = (await known(bot_app, person)).id
    await ask_to_delete(person)
    await person.press("Yes, delete for good")
    await person.wait_for("Everything about you is deleted.")
    folder = bot_app.services.settings.data
    traces = [
        str(person.id).encode(),
        person.id.to_bytes(6, "big"),
        b"Quillfeather",
        f"users/{user_id}/".encode(),
        picture,
    ]

    async def gone() -> bool:
        files = [path for path in folder.rglob("*") if path.is_file()]
        left = b"".join(str(path).encode() + path.read_bytes() for path in files)
        return not [trace for trace in traces if trace in left]

    await eventually(gone)


async def test_whoever_comes_back_is_somebody_new(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    before = (await known(bot_app, anna)).id
    await ask_to_delete(anna)
    await anna.press("Yes, delete for good")
    await anna.wait_for("Everything about you is deleted.")
    await anna.text("/start")

    await anna.wait_for("Hello, Anna!")

    assert (await known(bot_app, anna)).id != before


async def test_the_last_button_handled_twice_erases_twice_and_leaves_nothing(
    bot_app: App, anna: SandboxUser
) -> None:
    """As after a crash between erasing and saying so."""
    await settle(bot_app, anna)
    await ask_to_delete(anna)
    question = await anna.last()
    await anna.press("Yes, delete for good")
    await anna.wait_for("Everything about you is deleted.")
    query = await anna.press("privacy:erase", message_id=question["message_id"], force=True)
    await anna.answer_to(query)

    async def erased_twice() -> bool:
        return await rows(bot_app) == {"audit": 4, "inbox": 4}

    await eventually(erased_twice)


async def test_nothing_is_said_to_be_deleted_when_it_is_not(
    bot_app: App, anna: SandboxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(prefix: str) -> int:
        raise StorageError(Code.STORAGE_UNAVAILABLE, prefix)

    await settle(bot_app, anna)
    await keep_photo(bot_app, anna)
    monkeypatch.setattr(bot_app.services.storage, "delete_prefix", fail)
    await ask_to_delete(anna)
    await anna.press("Yes, delete for good")

    told = await anna.wait_for(lambda m: "☰ Menu" in labels(m))

    assert "deleted" not in told["text"]
    assert (await rows(bot_app))["pictures"] == 1
    monkeypatch.undo()
    await anna.press("Yes, delete for good")
    await anna.wait_for("Everything about you is deleted.")
    assert await stored(bot_app) == []


async def _handled(app: App) -> bool:
    """Whether no update waits any more."""

    def count(connection: Connection) -> int:
        waiting = select(func.count()).where(schema.inbox.c.handled_at.is_(None))
        return connection.execute(waiting).scalar_one()

    return await app.services.database.run(count) == 0


async def _rows_in_the_end(app: App) -> set[str]:
    """The tables that have rows once the last update has been handled."""
    await eventually(lambda: _handled(app))
    return set(await rows(app))


async def _until_no_job_runs(app: App) -> None:
    await asyncio.to_thread(app.services.jobs.stop, 5)
