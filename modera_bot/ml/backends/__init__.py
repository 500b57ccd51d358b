"""The try-on backends by name. A backend is imported when it is chosen, not before."""

from pkgutil import resolve_name
from typing import cast

from modera_bot.errors import BackendError, Code
from modera_bot.ml.base import TryOnBackend

BACKENDS = {
    "draft": "modera_bot.ml.backends.draft:DraftTryOn",
    "fashn": "modera_bot.ml.backends.fashn:FashnTryOn",
    "gemini": "modera_bot.ml.backends.gemini:GeminiTryOn",
    "openai": "modera_bot.ml.backends.openai:OpenAITryOn",
    "vertex": "modera_bot.ml.backends.gemini:VertexTryOn",
}


def load(name: str) -> type[TryOnBackend]:
    """Import a backend's class. Raises BackendError for a name that is not listed."""
    if name not in BACKENDS:
        raise BackendError(
            Code.BACKEND_UNAVAILABLE, f"no backend {name!r}; there are {[*BACKENDS]}"
        )
    return cast("type[TryOnBackend]", resolve_name(BACKENDS[name]))
