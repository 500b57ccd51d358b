"""From "not enough credits" to Stars and back to where the person was."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from telegram import Bot

from modera_bot.app import App
from modera_bot.bot import cashier
from modera_bot.db.schema import fashion_sessions, orders, users
from modera_bot.errors import BackendError, Code
from modera_bot.sandbox.client import SandboxClient, SandboxError, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.bot.conftest import Serve
from tests.bot.payments.conftest import both_photos, credits, is_invoice
from tests.bot.people import known, labels
from tests.bot.tryon.conftest import is_result, settle
from tests.fakes import Conduct


async def give(app: App, person: SandboxUser, amount: int) -> None:
    user = await known(app, person)
    await app.services.database.run(app.services.payments.give, user.id, amount, reason="a test")


async def test_without_credits_a_package_is_bought_and_the_try_on_goes_on(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await both_photos(anna)
    short = await anna.wait_for("Not enough credits")
    assert labels(short)[:1] == ["30 credits · 150 ⭐"]

    await anna.press("pay:buy:basic:tryon")
    invoice = await anna.wait_for(is_invoice)
    query = await anna.pay(invoice)
    assert (await anna.checkout_of(query))["ok"]

    receipt = await anna.wait_for("Paid: 150 ⭐")
    assert "You have 30 credits" in receipt["text"]
    result = await anna.wait_for(is_result, timeout=10)
    assert "−3 credits · 27 credits left" in result["caption"]
    assert await credits(bot_app, anna) == 27


async def test_who_pays_after_a_long_while_gets_the_try_on_all_the_same(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await both_photos(anna)
    await anna.press("pay:buy:basic:tryon", timeout=5)
    invoice = await anna.wait_for(is_invoice)
    with bot_app.services.database.begin() as connection:
        connection.execute(fashion_sessions.update().values(status="expired"))

    await anna.pay(invoice)

    await anna.wait_for(is_result, timeout=10)
    assert await credits(bot_app, anna) == 27


async def test_who_does_something_else_by_then_is_not_taken_back(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await both_photos(anna)
    await anna.press("pay:buy:basic:tryon", timeout=5)
    invoice = await anna.wait_for(is_invoice)
    await anna.text("/menu")
    await anna.wait_for("What would you like to do?")

    await anna.pay(invoice)
    await anna.wait_for("Paid: 150 ⭐")
    await anna.text("/balance")
    await anna.wait_for("You have 30 credits")

    assert await credits(bot_app, anna) == 30


async def test_the_price_is_said_and_agreed_to_before_a_try_on(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await give(bot_app, anna, 4)
    await both_photos(anna)
    asked = await anna.wait_for("Shall I try it on?")
    assert "It costs <b>" not in asked["text"]
    assert "It costs 3 credits, you have 4 credits." in asked["text"]
    assert await credits(bot_app, anna) == 4

    await anna.press("✨ Try on · 3 credits")

    result = await anna.wait_for(is_result, timeout=10)
    assert "1 credit left" in result["caption"]
    await both_photos(anna)
    await anna.wait_for("This try-on costs 3 credits, and you have 1 credit.")


async def test_a_failed_try_on_gives_the_credits_back_and_says_why(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await give(bot_app, anna, 3)
    conduct.faults.append(BackendError(Code.BACKEND_REFUSED))
    await both_photos(anna)
    await anna.press("tryon:go", timeout=5)

    told = await anna.wait_for("declined these photos", timeout=10)

    assert "3 credits back on your balance." in told["text"]
    assert await credits(bot_app, anna) == 3


async def test_a_payment_told_twice_and_before_its_question_gives_its_credits_once(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await anna.text("/buy")
    await anna.press("pay:buy:basic", timeout=5)
    invoice = await anna.wait_for(is_invoice)

    await anna.pay(invoice, early=True)
    await anna.wait_for("Paid: 150 ⭐")
    charge = (await anna.payments())[0]["id"]
    await anna.hear_again(charge)
    await anna.text("/balance")
    await anna.wait_for("You have 30 credits")

    assert await credits(bot_app, anna) == 30
    paid = [m for m in await anna.messages() if "Paid: 150" in m.get("text", "")]
    assert len(paid) == 1


async def test_an_order_can_be_paid_only_by_its_owner_while_it_is_open(
    bot_app: App, anna: SandboxUser, boris: SandboxUser
) -> None:
    await settle(bot_app, anna, boris)
    await anna.text("/buy")
    await anna.press("pay:buy:basic", timeout=5)
    invoice = await anna.wait_for(is_invoice)
    with bot_app.services.database.begin() as connection:
        connection.execute(orders.update().values(state="expired"))

    answer = await anna.checkout_of(await anna.pay(invoice))

    assert not answer["ok"]
    assert "/buy" in answer["error"]
    assert await credits(bot_app, anna) == 0


async def test_refunded_stars_take_the_credits_back(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await anna.text("/buy")
    await anna.press("pay:buy:basic", timeout=5)
    await anna.pay(await anna.wait_for(is_invoice))
    await anna.wait_for("Paid: 150 ⭐")
    with bot_app.services.database.begin() as connection:
        spent = select(users.c.total_spent)
        assert connection.execute(spent).scalar_one() == Decimal("1.95")

    await anna.refund((await anna.payments())[0]["id"])

    told = await anna.wait_for("was refunded")
    assert "You have 0 credits" in told["text"]
    assert await credits(bot_app, anna) == 0
    with bot_app.services.database.begin() as connection:
        assert connection.execute(spent).scalar_one() == 0


async def test_a_subscription_is_renewed_and_cancelled(
    bot_app: App, anna: SandboxUser, client: SandboxClient
) -> None:
    await settle(bot_app, anna)
    await anna.text("/buy")
    await anna.press("pay:buy:monthly", timeout=5)
    offered = await anna.wait_for("100 credits every month")
    link = offered["reply_markup"]["inline_keyboard"][0][0]["url"]
    await anna.pay(link)
    await anna.wait_for("Paid: 300 ⭐")
    charge = (await anna.payments())[0]["id"]

    await anna.renew(charge)
    await anna.wait_for("You have 200 credits")
    await anna.text("/balance")
    await anna.wait_for("Your subscription renews on")
    await anna.press("Cancel subscription")
    await anna.wait_for("the subscription runs until")

    calls = [c for c in await client.calls() if c["method"] == "editUserStarSubscription"]
    assert [call["fields"]["telegram_payment_charge_id"] for call in calls] == [charge]
    with pytest.raises(SandboxError, match="SUBSCRIPTION_CANCELLED"):
        await anna.renew(charge)
    await anna.text("/buy")
    await anna.press("pay:buy:monthly", timeout=5)  # a second one is not sold
    await anna.text("/balance")
    await anna.wait_for("is cancelled and runs until")
    assert await credits(bot_app, anna) == 200


async def test_a_payment_that_telegram_never_told_of_is_found_in_its_list(
    serve: Serve, anna: SandboxUser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cashier, "GRACE", timedelta(0))
    monkeypatch.setattr(cashier, "LOOK_S", 0.1)
    async with serve() as app:
        await settle(app, anna)
        await anna.text("/buy")
        await anna.press("pay:buy:basic", timeout=5)
        invoice = await anna.wait_for(is_invoice)
    await anna.pay(invoice, early=True)
    async with Bot(sandbox.token, base_url=sandbox.base_url) as other:  # takes the updates away
        await other.get_updates(offset=2**40, timeout=0)

    async with serve() as app:
        await anna.wait_for("Paid: 150 ⭐", timeout=10)
        assert await credits(app, anna) == 30


async def test_a_payment_for_nothing_of_ours_is_sent_back(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await anna.text("/buy")
    await anna.press("pay:buy:basic", timeout=5)
    invoice = await anna.wait_for(is_invoice)
    with bot_app.services.database.begin() as connection:
        connection.execute(orders.delete())

    await anna.pay(invoice, early=True)

    await anna.wait_for("I’ve sent your Stars back")
    assert (await anna.payments())[0]["refunded_at"]
    assert await credits(bot_app, anna) == 0
