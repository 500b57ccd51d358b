"""Delivers updates by POST while the bot has set a webhook (Bot API, setWebhook)."""

from __future__ import annotations

import asyncio

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
            if not webhook or not await _post(session, webhook, world.updates.first(1)[0]):
                await asyncio.sleep(PAUSE)
                continue
            world.updates.confirm(world.updates.first(1)[0]["update_id"] + 1)
            world.records.commit()


async def _post(
    session: aiohttp.ClientSession, webhook: dict[str, str], update: dict[str, object]
) -> bool:
    secret = webhook["secret"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    try:
        async with session.post(webhook["url"], json=update, headers=headers) as response:
            return 200 <= response.status < 300
    except (aiohttp.ClientError, TimeoutError):
        return False
