"""Finds where a top's armpits, shoulders, neck, hem and sleeves are, from its outline.

Sides are those of the picture (see `figure`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Colours, Flags, blur, grown, to_lab
from modera_bot.ml.draft.armpits import (
    Overlap,
    sleeved_armpits,
    sleeveless_armpits,
    torso_mask,
    torso_run,
)
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.neckline import neck_points, neckline
from modera_bot.ml.draft.outline import Outline, outline_of
from modera_bot.ml.draft.sleeves import Sleeve, sleeve
from modera_bot.ml.draft.standing import SOFT_EDGE, ellipse_above, inside_of, standing
from modera_bot.ml.parsing.figure import OUT, SIDES, Vector

#: Sleeves shorter than this share of the chest are just the edge of an armhole.
SHORTEST_SLEEVE = 0.20

#: Shares of the way from armpit to hem at which the torso's width is taken.
ROWS = (0.06, 0.21, 0.37, 0.52, 0.68, 0.83, 0.985)


@dataclass(frozen=True, slots=True)
class TopShape:
    """Key points of a top, in pixels of its cut-out; by side (2, 2): side, then x, y.

    `rows` is (n, 3): y, and the torso's left and right edge there. `neck_depth` is how far
    the front neckline hangs below the neck points. `shoulder_line` is the garment's upper
    edge, without collar and hood: y for each x, −1 outside. `collar` stands in front of the
    neck, `hood` lies behind it; each 0 to 1, None where there is none.
    """

    centre: float
    bottom: float
    necks: Vector
    tips: Vector
    armpits: Vector
    rows: Vector
    neck_depth: float
    shoulder_line: NDArray[np.int32]
    sleeves: tuple[Sleeve | None, Sleeve | None]
    collar: Mask | None = None
    hood: Mask | None = None

    @property
    def neck_y(self) -> float:
        return float(self.necks[:, 1].mean())

    @property
    def neck_width(self) -> float:
        return float(self.necks[1, 0] - self.necks[0, 0])

    @property
    def chest(self) -> float:
        """Width from armpit to armpit."""
        return float(np.linalg.norm(self.armpits[1] - self.armpits[0]))


def locate(garment: CutOut) -> TopShape | None:
    """The key points of the top in `garment`, or None where its outline is none of a top."""
    outline = outline_of(garment.mask)
    if outline is None:
        return None
    armpits, overlap = sleeved_armpits(outline)
    shoulder_line = upper_edge(outline.mask)
    sleeves: tuple[Sleeve | None, Sleeve | None] = (None, None)
    if armpits is not None:
        tips = _tips(outline, shoulder_line, armpits)
        torso = torso_mask(outline, armpits, overlap)
        left, right = (sleeve(outline.mask & ~torso, tips[s], armpits[s], OUT[s]) for s in SIDES)
        chest = float(armpits[1, 0] - armpits[0, 0])
        if max(one.length if one else 0 for one in (left, right)) >= SHORTEST_SLEEVE * chest:
            sleeves = left, right
    if armpits is None or not any(sleeves):
        armpits, overlap = sleeveless_armpits(outline), None
        tips = _strap_tips(outline, shoulder_line, armpits)
    neck = _neck(blur(to_lab(garment.colour), 1), outline, shoulder_line, armpits, tips)
    return TopShape(
        centre=outline.centre,
        bottom=float(np.flatnonzero(outline.mask[:, int(outline.centre)]).max()),
        necks=neck.points,
        tips=tips,
        armpits=armpits,
        rows=_rows(outline, armpits, overlap),
        neck_depth=neck.depth,
        shoulder_line=neck.line,
        sleeves=sleeves,
        collar=neck.collar,
        hood=neck.hood,
    )


@dataclass(frozen=True, slots=True)
class _Neck:
    """The part of a `TopShape` about its neck."""

    points: Vector
    depth: float
    line: NDArray[np.int32]
    collar: Mask | None = None
    hood: Mask | None = None


def _neck(
    lab: Colours, outline: Outline, line: NDArray[np.int32], armpits: Vector, tips: Vector
) -> _Neck:
    chest = float(np.linalg.norm(armpits[1] - armpits[0]))
    stands = standing(line, outline.centre, tips, chest)
    if stands is not None and stands.is_hood:
        necks = stands.hidden_necks(outline.centre, chest)
        necks, depth = neckline(lab, outline, stands.line, necks)
        hood = stands.above(len(outline.mask)).astype(np.float32)
        return _Neck(necks, depth, stands.line, hood=blur(hood, 0.8))
    ends = neck_points(outline, line, armpits, tips)
    ends, depth = neckline(lab, outline, line, ends)
    if stands is None:
        return _Neck(ends, depth, line)
    inside = inside_of(lab, outline.mask, stands, chest)
    if inside is None:
        inside = ellipse_above(outline.mask, ends, float(ends[:, 1].mean()) + depth)
    lowest = float(np.flatnonzero(inside.any(axis=1)).max(initial=0))
    depth = max(lowest - float(stands.feet[:, 1].mean()), 0.0)
    front = grown(outline.mask, SOFT_EDGE) & ~inside
    collar = blur(front.astype(np.float32), 0.8)
    return _Neck(stands.feet, depth, stands.line, collar=collar)


def upper_edge(mask: Flags) -> NDArray[np.int32]:
    """The first row of the garment in each column, −1 where there is none."""
    return np.where(mask.any(axis=0), mask.argmax(axis=0), -1).astype(np.int32)


def _tips(outline: Outline, line: NDArray[np.int32], armpits: Vector) -> Vector:
    """The shoulder points: on the upper edge, nearly above the armpits."""
    x = outline.centre + (armpits[:, 0] - outline.centre) * 0.93
    columns = np.rint(x).astype(int).clip(outline.left, outline.right)
    return np.stack([columns, line[columns]], axis=1).astype(np.float32)


def _strap_tips(outline: Outline, line: NDArray[np.int32], armpits: Vector) -> Vector:
    """The outer ends of the straps: the outermost points near the top of each side."""
    tips = []
    for side in SIDES:
        half = (armpits[side, 0] - outline.centre) * OUT[side]
        columns = outline.centre + OUT[side] * np.arange(0.12 * half, 1.1 * half)
        columns = columns.astype(int).clip(outline.left, outline.right)
        heights = line[columns]
        near_top = columns[heights <= heights[heights >= 0].min() + 0.07 * outline.height]
        x = near_top[-1]
        tips.append((x, line[x]))
    return np.array(tips, np.float32)


def _rows(outline: Outline, armpits: Vector, overlap: Overlap | None) -> Vector:
    first = float(armpits[:, 1].max())
    last = float(np.flatnonzero(outline.mask[:, int(outline.centre)]).max())
    rows = []
    for share in ROWS:
        y = first + (last - first) * share
        left, right = torso_run(outline, y, overlap) or (outline.left, outline.right)
        rows.append((y, left, right))
    return np.array(rows, np.float32)
