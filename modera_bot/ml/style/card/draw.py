"""The card's layout, from top to bottom. Its height follows from what has to be shown."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from modera_bot.ml.base import Picture
from modera_bot.ml.style.card.garments import draw_item
from modera_bot.ml.style.card.lettering import SANS, SANS_BOLD, SERIF, Colour, Style
from modera_bot.ml.style.card.shapes import edge_of, fill, lift, rounded, swatch
from modera_bot.ml.style.colours import to_rgb
from modera_bot.ml.style.words import Words
from modera_bot.style import Item, Outfit, Season, StyleProfile, Swatch

#: Pixels. A phone shows the width at about a third: text of 32 is 11 points there.
WIDTH, MARGIN, GAP = 1080, 60, 34
INNER = WIDTH - 2 * MARGIN
PORTRAIT, FIELD = 264, 156

#: More than any profile needs, and Telegram takes width and height of 10000 together. What
#: is left is cut off below.
TALLEST = 8900

INK: Colour = (43, 38, 36)
SOFT: Colour = (112, 103, 98)
PANEL: Colour = (255, 255, 255)
PAPER: dict[Season, Colour] = {
    Season.SPRING: (253, 246, 236),
    Season.SUMMER: (244, 243, 248),
    Season.AUTUMN: (249, 241, 230),
    Season.WINTER: (242, 244, 248),
}

TITLE = Style(SERIF, 124, 132, INK)
EYEBROW = Style(SANS_BOLD, 30, 40, SOFT)
TONE = Style(SANS, 36, 50, SOFT)
TEXT = Style(SANS, 36, 52, INK)
HEADING = Style(SERIF, 48, 60, INK)
HEADING_SMALL = Style(SERIF, 40, 50, INK)
LABEL = Style(SANS, 30, 38, INK)
ITEM = Style(SANS, 33, 42, INK)
SMALL = Style(SANS, 28, 38, SOFT)

#: Shares of certainty from which a season is called sure, or probable.
SURE, PROBABLE = 0.6, 0.4

#: How many outfits a card shows.
OUTFITS = 3


def draw_card(profile: StyleProfile, portrait: Picture | None = None) -> Picture:
    """The card of a profile, `WIDTH` pixels wide, with a square picture of its person if any."""
    canvas = Image.new("RGB", (WIDTH, TALLEST), PAPER[profile.season])
    words, pen = Words(profile.language), ImageDraw.Draw(canvas)
    y = _head(canvas, pen, profile, words, portrait)
    y = _heading(pen, y + GAP, words("card-best"))
    y = _best(canvas, pen, y, profile.best)
    y = _ribbon(canvas, y + 26, profile.palette)
    y = SMALL.write(pen, MARGIN, y + 24, words("card-weaker"), INNER)
    y = _weaker(canvas, pen, y + 10, profile.weaker)
    y = _heading(pen, y + GAP, words("card-outfits"))
    for outfit in profile.outfits[:OUTFITS]:
        y = _outfit(canvas, pen, y, outfit) + 22
    y = SMALL.write_centred(pen, WIDTH / 2, y + 14, words("card-footer"), INNER)
    return np.asarray(canvas.crop((0, 0, WIDTH, round(y) + 40)))


def _head(
    canvas: Image.Image,
    pen: ImageDraw.ImageDraw,
    profile: StyleProfile,
    words: Words,
    portrait: Picture | None,
) -> float:
    width = INNER - (PORTRAIT + 40 if portrait is not None else 0)
    y = EYEBROW.write(pen, MARGIN, 66, words("card-eyebrow"), width)
    y = TITLE.write(pen, MARGIN - 4, y + 4, words(f"season-{profile.season}"), width)
    y = TONE.write(pen, MARGIN, y + 8, words(f"season-{profile.season}-tone"), width)
    if portrait is not None:
        _face(canvas, portrait)
        y = max(y, 56 + PORTRAIT)
    y = TEXT.write(pen, MARGIN, y + 26, profile.why, INNER)
    return SMALL.write(pen, MARGIN, y + 8, _certainty(profile, words), INNER)


def _certainty(profile: StyleProfile, words: Words) -> str:
    level = "high" if profile.sure >= SURE else "middle" if profile.sure >= PROBABLE else "low"
    text = words("card-sure", level=level)
    return f"{text} · {words('card-also', season=profile.also)}" if profile.also else text


def _face(canvas: Image.Image, portrait: Picture) -> None:
    x, y = WIDTH - MARGIN - PORTRAIT, 56
    ring = PORTRAIT + 16
    lift(canvas, x - 8, y - 8, (ring, ring), ring // 2)
    fill(canvas, x - 8, y - 8, (ring, ring), ring // 2, PANEL)
    photo = Image.fromarray(portrait).resize((PORTRAIT, PORTRAIT), Image.Resampling.LANCZOS)
    canvas.paste(photo, (x, y), rounded(PORTRAIT, PORTRAIT, PORTRAIT // 2))


def _heading(pen: ImageDraw.ImageDraw, y: float, text: str) -> float:
    return HEADING.write(pen, MARGIN, y, text, INNER) + 14


def _best(
    canvas: Image.Image, pen: ImageDraw.ImageDraw, y: float, colours: tuple[Swatch, ...]
) -> float:
    """Large fields side by side, each with its name below."""
    gap = 24
    width = (INNER - gap * (len(colours) - 1)) // len(colours)
    ends = []
    for index, colour in enumerate(colours):
        x = MARGIN + index * (width + gap)
        lift(canvas, x, round(y), (width, FIELD), 36)
        swatch(canvas, x, round(y), (width, FIELD), 36, to_rgb(colour.hex))
        ends.append(
            LABEL.write_centred(pen, x + width / 2, y + FIELD + 12, colour.name, width + gap / 2)
        )
    return max(ends)


def _ribbon(canvas: Image.Image, y: float, colours: tuple[Swatch, ...]) -> float:
    """All colours in one ribbon with round ends."""
    height = 84
    ribbon = Image.new("RGB", (INNER, height))
    pen = ImageDraw.Draw(ribbon)
    for index, colour in enumerate(colours):
        left, right = (round(INNER * end / len(colours)) for end in (index, index + 1))
        pen.rectangle((left, 0, right, height), fill=to_rgb(colour.hex))
    lift(canvas, MARGIN, round(y), (INNER, height), 42)
    fill(canvas, MARGIN - 2, round(y) - 2, (INNER + 4, height + 4), 44, edge_of(PANEL))
    canvas.paste(ribbon, (MARGIN, round(y)), rounded(INNER, height, 42))
    return y + height


def _weaker(
    canvas: Image.Image, pen: ImageDraw.ImageDraw, y: float, colours: tuple[Swatch, ...]
) -> float:
    """Small discs with names, as many on a line as find room."""
    disc, x, row = 50, float(MARGIN), y
    for colour in colours:
        width = min(LABEL.width(colour.name), INNER - disc - 16)
        if x > MARGIN and x + disc + 16 + width > WIDTH - MARGIN:
            x, row = float(MARGIN), row + disc + 18
        swatch(canvas, round(x), round(row), (disc, disc), disc // 2, to_rgb(colour.hex))
        LABEL.write(pen, x + disc + 16, row + 6, colour.name, INNER - disc - 16)
        x += disc + 16 + width + 44
    return row + disc


def _outfit(canvas: Image.Image, pen: ImageDraw.ImageDraw, y: float, outfit: Outfit) -> float:
    """A panel: what is worn drawn on the left, named on the right."""
    pictures, pad = 268, 26
    left = MARGIN + pad + pictures + 34
    width = WIDTH - MARGIN - pad - left
    lines = [_line(item) for item in outfit.items]
    text = len(HEADING_SMALL.wrapped(outfit.title, width)) * HEADING_SMALL.leading + 12
    text += sum(len(ITEM.wrapped(line, width - 44)) * ITEM.leading + 10 for line in lines)
    height = max(text, pictures) + 2 * pad
    lift(canvas, MARGIN, round(y), (INNER, height), 40)
    fill(canvas, MARGIN, round(y), (INNER, height), 40, PANEL)
    _flat_lay(canvas, MARGIN + pad, round(y + (height - pictures) / 2), pictures, outfit.items)
    line_y = y + (height - text) / 2
    line_y = HEADING_SMALL.write(pen, left, line_y, outfit.title, width) + 12
    for item, line in zip(outfit.items, lines, strict=True):
        swatch(canvas, left, round(line_y + 6), (30, 30), 15, to_rgb(item.colour.hex))
        line_y = ITEM.write(pen, left + 44, line_y, line, width - 44) + 10
    return y + height


def _line(item: Item) -> str:
    return f"{item.name} · {item.colour.name}"


def _flat_lay(canvas: Image.Image, x: int, y: int, side: int, items: tuple[Item, ...]) -> None:
    """Two by two, the fifth small between them; three with the first one larger."""
    half = side // 2
    if len(items) <= 3:
        large = side * 5 // 8
        small = side - large
        top = (side - 2 * small) // 3
        places = [
            (0, (side - large) // 2, large),
            (large, top, small),
            (large, 2 * top + small, small),
        ]
    else:
        places = [(left, top, half - 4) for top in (0, half + 4) for left in (0, half + 4)]
        places += [(half - half // 4, half - half // 4, half // 2)]
    for item, (left, top, size) in zip(items, places, strict=False):
        draw_item(canvas, x + left, y + top, size, item.kind, to_rgb(item.colour.hex))
