"""A garment's sleeve: where its two edges run."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.colour import large_parts
from modera_bot.ml.parsing.figure import Vector

#: Points on each edge of a sleeve, from the armhole to the cuff.
SLICES = 16


@dataclass(frozen=True, slots=True)
class Sleeve:
    """A sleeve in pixels of the garment's cut-out.

    `outer` (SLICES, 2) runs from the shoulder tip, `inner` from the armpit, both to the cuff
    and evenly spaced. `length` is from the armhole's middle to the cuff's, `cuff` the
    width there. `region` is where the sleeve is.
    """

    outer: Vector
    inner: Vector
    length: float
    cuff: float
    region: NDArray[np.bool_]


def sleeve(
    beside_torso: NDArray[np.bool_], tip: Vector, armpit: Vector, out: float
) -> Sleeve | None:
    """The sleeve that hangs on the armhole from `tip` to `armpit`; None if there is hardly any.

    `beside_torso` is the garment without the torso below the armpits; `out` is −1 for the
    picture's left, 1 for its right.
    """
    height, width = beside_torso.shape
    hole = armpit - tip
    outward = np.array([hole[1], -hole[0]]) / max(float(np.linalg.norm(hole)), 1e-6)
    outward = outward if outward[0] * out > 0 else -outward
    x = np.arange(width, dtype=np.float32)[None, :] - tip[0]
    y = np.arange(height, dtype=np.float32)[:, None] - tip[1]
    region = large_parts(beside_torso & (x * outward[0] + y * outward[1] > 0), 0.99)
    if region.sum() < 0.002 * region.size:
        return None
    contours, _ = cv2.findContours(
        region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    contour = np.asarray(max(contours, key=cv2.contourArea), np.int32).reshape(-1, 2)
    cuff = _cuff(contour, (tip + armpit) * np.float32(0.5))
    # of the cuff's corners, the outer is the one that comes next to the tip along the contour
    ends = [_walk(contour, tip, corner, avoiding=armpit) for corner in cuff]
    first = int(len(ends[1]) < len(ends[0]))
    outer, inner = ends[first], _walk(contour, armpit, cuff[1 - first], avoiding=tip)
    outer[0], inner[0] = tip, armpit
    outer, inner = resampled(outer, SLICES), resampled(inner, SLICES)
    middles = (outer + inner) / 2
    return Sleeve(
        outer=outer,
        inner=inner,
        length=float(np.linalg.norm(middles[-1] - middles[0])),
        cuff=float(np.linalg.norm(outer[-1] - inner[-1])),
        region=region,
    )


def resampled(line: Vector, count: int) -> Vector:
    """`count` points evenly spaced along a line of points."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    distance = np.concatenate([[0], np.cumsum(steps)])
    even = np.linspace(0, distance[-1], count)
    points = [np.interp(even, distance, line[:, axis]) for axis in (0, 1)]
    return np.stack(points, axis=1).astype(np.float32)


def _cuff(contour: NDArray[np.int32], armhole: Vector) -> Vector:
    """The two corners of the cuff: of the sleeve as a quadrilateral, the far side."""
    corners = cv2.approxPolyN(contour, 4, ensure_convex=True).reshape(-1, 2).astype(np.float32)
    far = np.roll(corners, -1, axis=0)
    side = int(np.linalg.norm((corners + far) / 2 - armhole, axis=1).argmax())
    return np.stack([corners[side], far[side]])


def _walk(contour: NDArray[np.int32], start: Vector, end: Vector, *, avoiding: Vector) -> Vector:
    """The part of a closed contour from `start` to `end` that keeps away from `avoiding`."""
    first, last, wrong = (
        int(np.linalg.norm(contour - point, axis=1).argmin()) for point in (start, end, avoiding)
    )
    ahead = np.roll(contour, -first, axis=0).astype(np.float32)
    to_last, to_wrong = (last - first) % len(contour), (wrong - first) % len(contour)
    if to_last < to_wrong:
        return ahead[: to_last + 1].copy()
    return np.concatenate(
        [ahead[:1], ahead[: to_last - len(contour) - 1 : -1], ahead[to_last : to_last + 1]]
    )
