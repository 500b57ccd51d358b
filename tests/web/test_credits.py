"""Credits over HTTP: what somebody has, what is bought and what is used up."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from modera_bot.app import App
from modera_bot.config import PackageSettings, PaySettings
from modera_bot.db.schema import now, orders
from modera_bot.sandbox.client import SandboxUser
from tests.bot.payments.conftest import credits
from tests.bot.tryon.conftest import _colours
from tests.web.callers import Caller

__all__ = ["_colours"]

PAY = PaySettings(
    enabled=True,
    starter=9,
    packages={
        "basic": PackageSettings(credits=30, xtr=150, rub=Decimal(199)),
        "monthly": PackageSettings(credits=100, xtr=300, monthly=True),
    },
)


@pytest.fixture
async def app(serve_web) -> AsyncIterator[App]:
    """All roles of a bot that takes payments."""
    async with serve_web(pay=PAY) as running:
        yield running


@pytest.fixture
async def caller(app, http, bearer, anna) -> Caller:
    return await Caller.of(app, http, bearer, anna)


async def use(caller: Caller, amount: int, session_id: str, feature: str = "tryon") -> Any:
    body = {
        "user_id": caller.user_id,
        "credits_amount": amount,
        "feature_used": feature,
        "session_id": session_id,
    }
    return await caller.call("POST", "/api/v1/credits/use", json=body)


async def purchase(caller: Caller, **changes: str) -> Any:
    body = {"package_type": "basic", "currency": "XTR", "payment_provider": "stars"} | changes
    body |= {"user_id": caller.user_id}
    return await caller.call("POST", "/api/v1/credits/purchase", json=body)


async def invoice(caller: Caller, order_id: str) -> Any:
    body = {"user_id": caller.user_id, "order_id": order_id}
    return await caller.call("POST", "/api/v1/invoice/create", json=body)


async def balance(caller: Caller) -> Any:
    return await caller.call("GET", f"/api/v1/credits/balance/{caller.user_id}")


async def test_a_balance_tells_what_there_is_and_what_things_cost(caller: Caller) -> None:
    for _ in range(2):  # starter credits are given once
        status, answer = await balance(caller)
        assert status == 200
        assert (answer["enabled"], answer["credits"], answer["held"], answer["owed"]) == (
            *(True, 9, 0, 0),
        )
        assert answer["prices"] == {"tryon": 3, "styling": 5, "recommendations": 0}
    caller.user_id = 999_999
    status, answer = await balance(caller)
    assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_a_use_is_counted_once_for_each_session_and_feature(
    app: App, caller: Caller, anna: SandboxUser
) -> None:
    session_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(use(caller, 3, session_id) for _ in range(4)))
    assert [(status, answer["credits"]) for status, answer in answers] == [(200, 6)] * 4
    assert sorted(answer["repeated"] for _, answer in answers) == [False, True, True, True]

    status, answer = await use(caller, 2, session_id)
    assert (status, answer["error"]["code"]) == (409, "conflict")

    status, answer = await use(caller, 5, session_id, "styling")
    assert (status, answer["credits"]) == (200, 1)
    assert await credits(app, anna) == 1


async def test_what_is_not_there_can_not_be_used_and_nothing_is_taken(
    app: App, caller: Caller, anna: SandboxUser
) -> None:
    session_id = str(uuid.uuid4())
    status, answer = await use(caller, 10, session_id)
    assert (status, answer["error"]["code"]) == (402, "not_enough_credits")
    assert await credits(app, anna) == 0  # not even what one begins with was taken
    status, answer = await use(caller, 4, session_id)  # the refusal stands for nothing
    assert (status, answer["credits"]) == (200, 5)


async def test_a_session_of_somebody_else_does_not_exist(
    app: App, http: Any, bearer: dict[str, str], caller: Caller, boris: SandboxUser
) -> None:
    other = await Caller.of(app, http, bearer, boris)
    _, begun = await caller.begin()
    await caller.ended(begun["session_id"])
    status, answer = await use(other, 3, begun["session_id"])
    assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_a_package_is_ordered_paid_in_telegram_and_granted_once(
    app: App, caller: Caller, anna: SandboxUser
) -> None:
    await anna.text("/balance")
    await anna.wait_for("You have 9 credits")
    status, bought = await purchase(caller)
    assert status == 201
    assert (bought["status"], bought["next_step"], bought["payment_url"]) == (
        *("created", "invoice", None),
    )
    assert (bought["credits"], Decimal(bought["amount"]), bought["currency"]) == (30, 150, "XTR")
    status, made = await invoice(caller, bought["order_id"])
    assert (status, made["status"]) == (201, "pending")
    query = await anna.pay(made["payment_url"])
    assert (await anna.checkout_of(query))["ok"]
    receipt = await anna.wait_for("Paid: 150 ⭐")
    assert "You have 39 credits" in receipt["text"]
    assert await credits(app, anna) == 39
    status, answer = await invoice(caller, bought["order_id"])
    assert (status, answer["error"]["code"]) == (409, "order_closed")


async def test_what_is_paid_elsewhere_waits_for_the_operator(caller: Caller) -> None:
    status, bought = await purchase(caller, currency="RUB", payment_provider="manual")
    assert (status, bought["next_step"], bought["payment_url"]) == (201, "by_hand", None)
    status, answer = await invoice(caller, bought["order_id"])
    assert (status, answer["error"]["code"]) == (422, "not_for_sale")


@pytest.mark.parametrize(
    "changes",
    [
        {"package_type": "premium"},  # this operator sells none
        {"currency": "USD"},
        {"currency": "RUB"},  # not by Telegram
        {"payment_provider": "nobody"},
    ],
)
async def test_what_is_not_on_sale_is_not_sold(
    app: App, caller: Caller, changes: dict[str, str]
) -> None:
    status, answer = await purchase(caller, **changes)
    assert (status, answer["error"]["code"]) == (422, "not_for_sale")
    with app.services.database.begin() as connection:
        assert connection.execute(select(orders)).first() is None


async def test_somebody_elses_order_does_not_exist(
    app: App, http: Any, bearer: dict[str, str], caller: Caller, boris: SandboxUser
) -> None:
    other = await Caller.of(app, http, bearer, boris)
    _, bought = await purchase(caller)
    status, answer = await invoice(other, bought["order_id"])
    assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_an_order_that_telegram_would_not_let_be_paid_has_no_invoice(
    app: App, caller: Caller, anna: SandboxUser
) -> None:
    await anna.text("/balance")
    await anna.wait_for("You have 9 credits")
    monthly = {"package": "monthly", "currency": "XTR", "provider": "stars"}
    with app.services.database.begin() as connection:
        first, second = (
            app.services.payments.purchase(connection, user_id=caller.user_id, **monthly)[0].id
            for _ in range(2)
        )
    _, made = await invoice(caller, first)
    await anna.pay(made["payment_url"])
    await anna.wait_for("Paid: 300 ⭐")
    _, late = await purchase(caller)
    with app.services.database.begin() as connection:
        a_day_ago = {"created_at": now() - timedelta(days=1, minutes=1)}
        connection.execute(orders.update().where(orders.c.id == late["order_id"]).values(a_day_ago))
    for order_id in (second, late["order_id"]):  # they have a subscription; a day has passed
        status, answer = await invoice(caller, order_id)
        assert (status, answer["error"]["code"]) == (409, "order_closed")


async def test_an_order_with_an_address_stays_open_when_another_can_not_be_made(
    app: App, caller: Caller
) -> None:
    _, bought = await purchase(caller)
    assert (await invoice(caller, bought["order_id"]))[0] == 201
    with app.services.database.begin() as connection:  # more than Telegram sells
        connection.execute(orders.update().values(amount=30_000))
    status, answer = await invoice(caller, bought["order_id"])
    assert (status, answer["error"]["code"]) == (422, "not_for_sale")
    with app.services.database.begin() as connection:
        assert connection.execute(select(orders.c.state)).scalar_one() == "pending"


async def test_where_telegram_does_not_answer_the_order_can_be_invoiced_later(
    caller: Caller, client: Any
) -> None:
    _, bought = await purchase(caller)
    await client.fault("createInvoiceLink", "drop", times=None)
    status, answer = await invoice(caller, bought["order_id"])
    assert (status, answer["error"]["code"]) == (503, "unavailable")
    await client.clear_faults()
    assert (await invoice(caller, bought["order_id"]))[0] == 201


async def test_without_payments_everything_is_free_and_nothing_is_sold(
    serve_web: Any, http: Any, bearer: dict[str, str], anna: SandboxUser
) -> None:
    async with serve_web() as app:
        caller = await Caller.of(app, http, bearer, anna)
        status, answer = await balance(caller)
        assert (status, answer["enabled"], answer["credits"]) == (200, False, None)
        assert set(answer["prices"].values()) == {0}
        status, answer = await use(caller, 3, str(uuid.uuid4()))
        assert (status, answer["credits_used"], answer["credits"]) == (200, 0, None)
        for refused in (await purchase(caller), await invoice(caller, "0" * 32)):
            assert (refused[0], refused[1]["error"]["code"]) == (403, "payments_off")
        assert await credits(app, anna) == 0
