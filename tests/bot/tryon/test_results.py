"""The buttons under a result, at once and long afterwards."""

import io

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Connection

from modera_bot.app import App
from modera_bot.db import pictures, tryons, users
from modera_bot.db.tryons import Tryon
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from tests.bot.tryon.conftest import (
    MAN,
    OTHER_TOP,
    TOP,
    WOMAN,
    begin,
    eventually,
    is_result,
    labels,
    methods,
    near,
    photo,
    settle,
    state,
)
from tests.fakes import Conduct


async def try_on(app: App, person: SandboxUser, language: str = "en") -> Json:
    """Bring somebody to a result; the message."""
    await settle(app, person, language=language)
    await person.album([photo(TOP), photo(WOMAN)])
    result = await person.wait_for(is_result)
    await eventually(lambda: state(app, person), "tryon_result")
    return result


async def tryon_of(app: App, person: SandboxUser) -> Tryon:
    """The newest try-on of somebody."""

    def read(connection: Connection) -> Tryon:
        user = users.by_telegram_id(connection, person.id)
        assert user is not None
        return tryons.of_user(connection, user.id)[0]

    return await app.services.database.run(read)


async def picture(client: SandboxClient, message: Json) -> np.ndarray:
    """The photo of a message, as an array."""
    data = await client.download(message["photo"][-1]["file_id"])
    return np.asarray(Image.open(io.BytesIO(data)))


async def test_stars_are_shown_and_can_be_changed(bot_app: App, anna: SandboxUser):
    result = await try_on(bot_app, anna)
    for stars in (4, 2, 2):
        tryon_id = (await tryon_of(bot_app, anna)).id
        query = await anna.press(f"tryon:rate:{tryon_id}:{stars}")
        assert f"{stars} stars" in (await anna.answer_to(query))["text"]
        shown = ["★"] * stars + ["☆"] * (5 - stars)
        await anna.wait_for(lambda m, shown=shown: labels(m)[:5] == shown, since=0)

        async def rating() -> int | None:
            return (await tryon_of(bot_app, anna)).rating

        await eventually(rating, stars)
    assert (await anna.last())["message_id"] == result["message_id"]


