"""Tells whether sleeves lie folded on the torso, where no outline shows them."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Flags, blur, shrunk, to_lab
from modera_bot.ml.draft.armpits import sleeved_armpits
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.outline import outline_of

#: Which part of the height, and of half the width from the middle, a sleeve's inner edge crosses.
ROWS, COLUMNS = (0.32, 0.7), (0.25, 0.92)

#: An edge is a change of lightness by this much (L of Lab) a pixel; a sleeve's is seen in nearly
#: all rows that it crosses. Cloth with that many edges elsewhere is patterned.
EDGE, SEEN, PATTERNED = 1.0, 0.88, 0.12

#: Upright lines of a pattern that lies straight lean by under 2 degrees on average, those of
#: sleeves that are laid toward the middle by over 12.
LEANS = 7.0


#: How far within the outline lines are looked for, as a share of the width.
WITHIN = 0.03


def sleeves_lie_on_torso(garment: CutOut) -> bool:
    """Whether a garment without sleeves beside it shows folded ones before it.

    Their inner edges are long lines down either side; where a pattern hides those, its own
    lines lean inward on both sides, as the sleeves do.
    """
    outline = outline_of(garment.mask)
    if outline is None or sleeved_armpits(outline)[0] is not None:
        return False
    light = blur(to_lab(garment.colour)[..., 0], 1.5)
    first, last = (int(outline.top + share * outline.height) for share in ROWS)
    near, far = (int(share * outline.width / 2) for share in COLUMNS)
    centre = int(outline.centre)
    # within the outline: the sides of a waisted dress are long lines, too
    light[~shrunk(outline.mask, WITHIN * outline.width)] = np.nan
    left = light[first:last, centre - far : centre - near][:, ::-1]
    right = light[first:last, centre + near : centre + far]
    return all(half.size > 0 and _shows_sleeve(half) for half in (left, right))


def _shows_sleeve(light: Mask) -> bool:
    """Whether a sleeve lies on half of a torso, from its lightness; columns run outward."""
    across, down = (np.nan_to_num(cv2.Sobel(light, cv2.CV_32F, x, 1 - x) / 8) for x in (1, 0))
    edges = np.abs(across) > EDGE
    if float(edges.mean()) < PATTERNED:
        return _longest_line(edges) > SEEN
    upright = edges & (np.abs(across) > np.abs(down))
    weights = np.abs(across[upright])
    lean = (weights * down[upright] / across[upright]).sum() / max(float(weights.sum()), 1e-6)
    return float(np.degrees(np.arctan(lean))) > LEANS


def _longest_line(edges: Flags) -> float:
    """The share of rows in which one line down the picture, at most diagonal, is an edge."""
    reached = np.zeros(edges.shape[1], np.float32)
    for row in edges:
        sides = np.pad(reached, 1)
        reached = np.maximum(np.maximum(sides[:-2], sides[2:]), reached) + row
    return float(reached.max()) / len(edges)
