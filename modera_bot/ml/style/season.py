"""The colour season: warm or cool, light or deep, and how sure.

Seasonal colour analysis sorts people by the temperature and the depth of their own colours
(Jackson, "Color Me Beautiful", 1980). Both are weighed here, never decided on their own: the
product of their probabilities is how likely each season is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from modera_bot.ml.style.reading import Reading
from modera_bot.ml.style.traits import lightness, warmth
from modera_bot.style import Appearance, Hair, Season, Seen, Trait

#: How steeply evidence becomes certainty.
SLOPE = 3.0

#: A runner-up within this share of the first is named.
CLOSE = 0.6

#: A trait less sure than this is worth asking about.
ASK_BELOW = 0.55

#: Hair that is warm or cool by nature, and how much it says.
HAIR_WARMTH = {Hair.RED: 0.7, Hair.GREY: -0.35}


@dataclass(frozen=True, slots=True)
class Guess:
    season: Season
    sure: float
    also: Season | None


def guess(reading: Reading | None, told: Appearance, seen: tuple[Seen, ...]) -> Guess:
    """The season of a person with these traits; at least one of them is known."""
    warm = _probability(_warmth(reading, told, seen), _trust(reading, told.undertone is not None))
    depth = lightness(reading, told)
    light = _probability(depth or 0.0, _trust(reading, told.hair is not None))
    odds = {
        Season.SPRING: warm * light,
        Season.SUMMER: (1 - warm) * light,
        Season.AUTUMN: warm * (1 - light),
        Season.WINTER: (1 - warm) * (1 - light),
    }
    first, second = sorted(odds, key=lambda season: -odds[season])[:2]
    also = second if odds[second] > CLOSE * odds[first] else None
    return Guess(first, odds[first], also)


def unsure(seen: tuple[Seen, ...]) -> tuple[Trait, ...]:
    """The traits to ask about: not seen, or not surely."""
    known = {trait.trait: trait.sure for trait in seen}
    asked = (Trait.UNDERTONE, Trait.HAIR, Trait.EYES, Trait.SKIN)
    return tuple(trait for trait in asked if known.get(trait, 0.0) < ASK_BELOW)


def _warmth(reading: Reading | None, told: Appearance, seen: tuple[Seen, ...]) -> float:
    warm = warmth(reading, told)
    if told.undertone is not None:
        return warm
    hair = next((trait.value for trait in seen if trait.trait is Trait.HAIR), None)
    return max(-1.0, min(1.0, warm + HAIR_WARMTH.get(Hair(hair), 0.0) if hair else warm))


def _trust(reading: Reading | None, told: bool) -> float:
    if told:
        return 1.0
    return 0.8 * reading.light if reading is not None else 0.5


def _probability(value: float, trust: float) -> float:
    return 1 / (1 + math.exp(-SLOPE * value * trust))
