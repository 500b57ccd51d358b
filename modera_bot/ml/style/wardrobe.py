"""What outfits are made of, and which outfits there are.

Texts: ``item-<key>``, ``material-<key>``, ``cut-<key>``, ``outfit-<key>`` and
``outfit-<key>-why``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from modera_bot.style import Archetype, Kind, Occasion, Wardrobe


class Role(StrEnum):
    """Which part of a palette an item takes its colour from."""

    LIGHT = "light"
    MIDDLE = "middle"
    DARK = "dark"
    NEAR = "near"
    SECOND = "second"  # another one for near the face
    ACCENT = "accent"


@dataclass(frozen=True, slots=True)
class Piece:
    """`cut` names a text of its own; without one it follows the fit that is wished."""

    kind: Kind
    material: str
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """An outfit: for which occasions, in which styles, from whose department, of what."""

    key: str
    occasions: frozenset[Occasion]
    styles: tuple[Archetype, ...]
    pieces: tuple[tuple[str, Role], ...]
    wardrobe: Wardrobe = Wardrobe.ANY


#: What an item costs in comparison with a top.
WEIGHT = {
    Kind.TOP: 1.0,
    Kind.SWEATER: 1.3,
    Kind.TROUSERS: 1.3,
    Kind.SKIRT: 1.3,
    Kind.DRESS: 2.2,
    Kind.JACKET: 2.0,
    Kind.COAT: 2.8,
    Kind.SHOES: 1.7,
    Kind.BOOTS: 1.9,
    Kind.BAG: 1.2,
    Kind.ACCESSORY: 0.5,
}

PIECES = {
    "tee": Piece(Kind.TOP, "cotton"),
    "shirt": Piece(Kind.SWEATER, "poplin"),
    "blouse": Piece(Kind.SWEATER, "viscose"),
    "knit": Piece(Kind.SWEATER, "merino"),
    "polo": Piece(Kind.TOP, "pique"),
    "turtleneck": Piece(Kind.SWEATER, "merino"),
    "sweatshirt": Piece(Kind.SWEATER, "fleece"),
    "jeans": Piece(Kind.TROUSERS, "denim"),
    "trousers": Piece(Kind.TROUSERS, "wool"),
    "chinos": Piece(Kind.TROUSERS, "cotton"),
    "wide-trousers": Piece(Kind.TROUSERS, "viscose", "wide"),
    "skirt": Piece(Kind.SKIRT, "satin", "midi"),
    "joggers": Piece(Kind.TROUSERS, "jersey", "tapered"),
    "wrap-dress": Piece(Kind.DRESS, "viscose", "wrap"),
    "shirt-dress": Piece(Kind.DRESS, "cotton"),
    "knit-dress": Piece(Kind.DRESS, "merino"),
    "blazer": Piece(Kind.JACKET, "wool"),
    "trench": Piece(Kind.COAT, "gabardine", "belted"),
    "cardigan": Piece(Kind.JACKET, "merino"),
    "denim-jacket": Piece(Kind.JACKET, "denim"),
    "coat": Piece(Kind.COAT, "wool"),
    "bomber": Piece(Kind.JACKET, "nylon", "short"),
    "sneakers": Piece(Kind.SHOES, "leather", "plain"),
    "loafers": Piece(Kind.SHOES, "leather", "low-heel"),
    "ankle-boots": Piece(Kind.BOOTS, "leather", "low-heel"),
    "heels": Piece(Kind.SHOES, "leather", "block-heel"),
    "derbies": Piece(Kind.SHOES, "leather", "lace-up"),
    "scarf": Piece(Kind.ACCESSORY, "silk", "large"),
    "belt": Piece(Kind.ACCESSORY, "leather", "narrow"),
    "bag": Piece(Kind.BAG, "leather", "structured"),
    "backpack": Piece(Kind.BAG, "canvas", "compact"),
}

EVERYDAY, WORK, EVENING, TRAVEL = Occasion
CLASSIC, MINIMAL, CASUAL, ROMANTIC, SPORTY, BOLD = Archetype
LIGHT, MIDDLE, DARK, NEAR, SECOND, ACCENT = Role


def _on(*occasions: Occasion) -> frozenset[Occasion]:
    return frozenset(occasions)


TEMPLATES = (
    Template(
        "office-ease",
        _on(WORK),
        (CLASSIC, MINIMAL),
        (("blazer", DARK), ("knit", NEAR), ("trousers", MIDDLE), ("loafers", DARK)),
    ),
    Template(
        "quiet-lines",
        _on(WORK, EVERYDAY),
        (MINIMAL, CLASSIC),
        (("coat", MIDDLE), ("turtleneck", LIGHT), ("wide-trousers", DARK), ("ankle-boots", DARK)),
    ),
    Template(
        "weekend",
        _on(EVERYDAY),
        (CASUAL, MINIMAL),
        (("cardigan", NEAR), ("tee", LIGHT), ("jeans", DARK), ("sneakers", LIGHT)),
    ),
    Template(
        "city-walk",
        _on(EVERYDAY, TRAVEL),
        (CLASSIC, CASUAL),
        (("trench", MIDDLE), ("shirt", SECOND), ("chinos", DARK), ("sneakers", LIGHT)),
    ),
    Template(
        "on-the-road",
        _on(TRAVEL),
        (SPORTY, CASUAL),
        (("bomber", DARK), ("sweatshirt", NEAR), ("joggers", MIDDLE), ("backpack", ACCENT)),
    ),
    Template(
        "evening-jacket",
        _on(EVENING),
        (BOLD, CLASSIC),
        (("blazer", ACCENT), ("shirt", LIGHT), ("trousers", DARK), ("loafers", DARK)),
    ),
    Template(
        "colour-block",
        _on(EVERYDAY, EVENING),
        (BOLD, CASUAL),
        (("knit", NEAR), ("trousers", SECOND), ("sneakers", LIGHT), ("bag", ACCENT)),
    ),
    Template(
        "soft-layers",
        _on(EVERYDAY, WORK, TRAVEL),
        (ROMANTIC, CASUAL),
        (("knit", SECOND), ("wide-trousers", LIGHT), ("scarf", NEAR), ("ankle-boots", MIDDLE)),
    ),
    Template(
        "active-day",
        _on(EVERYDAY, TRAVEL),
        (SPORTY, MINIMAL),
        (("bomber", MIDDLE), ("tee", NEAR), ("joggers", DARK), ("sneakers", LIGHT)),
    ),
    Template(
        "one-colour",
        _on(EVENING, WORK),
        (MINIMAL, ROMANTIC),
        (("turtleneck", DARK), ("trousers", DARK), ("scarf", NEAR), ("ankle-boots", DARK)),
    ),
    Template(
        "flowing",
        _on(EVENING, EVERYDAY),
        (ROMANTIC, CLASSIC),
        (("wrap-dress", NEAR), ("cardigan", LIGHT), ("heels", MIDDLE)),
        Wardrobe.WOMEN,
    ),
    Template(
        "skirt-and-knit",
        _on(WORK, EVERYDAY),
        (ROMANTIC, CLASSIC),
        (("knit", LIGHT), ("skirt", NEAR), ("belt", DARK), ("ankle-boots", DARK)),
        Wardrobe.WOMEN,
    ),
    Template(
        "shirt-dress-day",
        _on(TRAVEL, EVERYDAY),
        (CASUAL, MINIMAL),
        (("shirt-dress", SECOND), ("denim-jacket", DARK), ("sneakers", LIGHT)),
        Wardrobe.WOMEN,
    ),
    Template(
        "evening-blouse",
        _on(EVENING),
        (MINIMAL, BOLD),
        (("blouse", NEAR), ("wide-trousers", DARK), ("heels", DARK), ("bag", ACCENT)),
        Wardrobe.WOMEN,
    ),
    Template(
        "knit-dress-work",
        _on(WORK),
        (CLASSIC, MINIMAL),
        (("knit-dress", DARK), ("blazer", MIDDLE), ("scarf", NEAR), ("heels", DARK)),
        Wardrobe.WOMEN,
    ),
    Template(
        "smart-polo",
        _on(WORK, EVERYDAY, TRAVEL),
        (CASUAL, CLASSIC),
        (("polo", NEAR), ("chinos", MIDDLE), ("loafers", DARK)),
        Wardrobe.MEN,
    ),
    Template(
        "evening-turtleneck",
        _on(EVENING),
        (MINIMAL, CLASSIC),
        (("blazer", NEAR), ("turtleneck", DARK), ("trousers", MIDDLE), ("derbies", DARK)),
        Wardrobe.MEN,
    ),
    Template(
        "shirt-and-cardigan",
        _on(WORK),
        (CLASSIC, CASUAL),
        (("cardigan", SECOND), ("shirt", LIGHT), ("trousers", DARK), ("derbies", DARK)),
        Wardrobe.MEN,
    ),
)
