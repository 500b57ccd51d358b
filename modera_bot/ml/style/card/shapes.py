"""Smooth shapes: drawn larger and shrunk, since Pillow's own edges are jagged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from modera_bot.ml.style.card.lettering import Colour

#: Shapes are drawn this many times as large.
FINE = 4

Point = tuple[float, float]


@cache
def rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask of a rectangle with round corners."""
    mask = Image.new("L", (width * FINE, height * FINE))
    box = (0, 0, width * FINE - 1, height * FINE - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius * FINE, fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)


def fill(
    canvas: Image.Image, x: int, y: int, size: tuple[int, int], radius: int, colour: Colour
) -> None:
    """A filled rectangle with round corners; a radius of half its size makes a disc."""
    canvas.paste(colour, (x, y), rounded(*size, radius))


def swatch(
    canvas: Image.Image, x: int, y: int, size: tuple[int, int], radius: int, colour: Colour
) -> None:
    """The same with a fine edge, so that white shows on white."""
    fill(canvas, x, y, size, radius, edge_of(colour))
    fill(canvas, x + 2, y + 2, (size[0] - 4, size[1] - 4), max(1, radius - 2), colour)


@cache
def _shadow(width: int, height: int, radius: int, blur: int) -> Image.Image:
    mask = Image.new("L", (width + 4 * blur, height + 4 * blur))
    mask.paste(rounded(width, height, radius), (2 * blur, 2 * blur))
    return mask.filter(ImageFilter.BoxBlur(blur)).filter(ImageFilter.BoxBlur(blur))


def lift(canvas: Image.Image, x: int, y: int, size: tuple[int, int], radius: int) -> None:
    """A soft shadow under a panel at this place."""
    blur = 14
    mask = _shadow(*size, radius, blur).point(lambda value: value * 26 // 255)
    canvas.paste((70, 50, 40), (x - 2 * blur, y - 2 * blur + 8), mask)


def edge_of(colour: Colour) -> Colour:
    """A shade a little darker, for edges and folds."""
    red, green, blue = (round(value * 0.84) for value in colour)
    return red, green, blue


def paint(
    canvas: Image.Image,
    x: int,
    y: int,
    size: int,
    outline: Sequence[Point],
    colour: Colour,
    lines: Sequence[Sequence[Point]] = (),
) -> None:
    """A shape of points in a unit square, with a fine edge and lines drawn on it."""
    fine = size * FINE
    large = Image.new("L", (fine, fine))
    body = [(px * fine, py * fine) for px, py in _softened(outline)]
    ImageDraw.Draw(large).polygon(body, fill=255)
    mask = large.resize((size, size), Image.Resampling.BOX)
    marks = Image.new("L", (fine, fine))
    pen = ImageDraw.Draw(marks)
    pen.line([*body, body[0]], fill=255, width=FINE * 3, joint="curve")
    for line in lines:
        pen.line([(px * fine, py * fine) for px, py in line], fill=190, width=FINE * 2)
    edges = ImageChops.darker(marks.resize((size, size), Image.Resampling.BOX), mask)
    canvas.paste(colour, (x, y), mask)
    canvas.paste(edge_of(edge_of(colour)), (x, y), edges)


def _softened(outline: Sequence[Point], share: float = 0.16) -> list[Point]:
    """The outline with its corners cut (Chaikin, 1974)."""
    found = []
    for (ax, ay), (bx, by) in zip(outline, [*outline[1:], outline[0]], strict=True):
        dx, dy = bx - ax, by - ay
        found += [(ax + share * dx, ay + share * dy), (bx - share * dx, by - share * dy)]
    return found


def curve(*points: Point, steps: int = 6, closed: bool = True) -> list[Point]:
    """A smooth line through points (Catmull-Rom); a point given twice stays a corner."""
    count = len(points)
    spans = count if closed else count - 1
    found: list[Point] = []
    for index in range(spans):
        around = [
            points[(index + offset) % count if closed else min(max(index + offset, 0), count - 1)]
            for offset in (-1, 0, 1, 2)
        ]
        for step in range(steps):
            found.append(_between(around, step / steps))
    return found if closed else [*found, points[-1]]


def _between(around: Sequence[Point], t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = around
    if (bx, by) == (cx, cy):
        return bx, by

    def at(a: float, b: float, c: float, d: float) -> float:
        a = b if (ax, ay) == (bx, by) else a
        d = c if (dx, dy) == (cx, cy) else d
        return 0.5 * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )

    return at(ax, bx, cx, dx), at(ay, by, cy, dy)
