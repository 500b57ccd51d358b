"""The style contract: what a person wishes, and the advice they get. JSON-safe, no I/O.

    StylePreferences ──► a style backend ──► StyleProfile
    a photo          ──┘                      └► card, chat, style_analyses, users.style_profile

Everything here is stored in rows, so a change must still read what an older version wrote.
Words in a profile are finished sentences in its `language`; what programs decide by is an enum.
Lengths are bounded so that a card can always show them whole.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from modera_bot.contracts import Share, Wire


class Season(StrEnum):
    """The four groups of seasonal colour analysis."""

    SPRING = "spring"  # warm and light
    SUMMER = "summer"  # cool and light
    AUTUMN = "autumn"  # warm and deep
    WINTER = "winter"  # cool and deep, or of strong contrast


class Skin(StrEnum):
    """Skin in three bands; a camera tells no more (ITA is off by up to 20° in bad light)."""

    LIGHT = "light"
    MEDIUM = "medium"
    DEEP = "deep"


class Undertone(StrEnum):
    WARM = "warm"
    NEUTRAL = "neutral"
    COOL = "cool"


class Hair(StrEnum):
    BLOND = "blond"
    RED = "red"
    BROWN = "brown"
    DARK = "dark"
    GREY = "grey"


class Eyes(StrEnum):
    BROWN = "brown"
    HAZEL = "hazel"
    GREEN = "green"
    BLUE = "blue"
    GREY = "grey"


class Contrast(StrEnum):
    """How far hair and skin lie apart in lightness."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Trait(StrEnum):
    """What is looked at in a person."""

    SKIN = "skin"
    UNDERTONE = "undertone"
    HAIR = "hair"
    EYES = "eyes"
    CONTRAST = "contrast"


#: What each trait can be.
VALUES: dict[Trait, type[StrEnum]] = {
    Trait.SKIN: Skin,
    Trait.UNDERTONE: Undertone,
    Trait.HAIR: Hair,
    Trait.EYES: Eyes,
    Trait.CONTRAST: Contrast,
}


class BodyType(StrEnum):
    """As the person says; never read from a photo."""

    HOURGLASS = "hourglass"
    TRIANGLE = "triangle"
    INVERTED_TRIANGLE = "inverted-triangle"
    RECTANGLE = "rectangle"
    OVAL = "oval"


class Wardrobe(StrEnum):
    """Whose departments to look in; asked, never guessed."""

    WOMEN = "women"
    MEN = "men"
    ANY = "any"


class Occasion(StrEnum):
    EVERYDAY = "everyday"
    WORK = "work"
    EVENING = "evening"
    TRAVEL = "travel"


class Archetype(StrEnum):
    CLASSIC = "classic"
    MINIMAL = "minimal"
    CASUAL = "casual"
    ROMANTIC = "romantic"
    SPORTY = "sporty"
    BOLD = "bold"


class Fit(StrEnum):
    FITTED = "fitted"
    REGULAR = "regular"
    LOOSE = "loose"


class Hue(StrEnum):
    """Families of colours, as people name what they like."""

    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    BEIGE = "beige"
    BROWN = "brown"
    RED = "red"
    PINK = "pink"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"


class Currency(StrEnum):
    RUB = "RUB"
    USD = "USD"
    EUR = "EUR"


class Kind(StrEnum):
    """What an item of an outfit is; each has a drawing on the card."""

    TOP = "top"
    SWEATER = "sweater"
    TROUSERS = "trousers"
    SKIRT = "skirt"
    DRESS = "dress"
    JACKET = "jacket"
    COAT = "coat"
    SHOES = "shoes"
    BOOTS = "boots"
    BAG = "bag"
    ACCESSORY = "accessory"


class Complaint(StrEnum):
    """Why advice did not please."""

    COLOURS = "colours"
    TOO_BOLD = "too-bold"
    TOO_PLAIN = "too-plain"
    NOT_ME = "not-me"
    PRICE = "price"


#: Letters kept of what a person says in their own words.
LONGEST_WORDS = 300

Hex = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


# --- wishes -----------------------------------------------------------------------------


class Range(Wire):
    """Money from `low` to `high`, in whole units; no `high`: no limit."""

    low: int = Field(0, ge=0)
    high: int | None = Field(None, ge=1)
    currency: Currency


class Measurements(Wire):
    """What a person measured on themselves, in centimetres."""

    height: int | None = Field(None, ge=100, le=250)
    chest: int | None = Field(None, ge=50, le=200)
    waist: int | None = Field(None, ge=40, le=200)
    hips: int | None = Field(None, ge=50, le=200)


