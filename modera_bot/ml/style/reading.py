"""What a photo can show of a person's colours, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

Lab = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """Lab colours (L 0 to 100, D65) of one person; None for what can't be seen.

    `light` is how far the light can be trusted, 0 to 1. `clothes` are the main colours worn,
    the most of it first. `face_box` is left, top, right, bottom in shares of the picture.
    """

    skin: Lab
    hair: Lab | None
    eyes: Lab | None
    clothes: tuple[Lab, ...]
    light: float
    face_box: tuple[float, float, float, float]
