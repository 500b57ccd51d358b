"""The head of the person on a card. Runs in a picture process."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from modera_bot.ml.anatomy import chosen
from modera_bot.ml.base import Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import shrink

#: People are looked for in copies with this longest edge, in pixels.
EDGE = 1024

#: How many heights of the face the picture is wide, and how far below the face's middle its own
#: lies: hair and shoulders belong to it.
WIDE, DOWN = 2.9, 0.15


def portrait(picture: Picture, at: tuple[float, float] | None, models: Path) -> Picture | None:
    """A square around the face of the person at a point, else of the first; None without a face."""
    small = shrink(picture, EDGE)
    people = BodyUnderstanding(models).understand(small).people
    face = chosen(people, at).face if people else None
    if face is None:
        return None
    scale = picture.shape[1] / small.shape[1]
    points = face.mesh[:, :2] * scale
    low, high = points.min(axis=0), points.max(axis=0)
    height = float(high[1] - low[1])
    x, y = (low + high) / 2 + (0, DOWN * height)
    half = min(WIDE * height / 2, *(length / 2 for length in picture.shape[:2]))
    left = int(np.clip(x - half, 0, picture.shape[1] - 2 * half))
    top = int(np.clip(y - half, 0, picture.shape[0] - 2 * half))
    side = int(2 * half)
    return np.ascontiguousarray(picture[top : top + side, left : left + side])
