"""The stylist where payments are on: a price before, the way to credits and back, and refunds."""

import pytest

from modera_bot.app import App
from modera_bot.config import Settings
from modera_bot.contracts import Feature
from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.sandbox.client import Json, SandboxUser
from tests.bot.payments.conftest import both_photos, credits, is_invoice
from tests.bot.payments.test_buying import give
from tests.bot.people import known, labels
from tests.bot.stylist.conftest import choosing, is_advice, stylist
from tests.bot.tryon.conftest import WOMAN, eventually, photo, settle, state
from tests.fakes_style import Conduct

__all__ = ["stylist"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    inference = settings.inference.model_copy(update={"style": ("quick",)})
    return settings.model_copy(update={"inference": inference})


async def test_the_price_is_said_and_agreed_to_before_an_advice(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await give(bot_app, anna, 6)
    await choosing(bot_app, anna)
    await anna.press("✨ Advise me")
    asked = await anna.wait_for("Shall I advise you?")
    assert "It costs 5 credits, you have 6 credits." in asked["text"]
    assert labels(asked) == ["✨ Advise me · 5 credits", "My wishes", "✕ Cancel"]
    assert await credits(bot_app, anna) == 6

    await anna.press("✨ Advise me · 5 credits")

    card = await anna.wait_for(is_advice, timeout=30)
    assert "−5 credits · 1 credit left" in card["caption"]
    assert await credits(bot_app, anna) == 1
    await anna.text("/balance")
    await anna.wait_for("Style advice costs 5 credits.")


async def test_without_credits_a_package_is_bought_and_the_advice_goes_on_with_all_wishes(
    bot_app: App, boris: SandboxUser, stylist: Conduct
) -> None:
    await choosing(bot_app, boris, "ru")
    await boris.press("На вечер")
    await boris.wait_for(lambda m: "✓ На вечер" in labels(m))
    await boris.press("✨ Жду совет")
    short = await boris.wait_for("Совет стилиста стоит 5 кредитов, а у вас 0 кредитов")
    assert labels(short)[:1] == ["30 кредитов · 150 ⭐"]

    await boris.press("pay:buy:basic:styling")
    await boris.pay(await boris.wait_for(is_invoice))

    await boris.wait_for("Оплачено: 150 ⭐")
    card = await boris.wait_for(is_advice, timeout=30)
    assert "осталось 25 кредитов" in card["caption"]
    assert stylist.tasks[-1].preferences.occasion == "evening"
    assert await credits(bot_app, boris) == 25


async def short_of_credits(app: App, person: SandboxUser) -> Json:
    """Ask for an advice without credits; the message that offers packages."""
    await choosing(app, person)
    await person.press("stylist:go")
    return await person.wait_for("Style advice costs 5 credits")


async def bought_without_going_on(app: App, person: SandboxUser) -> bool:
    """Pay the invoice that comes next; whether that gave credits and began nothing."""
    await person.pay(await person.wait_for(is_invoice))
    await person.wait_for("Paid: 150 ⭐")
    await person.text("/balance")
    await person.wait_for("You have 30 credits")
    where = await state(app, person)
    return (where, await credits(app, person)) == ("stylist_preferences", 30)


async def test_a_package_offered_for_a_try_on_begins_no_advice(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await both_photos(anna)
    short = await anna.wait_for("Not enough credits")
    await short_of_credits(bot_app, anna)

    await anna.press("pay:buy:basic:tryon", message_id=short["message_id"])

    assert await bought_without_going_on(bot_app, anna)


async def test_a_package_begins_no_advice_whose_price_was_not_said(
    bot_app: App, anna: SandboxUser
) -> None:
    short = await short_of_credits(bot_app, anna)
    await anna.photo(photo(WOMAN))
    await anna.wait_until(lambda ms: sum("Got your" in m.get("text", "") for m in ms) == 2)

    await anna.press("pay:buy:basic:styling", message_id=short["message_id"])

    assert await bought_without_going_on(bot_app, anna)


async def test_a_button_of_an_earlier_release_buys_and_begins_nothing(
    bot_app: App, anna: SandboxUser
) -> None:
    short = await short_of_credits(bot_app, anna)

    await anna.press("pay:buy:basic:go", message_id=short["message_id"], force=True)

    assert await bought_without_going_on(bot_app, anna)


@pytest.mark.parametrize(
    ("fault", "told", "left_in"),
    [
        (BackendError(Code.BACKEND_FAILED), "stumbled", "stylist_preferences"),
        (Refusal(Code.COLOUR_CAST), "tell me yourself", "stylist_waiting_photo"),
    ],
)
async def test_a_failed_advice_gives_the_credits_back_and_says_why(
    bot_app: App,
    anna: SandboxUser,
    stylist: Conduct,
    fault: BackendError | Refusal,
    told: str,
    left_in: str,
) -> None:
    await settle(bot_app, anna)
    await give(bot_app, anna, 5)
    await choosing(bot_app, anna)
    stylist.faults.append(fault)
    await anna.press("stylist:go")
    await anna.press("stylist:agree", timeout=8)

    failed = await anna.wait_for(told, timeout=30)

    assert "5 credits back on your balance." in failed["text"]
    assert await credits(bot_app, anna) == 5
    await eventually(lambda: state(bot_app, anna), left_in)


async def test_credits_that_went_elsewhere_meanwhile_are_told_of_and_nothing_is_lost(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await give(bot_app, anna, 5)
    await choosing(bot_app, anna)
    await anna.press("stylist:go")
    await anna.wait_for("Shall I advise you?")
    user, payments = await known(bot_app, anna), bot_app.services.payments
    await bot_app.services.database.run(payments.use, user.id, 1, Feature.TRYON, "elsewhere")

    await anna.press("stylist:agree")

    short = await anna.wait_for("You don’t have enough credits")
    await anna.press("stylist:go", message_id=short["message_id"])
    await anna.wait_for("you have 4 credits. Choose a package")
    assert await credits(bot_app, anna) == 4
