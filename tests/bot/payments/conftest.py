"""A bot that takes payments, and what its people look at."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from modera_bot.app import App
from modera_bot.config import PackageSettings, PaySettings, Settings
from modera_bot.db.schema import users
from modera_bot.pay.verify import verify
from modera_bot.sandbox.client import Json, SandboxUser
from tests.bot.tryon.conftest import TOP, WOMAN, _colours, photo

__all__ = ["_colours"]


@pytest.fixture
def pay() -> PaySettings:
    """Nobody has credits to begin with; a test module may say otherwise."""
    return PaySettings(
        enabled=True,
        starter=0,
        packages={
            "basic": PackageSettings(credits=30, xtr=150, usd=Decimal("1.99")),
            "monthly": PackageSettings(credits=100, xtr=300, monthly=True),
        },
    )


@pytest.fixture
def settings(settings: Settings, pay: PaySettings) -> Settings:
    return settings.model_copy(update={"pay": pay})


async def credits(app: App, person: SandboxUser) -> int:
    """What somebody can spend; everything must add up meanwhile."""
    with app.services.database.begin() as connection:
        assert verify(connection) == []
        query = select(users.c.credits).where(users.c.telegram_id == person.id)
        return connection.execute(query).scalar_one()


async def both_photos(person: SandboxUser) -> None:
    await person.album([photo(TOP), photo(WOMAN)])


def is_invoice(message: Json) -> bool:
    return "invoice" in message


async def subscribe(person: SandboxUser) -> Json:
    """Subscribe to the monthly package; returns the payment."""
    await person.text("/buy")
    await person.press("pay:buy:monthly", timeout=5)
    offered = await person.wait_for("100 credits every month")
    await person.pay(offered["reply_markup"]["inline_keyboard"][0][0]["url"])
    await person.wait_for("Paid: 300 ⭐")
    (paid,) = await person.payments()
    return paid
