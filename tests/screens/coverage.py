"""What the scenes have shown of the bot: which texts, and which handlers."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any
from unittest.mock import patch

from telegram.ext import BaseHandler

from modera_bot.bot.application import FLOWS
from modera_bot.bot.flows import payments
from modera_bot.bot.texts import Argument, Markup, Texts


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
        """Keys that nobody was shown."""
        return sorted(set(Texts()._bundles["en"]._messages) - self.texts)

    def missing_handlers(self) -> list[str]:
        """Handlers that nothing came to."""
        flows = chain(payments.shop_handlers(), *(flow.handlers() for flow in FLOWS))
        return sorted({_name(handler) for handler in flows} - self.handlers)


def _name(handler: BaseHandler[Any, Any, Any]) -> str:
    return f"{handler.callback.__module__}.{handler.callback.__name__}"
