"""Finds what stands above the shoulders of a top as it lies: a collar or a hood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.colour import Colours, Flags, opened, touching
from modera_bot.ml.parsing.figure import OUT, SIDES, Vector

#: A collar's foot: within this distance, over the chest's width, the upper edge rises by as much
#: times the slope. Shoulders and the rims of round necks rise by up to .8.
STEP, SLOPE = 0.05, 1.0

#: What stands lower than this over its foot, in chest widths, is the rim of a neck; what stands
#: higher than the other is a hood.
LOWEST, HOOD = 0.06, 0.3

#: Feet are looked for between these shares of the way from the middle to the shoulder tips,
#: whose rounding is steep, too.
INNERMOST, OUTERMOST = 0.2, 0.86

#: How far a cut-out's soft edge reaches beyond its outline, in pixels.
SOFT_EDGE = 3

#: The back's inside begins so far below its edge, and ends at most so far below a collar's feet;
#: it differs by this much (ΔE) from the front. That is seen so far below the feet and from the
#: middle, where prints seldom are. All but the difference are shares of the chest's width.
RIM, DEEPEST, UNLIKE = 0.03, 0.6, 9.0
BELOW, BESIDE = (0.2, 0.4), (0.3, 0.44)

#: Half the neck's width that a hood hides, over half the chest's.
HIDDEN_NECK = 0.38


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on the shoulders between its two `feet` (2, 2), by side.

    `line` is the upper edge without it: from foot to foot. `height` is in pixels.
    """

    feet: Vector
    height: float
    line: NDArray[np.int32]
    is_hood: bool

    def above(self, rows: int) -> Flags:
        """What is above the feet and between them, with its soft edge, in so many rows."""
        columns = np.arange(len(self.line))
        left, right = self.feet[:, 0] + np.array([-SOFT_EDGE, SOFT_EDGE])
        between = (columns >= left) & (columns <= right)
        return np.asarray(between & (np.arange(rows)[:, None] < self.line))

    def hidden_necks(self, centre: float, chest: float) -> Vector:
        """Where shoulders usually meet the neck (2, 2), which a hood hides."""
        x = np.array([centre + out * HIDDEN_NECK * chest / 2 for out in OUT], np.float32)
        return np.stack([x, self.line[x.astype(int)]], axis=1).astype(np.float32)


def standing(line: NDArray[np.int32], centre: float, tips: Vector, chest: float) -> Standing | None:
    """What stands above the shoulders that end at `tips`; None: nothing but a neck's rim."""
    found = [_foot(line, centre, float(tips[side, 0]), OUT[side], chest) for side in SIDES]
    if found[0] is None or found[1] is None:
        return None
    feet = np.array([(x, line[x]) for x in found if x is not None], np.float32)
    between = line[int(feet[0, 0]) : int(feet[1, 0])]
    height = float(feet[:, 1].min() - between[between >= 0].min())
    if height < LOWEST * chest:
        return None
    is_hood = height > HOOD * chest
    return Standing(feet, height, _beneath(line, feet, tips, is_hood), is_hood)


def _foot(
    line: NDArray[np.int32], centre: float, tip: float, out: float, chest: float
) -> int | None:
    """The column where the upper edge turns steep, seen from the shoulder."""
    reach = abs(tip - centre)
    columns = (centre + out * np.arange(OUTERMOST * reach, INNERMOST * reach, -1)).astype(int)
    heights = line[columns].astype(np.float32)
    step = max(2, round(STEP * chest))
    rises = heights[:-step] - heights[step:]
    steep = np.flatnonzero(rises > SLOPE * step)
    if not steep.size:
        return None
    # within that step, just before the edge leaves the shoulder
    first = int(steep[0])
    within = heights[first : first + step + 1]
    chord = np.linspace(within[0], within[-1], len(within))
    return int(columns[first + int((within - chord).argmax())])


def _beneath(
    line: NDArray[np.int32], feet: Vector, tips: Vector, is_hood: bool
) -> NDArray[np.int32]:
    """The upper edge with the shoulders carried on inward under what stands on them."""
    beneath = line.copy()
    left, right = (int(x) for x in feet[:, 0])
    columns = np.arange(left, right + 1)
    edge = np.interp(columns, feet[:, 0], feet[:, 1])
    if is_hood:
        middle = (left + right) / 2
        slopes = (tips[:, 1] - feet[:, 1]) / np.maximum(np.abs(tips[:, 0] - feet[:, 0]), 1)
        inward = np.minimum(columns - left, right - columns)
        edge = edge - np.where(columns < middle, *slopes.clip(0, 0.5)) * inward
    beneath[left : right + 1] = np.rint(edge)
    return beneath


def inside_of(lab: Colours, mask: Flags, stands: Standing, chest: float) -> Flags | None:
    """Where one looks into a collar: at the inside of its back, and all that is above.

    None where that looks like the front, as in patterned cloth, or goes on down an open front.
    """
    left, right = (int(x) for x in stands.feet[:, 0])
    middle, foot = (left + right) // 2, float(stands.feet[:, 1].mean())
    end = round(foot + DEEPEST * chest)
    seed = _below_rim(mask, middle, chest)
    colours = _back_and_front(lab, seed, (middle, foot), chest)
    if colours is None:
        return None
    back, front = colours
    part = (slice(None, end + 1), slice(left, right))
    like = np.linalg.norm(lab[part] - back, axis=-1) < np.linalg.norm(lab[part] - front, axis=-1)
    seen = touching(opened(like & mask[part], 1), seed[part])
    if seen[-1].any() or not seen.any():
        return None
    inside = np.zeros_like(mask)
    inside[part] = np.logical_or.accumulate(seen[::-1])[::-1]
    return inside


def _below_rim(mask: Flags, middle: int, chest: float) -> Flags:
    """A spot just below the upper edge of the back."""
    top, rim, half = int(mask[:, middle].argmax()), round(RIM * chest), round(0.02 * chest)
    spot = np.zeros_like(mask)
    spot[top + rim : top + 2 * rim, middle - half : middle + half + 1] = True
    return spot


def _back_and_front(
    lab: Colours, seed: Flags, at: tuple[float, float], chest: float
) -> tuple[Vector, Vector] | None:
    """The colours of the back's inside, at `seed`, and of the front about `at` (x, y).

    None if they differ by no more than the front's own do.
    """
    aside = np.abs(np.arange(lab.shape[1]) - at[0])
    beside = (aside > BESIDE[0] * chest) & (aside < BESIDE[1] * chest)
    first, last = (round(at[1] + share * chest) for share in BELOW)
    samples = lab[first:last, beside].reshape(-1, 3)
    if not samples.size or not seed.any():
        return None
    back, front = np.median(lab[seed], axis=0), np.median(samples, axis=0)
    own = float(np.percentile(np.linalg.norm(samples - front, axis=-1), 75))
    distinct = float(np.linalg.norm(back - front)) > max(UNLIKE, 2 * own)
    return (back, front) if distinct else None


def ellipse_above(mask: Flags, ends: Vector, lowest: float) -> Flags:
    """Where one looks into a collar that is cut as a half ellipse, and all that is above.

    It hangs from `ends` (2, 2) down to row `lowest`.
    """
    rows, columns = np.indices(mask.shape, np.float32)
    top, middle = float(ends[:, 1].mean()), float(ends[:, 0].mean())
    share = (columns - middle) / max(float(ends[1, 0] - ends[0, 0]) / 2, 1.0)
    rim = top + (lowest - top) * np.sqrt((1 - share * share).clip(0, 1))
    return np.asarray((np.abs(share) < 1) & (rows < rim))
