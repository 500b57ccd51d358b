"""What a vision model is asked to fill in, and how a whole profile becomes of it, or none.

Small faults are mended: colours written otherwise, names a little too long, twice the same
colour, a range the wrong way round. Anything else refuses the whole answer: an advice is never
half parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from modera_bot.errors import Code, Refusal
from modera_bot.ml.style.colours import apart
from modera_bot.ml.style.tone import unkind
from modera_bot.style import (
    Advice,
    Appearance,
    Archetype,
    Item,
    Kind,
    Outfit,
    Range,
    Season,
    Seen,
    StylePreferences,
    StyleProfile,
    Swatch,
    Trait,
)

#: Lengths that the contract allows, in letters.
NAME, LINE = 40, 200

#: Colours closer than this (ΔE) are one.
SAME = 3.0


class Malformed(ValueError):
    """An answer that can't be mended; the text says what is wrong, for the model to read."""


class Obstacle(StrEnum):
    """Why a photo tells no colours."""

    NONE = "none"
    NO_PERSON = "no_person"
    FACE_UNCLEAR = "face_unclear"
    COLOUR_CAST = "colour_cast"
    BACKLIT = "backlit"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ColourAnswer(_Part):
    hex: str
    name: str


class TraitAnswer(_Part):
    trait: Trait
    value: str
    sure: float


class AdviceAnswer(_Part):
    text: str
    why: str


class ItemAnswer(_Part):
    kind: Kind
    name: str
    colour: ColourAnswer
    cut: str
    material: str
    price_low: int | None
    price_high: int | None
    query: str


class OutfitAnswer(_Part):
    title: str
    why: str
    items: list[ItemAnswer]


class StyleAnswer(_Part):
    """Everything is required, as strict modes of structured output want it."""

    obstacle: Obstacle
    season: Season
    sure: float
    also: Season | None
    why: str
    seen: list[TraitAnswer]
    clothes: list[str]
    palette: list[ColourAnswer]
    best: list[ColourAnswer]
    weaker: list[ColourAnswer]
    weaker_why: str
    shape: list[AdviceAnswer]
    archetypes: list[Archetype]
    dos: list[AdviceAnswer]
    donts: list[AdviceAnswer]
    outfits: list[OutfitAnswer]


def completed(answer: StyleAnswer, wishes: StylePreferences, language: str) -> StyleProfile:
    """The profile of an answer. Raises Malformed, or Refusal where the photo tells no colours
    and the person has told none."""
    told = wishes.appearance
    if answer.obstacle is not Obstacle.NONE and told == Appearance():
        raise Refusal(Code(answer.obstacle))
    try:
        profile = _profile(answer, wishes, language)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]]
        raise Malformed("; ".join(faults)) from error
    _check_words(profile)
    return profile


def _profile(answer: StyleAnswer, wishes: StylePreferences, language: str) -> StyleProfile:
    seen = _seen(answer.seen, wishes.appearance)
    stated = wishes.body is not None or wishes.measurements is not None
    return StyleProfile(
        language=language,
        season=answer.season,
        sure=_share(answer.sure),
        also=answer.also if answer.also is not answer.season else None,
        why=_line(answer.why),
        seen=seen,
        clothes=tuple(map(_hex, answer.clothes[:4])),
        palette=_swatches(answer.palette)[:12],
        best=_swatches(answer.best)[:5],
        weaker=_swatches(answer.weaker)[:4],
        weaker_why=_line(answer.weaker_why),
        shape=_advices(answer.shape[:3]) if stated else (),  # never from a photo
        archetypes=tuple(dict.fromkeys(answer.archetypes))[:3],
        dos=_advices(answer.dos[:4]),
        donts=_advices(answer.donts[:3]),
        outfits=tuple(_outfit(outfit, wishes.budget) for outfit in answer.outfits[:5]),
        unsure=tuple(trait.trait for trait in seen if trait.sure < 0.5 and not trait.told),
    )


