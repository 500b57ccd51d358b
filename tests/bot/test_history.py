"""/history: leafing, opening, deleting."""

import pytest

from modera_bot.app import App
from modera_bot.bot.flows.states import State
from modera_bot.contracts import TryOnResult
from modera_bot.db import tryons
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from tests.bot.people import enter, keep_result, known, labels, session
from tests.bot.tryon.conftest import is_result, settle


@pytest.fixture
async def results(bot_app: App, anna: SandboxUser) -> list[TryOnResult]:
    """Three try-ons of Anna, oldest first."""
    await settle(bot_app, anna)
    return [await keep_result(bot_app, anna, number) for number in range(3)]


async def open_gallery(person: SandboxUser) -> Json:
    await person.text("/history")
    return await person.wait_for(lambda m: "photo" in m)


async def seen(client: SandboxClient, message: Json) -> bytes:
    """The photo that a message shows now."""
    return await client.download(message["photo"][-1]["file_id"])


async def test_an_empty_history_says_so_and_offers_a_try_on(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await anna.text("/history")

    shown = await anna.wait_for("Nothing here yet")

    assert labels(shown) == ["👗 Try on", "☰ Menu"]


async def test_history_begins_with_the_newest(
    anna: SandboxUser, results: list[TryOnResult]
) -> None:
    shown = await open_gallery(anna)

    assert shown["caption"].startswith("1 of 3 · ")
    assert shown["caption"].endswith("Top · not rated")
    assert labels(shown) == ["Older ›", "Open", "Again", "Delete", "▦ At a glance", "☰ Menu"]


async def test_leafing_changes_the_picture_in_place(
    anna: SandboxUser, client: SandboxClient, results: list[TryOnResult]
) -> None:
    first = await open_gallery(anna)
    pictures = [await seen(client, first)]
    for number in (2, 3):
        await anna.press("Older ›")
        shown = await anna.wait_for(f"{number} of 3")
        assert shown["message_id"] == first["message_id"]
        pictures.append(await seen(client, shown))
    assert labels(shown) == ["‹ Newer", "Open", "Again", "Delete", "▦ At a glance", "☰ Menu"]
    assert len(set(pictures)) == 3

    await anna.press("‹ Newer")
    shown = await anna.wait_for("2 of 3")
    assert await seen(client, shown) == pictures[1]


async def test_the_date_and_the_rating_are_told_in_the_language(
    bot_app: App, boris: SandboxUser
) -> None:
    await settle(bot_app, boris, language="ru")
    result = await keep_result(bot_app, boris)
    user = await known(bot_app, boris)
    await bot_app.services.database.run(tryons.rate, result.tryon_id, user.id, 4)
    tryon = await bot_app.services.database.run(tryons.get, result.tryon_id, user.id)
    assert tryon is not None

    shown = await open_gallery(boris)

    assert shown["caption"].startswith("1 из 1 · ")
    assert f"{tryon.created_at.year} г." in shown["caption"].replace("\u202f", " ")
    assert shown["caption"].endswith("Верх · ★★★★☆")


async def test_opening_sends_the_result_with_all_its_buttons(
    anna: SandboxUser, client: SandboxClient, results: list[TryOnResult]
) -> None:
    shown = await open_gallery(anna)
    await anna.press("Older ›")
    page = await anna.wait_for("2 of 3")
    await anna.press("Open")

    opened = await anna.wait_for(is_result)

    assert opened["message_id"] > shown["message_id"]
    assert await seen(client, opened) == await seen(client, page)


async def test_the_only_result_is_shown_without_leafing(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await keep_result(bot_app, anna)

    assert labels(await open_gallery(anna)) == ["Open", "Again", "Delete", "☰ Menu"]


async def test_a_result_is_deleted_after_asking(
    bot_app: App, anna: SandboxUser, results: list[TryOnResult]
) -> None:
    first = await open_gallery(anna)
    await anna.press("Older ›")
    await anna.wait_for("2 of 3")
    await anna.press("Delete")
    await anna.wait_for(lambda m: labels(m) == ["Yes, delete it", "Keep it"])
    await anna.press("Yes, delete it")

    shown = await anna.wait_for("2 of 2")

    assert shown["message_id"] == first["message_id"]
    kept = {result.result_key for result in results if result is not results[1]}
    assert set(bot_app.services.storage.keys("")) == kept


async def test_a_second_tap_deletes_no_second_result(
    bot_app: App, anna: SandboxUser, results: list[TryOnResult]
) -> None:
    shown = await open_gallery(anna)
    await anna.press("Older ›")
    await anna.wait_for("2 of 3")
    data, gallery = f"history:erase:{results[1].tryon_id}", shown["message_id"]
    for _ in range(2):
        await anna.press(data, message_id=gallery, force=True)
    await anna.text("/help")  # answered after the taps
    await anna.wait_for("How it works")

    kept = {result.result_key for result in results if result is not results[1]}
    assert set(bot_app.services.storage.keys("")) == kept


async def test_a_result_is_kept_on_second_thoughts(
    bot_app: App, anna: SandboxUser, results: list[TryOnResult]
) -> None:
    await open_gallery(anna)
    await anna.press("Delete")
    await anna.press("Keep it", timeout=5)

    await anna.wait_for(lambda m: "Delete" in labels(m))

    assert len([*bot_app.services.storage.keys("")]) == 3


async def test_deleting_the_last_result_leaves_a_friendly_text(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await keep_result(bot_app, anna)
    await open_gallery(anna)
    await anna.press("Delete")
    await anna.press("Yes, delete it", timeout=5)

    await anna.wait_for("Nothing here yet")

    assert not [message for message in await anna.messages() if "photo" in message]
    assert not [*bot_app.services.storage.keys("")]


async def test_a_picture_that_storage_has_lost_is_skipped(
    bot_app: App, anna: SandboxUser, results: list[TryOnResult]
) -> None:
    bot_app.services.storage.delete(results[2].result_key)

    shown = await open_gallery(anna)

    assert shown["caption"].startswith("1 of 2 · ")


async def test_nobody_sees_the_results_of_others(
    bot_app: App, anna: SandboxUser, boris: SandboxUser, results: list[TryOnResult]
) -> None:
    await settle(bot_app, boris)
    await keep_result(bot_app, boris)
    shown = await open_gallery(boris)
    assert shown["caption"].startswith("1 of 1 · ")
    for action in ("show", "erase"):
        data = f"history:{action}:{results[0].tryon_id}"
        query = await boris.press(data, message_id=shown["message_id"], force=True)
        await boris.answer_to(query)
    await boris.text("/help")  # in order after it
    await boris.wait_for("How it works")

    assert results[0].result_key in bot_app.services.storage.keys("")


async def test_another_garment_from_history_goes_on_with_its_photo(
    bot_app: App, anna: SandboxUser
) -> None:
    """The buttons of an opened result work whatever the person was doing."""
    await settle(bot_app, anna)
    await keep_result(bot_app, anna)
    begun = await enter(bot_app, anna, State.TRYON_WAITING_PERSON)
    await open_gallery(anna)
    await anna.press("Open")
    await anna.wait_for(is_result)

    assert await session(bot_app, begun) == ("active", State.TRYON_WAITING_PERSON)


async def test_all_results_are_seen_at_a_glance_and_opened_by_their_number(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    for number in range(11):
        await keep_result(bot_app, anna, number)
    first = await open_gallery(anna)
    await anna.press("▦ At a glance")
    sheet = await anna.wait_for("1–9 of 11")
    assert sheet["message_id"] == first["message_id"]
    assert labels(sheet) == [*"123456789", "Older ›", "☰ Menu"]
    await anna.press("Older ›")
    sheet = await anna.wait_for("10–11 of 11")
    assert labels(sheet) == ["10", "11", "‹ Newer", "☰ Menu"]
    await anna.press("10")
    await anna.wait_for("10 of 11")
    await anna.press("▦ At a glance")
    await anna.wait_for("10–11 of 11")


async def test_a_sheet_leaves_out_what_storage_has_lost(
    bot_app: App, anna: SandboxUser, results: list[TryOnResult]
) -> None:
    await open_gallery(anna)
    bot_app.services.storage.delete(results[1].result_key)
    await anna.press("▦ At a glance")
    sheet = await anna.wait_for("1–3 of 3")
    assert labels(sheet) == ["1", "3", "☰ Menu"]


async def test_nobody_sees_anothers_sheet(
    bot_app: App, anna: SandboxUser, boris: SandboxUser, results: list[TryOnResult]
) -> None:
    await settle(bot_app, boris)
    await keep_result(bot_app, boris, 7)
    shown = await open_gallery(boris)
    await boris.press("history:sheet:0", message_id=shown["message_id"], force=True)
    await boris.wait_for("1–1 of 1")
