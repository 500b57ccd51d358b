"""Stars on the wire: what Telegram refuses, what it tells, and what survives a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modera_bot.sandbox.client import SandboxClient, SandboxError, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.scripted_bot import ScriptedBot, scripted

INVOICE = {
    "title": "30 credits",
    "description": "For try-ons",
    "payload": "order-1",
    "currency": "XTR",
    "prices": [{"label": "30 credits", "amount": 150}],
}


async def agree(bot: ScriptedBot, update: dict[str, Any]) -> None:
    """A bot that lets everybody pay."""
    if query := update.get("pre_checkout_query"):
        await bot.call("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)


@pytest.fixture
async def anna(client: SandboxClient) -> SandboxUser:
    person = await client.user("Anna")
    await person.text("hello")
    return person


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "USD"}, "CURRENCY_INVALID"),
        ({"provider_token": "x"}, "PAYMENT_PROVIDER_INVALID"),
        ({"prices": INVOICE["prices"] * 2}, "exactly one price"),
        ({"prices": [{"label": "x", "amount": 25_001}]}, "STARS_AMOUNT_INVALID"),
        ({"prices": [{"label": "x", "amount": 1, "colour": "red"}]}, "unknown field"),
        ({"title": "x" * 33}, "INVOICE_TITLE_INVALID"),
        ({"description": "x" * 256}, "INVOICE_DESCRIPTION_INVALID"),
        ({"payload": "é" * 65}, "INVOICE_PAYLOAD_INVALID"),
        ({"price": 1}, "unknown field"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}}, "Pay"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    sandbox: Sandbox, anna: SandboxUser, change: dict[str, Any], reason: str
) -> None:
    async with scripted(sandbox, agree) as bot:
        with pytest.raises(Exception, match=reason):
            await bot.call("sendInvoice", **{"chat_id": anna.id, **INVOICE, **change})


async def test_a_purchase_on_the_wire(sandbox: Sandbox, anna: SandboxUser) -> None:
    async with scripted(sandbox, agree) as bot:
        invoice = await bot.call("sendInvoice", chat_id=anna.id, **INVOICE)
        assert invoice["invoice"]["total_amount"] == 150
        assert invoice["reply_markup"]["inline_keyboard"][0][0]["pay"]

        assert (await anna.checkout_of(await anna.pay(invoice)))["ok"]
        with pytest.raises(SandboxError, match="INVOICE_ALREADY_PAID"):
            await anna.pay(invoice)
        charge = (await anna.payments())[0]["id"]
        await bot.call("refundStarPayment", user_id=anna.id, telegram_payment_charge_id=charge)
        with pytest.raises(Exception, match="CHARGE_ALREADY_REFUNDED"):
            await bot.call("refundStarPayment", user_id=anna.id, telegram_payment_charge_id=charge)

        listed = (await bot.call("getStarTransactions"))["transactions"]
        assert [(t["id"], "source" in t, "receiver" in t) for t in listed] == [
            (charge, True, False),
            (charge, False, True),
        ]
        assert len((await bot.call("getStarTransactions", offset=1))["transactions"]) == 1
    messages = await anna.messages()
    paid = next(m["successful_payment"] for m in messages if "successful_payment" in m)
    assert paid == {
        "currency": "XTR",
        "total_amount": 150,
        "invoice_payload": "order-1",
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }
    assert any("refunded_payment" in m for m in messages)


async def test_a_subscription_goes_on_until_somebody_ends_it(
    sandbox: Sandbox, anna: SandboxUser
) -> None:
    async with scripted(sandbox, agree) as bot:
        with pytest.raises(Exception, match="SUBSCRIPTION_PERIOD_INVALID"):
            await bot.call("createInvoiceLink", **INVOICE, subscription_period=86_400)
        link = await bot.call("createInvoiceLink", **INVOICE, subscription_period=2_592_000)
        assert link.startswith("https://t.me/$")
        await anna.checkout_of(await anna.pay(link))
        charge = (await anna.payments())[0]["id"]
        await anna.renew(charge)
        first, second = await anna.payments()
        assert (second["until"] - first["until"], second["first"]) == (2_592_000, charge)

        edit = {"user_id": anna.id, "telegram_payment_charge_id": charge}
        await bot.call("editUserStarSubscription", **edit, is_canceled=True)
        with pytest.raises(SandboxError, match="SUBSCRIPTION_CANCELLED"):
            await anna.renew(charge)
        await bot.call("editUserStarSubscription", **edit, is_canceled=False)
        await anna.cancel_subscription(charge)
        with pytest.raises(SandboxError, match="SUBSCRIPTION_CANCELLED"):
            await anna.renew(second["id"])


async def test_payments_outlive_a_restart(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path) as sandbox, SandboxClient(sandbox.page_url) as client:
        person = await client.user("Anna")
        await person.text("hello")
        async with scripted(sandbox, agree) as bot:
            invoice = await bot.call("sendInvoice", chat_id=person.id, **INVOICE)
            await person.checkout_of(await person.pay(invoice))
            paid = await person.payments()
    async with Sandbox(folder=tmp_path) as sandbox, SandboxClient(sandbox.page_url) as client:
        (person,) = await client.users()
        assert await person.payments() == paid
        with pytest.raises(SandboxError, match="INVOICE_ALREADY_PAID"):
            await person.pay(invoice)
