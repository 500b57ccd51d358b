"""When a draft with a garment would not be honest."""

from __future__ import annotations

import numpy as np

from modera_bot.errors import Code
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.person_gates import Verdict
from modera_bot.ml.draft.silhouette import trimmed

LEAST_GARMENT = 0.02  # of the picture
LEAST_BACKGROUND = 0.8
MOST_TOUCH = 0.15
LEAST_SYMMETRY = 0.9


def judge_garment(garment: CutOut) -> Verdict:
    """Whether a draft can be made with a garment that lies or hangs by itself.

    What somebody wears is for `worn` to judge.
    """
    if garment.background_share < LEAST_BACKGROUND:
        return Verdict(Code.BUSY_BACKGROUND)
    if garment.mask.mean() < LEAST_GARMENT:
        return Verdict(Code.NO_GARMENT)
    if garment.border_touch > MOST_TOUCH:
        return Verdict(Code.GARMENT_CROPPED)
    if symmetry(garment) < LEAST_SYMMETRY:
        return Verdict(Code.GARMENT_NOT_FRONTAL)
    return Verdict(None)


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
