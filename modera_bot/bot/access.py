"""Who may use the bot, and when: asked before anything of an update is looked at."""

import time

from modera_bot.config import TelegramSettings

#: Seconds after which somebody who is not served is told so once more.
AGAIN_S = 600.0
#: People or chats remembered as told; beyond that everybody is told anew.
MOST_TOLD = 10_000


class Door:
    """The access lists and the maintenance mode of the settings."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._admins = frozenset(settings.admins)
        self._allowed, self._denied = frozenset(settings.allow), frozenset(settings.deny)
        self._maintenance = settings.maintenance

    def refusal(self, telegram_id: int) -> str | None:
        """Key of the text that says why a person is not served, None if they are.

        Admins always are. A list of the allowed that is empty allows everybody.
        """
        if telegram_id in self._admins:
            return None
        if telegram_id in self._denied or (self._allowed and telegram_id not in self._allowed):
            return "access-denied"
        return "access-maintenance" if self._maintenance else None


class Told:
    """Who has been told something lately, so that nobody is told with every message."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}

    def is_news(self, chat_id: int) -> bool:
        """Whether to tell a chat now; it counts as told then."""
        now = time.monotonic()
        if self._until.get(chat_id, now) > now:
            return False
        if len(self._until) >= MOST_TOLD:
            self._until.clear()
        self._until[chat_id] = now + AGAIN_S
        return True
