"""What hosted models cost, in US dollars, as of November 2026; the configuration can say otherwise.

The only place with model names beside the defaults in config.py: they retire every few months.
"""

from dataclasses import dataclass

#: Of one picture of 1024×1024 by quality; models are found by the longest prefix.
IMAGE_USD: dict[str, dict[str, float]] = {
    "gpt-image-2.6": {"low": 0.006, "medium": 0.013, "high": 0.053},  # unpublished: as 2.5
    "gpt-image-2.5": {"low": 0.006, "medium": 0.013, "high": 0.053},
    "gpt-image-2": {"low": 0.006, "medium": 0.053, "high": 0.211},
    "gemini-nano-banana-2.1": {"1K": 0.0336, "2K": 0.0504, "4K": 0.113},
    "gemini-3-pro-image": {"1K": 0.134, "2K": 0.134, "4K": 0.134},
}

#: Of a million tokens, in and out.
TOKEN_USD: dict[str, tuple[float, float]] = {
    "gpt-6-luna": (0.10, 0.50),
    "gemini-3.8-flash": (0.75, 3.75),
    "gemini-3.5-flash-lite": (0.75, 3.75),  # unpublished: as the larger one
}

#: An unknown model counts as the dearest known one: a budget should end too early, not too late.
DEAREST_IMAGE_USD = 0.211
DEAREST_TOKENS_USD = (0.75, 3.75)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a call has read and written."""

    read: int
    written: int


def image_usd(model: str, quality: str) -> float:
    """The price of a picture of a megapixel, or at Gemini of the size that `quality` names."""
    name = _listed(model, IMAGE_USD)
    return IMAGE_USD[name].get(quality, DEAREST_IMAGE_USD) if name else DEAREST_IMAGE_USD


def tokens_usd(model: str, tokens: Tokens) -> float:
    name = _listed(model, TOKEN_USD)
    read, written = TOKEN_USD[name] if name else DEAREST_TOKENS_USD
    return (read * tokens.read + written * tokens.written) / 1e6


def _listed(model: str, names: object) -> str | None:
    assert isinstance(names, dict)
    fitting = [name for name in names if model.startswith(name)]
    return max(fitting, key=len, default=None)
