"""The colours of the four seasons. A colour's name is the text ``colour-<key>``."""

from __future__ import annotations

from dataclasses import dataclass

from modera_bot.ml.style.words import Words
from modera_bot.style import Hue, Season, Swatch


@dataclass(frozen=True, slots=True)
class Colour:
    key: str
    hex: str
    hue: Hue

    def swatch(self, words: Words) -> Swatch:
        return Swatch(hex=self.hex, name=words(f"colour-{self.key}"))


@dataclass(frozen=True, slots=True)
class Palette:
    """`light`, `middle` and `dark` are the neutrals to build on; `near` is for beside the face;
    `accents` are for some of it; `weaker` takes from the face what it has."""

    light: tuple[Colour, ...]
    middle: tuple[Colour, ...]
    dark: tuple[Colour, ...]
    near: tuple[Colour, ...]
    accents: tuple[Colour, ...]
    weaker: tuple[Colour, ...]

    @property
    def neutrals(self) -> tuple[Colour, ...]:
        return self.light + self.middle + self.dark


def _colours(*rows: tuple[str, str, Hue]) -> tuple[Colour, ...]:
    return tuple(Colour(*row) for row in rows)


BLACK = ("black", "#16161a", Hue.BLACK)
CAMEL = ("camel", "#bd8a50", Hue.BEIGE)
MUSTARD = ("mustard", "#c9982f", Hue.YELLOW)
ORANGE = ("orange", "#ee7a2a", Hue.ORANGE)

PALETTES = {
    Season.SPRING: Palette(
        light=_colours(("ivory", "#f7eedb", Hue.WHITE)),
        middle=_colours(("oat", "#d8c4a0", Hue.BEIGE), CAMEL),
        dark=_colours(("warm-navy", "#33507d", Hue.BLUE), ("cocoa", "#7a5640", Hue.BROWN)),
        near=_colours(
            ("coral", "#f2725f", Hue.ORANGE),
            ("peach", "#f7b48d", Hue.PINK),
            ("turquoise", "#33b3ac", Hue.GREEN),
            ("fresh-green", "#83b348", Hue.GREEN),
        ),
        accents=_colours(
            ("sun-yellow", "#f5c945", Hue.YELLOW),
            ("poppy", "#e24a3b", Hue.RED),
            ("cornflower", "#6c8fd9", Hue.BLUE),
        ),
        weaker=_colours(BLACK, ("burgundy", "#6b2130", Hue.RED), ("charcoal", "#3b3e44", Hue.GREY)),
    ),
    Season.SUMMER: Palette(
        light=_colours(("soft-white", "#f3f1ee", Hue.WHITE)),
        middle=_colours(("dove-grey", "#adb1b9", Hue.GREY), ("rose-beige", "#cbb2a9", Hue.BEIGE)),
        dark=_colours(("slate-blue", "#44566f", Hue.BLUE), ("graphite", "#565b66", Hue.GREY)),
        near=_colours(
            ("powder-blue", "#9fbcd8", Hue.BLUE),
            ("lavender", "#a99dcb", Hue.PURPLE),
            ("dusty-rose", "#c98d9c", Hue.PINK),
            ("sea-green", "#74a79c", Hue.GREEN),
        ),
        accents=_colours(
            ("raspberry", "#a8446a", Hue.RED),
            ("plum", "#714c6d", Hue.PURPLE),
            ("soft-teal", "#4b8794", Hue.BLUE),
        ),
        weaker=_colours(ORANGE, MUSTARD, BLACK),
    ),
    Season.AUTUMN: Palette(
        light=_colours(("cream", "#f1e5ca", Hue.WHITE)),
        middle=_colours(CAMEL, ("olive", "#77753f", Hue.GREEN)),
        dark=_colours(("chocolate", "#553a2d", Hue.BROWN), ("warm-khaki", "#5a5640", Hue.GREEN)),
        near=_colours(
            ("terracotta", "#bb623f", Hue.ORANGE),
            MUSTARD,
            ("forest-green", "#305c47", Hue.GREEN),
            ("deep-teal", "#216b6e", Hue.BLUE),
        ),
        accents=_colours(
            ("brick-red", "#933a31", Hue.RED),
            ("aubergine", "#52304a", Hue.PURPLE),
            ("pumpkin", "#cf7433", Hue.ORANGE),
        ),
        weaker=_colours(("fuchsia", "#cc2f7c", Hue.PINK), ("icy-blue", "#cfe2f2", Hue.BLUE), BLACK),
    ),
    Season.WINTER: Palette(
        light=_colours(("pure-white", "#fdfdfd", Hue.WHITE)),
        middle=_colours(("steel-grey", "#8b919b", Hue.GREY), ("icy-blue", "#cfe2f2", Hue.BLUE)),
        dark=_colours(("ink-navy", "#18284f", Hue.BLUE), BLACK),
        near=_colours(
            ("true-red", "#c2182f", Hue.RED),
            ("emerald", "#07805c", Hue.GREEN),
            ("royal-blue", "#2443b3", Hue.BLUE),
            ("fuchsia", "#cc2f7c", Hue.PINK),
        ),
        accents=_colours(
            ("violet", "#5a2a76", Hue.PURPLE),
            ("icy-pink", "#f2d4e1", Hue.PINK),
            ("lemon", "#f1de57", Hue.YELLOW),
        ),
        weaker=_colours(CAMEL, ORANGE, MUSTARD),
    ),
}
