"""Bends pictures: a thin-plate spline for the torso, strips along the bones for sleeves.

Sources: Bookstein, "Principal warps: thin-plate splines and the decomposition of
deformations", PAMI 1989. A spline folds where an arm is bent or turned far from how the
sleeve lay, hence the strips.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Colours, grown
from modera_bot.ml.parsing.figure import Vector

#: Stiffness of the spline: a little, so that unsure points bend but not crumple it.
STIFFNESS = 1e-4

#: Every how many pixels the spline is evaluated; between, it is all but linear.
GRID = 8


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of a warped garment at (`left`, `top`) of the picture: colours and alpha."""

    colour: Colours
    alpha: Mask
    left: int
    top: int

    def placed(self, shape: tuple[int, int]) -> Mask:
        """Its alpha in a picture of the given shape."""
        mask = np.zeros(shape, np.float32)
        mask[self.box] = self.alpha
        return mask

    @property
    def box(self) -> tuple[slice, slice]:
        height, width = self.alpha.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def covered_by(layers: Iterable[Layer], shape: tuple[int, int]) -> Mask:
    """Where any of the layers is in a picture of the given shape, 0 to 1."""
    covered = np.zeros(shape, np.float32)
    for layer in layers:
        covered[layer.box] += (1 - covered[layer.box]) * layer.alpha
    return covered


def warp_torso(
    colour: Colours,
    alpha: Mask,
    *,
    body: Vector,
    garment: Vector,
    edge: Vector,
    margin: float,
    shape: tuple[int, int],
) -> Layer | None:
    """Move points `garment` of a picture to points `body` of another, of the given shape.

    What lies farther than `margin` pixels outside `edge` is left out. None: it is all outside.
    """
    box = _box(edge, margin + 2, shape)
    if box is None:
        return None
    left, top, right, bottom = box
    xs, ys = np.arange(left, right + GRID, GRID), np.arange(top, bottom + GRID, GRID)
    points = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2).astype(np.float32)
    coarse = _spline(body, garment, points).reshape(len(ys), len(xs), 2)
    grow = np.array([[GRID, 0, 0], [0, GRID, 0]], np.float32)
    size = right - left, bottom - top
    dense = cv2.warpAffine(coarse, grow, size, borderMode=cv2.BORDER_REPLICATE)
    source = np.asarray(dense, np.float32)
    limit = np.zeros(source.shape[:2], np.uint8)
    cv2.fillPoly(limit, [np.rint(edge - (left, top)).astype(np.int32)], 1)
    near = grown(limit > 0, margin).astype(np.float32)
    return _sampled(colour, alpha, source, near, left, top)


