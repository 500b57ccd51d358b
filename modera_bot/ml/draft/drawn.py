"""What drawing a garment of any kind gives."""

from __future__ import annotations

from dataclasses import dataclass

from modera_bot.ml.base import Mask
from modera_bot.ml.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Drawn:
    """A garment on a person, in the view that it was drawn in.

    `canvas` has all that changes, `grain` (0 to 1) is the noise its paint should have to look
    like the photo, and `alpha` is where the new garment is seen: hands and hair in front of
    it are left out.
    """

    canvas: Canvas
    grain: float
    alpha: Mask
