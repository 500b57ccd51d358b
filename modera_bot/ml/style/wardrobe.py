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
    Kind.BOTTOM: 1.3,
    Kind.DRESS: 2.2,
    Kind.LAYER: 2.2,
    Kind.SHOES: 1.7,
    Kind.ACCESSORY: 0.6,
}

PIECES = {
    "tee": Piece(Kind.TOP, "cotton"),
    "shirt": Piece(Kind.TOP, "poplin"),
    "blouse": Piece(Kind.TOP, "viscose"),
    "knit": Piece(Kind.TOP, "merino"),
    "polo": Piece(Kind.TOP, "pique"),
    "turtleneck": Piece(Kind.TOP, "merino"),
    "sweatshirt": Piece(Kind.TOP, "fleece"),
    "jeans": Piece(Kind.BOTTOM, "denim"),
    "trousers": Piece(Kind.BOTTOM, "wool"),
    "chinos": Piece(Kind.BOTTOM, "cotton"),
    "wide-trousers": Piece(Kind.BOTTOM, "viscose", "wide"),
    "skirt": Piece(Kind.BOTTOM, "satin", "midi"),
    "joggers": Piece(Kind.BOTTOM, "jersey", "tapered"),
    "wrap-dress": Piece(Kind.DRESS, "viscose", "wrap"),
    "shirt-dress": Piece(Kind.DRESS, "cotton"),
    "knit-dress": Piece(Kind.DRESS, "merino"),
    "blazer": Piece(Kind.LAYER, "wool"),
    "trench": Piece(Kind.LAYER, "gabardine", "belted"),
    "cardigan": Piece(Kind.LAYER, "merino"),
    "denim-jacket": Piece(Kind.LAYER, "denim"),
    "coat": Piece(Kind.LAYER, "wool"),
    "bomber": Piece(Kind.LAYER, "nylon", "short"),
    "sneakers": Piece(Kind.SHOES, "leather", "plain"),
    "loafers": Piece(Kind.SHOES, "leather", "low-heel"),
    "ankle-boots": Piece(Kind.SHOES, "leather", "low-heel"),
    "heels": Piece(Kind.SHOES, "leather", "block-heel"),
    "derbies": Piece(Kind.SHOES, "leather", "lace-up"),
    "scarf": Piece(Kind.ACCESSORY, "silk", "large"),
    "belt": Piece(Kind.ACCESSORY, "leather", "narrow"),
    "bag": Piece(Kind.ACCESSORY, "leather", "structured"),
    "backpack": Piece(Kind.ACCESSORY, "canvas", "compact"),
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
