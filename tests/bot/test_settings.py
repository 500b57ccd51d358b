"""/settings: toggles in place, and that the settings are honoured."""

import pytest

from modera_bot.app import App
from modera_bot.sandbox.client import Json, SandboxUser
from tests.bot.people import keep_result, known, labels
from tests.bot.tryon.conftest import settle


async def open_settings(app: App, person: SandboxUser) -> Json:
    await settle(app, person)
    await person.text("/settings")
    return await person.wait_for("Settings")


async def test_everything_starts_with_its_default(bot_app: App, anna: SandboxUser) -> None:
    shown = await open_settings(bot_app, anna)

    assert labels(shown) == [
        "Language: English",
        "✓ Standard",
        "High",
        "Premium",
        "Blur results: off",
        "Protect results: off",
        "Keep my photos: yes",
        "☰ Menu",
    ]


@pytest.mark.parametrize(
    ("name", "before", "after", "value"),
    [
        ("spoiler", "Blur results: off", "Blur results: on", True),
        ("protect", "Protect results: off", "Protect results: on", True),
        ("keep_photos", "Keep my photos: yes", "Keep my photos: no", False),
    ],
)
async def test_a_setting_changes_in_place_and_back(
    bot_app: App, anna: SandboxUser, name: str, before: str, after: str, value: bool
) -> None:
    shown = await open_settings(bot_app, anna)
    await anna.press(before)
    changed = await anna.wait_for(lambda m: after in labels(m))
    assert changed["message_id"] == shown["message_id"]
    await anna.text("/help")  # in order after it
    await anna.wait_for("How it works")
    assert (await known(bot_app, anna)).preferences == {name: value}

    await anna.press(after)
    await anna.wait_for(lambda m: before in labels(m))
    await anna.text("/help")
    await anna.wait_for("How it works")
    assert (await known(bot_app, anna)).preferences == {name: not value}


async def test_a_button_pressed_twice_changes_a_setting_once(
    bot_app: App, anna: SandboxUser
) -> None:
    shown = await open_settings(bot_app, anna)
    for _ in range(2):
        query = await anna.press(
            "settings:set:spoiler:on", message_id=shown["message_id"], force=True
        )
        await anna.answer_to(query)
    await anna.text("/settings")

    again = await anna.wait_for(lambda m: m["message_id"] != shown["message_id"])

    assert "Blur results: on" in labels(again)


async def test_the_language_changes_in_place_and_for_good(bot_app: App, anna: SandboxUser) -> None:
    shown = await open_settings(bot_app, anna)
    await anna.press("Language: English")
    await anna.press("Русский", timeout=5)

    changed = await anna.wait_for("Настройки")

    assert changed["message_id"] == shown["message_id"]
    assert "Язык: русский" in labels(changed)
    await anna.text("/help")
    await anna.wait_for("Как это работает")


async def test_the_choice_of_the_language_can_be_left(bot_app: App, anna: SandboxUser) -> None:
    await open_settings(bot_app, anna)
    await anna.press("Language: English")
    await anna.press("‹ Back", timeout=5)

    await anna.wait_for("Blur results")
    assert (await known(bot_app, anna)).language_code == "en"


async def test_pictures_are_blurred_and_protected_as_wished(
    bot_app: App, anna: SandboxUser
) -> None:
    await open_settings(bot_app, anna)
    await anna.press("Blur results: off")
    await anna.press("Protect results: off", timeout=5)
    await keep_result(bot_app, anna)
    await anna.text("/history")

    shown = await anna.wait_for(lambda m: "photo" in m)

    assert shown["has_media_spoiler"]
    assert shown["has_protected_content"]
