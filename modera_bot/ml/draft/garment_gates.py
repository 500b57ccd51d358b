"""When a draft with a garment would not be honest."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.draft.folds import sleeves_lie_on_torso
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.person_gates import Verdict
from modera_bot.ml.draft.silhouette import guess_category, trimmed

LEAST_GARMENT = 0.02  # of the picture
LEAST_BACKGROUND = 0.8
MOST_TOUCH = 0.07  # a hem that is cut off takes a tenth; cuffs may come near
LEAST_SYMMETRY = 0.9
SECOND_GARMENT = 0.3  # of the largest one's area: smaller things are belts, tags and the like

#: A cropped garment leaves this much of the border to the background at least, which is smooth
#: (ΔE); next to nothing of the border is neither.
LEAST_AROUND, MOST_UNEXPLAINED, MOST_NOISE = 0.5, 0.08, 6.0


def judge_garment(garment: CutOut) -> Verdict:
    """Whether a draft can be made with a garment that lies or hangs by itself.

    What somebody wears is for `worn` to judge.
    """
    if garment.background_share < LEAST_BACKGROUND:
        return Verdict(Code.GARMENT_CROPPED if _is_cropped(garment) else Code.BUSY_BACKGROUND)
    if garment.mask.mean() < LEAST_GARMENT:
        return Verdict(Code.NO_GARMENT)
    if garment.border_touch > MOST_TOUCH:
        return Verdict(Code.GARMENT_CROPPED)
    if _parts(garment) > 1:
        return Verdict(Code.SEVERAL_GARMENTS_UNSUPPORTED)
    flat = symmetry(garment) >= LEAST_SYMMETRY and not _is_folded(garment)
    return Verdict(None if flat else Code.GARMENT_NOT_FRONTAL)


def _is_folded(garment: CutOut) -> bool:
    """Whether it is a top or dress whose sleeves lie before it."""
    return guess_category(garment) is not Category.BOTTOMS and sleeves_lie_on_torso(garment)


def _is_cropped(garment: CutOut) -> bool:
    """Whether all of the border that is no plain background is garment, cut off there."""
    rest = 1 - garment.background_share - garment.border_touch
    return (
        garment.background_share >= LEAST_AROUND
        and garment.border_touch > MOST_TOUCH
        and abs(rest) < MOST_UNEXPLAINED
        and garment.noise < MOST_NOISE
    )


def _parts(garment: CutOut) -> int:
    """How many things there are, each large enough to be a garment beside the largest."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(garment.mask.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    return int((areas > SECOND_GARMENT * areas.max()).sum())


def symmetry(garment: CutOut) -> float:
    """IoU of the silhouette with its mirror image, about the best upright axis."""
    mask = trimmed(garment)
    width = mask.shape[1]
    best = 0.0
    for shift in range(-width // 12, width // 12 + 1, max(1, width // 60)):
        mirrored = np.zeros_like(mask)
        flipped = mask[:, ::-1]
        if shift >= 0:
            mirrored[:, shift:] = flipped[:, : width - shift]
        else:
            mirrored[:, :shift] = flipped[:, -shift:]
        best = max(best, float((mask & mirrored).sum() / max((mask | mirrored).sum(), 1)))
    return best
