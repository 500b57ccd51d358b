"""What the bot says, in every language it speaks.

The texts stand in `locales/<language>/*.ftl` (Project Fluent). They are HTML as Telegram
understands it, except three kinds that Telegram shows as they are, told by their key:
``button-…``, ``alert-…`` (answers to a button) and ``command-…``.
"""

from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import TypeAlias

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Junk

LOCALES = Path(__file__).with_name("locales")
#: The language of those whose own the bot does not speak.
DEFAULT = "en"
#: Languages whose speakers mostly read one of ours.
CLOSEST = {"be": "ru", "kk": "ru", "ky": "ru", "tg": "ru", "tt": "ru", "ba": "ru"}
PLAIN = ("button-", "alert-", "command-")


class Markup(str):
    """Text that is safe as Telegram HTML; everything else is escaped when it is filled in."""

    __slots__ = ()


Argument: TypeAlias = str | int | float | date


class TextError(LookupError):
    """A text or one of its arguments is missing: a fault of the program, never shown."""


class Texts:
    """All texts, read once in a process."""

    def __init__(self, locales: Path = LOCALES) -> None:
        """Raises ValueError with the places of all syntax faults."""
        self._bundles = {
            folder.name: _bundle(folder) for folder in sorted(locales.iterdir()) if folder.is_dir()
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages spoken, the default first."""
        return tuple(sorted(self._bundles, key=lambda code: (code != DEFAULT, code)))

    def supported(self, code: str) -> str:
        """The language to speak with someone whose app is set to `code`, like "pt-br"."""
        primary = code.lower().replace("_", "-").partition("-")[0]
        closest = CLOSEST.get(primary, primary)
        return closest if closest in self._bundles else DEFAULT

    def get(self, language: str, key: str, **arguments: Argument) -> Markup:
        """A text in one of `languages`, its arguments escaped and formatted.

        Numbers, plurals and dates follow the rules of the language. Raises TextError when the
        text or an argument is missing: half a text would mislead, and tests see every text.
        """
        bundle = self._bundles[language]
        if not bundle.has_message(key):
            raise TextError(f"{language}: no text {key!r}")
        pattern = bundle.get_message(key).value
        if pattern is None:
            raise TextError(f"{language}: {key!r} has attributes only")
        markup = not key.startswith(PLAIN)
        filled = {name: _safe(value) if markup else value for name, value in arguments.items()}
        text, errors = bundle.format_pattern(pattern, filled)
        if errors:
            raise TextError(f"{language}: {key!r}: {errors[0]}")
        return Markup(text)


@cache
def _bundle(folder: Path) -> FluentBundle:
    # isolation characters would show in monospaced text and break what people copy
    bundle = FluentBundle([folder.name], use_isolating=False)
    faults = []
    for path in sorted(folder.glob("*.ftl")):
        source = path.read_text(encoding="utf-8")
        resource = FluentResource(source)
        faults += [
            _fault(path, source, entry) for entry in resource.body if isinstance(entry, Junk)
        ]
        bundle.add_resource(resource)
    if faults:
        raise ValueError("texts that can't be read:\n" + "\n".join(faults))
    return bundle


def _fault(path: Path, source: str, junk: Junk) -> str:
    start = junk.span.start if junk.span else 0
    line = source.count("\n", 0, start) + 1
    return f"{path}:{line}: {(junk.content or '').strip()!r}"


def _safe(value: Argument) -> Argument:
    return escape(value) if isinstance(value, str) and not isinstance(value, Markup) else value
