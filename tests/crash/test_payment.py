"""kill -9 while somebody pays: the credits are right, and they are told."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from modera_bot.db import Database, schema
from modera_bot.pay.verify import verify
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.crash.harness import PATIENCE_S, Bot, Kill, alive, left_open

PAY = {"MODERA_PAY__ENABLED": "true", "MODERA_PAY__STARTER": "0"}


class Shop:
    """A bot that sells, on a database that is looked into."""

    def __init__(self, sandbox: Sandbox, folder: Path, models: Path, kill: Kill) -> None:
        os.environ |= PAY
        try:
            self.bot = Bot(sandbox, folder, models, kill)
        finally:
            for name in PAY:
                del os.environ[name]
        self.database = Database(f"sqlite:///{folder}/modera.db")

    def granted(self) -> int:
        """How often credits were given."""
        entries = schema.credit_entries
        with self.database.begin() as connection:
            return connection.execute(select(func.count()).select_from(entries)).scalar_one()

    async def settled(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while any((await self.database.run(left_open)).values()):
                await asyncio.sleep(0.1)


async def _order(anna: SandboxUser) -> dict:
    await anna.text("/buy")
    await anna.press("pay:buy:basic", timeout=PATIENCE_S)
    return await anna.wait_for(lambda message: "invoice" in message, PATIENCE_S)


def _receipts(messages: list[dict]) -> int:
    return sum("Paid: 150 ⭐" in message.get("text", "") for message in messages)


#: The method at whose call the bot is killed once an invoice is paid, or after which commit.
MOMENTS: list[str | int] = ["answerPreCheckoutQuery", "sendMessage"]
if "SWEEP" in os.environ:  # after each commit from the first word to the receipt
    MOMENTS += range(1, int(os.environ["SWEEP"]) + 1)


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_kill_while_somebody_pays_grants_once_and_tells(
    moment: str | int, tmp_path: Path, models: Path
) -> None:
    """Between Telegram's update and our commit; between our commit and the message."""
    kill = Kill("commit", moment) if isinstance(moment, int) else Kill("never", 0)
    async with Sandbox() as sandbox, SandboxClient(sandbox.page_url) as client:
        shop = Shop(sandbox, tmp_path, models, kill)
        anna = await client.user("Anna")
        async with alive(shop.bot):
            invoice = await _order(anna)
            killed = False

            def on_call(method: str, n: int, when: str) -> None:
                nonlocal killed
                # the payment's update follows the answer; the receipt is the next message
                at = "after" if method == "answerPreCheckoutQuery" else "before"
                if (method, when) == (moment, at) and not killed:
                    killed = True
                    shop.bot.kill()

            if isinstance(moment, str):
                await shop.settled()
            sandbox.faults.on_call = on_call
            await anna.pay(invoice)
            await anna.wait_until(_receipts, timeout=PATIENCE_S)
            await shop.settled()

        if shop.bot.starts == 1 and isinstance(moment, int):
            pytest.skip("it is all done in fewer commits")
        assert shop.bot.starts == 2
        assert shop.granted() == 1
        assert 1 <= _receipts(await anna.messages()) <= 2
        with shop.database.begin() as connection:
            assert verify(connection) == []
            assert connection.execute(select(schema.users.c.credits)).scalar_one() == 30
        shop.database.close()
