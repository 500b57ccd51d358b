"""What the scenes have shown of the bot: which texts, and which handlers."""

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any
from unittest.mock import patch

from telegram.ext import BaseHandler

from modera_bot.bot.application import FLOWS
from modera_bot.bot.flows import payments
from modera_bot.bot.texts import Argument, Markup, Texts

#: Texts that no screen shows, as patterns, each with the reason.
NOT_SHOWN = {
    "error-*": "answers of one form, which photos that can’t be used and failures show",
    "alert-*": "pop up in one way, which a rating and a saved profile show",
    "notice-*": "a line under a result, as under those shown",
    "stage-*": "a word in the progress, as in those shown",
    "history-garment-*": "a word in the history, as in those shown",
    "pay-kind-*": "a word in the list of payments, as in those shown",
    "stylist-season-*": "what the sample photos don’t have",
    "stylist-also-*": "what the sample photos don’t have",
    "stylist-value-*": "what the sample photos don’t have",
    "stylist-probably": "of traits less clear than in the sample photos",
    "status-eta-minutes": "drafts take seconds",
    "fit-advice": "words of a model, which its stand-in has none of",
    "tryon-kind-unsupported": "for models that can’t try on all kinds of garments",
    "tryon-wrong-kind": "for models that can’t try on all kinds of garments",
    "link-no-picture": "the same answer as to a link that can’t be opened",
    "stylist-expired": "the stylist’s words for half an hour of silence",
    "stylist-gone": "the stylist’s words for a photo that is gone",
    "cancel-too-late": "a matter of milliseconds",
    "consent-already": "a matter of two questions at once",
    "tryon-download-failed": "takes a fault of Telegram’s",
    "pay-not-ours": "takes a fault of Telegram’s",
    "unknown-video": "the sandbox sends no videos",
    "admin-errors": "for whoever runs the bot",
    "pay-support-owner": "where the settings name nobody to write to",
    "privacy-contact-none": "where the settings name nobody to write to",
    "pay-history-empty": "where nobody begins with credits",
    "pay-granted": "a gift from the command line",
    "pay-debt": "a line in the balance after a refund of credits that are spent",
    "pay-draft-free": "a line under a draft in place of a picture that costs credits",
    "profile-friends": "a line in the profile, once friends have come",
}


class Seen:
    """Names of the texts said and of the handlers called."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.handlers: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note them while the bot runs in this process."""
        get, handle = Texts.get, BaseHandler.handle_update

        def say(texts: Texts, language: str, key: str, **arguments: Argument) -> Markup:
            self.texts.add(key)
            return get(texts, language, key, **arguments)

        def call(handler: BaseHandler[Any, Any, Any], *arguments: Any) -> Any:
            self.handlers.add(_name(handler))
            return handle(handler, *arguments)

        with patch.object(Texts, "get", say), patch.object(BaseHandler, "handle_update", call):
            yield

    def missing_texts(self) -> list[str]:
        """Keys that nobody was shown, though no line of NOT_SHOWN says why."""
        missing = keys() - self.texts
        return sorted(key for key in missing if not any(fnmatchcase(key, it) for it in NOT_SHOWN))

    def missing_handlers(self) -> list[str]:
        """Handlers that nothing came to."""
        flows = chain(payments.shop_handlers(), *(flow.handlers() for flow in FLOWS))
        return sorted({_name(handler) for handler in flows} - self.handlers)


def keys() -> set[str]:
    """Of all texts."""
    return set(Texts()._bundles["en"]._messages)


def _name(handler: BaseHandler[Any, Any, Any]) -> str:
    return f"{handler.callback.__module__}.{handler.callback.__name__}"
