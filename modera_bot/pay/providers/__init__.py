"""The ways to pay, imported when chosen."""

from pkgutil import resolve_name

from modera_bot.pay.base import Provider

PROVIDERS = {
    "stars": "modera_bot.pay.providers.stars:Stars",
    "manual": "modera_bot.pay.providers.manual:Manual",
}


def load(name: str) -> Provider:
    """Make a provider. Raises KeyError for a name that is not in PROVIDERS."""
    provider: Provider = resolve_name(PROVIDERS[name])()
    return provider
