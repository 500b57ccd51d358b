"""Nothing that people send harms the flow; see tests/bot/bad_input.py for the table."""

from pathlib import Path

import pytest

from modera_bot.app import App
from modera_bot.sandbox.client import SandboxUser
from modera_bot.sandbox.formatting import formatted
from tests.bot import bad_input
from tests.bot.bad_input import ACCEPTED, GARMENT, PERSON, REFUSED, SECOND_PERSON, Case
from tests.bot.tryon.conftest import is_result, settle

PAGE = Path(__file__).parents[2] / "docs" / "bad-input.md"
LANGUAGES = ["en", "ru"]


async def expect(app: App, person: SandboxUser, language: str, key: str, **more: str) -> str:
    """Wait for one of the bot's texts, as Telegram shows it; the whole message."""
    wanted, _ = formatted(app.services.texts.get(language, key, **more), "HTML", None)
    message = await person.wait_for(wanted, timeout=15)
    return message.get("text") or message["caption"]


async def play(app: App, person: SandboxUser, language: str, case: Case) -> str:
    await case.send(person)
    counts = {} if case.count is None else {"count": case.count}
    return await expect(app, person, language, case.key, **counts)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_bad_input_is_explained_and_the_try_on_goes_on(
    bot_app: App, anna: SandboxUser, language: str
):
    await settle(bot_app, anna, language=language)
    await anna.photo(GARMENT)
    await expect(bot_app, anna, language, "tryon-got-garment", category="tops")
    hint = bot_app.services.texts.get(language, "tryon-wanted-person")
    for case in REFUSED:
        answer = await play(bot_app, anna, language, case)
        assert hint in answer or case.key.startswith("tryon-"), case.name
    await anna.photo(PERSON)
    await anna.wait_for(is_result, timeout=15)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_second_person_is_no_garment(bot_app: App, anna: SandboxUser, language: str):
    await settle(bot_app, anna, language=language)
    await anna.photo(PERSON)
    await expect(bot_app, anna, language, "tryon-got-person")
    await play(bot_app, anna, language, SECOND_PERSON)
    await anna.photo(GARMENT)
    await anna.wait_for(is_result, timeout=15)


async def test_rare_formats_are_photos_too(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(GARMENT)
    await anna.wait_for("Got the garment", timeout=15)
    for case in ACCEPTED:  # after the first result, each replaces the person before
        await case.send(anna)
        await anna.wait_for(is_result, timeout=15)


def test_the_page_shows_what_people_see():
    assert PAGE.read_text(encoding="utf-8") == bad_input.document(), (
        "renew it: python -m tests.bot.bad_input > docs/bad-input.md"
    )
