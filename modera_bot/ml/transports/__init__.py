"""How hosted models are reached, one file per provider, over its official SDK; and who answers
questions about pictures, hosted or not.

A transport knows addresses, keys, deadlines, retries and prices; what is asked for is up to
the backends. All of them raise ProviderError or Refusal, within their deadline.
"""

import threading
from collections.abc import Sequence
from pkgutil import resolve_name
from typing import cast

from modera_bot.config import Settings
from modera_bot.errors import ConfigError
from modera_bot.ml.metering import Meter
from modera_bot.ml.transports.base import Vision

#: Those that answer questions about pictures, made with their section of the settings.
VISIONS = {
    "gemini": "modera_bot.ml.transports.gemini:GeminiTransport",
    "openai": "modera_bot.ml.transports.openai:OpenAITransport",
    "vlm": "modera_bot.ml.vlm.vision:LocalVision",
}


class Visions:
    """The vision models of a process: each is made once, whichever roles ask it, so that they
    share its connections and its circuit breaker, or its place in memory."""

    def __init__(self, settings: Settings, meter: Meter) -> None:
        self._inference, self._meter = settings.inference, meter
        self._lock = threading.Lock()
        self._made: dict[str, Vision] = {}

    def chosen(self, key: str, names: Sequence[str]) -> tuple[Vision, ...]:
        """The named ones, in their order. Raises ConfigError for other names; `key` is where
        they are written."""
        if unknown := [name for name in names if name not in VISIONS]:
            known = ", ".join(VISIONS)
            raise ConfigError(
                (f"inference.{key}: no backend {unknown[0]!r}; write some of {known}",)
            )
        return tuple(map(self.named, names))

    def named(self, name: str) -> Vision:
        """One of VISIONS."""
        with self._lock:
            if name not in self._made:
                transport = resolve_name(VISIONS[name])
                section = getattr(self._inference, name)
                self._made[name] = cast("Vision", transport(section, self._meter))
            return self._made[name]

    def close(self) -> None:
        """End what is being asked of any of them."""
        with self._lock:
            for vision in self._made.values():
                vision.close()
