"""Delivers updates by POST while the bot has set a webhook (Bot API, setWebhook)."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from modera_bot.sandbox.world import World

PAUSE = 0.5  # seconds between attempts; Telegram's own grow longer
TIMEOUT = aiohttp.ClientTimeout(total=60)


async def deliver(world: World) -> None:
    """Run for ever: one update at a time, repeated until it is taken."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        while True:
            await world.updates.wait()
            webhook = world.profile.get("webhook")
            if not webhook:
                await asyncio.sleep(PAUSE)
                continue
            if fault := await _post(session, webhook, world.updates.first(1)[0]):
                world.webhook_error = (int(time.time()), fault)
                await asyncio.sleep(PAUSE)
                continue
            world.updates.confirm(world.updates.first(1)[0]["update_id"] + 1)
            world.records.commit()


async def _post(
    session: aiohttp.ClientSession, webhook: dict[str, str], update: dict[str, object]
) -> str:
    """Post an update; why it was not taken, "" if it was."""
    secret = webhook["secret"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    try:
        async with session.post(webhook["url"], json=update, headers=headers) as response:
            taken = 200 <= response.status < 300
            status = f"{response.status} {response.reason}"
            return "" if taken else f"Wrong response from the webhook: {status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"Connection failed: {type(error).__name__}"