def _seen(answers: Sequence[TraitAnswer], told: Appearance) -> tuple[Seen, ...]:
    """Once each; what the person says of themselves takes the place of what was seen."""
    found: dict[Trait, Seen] = {}
    for answer in answers:
        seen = Seen(trait=answer.trait, value=answer.value, sure=_share(answer.sure))
        found.setdefault(answer.trait, seen)
    for trait in (Trait.SKIN, Trait.UNDERTONE, Trait.HAIR, Trait.EYES):
        value = getattr(told, trait.value)
        if value is not None:
            found[trait] = Seen(trait=trait, value=value, sure=1.0, told=True)
    return tuple(found.values())


def _outfit(answer: OutfitAnswer, budget: Range | None) -> Outfit:
    items = tuple(_item(item, budget) for item in answer.items[:5])
    return Outfit(title=_name(answer.title), why=_line(answer.why), items=items)


def _item(answer: ItemAnswer, budget: Range | None) -> Item:
    return Item(
        kind=answer.kind,
        name=_name(answer.name),
        colour=Swatch(hex=_hex(answer.colour.hex), name=_name(answer.colour.name)),
        cut=_name(answer.cut),
        material=_name(answer.material),
        price=_price(answer, budget),
        query=_line(answer.query),
    )


def _price(answer: ItemAnswer, budget: Range | None) -> Range | None:
    """In the currency of the budget; without one nothing is said about prices."""
    ends = [end for end in (answer.price_low, answer.price_high) if end is not None and end > 0]
    if budget is None or not ends:
        return None
    low = min(ends) if len(ends) > 1 else 0
    return Range(low=low, high=max(ends), currency=budget.currency)


def _advices(answers: Iterable[AdviceAnswer]) -> tuple[Advice, ...]:
    return tuple(Advice(text=_line(answer.text), why=_line(answer.why)) for answer in answers)


def _swatches(answers: Iterable[ColourAnswer]) -> tuple[Swatch, ...]:
    """Each colour once."""
    found: list[Swatch] = []
    for answer in answers:
        swatch = Swatch(hex=_hex(answer.hex), name=_name(answer.name))
        if all(apart(swatch.hex, other.hex) > SAME for other in found):
            found.append(swatch)
    return tuple(found)


def _hex(text: str) -> str:
    """Of "#A1B2C3", "a1b2c3" or "#abc"; anything else stays, and is refused."""
    digits = text.strip().lower().removeprefix("#")
    if re.fullmatch("[0-9a-f]{3}", digits):
        digits = "".join(2 * digit for digit in digits)
    return f"#{digits}"


def _name(text: str) -> str:
    """A name up to its last whole word or comma within the length that is allowed."""
    text = " ".join(text.split()).strip(" .,;")
    if len(text) <= NAME:
        return text
    return text[: NAME + 1].rpartition(" ")[0].rstrip(" .,;—-(")


def _line(text: str) -> str:
    """The whole sentences that fit; one that is too long itself stays, and is refused."""
    text = " ".join(text.split())
    if len(text) <= LINE:
        return text
    fitting = re.match(rf".{{1,{LINE - 1}}}[.!?…](?=\s)", text)
    return fitting[0] if fitting else text


def _share(value: float) -> float:
    """Percent are shares, too."""
    return value / 100 if 1 < value <= 100 else value


def _check_words(profile: StyleProfile) -> None:
    """Raises Malformed for unkind words, and for another language than was asked for."""
    texts = [*_texts(profile.model_dump(mode="json"))]
    for text in texts:
        word = unkind(text, profile.language)
        if word is not None:
            raise Malformed(f"never say {word!r}; find kind words")
    sentences = " ".join(text for text in texts if " " in text)
    cyrillic = len(re.findall("[а-яё]", sentences.lower()))
    latin = len(re.findall("[a-z]", sentences.lower()))
    if (cyrillic > latin) != (profile.language == "ru"):
        raise Malformed(f"write all texts in the language {profile.language!r}")


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value
