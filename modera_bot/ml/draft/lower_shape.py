"""Finds where the waist, the crotch and the legs of a bottom are, from its outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.colour import Flags, large_parts, opened
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.outline import runs
from modera_bot.ml.draft.silhouette import Kind
from modera_bot.ml.parsing.figure import SIDES, Vector

#: The waist's width is taken this far down the garment, in shares of its height: above, the
#: back of the waistband is seen, or a belt loop.
WAIST = 0.025

#: How far down legs are looked for a crotch, in shares of the height, from the hem up.
LOWEST = 0.96

#: Runs narrower than this share of the garment's width are no legs.
NARROWEST = 0.08

#: How high the crotch of usual trousers is cut (the rise), in widths of the hips.
USUAL_RISE = 0.65

#: Rows at which the edges are taken: above the crotch (or all of a skirt), and of each leg.
HIP_ROWS, LEG_ROWS = 8, 16


@dataclass(frozen=True, slots=True)
class LowerShape:
    """Key points of a bottom, in pixels of its cut-out.

    `rows` (n, 3) are y, left and right edge, evenly spaced from the waist to the crotch, or to
    the hem of a skirt, which has neither `crotch` (x, y) nor `legs`. A leg's rows are alike:
    from the crotch to its hem, by side.
    """

    kind: Kind
    rows: Vector
    crotch: Vector | None
    legs: tuple[Vector, Vector] | None

    @property
    def waist(self) -> Vector:
        """The middle of the waist: x, y."""
        y, left, right = self.rows[0]
        return np.array([(left + right) / 2, y], np.float32)

    @property
    def bottom(self) -> float:
        """The lowest row."""
        ends = self.legs if self.legs else (self.rows,)
        return float(max(rows[-1, 0] for rows in ends))

    def width(self, down: float) -> float:
        """Its width so many pixels below the waist, above the crotch."""
        y = self.rows[0, 0] + down
        return float(np.interp(y, self.rows[:, 0], self.rows[:, 2] - self.rows[:, 1]))


def locate_bottom(garment: CutOut, kind: Kind) -> LowerShape | None:
    """The key points of a bottom of a known kind; None where its outline is none of a bottom."""
    mask = large_parts(opened(garment.mask, 2), 0.1)
    filled = np.flatnonzero(mask.any(axis=1))
    if len(filled) < 40:
        return None
    top, bottom = int(filled[0]), int(filled[-1])
    waist = top + WAIST * (bottom - top)
    if kind is Kind.SKIRT:
        rows = [_extent(mask, y) for y in np.linspace(waist, bottom - 2, 2 * HIP_ROWS)]
        return LowerShape(kind, _squared(rows), None, None)
    crotch = _crotch(mask, top, bottom)
    rows = [_extent(mask, y) for y in np.linspace(waist, crotch[1], HIP_ROWS)]
    legs = [_leg(mask, crotch, side) for side in SIDES]
    return LowerShape(kind, np.array(rows, np.float32), crotch, (legs[0], legs[1]))


def _extent(mask: Flags, y: float) -> tuple[float, int, int]:
    """Row and its first and last pixel."""
    filled = np.flatnonzero(mask[int(y)])
    return (y, int(filled[0]), int(filled[-1])) if filled.size else (y, 0, 0)


def _crotch(mask: Flags, top: int, bottom: int) -> Vector:
    """Where the legs part; as usual where they touch all the way down."""
    width = np.ptp(np.flatnonzero(mask.any(axis=0)))
    found = None
    for y in range(int(top + LOWEST * (bottom - top)), top, -1):
        legs = [run for run in runs(mask[y]) if run[1] - run[0] > NARROWEST * width]
        if len(legs) != 2:
            break
        found = np.array([(legs[0][1] + legs[1][0]) / 2, y], np.float32)
    if found is not None:
        return found
    hips = _extent(mask, top + 0.2 * (bottom - top))
    rise = min(USUAL_RISE * (hips[2] - hips[1]), 0.7 * (bottom - top))
    return np.array([(hips[1] + hips[2]) / 2, top + rise], np.float32)


def _leg(mask: Flags, crotch: Vector, side: int) -> Vector:
    """The rows of one leg: what lies on its side of the gap, or of the crotch if there is none."""
    half = mask.copy()
    half[:, int(crotch[0]) :] &= side == 1
    half[:, : int(crotch[0])] &= side == 0
    rows = np.flatnonzero(half.any(axis=1))
    ys = np.linspace(crotch[1] + 1, rows[-1] - 2, LEG_ROWS)
    return _squared([_extent(half, y) for y in ys])


def _squared(rows: list[tuple[float, int, int]]) -> Vector:
    """The rows, the last as wide as those before it lead to: hems are rounded at their corners."""
    edges = np.array(rows, np.float32)
    edges[-1, 1:] = 2 * edges[-2, 1:] - edges[-3, 1:]
    return edges
