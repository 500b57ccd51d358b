"""The whole profile from traits and wishes: the stylist that needs no model."""

from __future__ import annotations

from collections.abc import Sequence

from modera_bot.errors import Code, Refusal
from modera_bot.ml.style.colours import to_hex
from modera_bot.ml.style.outfits import outfits
from modera_bot.ml.style.palettes import PALETTES, Palette
from modera_bot.ml.style.reading import Reading
from modera_bot.ml.style.season import guess, unsure
from modera_bot.ml.style.shape import body_type
from modera_bot.ml.style.traits import traits
from modera_bot.ml.style.wish import heeded, understood
from modera_bot.ml.style.words import Words
from modera_bot.style import (
    Advice,
    Archetype,
    Hue,
    PastAdvice,
    Season,
    StylePreferences,
    StyleProfile,
    Swatch,
    Trait,
)

#: Colours of a palette that a profile names: to build on, and to wear near the face.
NEAR, ACCENTS = 4, 2


def advise(
    reading: Reading | None,
    wishes: StylePreferences,
    past: Sequence[PastAdvice],
    language: str,
) -> StyleProfile:
    """What suits a person whose colours are read, told, or both.

    Without a reading they must have told skin or hair; else Refusal(FACE_UNCLEAR).
    """
    told, words = wishes.appearance, Words(language)
    if reading is None and told.skin is None and told.hair is None:
        raise Refusal(Code.FACE_UNCLEAR)
    wishes, past = heeded(understood(wishes, words), past, words)
    seen = traits(reading, told)
    guessed = guess(reading, told, seen)
    palette = PALETTES[guessed.season]
    made, styles = outfits(palette, wishes, past, words)
    contrast = next((trait.value for trait in seen if trait.trait is Trait.CONTRAST), None)
    return StyleProfile(
        language=words.language,
        season=guessed.season,
        sure=guessed.sure,
        also=guessed.also,
        why=words(f"season-{guessed.season}-why"),
        seen=seen,
        clothes=() if reading is None else tuple(map(to_hex, reading.clothes)),
        palette=_palette(palette, words),
        best=_best(palette, wishes.avoided, words),
        weaker=tuple(colour.swatch(words) for colour in palette.weaker),
        weaker_why=words(f"weaker-{guessed.season}"),
        shape=_shape(wishes, words),
        archetypes=styles,
        dos=_dos(guessed.season, contrast, wishes, styles[0], words),
        donts=_donts(guessed.season, contrast, words),
        outfits=made,
        unsure=unsure(seen),
    )


def _palette(palette: Palette, words: Words) -> tuple[Swatch, ...]:
    colours = (*palette.neutrals, *palette.near[:NEAR], *palette.accents[:ACCENTS])
    return tuple(colour.swatch(words) for colour in colours)


def _best(palette: Palette, avoided: Sequence[Hue], words: Words) -> tuple[Swatch, ...]:
    """Never one that the person avoids, as long as two are left."""
    pleasing = [colour for colour in palette.near if colour.hue not in avoided]
    colours = pleasing if len(pleasing) > 1 else palette.near
    return tuple(colour.swatch(words) for colour in colours)


def _advice(key: str, words: Words) -> Advice:
    return Advice(text=words(key), why=words(f"{key}-why"))


def _shape(wishes: StylePreferences, words: Words) -> tuple[Advice, ...]:
    body = wishes.body or body_type(wishes.measurements)
    if body is None:
        return ()
    return tuple(_advice(f"shape-{body}-{number}", words) for number in (1, 2, 3))


def _dos(
    season: Season,
    contrast: str | None,
    wishes: StylePreferences,
    style: Archetype,
    words: Words,
) -> tuple[Advice, ...]:
    keys = [f"do-season-{season}"]
    keys += [f"do-contrast-{contrast}"] if contrast else []
    keys += [f"do-style-{style}"]
    keys += [f"do-fit-{wishes.fit}"] if wishes.fit else []
    return tuple(_advice(key, words) for key in keys)


def _donts(season: Season, contrast: str | None, words: Words) -> tuple[Advice, ...]:
    keys = [f"dont-season-{season}"] + ([f"dont-contrast-{contrast}"] if contrast else [])
    return tuple(_advice(key, words) for key in keys)