def warp_strip(
    colour: Colours,
    alpha: Mask,
    *,
    body: tuple[Vector, Vector],
    garment: tuple[Vector, Vector],
    shape: tuple[int, int],
) -> Layer | None:
    """Lay the strip between two edges of a picture between two edges of another.

    Each edge is (n, 2); the strip reaches a little beyond them, where alpha decides.
    """
    to, of = _extended(*body), _extended(*garment)
    box = _box(to.reshape(-1, 2), 3, shape)
    if box is None:
        return None
    left, top, right, bottom = box
    long = max(np.linalg.norm(np.diff(to[:, side], axis=0), axis=1).sum() for side in (0, 1))
    wide = np.linalg.norm(to[:, 1] - to[:, 0], axis=1).max()
    size = max(8, int(1.6 * wide)), max(8, int(1.6 * long))  # dense enough to leave no gaps
    dense_to, dense_of = (
        cv2.resize(mesh, size, interpolation=cv2.INTER_LINEAR) for mesh in (to, of)
    )
    x, y = np.rint(dense_to - (left, top)).astype(int).transpose(2, 0, 1)
    inside = (x >= 0) & (y >= 0) & (x < right - left) & (y < bottom - top)
    source = np.zeros((bottom - top, right - left, 2), np.float32)
    hit = np.zeros(source.shape[:2], np.float32)
    source[y[inside], x[inside]], hit[y[inside], x[inside]] = dense_of[inside], 1
    near = cv2.boxFilter(hit, -1, (5, 5))
    smooth = cv2.boxFilter(source, -1, (5, 5)) / np.maximum(near, 1e-6)[..., None]
    limit = cv2.morphologyEx(hit, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return _sampled(
        colour, alpha, np.asarray(smooth, np.float32), np.asarray(limit, np.float32), left, top
    )


def _spline(to: Vector, of: Vector, points: Vector) -> Vector:
    """Where `points` come from under the thin-plate spline that takes `of` to `to`."""
    centre, spread = to.mean(axis=0), float(to.std()) + 1e-6
    knots = ((to - centre) / spread).astype(np.float64)
    count = len(knots)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(knots, knots) + STIFFNESS * np.eye(count)
    system[:count, count:] = np.column_stack([np.ones(count), knots])
    system[count:, :count] = system[:count, count:].T
    target = np.zeros((count + 3, 2))
    target[:count] = of
    weights = np.linalg.lstsq(system, target, rcond=None)[0].astype(np.float32)
    places = ((points - centre) / spread).astype(np.float32)
    bent = _kernel(places, knots.astype(np.float32)) @ weights[:count]
    flat = np.column_stack([np.ones(len(places), np.float32), places]) @ weights[count:]
    return np.asarray(bent + flat, np.float32)


def _kernel(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.floating]:
    squared = ((one[:, None] - other[None]) ** 2).sum(axis=-1)
    kernel: NDArray[np.floating] = squared * np.log(squared + 1e-12)
    return kernel


def _box(points: Vector, margin: float, shape: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of points with a margin, within a picture; None: outside."""
    left, top = np.floor(points.min(axis=0) - margin).astype(int).clip(0)
    right, bottom = np.ceil(points.max(axis=0) + margin).astype(int).clip(None, shape[::-1])
    if right - left < 4 or bottom - top < 4:
        return None
    return int(left), int(top), int(right), int(bottom)


def _extended(inner: Vector, outer: Vector) -> NDArray[np.float32]:
    """A strip's mesh (n, 2, 2), a little wider and longer."""
    mesh = np.stack([inner, outer], axis=1)
    middle = mesh.mean(axis=1, keepdims=True)
    mesh = middle + (mesh - middle) * 1.12
    start = mesh[0] + (mesh[0] - mesh[1]) * 0.8
    end = mesh[-1] + (mesh[-1] - mesh[-3]) * 0.3
    return np.concatenate([start[None], mesh, end[None]]).astype(np.float32)


def _sampled(
    colour: Colours, alpha: Mask, source: NDArray[np.float32], limit: Mask, left: int, top: int
) -> Layer:
    """The picture at `source`; first shrunk if it would be sampled too thinly."""
    steps = np.abs(np.diff(source[..., 0], axis=1))[limit[:, 1:] > 0]
    step = float(np.median(steps)) if steps.size else 1.0
    paint = np.dstack([colour * alpha[..., None], alpha])
    if step > 1.3:
        size = max(2, round(paint.shape[1] / step)), max(2, round(paint.shape[0] / step))
        factor = np.array([size[0] / paint.shape[1], size[1] / paint.shape[0]], np.float32)
        paint = cv2.resize(paint, size, interpolation=cv2.INTER_AREA)
        source = (source + 0.5) * factor - 0.5
    sampling = cv2.INTER_LINEAR if step > 1 else cv2.INTER_CUBIC
    x, y = (np.ascontiguousarray(source[..., axis], np.float32) for axis in (0, 1))
    warped = cv2.remap(paint, x, y, sampling, borderMode=cv2.BORDER_CONSTANT).clip(0, 1)
    soft = (2 * cv2.boxFilter(limit, -1, (5, 5)) - 1).clip(0, 1)  # no steps where it is cut off
    shown = (warped[..., 3] * soft).clip(0, 1)
    tint = warped[..., :3] / np.maximum(warped[..., 3:], 1e-4)
    return Layer(tint.clip(0, 1), shown, left, top)
