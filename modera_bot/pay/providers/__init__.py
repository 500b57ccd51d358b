"""The ways to pay, imported when chosen."""

from importlib import import_module

from modera_bot.pay.base import Provider

PROVIDERS = {
    "stars": "modera_bot.pay.providers.stars:Stars",
    "manual": "modera_bot.pay.providers.manual:Manual",
}


def load(name: str) -> Provider:
    """Make a provider. Raises KeyError for a name that is not in PROVIDERS."""
    module, _, attribute = PROVIDERS[name].partition(":")
    provider: Provider = getattr(import_module(module), attribute)()
    return provider
