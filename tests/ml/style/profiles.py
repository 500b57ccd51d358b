"""Profiles to show: the longest that the contract allows, and many that the rules make."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from modera_bot.ml.style.advise import advise
from modera_bot.ml.style.reading import Reading
from modera_bot.style import (
    Advice,
    Appearance,
    Archetype,
    BodyType,
    Complaint,
    Feedback,
    Fit,
    Hair,
    Item,
    Kind,
    Occasion,
    Outfit,
    PastAdvice,
    Season,
    Skin,
    StylePreferences,
    StyleProfile,
    Swatch,
    Undertone,
    Wardrobe,
)

LETTERS = {"en": "W", "ru": "Щ"}

READING = Reading(
    skin=(70.0, 10.0, 18.0),
    hair=(30.0, 10.0, 14.0),
    eyes=(40.0, 2.0, 6.0),
    clothes=((50.0, 0.0, 0.0), (80.0, 10.0, 10.0)),
    light=1.0,
    face_box=(0.4, 0.1, 0.6, 0.3),
)


def longest(language: str, *, words: bool = False) -> StyleProfile:
    """All that the contract allows, in the widest letters; `words`: with spaces between them."""
    letter = LETTERS[language]

    def text(length: int) -> str:
        return _text(letter, length, words)

    swatch = Swatch(hex="#ffffff", name=text(40))
    item = Item(
        kind=Kind.COAT,
        name=text(40),
        colour=swatch,
        cut=text(40),
        material=text(40),
        query=text(200),
    )
    advice = Advice(text=text(200), why=text(200))
    outfit = Outfit(title=text(40), why=text(200), items=(item,) * 5)
    return StyleProfile(
        language=language,
        season=Season.SUMMER,
        sure=0.2,
        also=Season.AUTUMN,
        why=text(200),
        palette=(swatch,) * 12,
        best=(swatch,) * 5,
        weaker=(swatch,) * 4,
        weaker_why=text(200),
        shape=(advice,) * 3,
        archetypes=(Archetype.BOLD,),
        dos=(advice,) * 4,
        donts=(advice,) * 3,
        outfits=(outfit,) * 5,
    )


def _text(letter: str, length: int, words: bool) -> str:
    text = (letter * 9 + " ") * 30 if words else letter * length
    return text[:length].strip().ljust(length, letter)


def many(language: str) -> Iterator[StyleProfile]:
    """What the rules say to all kinds of people with all kinds of wishes."""
    colours = itertools.product(Skin, Undertone, Hair)
    bodies = itertools.cycle(BodyType)
    complaints = itertools.cycle([None, *Complaint])
    fits, styles = itertools.cycle([None, *Fit]), itertools.cycle(Archetype)
    occasions = itertools.cycle([None, *Occasion])
    for wardrobe, (skin, undertone, hair) in itertools.product(Wardrobe, colours):
        why = next(complaints)
        past = (PastAdvice(feedback=Feedback(good=False, why=(why,))),) if why else ()
        wishes = StylePreferences(
            occasion=next(occasions),
            wardrobe=wardrobe,
            styles=(next(styles),),
            fit=next(fits),
            body=next(bodies),
            appearance=Appearance(skin=skin, undertone=undertone, hair=hair),
        )
        yield advise(READING, wishes, past, language)
