"""The guided filter: makes the edges of a mask follow the edges of a picture.

He, Sun and Tang, "Guided Image Filtering", PAMI 2013, with a colour guide; computed on a small
copy and applied at full size, as in their "Fast Guided Filter", arXiv:1505.00996.
"""

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.body.networks import Floats


def guided(picture: Picture, mask: Mask, radius: int, epsilon: float) -> Mask:
    """`mask` refined along `picture`, at the size of `picture`; may leave 0 to 1 slightly.

    `mask` may be smaller than `picture`; `radius` is in pixels of `mask`. `epsilon` is the
    variance (of colours 0 to 1) under which an area counts as flat.
    """
    height, width = picture.shape[:2]
    small = cv2.resize(picture, mask.shape[::-1], interpolation=cv2.INTER_AREA)
    guide = np.divide(small, 255, dtype=np.float32)
    slope, offset = _linear_model(guide, mask, radius, epsilon)
    slopes = cv2.resize(_mean(slope, radius), (width, height), interpolation=cv2.INTER_LINEAR)
    offsets = cv2.resize(_mean(offset, radius), (width, height), interpolation=cv2.INTER_LINEAR)
    weighted = cv2.multiply(slopes, picture, scale=1 / 255, dtype=cv2.CV_32F)
    total = cv2.transform(weighted, np.ones((1, 3), np.float32))
    return np.asarray(total + offsets, np.float32)


def _linear_model(guide: Floats, mask: Mask, radius: int, epsilon: float) -> tuple[Floats, Floats]:
    """For each window the `slope` (3 colours) and `offset` by which mask ≈ slope·guide + offset."""
    mean_guide, mean_mask = _mean(guide, radius), _mean(mask, radius)
    covariance = _mean(guide * mask[..., None], radius) - mean_guide * mean_mask[..., None]
    pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
    rr, gg, bb, rg, rb, gb = (
        _mean(guide[..., i] * guide[..., j], radius)
        - mean_guide[..., i] * mean_guide[..., j]
        + (epsilon if i == j else 0)
        for i, j in pairs
    )
    # the inverse of the symmetric 3 × 3 matrix, written out: ten times faster than solve()
    cofactors = [
        [gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg],
        [rb * gb - rg * bb, rr * bb - rb * rb, rg * rb - rr * gb],
        [rg * gb - rb * gg, rg * rb - rr * gb, rr * gg - rg * rg],
    ]
    determinant = rr * cofactors[0][0] + rg * cofactors[0][1] + rb * cofactors[0][2]
    slopes = [sum(row[i] * covariance[..., i] for i in range(3)) / determinant for row in cofactors]
    slope = np.dstack(slopes).astype(np.float32, copy=False)
    return slope, mean_mask - (slope * mean_guide).sum(axis=2)


def _mean(values: Floats, radius: int) -> Floats:
    side = 2 * radius + 1
    return np.asarray(cv2.boxFilter(values, -1, (side, side)), np.float32)
