"""Run out, buy with Stars, and the try-on goes on: the whole bot in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from modera_bot import app as composition
from modera_bot.app import App, serving
from modera_bot.config import (
    DatabaseSettings,
    InferenceSettings,
    JobsSettings,
    PackageSettings,
    PaySettings,
    Settings,
    StorageSettings,
    TelegramSettings,
)
from modera_bot.ml.backends import BACKENDS
from modera_bot.sandbox.client import SandboxClient, SandboxError, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests import fakes
from tests.bot.payments.conftest import both_photos, credits
from tests.bot.tryon.conftest import ColourInspector, settle
from tests.sandbox.page.browsing import IN_BROWSER, Opened, messages

pytestmark = IN_BROWSER

PACKAGES = {
    "basic": PackageSettings(credits=30, xtr=150),
    "monthly": PackageSettings(credits=100, xtr=300, monthly=True),
}


@pytest_asyncio.fixture(loop_scope="module")
async def shop(
    sandbox: Sandbox, tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[App]:
    """A bot that takes payments; its backend paints what it is given."""
    for name, path in fakes.BACKENDS.items():
        monkeypatch.setitem(BACKENDS, name, path)
    monkeypatch.setattr(composition, "PhotoInspector", ColourInspector)
    settings = Settings(
        data=tmp_path,
        models=models,
        telegram=TelegramSettings(
            token=SecretStr(sandbox.token),
            base_url=sandbox.base_url,
            base_file_url=sandbox.base_file_url,
        ),
        database=DatabaseSettings(url=f"sqlite:///{tmp_path}/modera.db"),
        storage=StorageSettings(folder=tmp_path / "pictures"),
        jobs=JobsSettings(queue=f"sqlite:///{tmp_path}/queue.db"),
        inference=InferenceSettings(tryon=("paint",)),
        pay=PaySettings(enabled=True, starter=0, packages=PACKAGES),
    )
    async with serving(settings) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def buyer(shop: App, client: SandboxClient) -> SandboxUser:
    """Somebody without credits who has agreed to the terms."""
    person = await client.user("Anna", language="en")
    await settle(shop, person)
    await person.text("/menu")
    await person.wait_for("What would you like to do?")
    return person


async def _pay(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button).last.click()
    await page.get_by_test_id("pay-now").click()


async def test_who_runs_out_buys_with_stars_and_the_try_on_goes_on(
    browser: Browser, sandbox: Sandbox, shop: App, buyer: SandboxUser
) -> None:
    async with Opened(browser, sandbox) as page:
        await both_photos(buyer)
        await expect(messages(page).last).to_contain_text("Not enough credits")

        await page.get_by_role("button", name="30 credits · 150 ⭐").click()
        await expect(page.locator(".invoice")).to_contain_text("30 credits")
        await _pay(page, "Pay ⭐ 150")

        await expect(page.get_by_test_id("payment")).to_contain_text("You paid ⭐ 150")
        await expect(page.locator("#log")).to_contain_text("Paid: 150 ⭐")
        await expect(messages(page).last).to_contain_text("27 credits left")
        await expect(messages(page).last.locator("img")).to_be_visible()
        assert await credits(shop, buyer) == 27

        await page.get_by_role("button", name="Refund").click()
        await expect(page.locator("#log")).to_contain_text("was refunded")
        await expect(page.get_by_test_id("payment").last).to_contain_text("⭐ 150 came back")
        assert await credits(shop, buyer) == 0


async def test_a_subscription_is_bought_renewed_and_cancelled_on_the_page(
    browser: Browser, sandbox: Sandbox, shop: App, buyer: SandboxUser
) -> None:
    async with Opened(browser, sandbox) as page:
        await buyer.text("/buy")
        await page.get_by_role("button", name="100 credits a month").click()
        await _pay(page, "Subscribe for 300 ⭐ a month")
        await expect(messages(page).last).to_contain_text("You have 100 credits")

        await page.get_by_role("button", name="Next month").click()
        await expect(messages(page).last).to_contain_text("You have 200 credits")

        await buyer.text("/balance")
        await page.get_by_role("button", name="Cancel subscription").last.click()
        await expect(messages(page).last).to_contain_text("the subscription runs until")
        with pytest.raises(SandboxError, match="SUBSCRIPTION_CANCELLED"):
            await buyer.renew((await buyer.payments())[0]["id"])
        assert await credits(shop, buyer) == 200
