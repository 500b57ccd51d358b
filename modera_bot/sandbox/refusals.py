"""What Telegram refuses, in Telegram's words (tdlib/telegram-bot-api, Client.cpp)."""

from __future__ import annotations

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
BLOCKED = "Forbidden: bot was blocked by the user"
TOO_BIG_FILE = "file is too big"
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class Refusal(Exception):
    """An answer `{"ok": false}`: HTTP status `code`, and `description` as the bot reads it."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(reason: str) -> Refusal:
    """400, the answer to nearly everything that is wrong with a call."""
    return Refusal(400, f"Bad Request: {reason}")


def forbidden() -> Refusal:
    """403: the person has blocked the bot."""
    return Refusal(403, BLOCKED)


def too_many_requests(seconds: int) -> Refusal:
    """429: the bot must wait `seconds` before it calls again."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
