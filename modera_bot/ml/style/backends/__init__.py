"""The stylists by name. One is imported when it is chosen, not before."""

from pkgutil import resolve_name
from typing import cast

from modera_bot.errors import BackendError, Code
from modera_bot.ml.base import StyleBackend

BACKENDS = {
    "gemini": "modera_bot.ml.style.backends.gemini:GeminiStylist",
    "openai": "modera_bot.ml.style.backends.openai:OpenAIStylist",
    "rules": "modera_bot.ml.style.backends.rules:RulesStylist",
    "vlm": "modera_bot.ml.style.backends.vlm:VlmStylist",
}


def load(name: str) -> type[StyleBackend]:
    """Import a stylist's class. Raises BackendError for a name that is not listed."""
    if name not in BACKENDS:
        raise BackendError(
            Code.BACKEND_UNAVAILABLE, f"no stylist {name!r}; there are {[*BACKENDS]}"
        )
    return cast("type[StyleBackend]", resolve_name(BACKENDS[name]))
