"""What kind of garment a silhouette is of."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from modera_bot.contracts import Category
from modera_bot.ml.colour import Flags
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.outline import runs

#: A garment longer than this, in widths of its upper half, is a dress.
ONE_PIECE_LENGTH = 2.4

#: Legs part over at least this share of a garment's height; under shoulders they must be longer,
#: since the tails of a shirt part, too.
LEGS, OVERALL_LEGS = 0.08, 0.25

#: Trousers are longer than this, in widths of their waist; shorts are shorter.
TROUSERS_LENGTH = 1.75

#: What is longer than this, in widths of its waist, and hardly widens below it, is a pair of
#: trousers whose legs touch: skirts as long widen.
TOUCHING_LEGS, WIDENS = 2.2, 1.25

#: An upper edge that runs outward at more than this per row and side is a shoulder, not the
#: side of a skirt; shoulders make this much, of the width, on each side.
SHOULDER_SLOPE, SHOULDERS = 1.2, 0.03

#: Of the extent of a row near the top, straps leave more than this free between them.
STRAPS = 0.3


class Kind(StrEnum):
    """A kind of garment that a silhouette alone can tell; finer than `Category`."""

    TOP = "top"
    TROUSERS = "trousers"
    SHORTS = "shorts"
    SKIRT = "skirt"
    DRESS = "dress"
    OVERALL = "overall"

    @property
    def category(self) -> Category:
        if self in {Kind.TROUSERS, Kind.SHORTS, Kind.SKIRT}:
            return Category.BOTTOMS
        return Category.TOPS if self is Kind.TOP else Category.ONE_PIECES


def guess_category(garment: CutOut) -> Category:
    """What a garment covers, judged by its silhouette alone."""
    return guess_kind(garment).category


def guess_kind(garment: CutOut) -> Kind:
    """What a garment is, judged by its silhouette alone: a top where nothing tells."""
    mask = trimmed(garment)
    height, width = mask.shape
    if height < 10 or width < 10:
        return Kind.TOP
    legs = _legs(mask)
    if _has_shoulders(mask):
        if legs > OVERALL_LEGS:
            return Kind.OVERALL
        return Kind.DRESS if height > ONE_PIECE_LENGTH * _upper_width(mask) else Kind.TOP
    waist = float(_extents(mask)[round(0.03 * height)])
    if legs > LEGS:
        return Kind.TROUSERS if height > TROUSERS_LENGTH * waist else Kind.SHORTS
    touching = height > TOUCHING_LEGS * waist and width < WIDENS * waist
    return Kind.TROUSERS if touching else Kind.SKIRT


def trimmed(garment: CutOut) -> Flags:
    """The silhouette, cut to its bounding box."""
    mask = garment.mask
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return np.zeros((1, 1), bool)
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _legs(mask: Flags) -> float:
    """Over which share of the height, from below, the garment is two about equal legs."""
    height, width = mask.shape
    step = max(1, height // 100)
    lowest = int(0.97 * height)  # hems may be uneven
    y = lowest
    while y > 0 and _are_legs(runs(mask[y]), width):
        y -= step
    return float((lowest - y) / height)


def _are_legs(parts: list[tuple[int, int]], width: int) -> bool:
    """Whether these runs of a row are two legs, to the left and right of the middle."""
    parts = [run for run in parts if run[1] - run[0] > 0.08 * width]
    if len(parts) != 2:
        return False
    left, right = (last - first for first, last in parts)
    gap = (parts[0][1] + parts[1][0]) / 2
    return abs(gap - width / 2) < 0.15 * width and min(left, right) > 0.6 * max(left, right)


def _has_shoulders(mask: Flags) -> bool:
    """Whether the garment hangs from shoulders: they run outward, or straps hold it.

    A waistband is straight, and what hangs from it widens evenly.
    """
    height, width = mask.shape
    edge = mask[min(round(0.03 * width), height - 1)]
    extent = _extents(mask)
    step = max(2, round(0.04 * width))
    upper = extent[max(1, round(0.01 * width)) : max(2, round(0.4 * width))]
    if edge.sum() < (1 - STRAPS) * max(extent[min(round(0.03 * width), height - 1)], 1):
        return True
    outward = (upper[step:] - upper[:-step]) / 2
    shoulders = outward[outward > SHOULDER_SLOPE * step].sum() / step  # each row counts so often
    return bool(shoulders > SHOULDERS * width)


def _extents(mask: Flags) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """For each row, the distance between its first and its last pixel."""
    first, last = mask.argmax(axis=1), mask.shape[1] - mask[:, ::-1].argmax(axis=1)
    return np.where(mask.any(axis=1), last - first, 0).astype(np.float64)


def _upper_width(mask: Flags) -> float:
    """The usual width of the torso between chest and waist."""
    height = len(mask)
    body = mask[int(0.35 * height) : int(0.6 * height)]
    widest = [max((last - first for first, last in runs(row)), default=0) for row in body]
    return float(np.median(widest)) + 1
