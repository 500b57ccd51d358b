"""Several people in a photo: the person says who is meant."""

from sqlalchemy import select

from modera_bot.app import App
from modera_bot.db import schema
from modera_bot.sandbox.client import Json, SandboxUser
from tests.bot.people import labels
from tests.bot.tryon.conftest import OTHER_TOP, PAIR, TOP, is_result, photo, settle

QUESTION = "people in this photo"


def button(message: Json, text: str) -> str:
    """Callback data of a button."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(key["callback_data"] for row in rows for key in row if key["text"] == text)


async def points(app: App) -> list[list[float] | None]:
    """Who was meant in each job, in their order."""

    def read(connection):
        rows = connection.execute(select(schema.jobs.c.payload).order_by(schema.jobs.c.queued_at))
        return [payload["person_at"] for (payload,) in rows]

    return await app.services.database.run(read)


async def test_the_one_whose_number_is_tapped_is_dressed(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(PAIR))
    asked = await anna.wait_for(QUESTION)
    assert "3 people" in asked["caption"]
    assert asked["photo"]
    assert labels(asked)[:3] == ["1", "2", "3"]
    assert "Cancel" in labels(asked)[3]
    await anna.press(button(asked, "3"))
    await anna.wait_for(is_result)
    assert await points(bot_app) == [[0.75, 0.4]]


async def test_the_choice_may_come_before_the_garment_and_may_be_changed(
    bot_app: App, anna: SandboxUser
):
    await settle(bot_app, anna)
    await anna.photo(photo(PAIR))
    asked = await anna.wait_for(QUESTION)
    await anna.press(button(asked, "3"))
    await anna.wait_for("Got the photo of the person")
    await anna.press(button(asked, "2"))
    await anna.wait_for("Got the photo of the person")
    await anna.photo(photo(TOP))
    await anna.wait_for(is_result)
    assert await points(bot_app) == [[0.45, 0.4]]


async def test_who_can_not_be_dressed_is_told_why_and_another_may_be_tapped(
    bot_app: App, anna: SandboxUser
):
    await settle(bot_app, anna)
    await anna.album([photo(PAIR), photo(TOP)])
    asked = await anna.wait_for(QUESTION)
    await anna.wait_for("Got the garment")
    await anna.press(button(asked, "1"))
    await anna.wait_for("turned too far")
    await anna.press(button(asked, "2"))
    await anna.wait_for(is_result)


async def test_the_same_person_is_meant_with_another_garment(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.album([photo(PAIR), photo(TOP)])
    asked = await anna.wait_for(QUESTION)
    await anna.press(button(asked, "2"))
    result = await anna.wait_for(is_result)
    data = next(
        key["callback_data"]
        for row in result["reply_markup"]["inline_keyboard"]
        for key in row
        if key["callback_data"].startswith("tryon:garment:")
    )
    await anna.press(data)
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for(is_result)
    assert await points(bot_app) == [[0.45, 0.4]] * 2


async def test_a_number_of_a_photo_that_is_gone_is_answered(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(PAIR))
    asked = await anna.wait_for(QUESTION)
    data = button(asked, "2").split(":")
    data[2] = "0" * 32
    query = await anna.press(":".join(data), message_id=asked["message_id"], force=True)
    assert "no longer have this photo" in str(await anna.answer_to(query))
