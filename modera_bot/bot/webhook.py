"""Updates that Telegram posts to us: sets the webhook, and sees that it stays and works."""

import asyncio
import logging
from datetime import UTC, datetime

from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from modera_bot.bot.inbox import TOKEN_REFUSED, UPDATES, Inbox
from modera_bot.errors import ConfigError

log = logging.getLogger(__name__)

#: Where the web role takes Telegram's posts, below its public address.
PATH = "/webhook/telegram"
#: Seconds between looks at whether the webhook is still ours, and delivers.
LOOK_S = 60.0
#: Seconds until another try when Telegram could not be asked.
RETRY_S = 5.0


class Webhook:
    """contracts.Webhook: what was left over comes first, then what Telegram posts."""

    def __init__(self, inbox: Inbox, bot: Bot, *, public_url: str, secret: str) -> None:
        self.secret = secret
        self._inbox, self._bot = inbox, bot
        self._url = public_url.rstrip("/") + PATH
        self._ready = asyncio.Event()
        self._failed = datetime.now(UTC)

    async def receive(self, update: object) -> None:
        """Write an update down and queue it. Raises ValueError if it is none."""
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise ValueError("not an update")
        await self._ready.wait()  # else one that was left over could be queued twice
        await self._inbox.take([update])

    async def run(self) -> None:
        """Keep the webhook set until cancelled; it stays set when we stop.

        Raises ConfigError when Telegram does not know the bot or does not accept our address.
        """
        await self._inbox.replay()
        self._ready.set()
        while True:
            try:
                await self._look(await self._bot.get_webhook_info())
                pause = LOOK_S
            except InvalidToken as error:
                raise ConfigError((TOKEN_REFUSED,)) from error
            except TelegramError as error:
                log.warning("the webhook could not be looked at: %s", error)
                pause = RETRY_S
            await asyncio.sleep(pause)

    async def set(self) -> None:
        """Have Telegram post to us. Raises ConfigError when it does not accept our address."""
        try:
            await self._bot.set_webhook(
                self._url, allowed_updates=UPDATES, secret_token=self.secret
            )
        except BadRequest as error:
            advice = "write the https address under which the web role is reached"
            raise ConfigError((f"web.public_url: Telegram says: {error}; {advice}",)) from error

    async def _look(self, info: WebhookInfo) -> None:
        if info.url != self._url:
            log.warning("the webhook leads elsewhere: another process has changed it; set anew")
            await self.set()
        failed = info.last_error_date
        if failed is not None and failed > self._failed:
            self._failed = failed
            log.warning("Telegram can't deliver updates: %s", info.last_error_message)
