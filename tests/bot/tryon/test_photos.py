"""Photos come in: any order, any number, whatever they show."""

from modera_bot.app import App
from modera_bot.sandbox.client import SandboxUser
from tests.bot.tryon.conftest import TOP, WOMAN, photo, settle


async def test_a_garment_and_then_a_person_become_a_picture(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(WOMAN))
    result = await anna.wait_for(lambda message: "photo" in message)
    assert "AI-generated" in result["caption"]
    print(await anna.transcript())
