"""Cuts a garment out of a product photo with a plain background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import (
    Colours,
    blur,
    closed,
    difference,
    disc,
    filled_holes,
    grown,
    large_parts,
    nearest_colour,
    opened,
    palette,
    resized,
    shrink,
    shrunk,
    to_floats,
    to_lab,
    touching,
)

#: Longest edge that a garment is analysed at; a torso is seldom shown larger.
WORK_EDGE = 768

#: The border that shows the background, as a share of the longest edge.
RING = 0.025

#: How far a drop shadow reaches from the garment at most, as a share of the longest edge.
SHADOW_WIDTH = 0.045

#: A colour of less than this share of a garment is a print's, and hardly at its edge.
PRINT = 0.08

#: Parts smaller than this share of the largest are crumbs. A garment that falls into so many is
#: striped; its stripes are up to so wide, as a share of the longest edge.
SMALLEST, STRIPES, STRIPE_WIDTH = 0.08, 4, 0.06

#: How far, in pixels, the garment's colours are carried out over its edge.
CARRIED = 12

#: A garment that differs this much (ΔE) from the background has its edge matted by colour.
DISTINCT = 14.0


@dataclass(frozen=True, slots=True)
class CutOut:
    """A garment without its background.

    `colour` is RGB of 0..1, with the garment's own colours carried out over its soft edge so that
    no background shows through. `background_share` is
    how much of the border is plain background, `border_touch` how much of it is garment, and
    `noise` how much (ΔE) the background varies.
    """

    colour: Colours
    alpha: Mask
    background_share: float
    border_touch: float
    noise: float

    @property
    def mask(self) -> NDArray[np.bool_]:
        return self.alpha > 0.5

    @classmethod
    def nothing(cls) -> CutOut:
        """What is left where no garment may be cut out."""
        colour, alpha = np.zeros((1, 1, 3), np.float32), np.zeros((1, 1), np.float32)
        return cls(colour, alpha, background_share=0.0, border_touch=0.0, noise=0.0)


def cut_out(picture: Picture) -> CutOut:
    """Cut the garment out of `picture`.

    Never fails; where there is no garment, or no plain background, `alpha` is empty or
    `background_share` low, which the gates refuse.
    """
    small = shrink(picture, WORK_EDGE)
    lab = to_lab(small)
    ring = _ring(small.shape[:2])
    background, plain, noise = _background(lab, ring)
    offset = lab - background
    distance = np.sqrt(
        (offset[..., 0] * np.where(offset[..., 0] < 0, 0.6, 1.0)) ** 2  # shadows only darken
        + (1.4 * offset[..., 1]) ** 2
        + (1.4 * offset[..., 2]) ** 2
    )
    mask = _silhouette(lab, distance, ring & plain, noise)
    mask &= ~_drop_shadow(lab, offset, background, mask)
    mask = _joined(large_parts(filled_holes(opened(mask, 1), 0.05), SMALLEST))
    alpha, colour = _matte(lab, to_floats(small), background, mask)
    return CutOut(
        colour=colour,
        alpha=alpha,
        background_share=float((ring & plain).sum() / ring.sum()),
        border_touch=float(mask[ring].mean()),
        noise=noise,
    )


def _ring(shape: tuple[int, int]) -> NDArray[np.bool_]:
    width = max(3, round(RING * max(shape)))
    ring = np.ones(shape, bool)
    ring[width:-width, width:-width] = False
    return ring


def _background(lab: Colours, ring: NDArray[np.bool_]) -> tuple[Colours, NDArray[np.bool_], float]:
    """The background behind the garment, fitted to the border as a quadratic in x and y.

    Returns it, which border pixels agree with it, and their 98th percentile of ΔE.
    """
    height, width = ring.shape
    y, x = np.nonzero(ring)
    samples, basis = lab[ring], _terms((x + 0.5) / width, (y + 0.5) / height)
    agree = np.abs(samples - np.median(samples, axis=0)).sum(axis=1) < 25
    agree = agree if agree.sum() > 20 else np.ones(len(samples), bool)
    coefficients = np.zeros((5, 3), np.float32)
    for _ in range(3):
        coefficients = np.linalg.lstsq(basis[agree], samples[agree], rcond=None)[0]
        error = np.abs(samples - basis @ coefficients)
        spread = np.sqrt((error[agree] ** 2).mean(axis=0)) + 0.25
        fits = (error / spread).max(axis=1) < 3
        agree = fits if fits.sum() > 20 else agree
    plain = np.zeros(ring.shape, bool)
    plain[ring] = agree
    noise = float(np.percentile(np.sqrt((error[agree] ** 2).sum(axis=1)), 98))
    steps = (np.arange(32) + 0.5) / 32  # a quadratic is as smooth as that
    coarse = _terms(*np.meshgrid(steps, steps)) @ coefficients
    return resized(coarse.astype(np.float32), (width, height)), plain, noise


def _terms(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    """1, x, y, x², y² of places in a picture, of which x and y are shares of its size."""
    x, y = x - 0.5, y - 0.5
    return np.stack([np.ones_like(x), x, y, x * x, y * y], axis=-1).astype(np.float32)


def _silhouette(
    lab: Colours, distance: Mask, plain: NDArray[np.bool_], noise: float
) -> NDArray[np.bool_]:
    """What differs from the background, or is fenced in by an edge."""
    edge = max(distance.shape)
    light = blur(lab[..., 0], 1)
    slope = np.hypot(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)) / 8
    usual = float(np.percentile(slope[plain], 98)) if plain.any() else 0.0
    differs = distance > max(3.0, 1.6 * noise)
    fenced = differs | (slope > max(1.2, 3 * usual))
    mask = filled_holes(closed(fenced, 0.006 * edge)) & ~_reached_from_border(~fenced)
    # a slope is as wide as its blur: what is no garment by colour is trimmed from the outside
    mask = opened(mask & (shrunk(mask, 3) | differs), 2)
    return large_parts(mask, 0.08)


def _reached_from_border(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts of what is free that hang together with the picture's border."""
    border = np.ones_like(free)
    border[1:-1, 1:-1] = False
    return touching(free, border)


