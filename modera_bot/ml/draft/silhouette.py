"""What kind of garment a silhouette is of."""

from __future__ import annotations

import numpy as np

from modera_bot.contracts import Category
from modera_bot.ml.colour import Flags
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.outline import runs

#: A garment longer than this, in widths of its upper half, is a dress or an overall.
ONE_PIECE_LENGTH = 2.4


def guess_category(garment: CutOut) -> Category:
    """What a garment covers, judged by its silhouette alone."""
    mask = trimmed(garment)
    height, width = mask.shape
    if height < 10 or width < 10:
        return Category.TOPS
    if _has_legs(mask) or _has_waistband(mask):
        return Category.BOTTOMS
    body = mask[int(0.35 * height) : int(0.6 * height)]
    widest = [max((last - first for first, last in runs(row)), default=0) for row in body]
    long = height > ONE_PIECE_LENGTH * (float(np.median(widest)) + 1)
    return Category.ONE_PIECES if long else Category.TOPS


def trimmed(garment: CutOut) -> Flags:
    """The silhouette, cut to its bounding box."""
    mask = garment.mask
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return np.zeros((1, 1), bool)
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _has_legs(mask: Flags) -> bool:
    """Whether the lower part falls into two about equal halves around the middle."""
    height, width = mask.shape
    split = 0
    rows = range(int(0.6 * height), int(0.97 * height), max(1, height // 60))
    for y in rows:
        parts = [run for run in runs(mask[y]) if run[1] - run[0] > 0.1 * width]
        if len(parts) == 2:
            left, right = (last - first for first, last in parts)
            gap = (parts[0][1] + parts[1][0]) / 2
            split += abs(gap - width / 2) < 0.15 * width and min(left, right) > 0.6 * max(
                left, right
            )
    return split > 0.5 * len(rows)


def _has_waistband(mask: Flags) -> bool:
    """Whether the upper edge is straight, and as wide as the garment soon gets: no shoulders."""
    height, width = mask.shape
    if height < 0.3 * width:
        return False
    edge, soon = mask[int(0.03 * width)], mask[int(0.25 * width)]
    return bool(edge.sum() > 0.8 * soon.sum() and edge.sum() > 0.35 * width)
