"""A top and a bottom as one look."""

import pytest

from modera_bot.app import App
from modera_bot.contracts import Category
from modera_bot.db import tryons
from modera_bot.sandbox.client import Json, SandboxUser
from tests.bot.people import known
from tests.bot.tryon.conftest import (
    MAN,
    OTHER_TOP,
    TOP,
    TROUSERS,
    WOMAN,
    is_result,
    labels,
    photo,
    settle,
)
from tests.fakes import Conduct

BOTH = [Category.TOPS, Category.BOTTOMS]


@pytest.fixture
def tryon() -> tuple[str, ...]:
    return ("look",)


def worn(conduct: Conduct) -> list[Category | None]:
    """The kinds of the garments that were last put on."""
    return [garment.category for garment in conduct.calls[-1].garments]


async def got_look(person: SandboxUser) -> Json:
    return await person.wait_for("as one look")


async def test_two_garments_that_go_together_and_a_person_make_a_look(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(TROUSERS))
    assert labels(await got_look(anna)) == ["Only the top", "Only the trousers or skirt"]
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result)
    assert worn(conduct) == BOTH


async def test_an_album_of_three_is_a_look_at_once(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await anna.album([photo(TROUSERS), photo(WOMAN), photo(TOP)])
    await anna.wait_for(is_result)
    assert sorted(map(str, worn(conduct))) == sorted(map(str, BOTH))
    assert not [m for m in await anna.messages() if "suit best" in m.get("text", "")]


async def test_one_of_a_look_can_be_left_out(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await anna.album([photo(TOP), photo(TROUSERS)])
    await got_look(anna)
    await anna.press("Only the trousers or skirt")
    await anna.wait_for("trousers or a skirt, I’d say")
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result)
    assert worn(conduct) == [Category.BOTTOMS]


async def test_two_tops_are_no_look(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for("That’s another garment")


async def test_a_look_is_remembered_for_another_person_and_once_more(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await anna.album([photo(TROUSERS), photo(TOP), photo(WOMAN)])
    await anna.wait_for(is_result)
    await anna.press("🧍 Same garment, another photo")
    await anna.wait_for("I’ve kept the garment")
    await anna.photo(photo(MAN))
    await anna.wait_for(is_result)
    assert sorted(map(str, worn(conduct))) == sorted(map(str, BOTH))
    user = await known(bot_app, anna)
    made = await bot_app.services.database.run(tryons.of_user, user.id)
    assert all(len(each.result.garment_keys) == 2 for each in made)


class TestWithoutLooks:
    @pytest.fixture
    def tryon(self) -> tuple[str, ...]:
        return ("paint",)

    async def test_a_second_garment_is_asked_about(self, bot_app: App, anna: SandboxUser) -> None:
        await settle(bot_app, anna)
        await anna.photo(photo(TOP))
        await anna.wait_for("Got the garment")
        await anna.photo(photo(TROUSERS))
        await anna.wait_for("That’s another garment")