async def test_before_and_after_take_each_others_place(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    result = await try_on(bot_app, anna)
    alone = await picture(client, result)
    await anna.press("◧ Before / after")
    both = await anna.wait_for(lambda m: "🖼 Result" in labels(m))
    assert both["message_id"] == result["message_id"]
    assert both["caption"] == result["caption"]
    side_by_side = await picture(client, both)
    assert side_by_side.shape[1] > 1.9 * alone.shape[1]
    assert near(side_by_side[:, : alone.shape[1]], WOMAN)
    await anna.press("🖼 Result")
    again = await anna.wait_for(lambda m: "◧ Before / after" in labels(m))
    assert (await picture(client, again)).shape == alone.shape


async def test_the_rating_stays_visible_when_before_and_after_are_shown(
    bot_app: App, anna: SandboxUser
):
    await try_on(bot_app, anna)
    tryon_id = (await tryon_of(bot_app, anna)).id
    await anna.press(f"tryon:rate:{tryon_id}:3")
    await anna.press("◧ Before / after")
    both = await anna.wait_for(lambda m: "🖼 Result" in labels(m))
    assert labels(both)[:5] == ["★", "★", "★", "☆", "☆"]
    await anna.press(f"tryon:rate:{tryon_id}:4")
    rated = await anna.wait_for(lambda m: labels(m)[:5] == ["★", "★", "★", "★", "☆"])
    assert "🖼 Result" in labels(rated)


async def test_a_russian_result_speaks_russian_throughout(bot_app: App, boris: SandboxUser):
    result = await try_on(bot_app, boris, language="ru")
    assert result["caption"] == "✨ Создано ИИ"
    tryon_id = (await tryon_of(bot_app, boris)).id
    query = await boris.press(f"tryon:rate:{tryon_id}:2")
    assert "2 звезды" in (await boris.answer_to(query))["text"]
    await boris.press("◧ До и после")
    await boris.wait_for(lambda m: "🖼 Результат" in labels(m))
    await boris.press("👕 Другая вещь, то же фото")
    await boris.wait_for("Пришлите другую вещь")
    await boris.press("🗑 Удалить")
    await boris.press("Да, удалить картинку", timeout=5)
    await boris.wait_for("Картинка удалена")


async def test_another_garment_goes_on_the_same_person(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await try_on(bot_app, anna)
    await anna.press("👕 Another garment, same photo")
    await anna.wait_for("kept the photo of the person")
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for(is_result)
    second = conduct.calls[-1]
    assert near(second.person, WOMAN)
    assert near(second.garments[0].picture, OTHER_TOP)


async def test_the_same_garment_goes_on_another_person(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await try_on(bot_app, anna)
    await anna.press("🧍 Same garment, another photo")
    await anna.wait_for("kept the garment")
    await anna.photo(photo(MAN))
    await anna.wait_for(is_result)
    assert near(conduct.calls[-1].person, MAN)
    assert near(conduct.calls[-1].garments[0].picture, TOP)


@pytest.mark.parametrize(("colour", "role"), [(OTHER_TOP, "garment"), (MAN, "person")])
async def test_a_photo_after_a_result_takes_the_place_of_its_like(
    bot_app: App,
    anna: SandboxUser,
    conduct: Conduct,
    colour: tuple[int, int, int],
    role: str,
):
    await try_on(bot_app, anna)
    await anna.photo(photo(colour))
    await anna.wait_for(is_result)
    task = conduct.calls[-1]
    assert near(task.person, MAN if role == "person" else WOMAN)
    assert near(task.garments[0].picture, OTHER_TOP if role == "garment" else TOP)


async def test_the_result_comes_as_a_file_of_full_size(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    await try_on(bot_app, anna)
    await anna.press("📎 As a file")
    sent = await anna.wait_for(lambda m: "document" in m)
    assert "AI-generated" in sent["caption"]
    data = await client.download(sent["document"]["file_id"])
    tryon = await tryon_of(bot_app, anna)
    assert data == bot_app.services.storage.get(tryon.result_key)
    assert b"DigitalSourceType" in data


async def test_a_deleted_picture_is_gone_everywhere(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    result = await try_on(bot_app, anna)
    key = (await tryon_of(bot_app, anna)).result_key
    await anna.press("🗑 Delete")
    await anna.wait_for(lambda m: "Yes, delete the picture" in labels(m))
    await anna.press("Keep it")
    await anna.wait_for(is_result)
    await anna.press("🗑 Delete")
    await anna.press("Yes, delete the picture", timeout=5)
    deleted = await anna.wait_for("has been deleted")
    assert deleted["message_id"] == result["message_id"]
    assert near(await picture(client, deleted), (236, 236, 236))

    async def gone() -> bool:
        row = await bot_app.services.database.run(pictures.get, key)
        kept = bot_app.services.storage.exists(key)
        return row is None and not kept and (await tryon_of(bot_app, anna)).result_key is None

    await eventually(gone, True)
    # whoever still has the old buttons on their screen gets an honest answer
    tryon_id = (await tryon_of(bot_app, anna)).id
    for action in ("compare", "file", "open"):
        await anna.press(f"tryon:{action}:{tryon_id}", message_id=deleted["message_id"], force=True)
        await anna.wait_for("has been deleted, or its time was over")


async def test_buttons_of_an_old_result_work_in_another_session(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    result = await try_on(bot_app, anna)
    tryon_id = (await tryon_of(bot_app, anna)).id
    await anna.text("/menu")
    await anna.wait_for("like to do")
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for("Got the garment")
    await anna.press(f"tryon:garment:{tryon_id}", message_id=result["message_id"])
    await anna.wait_for("kept the photo of the person")
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for(is_result)


async def test_when_the_photo_has_expired_another_garment_needs_it_anew(
    bot_app: App, anna: SandboxUser
):
    await try_on(bot_app, anna)
    tryon = await tryon_of(bot_app, anna)
    bot_app.services.storage.delete(tryon.person_key)
    await bot_app.services.database.run(pictures.remove, tryon.person_key)
    await anna.press("👕 Another garment, same photo")
    await anna.wait_for("I no longer have the photo")
    await anna.press("◧ Before / after")
    await anna.wait_for("I no longer have the photo")
    await anna.press("📎 As a file")  # the result itself is still there
    await anna.wait_for(lambda m: "document" in m)


async def test_while_a_job_runs_no_other_is_begun_from_an_old_result(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    result = await try_on(bot_app, anna)
    await anna.text("/menu")
    await anna.wait_for("like to do")
    await begin(bot_app, anna, conduct, OTHER_TOP)
    tryon_id = (await tryon_of(bot_app, anna)).id
    query = await anna.press(f"tryon:garment:{tryon_id}", message_id=result["message_id"])
    assert "still working" in (await anna.answer_to(query))["text"]
    conduct.gate.set()
    await anna.wait_for(is_result, since=0)


async def test_nobody_can_touch_the_result_of_somebody_else(
    bot_app: App, anna: SandboxUser, boris: SandboxUser
):
    await try_on(bot_app, anna)
    tryon = await tryon_of(bot_app, anna)
    await settle(bot_app, boris, language="ru")
    await boris.text("/menu")
    menu = await boris.wait_for("Что будем делать")
    for action in ("open", "file", "compare", "erase", "garment"):
        query = await boris.press(
            f"tryon:{action}:{tryon.id}", message_id=menu["message_id"], force=True
        )
        assert "старая кнопка" in (await boris.answer_to(query))["text"]
    assert bot_app.services.storage.exists(tryon.result_key)
    assert not await methods(boris, "sendDocument")


async def test_settings_of_the_person_blur_and_protect_results(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)

    def wish(connection: Connection) -> None:
        user = users.by_telegram_id(connection, anna.id)
        assert user is not None
        users.set_preference(connection, user.id, "spoiler", True)
        users.set_preference(connection, user.id, "protect", True)

    await bot_app.services.database.run(wish)
    result = await try_on(bot_app, anna)
    assert result["has_media_spoiler"]
    assert result["has_protected_content"]
    tryon_id = (await tryon_of(bot_app, anna)).id
    await anna.press(f"tryon:open:{tryon_id}", message_id=result["message_id"], force=True)
    again = await anna.wait_for(lambda m: is_result(m) and m["message_id"] != result["message_id"])
    assert again["has_protected_content"]
