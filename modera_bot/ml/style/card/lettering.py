"""Fonts and lines: text is measured before it is drawn, wrapped, and never cut."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageDraw, ImageFont

#: Both are under the SIL Open Font License 1.1 and know Latin and Cyrillic.
SANS, SANS_BOLD = ("font_manrope", "Manrope-Medium.ttf"), ("font_manrope", "Manrope-Bold.ttf")
SERIF = ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf")

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks: the font's package and file, its size and the line's height in pixels."""

    face: tuple[str, str]
    size: int
    leading: int
    colour: Colour

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        return _font(self.face, self.size)

    def width(self, text: str) -> float:
        """Pixels that a line takes."""
        return float(self.font.getlength(text))

    def wrapped(self, text: str, width: float) -> list[str]:
        """Lines that are at most `width` pixels long; hyphens part words, and too long a word
        is broken where it must be."""
        lines: list[str] = []
        line = ""
        for part, space in _parts(text):
            longer = f"{line}{space}{part}" if line else part
            if self.width(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *broken, line = self._broken(part, width)
            lines += broken
        return [*lines, line] if line else lines

    def _broken(self, word: str, width: float) -> list[str]:
        parts = [""]
        for letter in word:
            if parts[-1] and self.width(parts[-1] + letter) > width:
                parts.append("")
            parts[-1] += letter
        return parts

    def write(
        self, draw: ImageDraw.ImageDraw, x: float, y: float, text: str, width: float
    ) -> float:
        """Write lines from a top left corner on; returns where the next would begin."""
        for line in self.wrapped(text, width):
            draw.text(
                (x, y + self.leading / 2), line, font=self.font, fill=self.colour, anchor="lm"
            )
            y += self.leading
        return y

    def write_centred(
        self, draw: ImageDraw.ImageDraw, x: float, y: float, text: str, width: float
    ) -> float:
        """The same, each line centred on x."""
        for line in self.wrapped(text, width):
            draw.text(
                (x, y + self.leading / 2), line, font=self.font, fill=self.colour, anchor="mm"
            )
            y += self.leading
        return y

    def _put(self, draw: ImageDraw.ImageDraw, x: float, y: float, line: str, anchor: str) -> None:
        place = (x, y + self.leading / 2)
        draw.text(place, line, font=self.font, fill=self.colour, anchor=anchor)


def _parts(text: str) -> list[tuple[str, str]]:
    """What must not be parted, each with what stands before it in a line."""
    found = []
    for word in text.split():
        pieces = re.split(r"(?<=\w-)(?=\w)", word)
        found += [(piece, "" if number else " ") for number, piece in enumerate(pieces)]
    return found


@cache
def _font(face: tuple[str, str], size: int) -> ImageFont.FreeTypeFont:
    package, file = face
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "files" / file
    return ImageFont.truetype(str(path), size)
