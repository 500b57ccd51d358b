"""From colours to traits, each with how sure it is. What the person says of themselves holds."""

from __future__ import annotations

import math

from modera_bot.ml.style.colours import to_hex
from modera_bot.ml.style.reading import Lab, Reading
from modera_bot.style import Appearance, Contrast, Eyes, Hair, Seen, Skin, Trait, Undertone

#: Individual typology angle in degrees (Chardon, Cretois and Hourseau, 1991): above the first
#: skin is light, below the second deep.
LIGHT_ITA, DEEP_ITA = 40.0, 8.0

#: Hue angle of skin in degrees: neutral in the middle, surely warm or cool this far from it.
#: Deeper skin is redder by nature, and no cooler for it: below this L its middle sinks.
NEUTRAL_HUE, HUE_SPREAD = 59.0, 9.0
REDDER_BELOW, REDDER_BY, MOST_REDDER = 65.0, 0.25, 8.0

#: Hair darker than this L makes somebody's colours deep, however light the skin is.
DARK_HAIR = 46.0

#: Within this warmth of neutral it is called so.
NEUTRAL = 0.25

#: Undertone by camera is a hint, no measurement: it never is surer than this.
MOST_SURE_UNDERTONE = 0.8


def warmth(reading: Reading | None, told: Appearance) -> float:
    """From -1, cool, to 1, warm."""
    if told.undertone is not None:
        return {Undertone.WARM: 1.0, Undertone.NEUTRAL: 0.0, Undertone.COOL: -1.0}[told.undertone]
    if reading is None:
        return 0.0
    below = max(0.0, REDDER_BELOW - reading.skin[0])
    neutral = NEUTRAL_HUE - min(MOST_REDDER, REDDER_BY * below)
    return _clip((_hue(reading.skin) - neutral) / HUE_SPREAD)


def traits(reading: Reading | None, told: Appearance) -> tuple[Seen, ...]:
    """All that is known of a person: from a reading, from what they say, or from both."""
    found = [
        _skin(reading, told),
        _undertone(reading, told),
        _hair(reading, told),
        _eyes(reading, told),
    ]
    found.append(_contrast(reading, told))
    return tuple(seen for seen in found if seen is not None)


def lightness(reading: Reading | None, told: Appearance) -> float | None:
    """How light skin and hair are together, from -1 to 1; None if neither is known."""
    skin, hair = _skin_lightness(reading, told), _hair_lightness(reading, told)
    if skin is None and hair is None:
        return None
    parts = []
    if hair is not None:
        parts += [(_clip((hair - DARK_HAIR) / 18.0), 0.7)]
    if skin is not None:
        parts += [(_clip((skin - 62.0) / 25.0), 0.3)]
    return sum(value * weight for value, weight in parts) / sum(weight for _, weight in parts)


def _skin(reading: Reading | None, told: Appearance) -> Seen | None:
    if told.skin is not None:
        return Seen(trait=Trait.SKIN, value=told.skin, sure=1.0, told=True)
    if reading is None:
        return None
    ita = math.degrees(math.atan2(reading.skin[0] - 50.0, reading.skin[2]))
    band = Skin.LIGHT if ita > LIGHT_ITA else Skin.DEEP if ita < DEEP_ITA else Skin.MEDIUM
    margin = min(abs(ita - LIGHT_ITA), abs(ita - DEEP_ITA))
    sure = reading.light * _sigmoid(margin / 8.0)
    return Seen(trait=Trait.SKIN, value=band, sure=sure, hex=to_hex(reading.skin))


def _undertone(reading: Reading | None, told: Appearance) -> Seen | None:
    if told.undertone is not None:
        return Seen(trait=Trait.UNDERTONE, value=told.undertone, sure=1.0, told=True)
    if reading is None:
        return None
    warm = warmth(reading, told)
    value = Undertone.WARM if warm > NEUTRAL else Undertone.NEUTRAL
    value = Undertone.COOL if warm < -NEUTRAL else value
    sure = min(MOST_SURE_UNDERTONE, 0.4 + 0.5 * abs(warm)) * reading.light
    return Seen(trait=Trait.UNDERTONE, value=value, sure=sure)


def _hair(reading: Reading | None, told: Appearance) -> Seen | None:
    if told.hair is not None:
        return Seen(trait=Trait.HAIR, value=told.hair, sure=1.0, told=True)
    if reading is None or reading.hair is None:
        return None
    lightness, a, b = reading.hair
    chroma = math.hypot(a, b)
    sure = 0.75 * reading.light
    if lightness < 26:
        kind = Hair.DARK
    elif a > 17 and lightness < 62:
        kind = Hair.RED
    elif chroma < 8 and lightness > 42:
        kind, sure = Hair.GREY, 0.5 * reading.light
    else:
        kind = Hair.BLOND if lightness > 48 else Hair.BROWN
    return Seen(trait=Trait.HAIR, value=kind, sure=sure, hex=to_hex(reading.hair))


def _eyes(reading: Reading | None, told: Appearance) -> Seen | None:
    if told.eyes is not None:
        return Seen(trait=Trait.EYES, value=told.eyes, sure=1.0, told=True)
    if reading is None or reading.eyes is None:
        return None
    lightness, a, b = reading.eyes
    if lightness < 28 or (a > 5 and b > 8):
        kind = Eyes.HAZEL if lightness > 38 else Eyes.BROWN
    elif b < -3:
        kind = Eyes.BLUE
    elif a < -2 or b > 8:
        kind = Eyes.GREEN
    else:
        kind = Eyes.GREY
    return Seen(trait=Trait.EYES, value=kind, sure=0.6 * reading.light, hex=to_hex(reading.eyes))


def _contrast(reading: Reading | None, told: Appearance) -> Seen | None:
    skin, hair = _skin_lightness(reading, told), _hair_lightness(reading, told)
    if skin is None or hair is None:
        return None
    apart = abs(skin - hair)
    value = Contrast.HIGH if apart > 42 else Contrast.MEDIUM if apart > 22 else Contrast.LOW
    said = told.skin is not None and told.hair is not None
    sure = 1.0 if said or reading is None else 0.8 * reading.light
    return Seen(trait=Trait.CONTRAST, value=value, sure=sure, told=said)


#: Typical L of what people name.
SKIN_L = {Skin.LIGHT: 74.0, Skin.MEDIUM: 60.0, Skin.DEEP: 40.0}
HAIR_L = {Hair.BLOND: 62.0, Hair.RED: 40.0, Hair.BROWN: 33.0, Hair.DARK: 18.0, Hair.GREY: 65.0}


def _skin_lightness(reading: Reading | None, told: Appearance) -> float | None:
    if told.skin is not None:
        return SKIN_L[told.skin]
    return None if reading is None else reading.skin[0]


def _hair_lightness(reading: Reading | None, told: Appearance) -> float | None:
    if told.hair is not None:
        return HAIR_L[told.hair]
    return None if reading is None or reading.hair is None else reading.hair[0]


def _hue(colour: Lab) -> float:
    return math.degrees(math.atan2(colour[2], colour[1]))


def _clip(value: float) -> float:
    return max(-1.0, min(1.0, value))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
