"""How hosted models are reached: one file per provider, over its official SDK.

A transport knows addresses, keys, deadlines, retries and prices; what is asked for is up to
the backends. All of them raise ProviderError or Refusal, within their deadline.
"""

from pkgutil import resolve_name
from typing import cast

from modera_bot.config import InferenceSettings
from modera_bot.errors import ConfigError
from modera_bot.ml.metering import Meter
from modera_bot.ml.transports.base import Vision

#: Those that answer questions about pictures, made with their section of the settings.
VISIONS = {
    "gemini": "modera_bot.ml.transports.gemini:GeminiTransport",
    "openai": "modera_bot.ml.transports.openai:OpenAITransport",
}


def load_visions(
    key: str, names: tuple[str, ...], settings: InferenceSettings, meter: Meter
) -> tuple[Vision, ...]:
    """Make the named ones, in their order. Raises ConfigError for other names; `key` is where
    they are written."""
    if unknown := [name for name in names if name not in VISIONS]:
        raise ConfigError(
            (f"inference.{key}: no backend {unknown[0]!r}; write some of {', '.join(VISIONS)}",)
        )
    made = []
    for name in names:
        transport = resolve_name(VISIONS[name])
        made.append(cast("Vision", transport(getattr(settings, name), meter)))
    return tuple(made)
