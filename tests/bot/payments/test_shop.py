"""What stands around a purchase: gifts, codes, history, support, terms, and leaving for good."""

import asyncio
from decimal import Decimal
from functools import partial
from unittest.mock import Mock

import pytest
from click.testing import CliRunner

from modera_bot import privacy
from modera_bot.app import App
from modera_bot.bot.remote import refund
from modera_bot.cli import commands
from modera_bot.config import PackageSettings, PaySettings, PromoSettings
from modera_bot.contracts import OrderState
from modera_bot.db import orders
from modera_bot.errors import Code, PaymentError, StorageError
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.bot.payments.conftest import credits, is_invoice, subscribe
from tests.bot.people import known, labels
from tests.bot.tryon.conftest import settle


@pytest.fixture
def pay() -> PaySettings:
    return PaySettings(
        enabled=True,
        starter=9,
        support="@care",
        seller="Modera Ltd & Sons",
        tax="VAT included",
        packages={
            "basic": PackageSettings(credits=30, xtr=150, usd=Decimal("1.99")),
            "monthly": PackageSettings(credits=100, xtr=300, monthly=True),
        },
        promo={"HELLO": PromoSettings(credits=6)},
    )


async def buy(person: SandboxUser) -> str:
    """Buy the package for 150 Stars; returns the charge."""
    await person.text("/buy")
    await person.press("pay:buy:basic", timeout=5)
    await person.pay(await person.wait_for(is_invoice))
    await person.wait_for("150 ⭐")
    return (await person.payments())[-1]["id"]


async def test_a_newcomer_is_told_of_the_credits_they_begin_with(
    bot_app: App, anna: SandboxUser
) -> None:
    await anna.text("/start")
    await anna.press("start:language:en", timeout=5)

    ready = await anna.wait_for("Nice to meet you")

    assert "You begin with 9 credits." in ready["text"]
    assert "💳 Credits" in labels(ready)
    assert await credits(bot_app, anna) == 9


async def test_a_russian_reads_it_in_russian(bot_app: App, boris: SandboxUser) -> None:
    await settle(bot_app, boris, language="ru")
    await boris.text("/balance")
    await boris.wait_for("У вас 9 кредитов")
    await boris.text("/promo hello")
    await boris.wait_for("Зачислено: 6 кредитов. Теперь у вас 15 кредитов.")
    await boris.text("/promo hello")
    await boris.wait_for("уже использовали")
    await boris.text("/promo")
    await boris.wait_for("/promo КОД")
    assert await credits(bot_app, boris) == 15


async def test_receipt_history_support_and_terms(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await buy(anna)
    receipt = await anna.wait_for("Receipt", since=0)
    assert "Modera Ltd & Sons\nVAT included" in receipt["text"]
    await anna.text("/balance")
    await anna.press("pay:history", timeout=5)
    history = await anna.wait_for("Your payments")
    assert "+30 · bought for 150\N{NO-BREAK SPACE}⭐" in history["text"]
    assert "+9 · a bonus" in history["text"]
    await anna.text("/paysupport")
    await anna.wait_for("@care")
    await anna.text("/terms")
    await anna.wait_for("Seller: Modera Ltd & Sons")
    await anna.text("/help")
    await anna.wait_for("/paysupport")


async def test_the_operator_gives_stars_back_and_the_person_is_told(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await buy(anna)
    services = bot_app.services
    charge = (await anna.payments())[0]["id"]
    order = await services.database.run(orders.by_payment, "stars", charge)
    assert order is not None

    for _ in range(2):  # safe to repeat
        done = await refund(services.settings.telegram, services.database, services.payments, order)
        assert done.state is OrderState.REFUNDED

    await anna.wait_for("was refunded")
    assert await credits(bot_app, anna) == 0
    gift = order.model_copy(update={"provider": "manual"})
    with pytest.raises(PaymentError):
        await refund(services.settings.telegram, services.database, services.payments, gift)


async def test_who_leaves_is_told_what_is_lost_and_pays_no_more(
    bot_app: App, anna: SandboxUser, client: SandboxClient
) -> None:
    await settle(bot_app, anna)
    await subscribe(anna)

    await anna.text("/delete")
    asked = await anna.wait_for("Delete everything about you?")
    assert "You still have 100 credits: they’ll be gone, too." in asked["text"]
    assert "Your subscription will be cancelled." in asked["text"]
    await anna.press("Delete everything")
    await anna.press("Yes, delete for good", timeout=5)
    await anna.wait_for("Everything about you is deleted.")

    assert (await anna.payments())[0]["stopped"]


async def test_an_operator_who_erases_is_told_what_failed_and_can_do_it_again(
    bot_app: App, anna: SandboxUser, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(bot_app, anna)
    await subscribe(anna)
    settings = bot_app.services.settings
    environment = {
        "MODERA_DATA": str(settings.data),
        "MODERA_DATABASE__URL": settings.database.url,
        "MODERA_STORAGE__FOLDER": str(settings.data / "pictures"),
        "MODERA_TELEGRAM__TOKEN": settings.telegram.token.get_secret_value(),
        "MODERA_TELEGRAM__BASE_URL": settings.telegram.base_url,
    }
    command = partial(CliRunner().invoke, commands, ["erase", str(anna.id)], env=environment)
    user = await known(bot_app, anna)

    await client.fault("editUserStarSubscription", "429", seconds=90)
    ended = await asyncio.to_thread(command)
    assert ended.exit_code == 1
    assert "nothing was erased" in ended.output
    assert "Flood control" in ended.output

    gone = StorageError(Code.STORAGE_UNAVAILABLE, "the disk is away")
    monkeypatch.setattr(privacy, "erase", Mock(side_effect=gone))
    assert (await asyncio.to_thread(command)).exception is gone
    subscribed = await bot_app.services.database.run(orders.subscription, user.id)
    assert subscribed is not None
    assert subscribed.cancelled
