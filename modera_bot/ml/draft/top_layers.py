"""Warps what a top is made of, torso and sleeves, onto a body."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import Colours, blur, disc, fill_in, grown, shrunk
from modera_bot.ml.draft.fit import Fit
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.warp import Layer, covered_by, warp_strip, warp_torso
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector


@dataclass(frozen=True, slots=True)
class TopLayers:
    """A top's torso and its sleeves by side, warped; None where there is none to be seen.

    `covered` is where any of them is, and `gaps` are slits between them about the armholes,
    where cloth is sewn together; both 0 to 1. `hood` lies behind the neck.
    """

    torso: Layer | None
    sleeves: tuple[Layer | None, Layer | None]
    covered: Mask
    gaps: Mask
    hood: Layer | None = None

    def carried(self) -> Colours:
        """The garment's colours, carried on into everything around it."""
        size = self.covered.shape
        colour, known = np.zeros((*size, 3), np.float32), np.zeros(size, np.float32)
        for layer in _seen(self.torso, *self.sleeves):
            solid = layer.alpha > 0.98
            colour[layer.box][solid], known[layer.box][solid] = layer.colour[solid], 1
        return fill_in(colour, known)


def warp_top(
    picture: Picture, body: Figure, garment: CutOut, shape: TopShape, fitted: Fit
) -> TopLayers:
    """Warp the top, or the dress, of `shape` to where it is `fitted` on `body` in `picture`."""
    size = body.mask.shape
    overlap = 0.02 * shape.chest
    torso_alpha = garment.alpha * (1 - _behind(shape, garment.alpha.shape))
    sleeves: list[Layer | None] = []
    for side in SIDES:
        cut, place = shape.sleeves[side], fitted.sleeves[side]
        if cut is None or place is None:
            sleeves.append(None)
            continue
        region = grown(cut.region, overlap).astype(np.float32)
        torso_alpha *= 1 - blur(shrunk(cut.region, overlap).astype(np.float32), 1.5)
        layer = warp_strip(
            garment.colour,
            garment.alpha * blur(region, 0.5 * overlap),
            body=(place.inner, place.outer),
            garment=(cut.inner, cut.outer),
            shape=size,
        )
        sleeves.append(layer)
    torso = warp_torso(
        garment.colour,
        torso_alpha,
        body=fitted.body,
        garment=fitted.garment,
        edge=fitted.edge,
        margin=0.02 * body.scale,
        shape=size,
    )
    seen = _seen(torso, *sleeves)
    ended(Step.WARP, picture, seen)
    covered = covered_by(seen, size)
    gaps = _gaps(covered, body, fitted)
    hood = _hood(body, garment, shape, fitted)
    return TopLayers(torso, (sleeves[0], sleeves[1]), covered, gaps, hood)


def _seen(*layers: Layer | None) -> list[Layer]:
    return [layer for layer in layers if layer is not None]


def _gaps(covered: Mask, body: Figure, fitted: Fit) -> Mask:
    """Slits between torso and sleeves about the armholes, 0 to 1."""
    shut = cv2.morphologyEx(covered, cv2.MORPH_CLOSE, disc(0.025 * body.scale))
    lowest = max(body.place(armpit)[1] for armpit in fitted.armpits) + 0.08 * body.scale
    above = (lowest - body.axes()[1]).clip(0, 1)
    return blur(np.asarray((shut - covered).clip(0, 1) * above, np.float32), 1)


def _behind(shape: TopShape, size: tuple[int, int]) -> Mask:
    """What of the garment's picture lies behind the neck: the person is before it."""
    hole = _neck_hole(shape, size)
    if shape.collar is not None:
        return hole * (1 - shape.collar)
    return hole if shape.hood is None else np.maximum(hole, shape.hood)


def _hood(body: Figure, garment: CutOut, shape: TopShape, fitted: Fit) -> Layer | None:
    """A hood as it lies on the back: seen beside the neck, up to the chin.

    Laid flat it is as high as a head; on the back it folds up, so it is squeezed.
    """
    if shape.hood is None:
        return None
    rows, columns = np.nonzero(garment.alpha * shape.hood > 0.5)
    top = np.array([shape.centre, rows.min()], np.float32)
    share = (columns.max() - columns.min()) / max(float(np.ptp(shape.tips[:, 0])), 1.0)
    middle = fitted.tips.mean(axis=0)
    feet: Vector = middle + (fitted.tips - middle) * np.float32(share)
    low = float(shape.necks[:, 1].mean())
    ends = np.array([[columns.min(), low], [columns.max(), low]], np.float32)
    on_body = np.array([*feet, body.chin], np.float32)
    margin = 0.1 * body.scale
    edge = np.array([feet[0], body.chin, feet[1]], np.float32)
    return warp_torso(
        garment.colour,
        garment.alpha * shape.hood,
        body=on_body,
        garment=np.array([*ends, top], np.float32),
        edge=edge,
        margin=margin,
        shape=body.mask.shape,
    )


def _neck_hole(shape: TopShape, size: tuple[int, int]) -> Mask:
    """The neck's opening in the garment's picture: through it one sees the person."""
    turn = np.linspace(0, np.pi, 41)
    middle = shape.necks.mean(axis=0)
    slope = (shape.necks[1, 1] - shape.necks[0, 1]) / max(shape.neck_width, 1)
    x = np.cos(turn) * shape.neck_width / 2
    rim = middle + np.stack([x, x * slope + np.sin(turn) * shape.neck_depth], axis=1)
    above = shape.necks - np.array([0, 0.6 * shape.neck_width])
    hole = np.zeros(size, np.uint8)
    cv2.fillPoly(hole, [np.rint(np.concatenate([rim, above])).astype(np.int32)], 1)
    return blur(hole.astype(np.float32), 0.01 * shape.neck_width)
