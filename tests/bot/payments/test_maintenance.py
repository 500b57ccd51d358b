"""Money is on its way whatever the operator does meanwhile: maintenance, erasing somebody."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modera_bot.app import App, serving
from modera_bot.cli import commands
from modera_bot.config import Settings
from modera_bot.sandbox.client import SandboxUser
from tests.bot.conftest import Serve
from tests.bot.payments.conftest import credits, is_invoice, subscribe
from tests.bot.tryon.conftest import settle

ServeClosed = Callable[[], AbstractAsyncContextManager[App]]


@pytest.fixture
def serve_closed(serve: Serve, settings: Settings) -> ServeClosed:
    """Starts the bot in maintenance mode."""
    telegram = settings.telegram.model_copy(update={"maintenance": True})
    return lambda: serving(settings.model_copy(update={"telegram": telegram}))


async def test_maintenance_lets_payments_through_and_nothing_else(
    anna: SandboxUser, serve: Serve, serve_closed: ServeClosed
) -> None:
    async with serve() as app:
        await settle(app, anna)
        await anna.text("/buy")
        await anna.press("pay:buy:basic", timeout=5)
        invoice = await anna.wait_for(is_invoice)
    async with serve_closed() as app:
        query = await anna.pay(invoice)  # a pre-checkout, then the payment
        assert (await anna.checkout_of(query))["ok"]
        await anna.wait_for("Paid: 150 ⭐")
        assert await credits(app, anna) == 30
        await anna.text("/balance")
        await anna.wait_for("being worked on")
        await anna.refund((await anna.payments())[0]["id"])
        await anna.wait_for("was refunded")
        assert await credits(app, anna) == 0


@pytest.fixture
def erase(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., asyncio.Future[Result]]:
    """`modera-bot erase`, on what the bot of the test has left."""
    monkeypatch.chdir(tmp_path)
    environment = {
        "MODERA_DATA": str(settings.data),
        "MODERA_DATABASE__URL": settings.database.url,
        "MODERA_STORAGE__FOLDER": str(settings.storage.folder),
        "MODERA_TELEGRAM__BASE_URL": settings.telegram.base_url,
        "MODERA_TELEGRAM__TOKEN": settings.telegram.token.get_secret_value(),
    }

    def run(person: SandboxUser, **changes: str) -> asyncio.Future[Result]:
        words, env = ["erase", str(person.id)], environment | changes
        return asyncio.ensure_future(
            asyncio.to_thread(CliRunner().invoke, commands, words, env=env)
        )

    return run


@pytest.mark.files
async def test_erasing_somebody_cancels_their_subscription_at_telegram_first(
    anna: SandboxUser,
    serve: Serve,
    erase: Callable[..., asyncio.Future[Result]],
) -> None:
    async with serve() as app:
        await settle(app, anna)
        await subscribe(anna)
    unreachable = await erase(anna, MODERA_TELEGRAM__BASE_URL="http://127.0.0.1:1/bot")
    assert unreachable.exit_code == 1
    assert "nothing was erased" in unreachable.output
    assert "telegram.base_url: " in unreachable.output
    assert not (await anna.payments())[0]["stopped"]

    done = await erase(anna)

    assert "Their subscription is cancelled.\nErased: 1 users" in done.output
    assert (await anna.payments())[0]["stopped"]
    assert "nobody with the Telegram id" in (await erase(anna)).output


@pytest.mark.files
async def test_without_a_token_erasing_says_what_is_left_to_do(
    anna: SandboxUser, serve: Serve, erase: Callable[..., asyncio.Future[Result]]
) -> None:
    async with serve() as app:
        await settle(app, anna)
        paid = await subscribe(anna)

    done = await erase(anna, MODERA_TELEGRAM__TOKEN="")

    assert done.exit_code == 0
    for part in ("could not be cancelled", f"user_id={anna.id}", paid["id"], "Erased: "):
        assert part in done.output
    assert not (await anna.payments())[0]["stopped"]
