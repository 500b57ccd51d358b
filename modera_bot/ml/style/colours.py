"""Colours as hex and as Lab, without OpenCV: for processes that draw nothing."""

from __future__ import annotations

import math

_WHITE = (0.95047, 1.0, 1.08883)  # D65


def to_hex(lab: tuple[float, float, float]) -> str:
    """The sRGB colour of CIE Lab (D65), clipped to what a screen has, like "#a1b2c3"."""
    lightness, a, b = lab
    fy = (lightness + 16) / 116
    x, y, z = (
        white * (f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29))
        for white, f in zip(_WHITE, (fy + a / 500, fy, fy - b / 200), strict=True)
    )
    linear = (
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    )
    return "#" + "".join(f"{round(255 * _encoded(value)):02x}" for value in linear)


def to_rgb(hex_: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    red, green, blue = (int(hex_[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue


def lab_of(hex_: str) -> tuple[float, float, float]:
    """CIE Lab (D65) of a hex colour."""
    red, green, blue = (_decoded(value / 255) for value in to_rgb(hex_))
    x = 0.4124 * red + 0.3576 * green + 0.1805 * blue
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = 0.0193 * red + 0.1192 * green + 0.9505 * blue
    fx, fy, fz = (_f(value / white) for value, white in zip((x, y, z), _WHITE, strict=True))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apart(first: str, second: str) -> float:
    """ΔE (CIE76) between two hex colours."""
    return math.dist(lab_of(first), lab_of(second))


def _f(value: float) -> float:
    return value ** (1 / 3) if value > (6 / 29) ** 3 else value / (3 * (6 / 29) ** 2) + 4 / 29


def _encoded(value: float) -> float:
    value = max(0.0, min(1.0, value))
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
