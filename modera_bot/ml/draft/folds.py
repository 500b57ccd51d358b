"""Tells whether sleeves lie folded on the torso, where no outline shows them."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import blur, to_lab
from modera_bot.ml.draft.armpits import sleeved_armpits
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.outline import outline_of

#: Which part of the height, and of half the width from the middle, a sleeve's inner edge crosses.
ROWS, COLUMNS = (0.32, 0.7), (0.25, 0.92)

#: An edge is a change of lightness by this much (L of Lab) a pixel; a sleeve's is seen in nearly
#: all rows that it crosses. Cloth with that many edges elsewhere is patterned: it tells nothing.
EDGE, SEEN, PATTERNED = 1.0, 0.88, 0.12


def sleeves_lie_on_torso(garment: CutOut) -> bool:
    """Whether a plain garment without sleeves beside it shows a long edge down either side."""
    outline = outline_of(garment.mask)
    if outline is None or sleeved_armpits(outline)[0] is not None:
        return False
    light = blur(to_lab(garment.colour)[..., 0], 1.5)
    slope = np.asarray(np.abs(cv2.Sobel(light, cv2.CV_32F, 1, 0)) / 8, np.float32)
    first, last = (int(outline.top + share * outline.height) for share in ROWS)
    near, far = (int(share * outline.width / 2) for share in COLUMNS)
    centre = int(outline.centre)
    halves = (
        slope[first:last, centre - far : centre - near],
        slope[first:last, centre + near : centre + far],
    )
    return all(
        half.size > 0 and float((half > EDGE).mean()) < PATTERNED and _longest_edge(half) > SEEN
        for half in halves
    )


def _longest_edge(slope: Mask) -> float:
    """The share of rows in which one line down the picture, at most diagonal, lies on an edge."""
    reached = np.zeros(slope.shape[1], np.float32)
    for row in slope > EDGE:
        sides = np.pad(reached, 1)
        reached = np.maximum(np.maximum(sides[:-2], sides[2:]), reached) + row
    return float(reached.max()) / len(slope)