def _drop_shadow(
    lab: Colours, offset: Colours, background: Colours, mask: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Parts near the edge that are the background, only darker, and unlike the garment."""
    core = large_parts(shrunk(mask, SHADOW_WIDTH * max(mask.shape)), 0.01)
    hue = np.hypot(offset[..., 1], offset[..., 2])
    shade = (hue < 5.5) & (offset[..., 0] < 1) & (lab[..., 0] > 0.5 * background[..., 0])
    shadow = mask & ~core & shade
    if not shadow.any() or not core.any() or shade[core].mean() > 0.5:
        return np.zeros_like(mask)  # a garment of the background's hue has folds just like it
    unlike = nearest_colour(lab[shadow], _ground_colours(lab[core]), 1)
    shadow[shadow] = (unlike > 13) & (unlike > 0.6 * np.abs(offset[shadow][:, 0]))
    return opened(shadow, 1)


def _ground_colours(garment: Colours) -> Colours:
    """The main colours (k, 3) of a garment's pixels (n, 3), without those of a small print."""
    colours = palette(garment, 5)
    some = garment[:: max(1, len(garment) // 2500)]
    nearest = np.linalg.norm(some[:, None] - colours, axis=-1).argmin(axis=1)
    return colours[np.bincount(nearest, minlength=len(colours)) >= PRINT * len(some)]


def _joined(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With the stripes between parts that have the background's own colour."""
    if cv2.connectedComponents(mask.astype(np.uint8))[0] - 1 < STRIPES:
        return mask
    return filled_holes(mask | closed(mask, STRIPE_WIDTH * max(mask.shape) / 2), 0.05)


def _matte(
    lab: Colours, colour: Colours, background: Colours, mask: NDArray[np.bool_]
) -> tuple[Mask, Colours]:
    """Alpha, and the colours with the core's pushed outward over the soft edge.

    Along the edge, a pixel mixes the garment's colour nearby with the background's: alpha is
    where between the two it lies. Where they hardly differ, the mask itself is softened.
    """
    core = shrunk(mask, 3)
    alpha = blur(shrunk(mask, 1).astype(np.float32), 0.8) * mask
    if not core.any():
        return alpha, colour
    distinct = difference(lab, background)
    least = cv2.erode(np.where(core, distinct, 255).astype(np.float32), disc(8))
    edge, around = grown(mask, 2) & ~core, grown(mask, CARRIED) & ~core
    nearest = _nearest(core)
    inner = blur(lab, 1).reshape(-1, 3)[nearest[edge]]
    span = inner - background[edge]
    share = ((lab - background)[edge] * span).sum(axis=-1) / np.maximum((span * span).sum(-1), 1)
    mixed = ((share - 0.15) / 0.7).clip(0, 1)
    trust = ((least[edge] - DISTINCT / 2) / DISTINCT).clip(0, 1)
    alpha[edge] += (mixed - alpha[edge]) * trust
    alpha[core] = 1
    return alpha, _carried(colour, around, nearest)


def carried(colour: Colours, core: NDArray[np.bool_], around: NDArray[np.bool_]) -> Colours:
    """The colours with those of `core`, which is not empty, carried outward into `around`."""
    return _carried(colour, around, _nearest(core))


def _carried(colour: Colours, around: NDArray[np.bool_], nearest: NDArray[np.intp]) -> Colours:
    colour = colour.copy()
    colour[around] = blur(colour, 1).reshape(-1, 3)[nearest[around]]
    return colour


def _nearest(core: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each pixel, the flat index of the nearest pixel of `core`."""
    _, labels = cv2.distanceTransformWithLabels(
        (~core).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    indices = np.zeros(int(labels.max()) + 1, np.intp)
    indices[labels[core]] = np.flatnonzero(core)
    return np.asarray(indices[labels])