class Appearance(Wire):
    """What a person says of their own colours; it outweighs whatever a photo shows."""

    skin: Skin | None = None
    undertone: Undertone | None = None
    hair: Hair | None = None
    eyes: Eyes | None = None


class StylePreferences(Wire):
    """Wishes, all optional. `budget` is for one outfit; `sizes` is as typed, like "M, 38"."""

    occasion: Occasion | None = None
    wardrobe: Wardrobe = Wardrobe.ANY
    styles: tuple[Archetype, ...] = ()
    fit: Fit | None = None
    liked: tuple[Hue, ...] = ()
    avoided: tuple[Hue, ...] = ()
    budget: Range | None = None
    sizes: str | None = Field(None, max_length=60)
    body: BodyType | None = None
    measurements: Measurements | None = None
    wish: str | None = Field(None, max_length=LONGEST_WORDS)
    appearance: Appearance = Appearance()


class Feedback(Wire):
    """What a person thought of an advice."""

    good: bool
    why: tuple[Complaint, ...] = ()
    words: str | None = Field(None, max_length=LONGEST_WORDS)


class PastAdvice(Wire):
    """An earlier advice and what the person thought of it: the titles of its outfits, and the
    colours of their items."""

    feedback: Feedback
    outfits: tuple[str, ...] = ()
    colours: tuple[Hex, ...] = ()


class StyleRequest(Wire):
    """Payload of a styling job. `person_key` is a storage key; `person_at` is a point on who
    is meant (x, y in shares of width and height), where the photo shows several; `past`
    is the newest first."""

    person_key: str
    person_at: tuple[Share, Share] | None = None
    preferences: StylePreferences = StylePreferences()
    past: tuple[PastAdvice, ...] = ()
    language: str


# --- advice -----------------------------------------------------------------------------


class Swatch(Wire):
    """A colour with the name that shops and people use for it."""

    hex: Hex
    name: Name


class Seen(Wire):
    """A trait: its value (an enum's, by `trait`), how sure (0 to 1), and whether the person
    said so. `hex` is its colour in the photo, where it is one."""

    trait: Trait
    value: str
    sure: Share
    told: bool = False
    hex: Hex | None = None

    @model_validator(mode="after")
    def _value_is_known(self) -> Self:
        known = VALUES[self.trait]
        if self.value not in {*known}:
            raise ValueError(f"{self.trait} is one of {', '.join(known)}")
        return self


class Advice(Wire):
    """One piece of advice and its reason."""

    text: Line
    why: Line


class Item(Wire):
    """Something to look for: `query` is what to type into a shop's search."""

    kind: Kind
    name: Name
    colour: Swatch
    cut: Name
    material: Name
    price: Range | None = None
    query: Line


class Outfit(Wire):
    title: Name
    why: Line
    items: tuple[Item, ...] = Field(min_length=2, max_length=5)


class StyleProfile(Wire):
    """What suits a person, and why.

    `season` is the likeliest group, `sure` how likely (0 to 1), `also` the runner-up where it
    is close. `palette` are the colours to build on, `best` those of them to wear near the face,
    `weaker` those to keep away from it. `shape` is about the body type that the person stated,
    and empty without one. `unsure` names the traits worth asking the person about.
    """

    language: str
    season: Season
    sure: Share
    also: Season | None = None
    why: Line
    seen: tuple[Seen, ...] = ()
    clothes: tuple[Hex, ...] = Field((), max_length=4)
    palette: tuple[Swatch, ...] = Field(min_length=6, max_length=12)
    best: tuple[Swatch, ...] = Field(min_length=2, max_length=5)
    weaker: tuple[Swatch, ...] = Field(min_length=1, max_length=4)
    weaker_why: Line
    shape: tuple[Advice, ...] = Field((), max_length=3)
    archetypes: tuple[Archetype, ...] = Field(min_length=1, max_length=3)
    dos: tuple[Advice, ...] = Field(min_length=2, max_length=4)
    donts: tuple[Advice, ...] = Field(min_length=1, max_length=3)
    outfits: tuple[Outfit, ...] = Field(min_length=3, max_length=5)
    unsure: tuple[Trait, ...] = ()

    def trait(self, trait: Trait) -> Seen | None:
        """What was seen or told of a trait."""
        return next((seen for seen in self.seen if seen.trait is trait), None)
