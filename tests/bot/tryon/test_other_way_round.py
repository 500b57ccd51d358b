"""A photo that was taken for the wrong thing: corrected before, and while it is worked on."""

from modera_bot.app import App
from modera_bot.sandbox.client import SandboxUser
from tests.bot.tryon.conftest import (
    TOP,
    UNCLEAR,
    WOMAN,
    WORN,
    eventually,
    is_result,
    labels,
    near,
    photo,
    settle,
)
from tests.fakes import Conduct

SWAP = "⇄ The other way round"
DARKER = (30, 190, 40)  # unclear as well


async def test_a_garment_that_is_the_person_after_all(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await anna.photo(photo(UNCLEAR))
    await anna.press("👕 It’s the garment", timeout=5)
    got = await anna.wait_for("Got the garment")
    assert "🧍 It’s the person" in labels(got)
    await anna.press("🧍 It’s the person")
    await anna.wait_for("Got the photo of the person")
    await anna.photo(photo(TOP))
    await anna.wait_for(is_result)
    assert near(conduct.calls[-1].person, UNCLEAR)


async def test_a_photo_that_can_be_one_thing_only_is_not_asked_about(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    assert "🧍 It’s the person" not in labels(await anna.wait_for("Got the garment"))
    await anna.photo(photo(WOMAN))
    result = await anna.wait_for(is_result)
    assert SWAP not in labels(result)


async def test_two_photos_that_could_be_either_are_swapped_while_it_runs(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    conduct.gate.clear()
    await anna.photo(photo(UNCLEAR))
    await anna.press("👕 It’s the garment", timeout=5)
    await anna.wait_for("Got the garment")
    await anna.photo(photo(DARKER))
    await anna.wait_for("I’m not sure about this photo")
    await anna.press("🧍 It’s the person")
    await anna.wait_for(lambda m: SWAP in labels(m))
    await eventually(lambda: begun(conduct), 1)
    await anna.press(SWAP)
    await eventually(lambda: begun(conduct), 2)
    conduct.gate.set()
    await anna.wait_for(is_result)
    first, second = conduct.calls
    assert near(first.person, DARKER)
    assert near(second.person, UNCLEAR)
    assert near(second.garments[0].picture, DARKER)


async def begun(conduct: Conduct) -> int:
    return len(conduct.calls)


async def test_a_worn_garment_of_somebody_cropped_is_not_swapped(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    conduct.gate.clear()
    await anna.photo(photo(WORN))
    await anna.press("👕 It’s the garment", timeout=5)
    await anna.photo(photo(WOMAN))
    shown = await anna.wait_for("Fitting the garment", timeout=8)
    assert SWAP not in labels(shown)
    conduct.gate.set()
