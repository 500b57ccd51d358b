"""What the stylist says: Fluent texts in `locales/<language>/*.ftl`, beside the bot's own.

They stand here since a profile carries finished sentences: a hosted model writes its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LOCALES = Path(__file__).with_name("locales")

#: The languages that the stylist speaks; the first for everybody else.
LANGUAGES = ("en", "ru")


class Words:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._bundle = _bundle(self.language)

    def __call__(self, key: str, **arguments: str | int | float) -> str:
        """A text. Raises LookupError when it, or an argument, is missing."""
        if not self._bundle.has_message(key):
            raise LookupError(f"{self.language}: no text {key!r}")
        pattern = self._bundle.get_message(key).value
        assert pattern is not None
        text, errors = self._bundle.format_pattern(pattern, arguments)
        if errors:
            raise LookupError(f"{self.language}: {key!r}: {errors[0]}")
        return str(text)


@cache
def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([language], use_isolating=False)
    for path in sorted((LOCALES / language).glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return bundle
