"""Puts everything on the canvas, from back to front."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.canvas import Canvas, grain_of
from modera_bot.ml.colour import (
    Colours,
    blur,
    disc,
    fill_in,
    grown,
    shrunk,
    to_floats,
    to_lab,
)
from modera_bot.ml.draft import erase
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.fit import Fit, fit
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import Arm, bare_arms
from modera_bot.ml.draft.shade import exposure, light, rim
from modera_bot.ml.draft.warp import Layer, warp_strip, warp_torso
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector, along, capsule, length
from modera_bot.ml.parsing.parse import Parsing

#: How dark the shadow is that the garment casts on the body beside it.
SHADOW = 0.3


def draw_top(
    picture: Picture,
    person: Person,
    body: Figure,
    parsed: Parsing,
    garment: CutOut,
    shape: TopShape,
) -> Drawn:
    """Draw the top of `shape` on the `person` in `picture`, whose frame is `body`."""
    arms = bare_arms(body, parsed)
    fitted = fit(shape, body, parsed, arms)
    ended(Step.FIT, picture, fitted)
    canvas = render(picture, body, parsed, arms, garment, shape, fitted, lit(picture, body, parsed))
    return Drawn(canvas, grain_of(picture), canvas.cloth)


def lit(picture: Picture, body: Figure, parsed: Parsing) -> Colours:
    """The light on the clothes that are worn: what a new garment's colours are multiplied with."""
    shading = light(to_lab(picture), body, parsed) * exposure(picture, body)
    ended(Step.LIGHT, picture, shading)
    return shading


def render(
    picture: Picture,
    body: Figure,
    parsed: Parsing,
    arms: tuple[Arm, Arm],
    garment: CutOut,
    shape: TopShape,
    fitted: Fit,
    shading: Colours,
) -> Canvas:
    """Paint the garment on the person; the canvas has the picture's size.

    `parsed.top` is all that it takes the place of, and `shading` (height, width, 3) is what
    its colours are multiplied with.
    """
    size = body.mask.shape
    torso, sleeves = _layers(garment, shape, fitted, body)
    layers = [layer for layer in (torso, *sleeves) if layer is not None]
    ended(Step.WARP, picture, layers)
    covered = np.zeros(size, np.float32)
    for layer in layers:
        covered[layer.box] += (1 - covered[layer.box]) * layer.alpha
    gaps = _gaps(covered, body, fitted)
    photo = to_floats(picture)
    left = erase.leftovers(body, parsed, arms, fitted, np.maximum(covered, gaps))
    ended(Step.LEFTOVERS, picture, left)
    skin = erase.skin(photo, body, parsed)
    canvas = Canvas(size)
    canvas.over(erase.background(photo, body), left.background)
    lower = erase.lower_garment(photo, body, parsed)
    if lower is not None:
        canvas.over(lower, left.lower)
    canvas.over(skin, np.maximum(left.chest, left.arms))
    shadow = _contact_shadow(covered, body)
    canvas.darken(shadow)
    canvas.over(_carried(layers, size) * shading, gaps, cloth=True)
    _paint(canvas, torso, shading, fitted.sides, 0.10 * body.scale)
    canvas.over(skin * (erase.roundness(arms, size) * (1 - shadow))[..., None], left.arms)
    canvas.reveal(_bare_arms(body, parsed, fitted) * (1 - np.maximum(left.old, left.arms)))
    for sleeve, place in zip(sleeves, fitted.sleeves, strict=True):
        if place is not None:
            _paint(canvas, sleeve, shading, (place.outer, place.inner), 0.075 * body.scale)
    canvas.reveal(_in_front(parsed, body))
    return canvas


def _gaps(covered: Mask, body: Figure, fitted: Fit) -> Mask:
    """Slits between torso and sleeves about the armholes, 0 to 1: there cloth is sewn together."""
    shut = cv2.morphologyEx(covered, cv2.MORPH_CLOSE, disc(0.025 * body.scale))
    lowest = max(body.place(armpit)[1] for armpit in fitted.armpits) + 0.08 * body.scale
    above = (lowest - body.axes()[1]).clip(0, 1)
    return blur(np.asarray((shut - covered).clip(0, 1) * above, np.float32), 1)


def _carried(layers: list[Layer], size: tuple[int, int]) -> Colours:
    """The garment's colours, carried on into everything around it."""
    colour, known = np.zeros((*size, 3), np.float32), np.zeros(size, np.float32)
    for layer in layers:
        solid = layer.alpha > 0.98
        colour[layer.box][solid], known[layer.box][solid] = layer.colour[solid], 1
    return fill_in(colour, known)


def _layers(
    garment: CutOut, shape: TopShape, fitted: Fit, body: Figure
) -> tuple[Layer | None, list[Layer | None]]:
    """The torso and the sleeves, warped."""
    size = body.mask.shape
    overlap = 0.02 * shape.chest
    torso_alpha = garment.alpha * (1 - _neck_hole(shape, garment.alpha.shape))
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
    return torso, sleeves


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


def _paint(
    canvas: Canvas,
    layer: Layer | None,
    shading: Colours,
    edges: tuple[Vector, Vector],
    reach: float,
) -> None:
    if layer is not None:
        lit = shading[layer.box] * rim(layer, edges, reach)[..., None]
        canvas.over(layer.colour * lit, layer.alpha, layer.box, cloth=True)


def _contact_shadow(covered: Mask, body: Figure) -> Mask:
    """The shadow on the body just below and beside the garment."""
    step = round(0.015 * body.scale)
    soft = np.zeros_like(covered)
    soft[step:] = blur(covered, 0.02 * body.scale)[: len(soft) - step]  # light comes from above
    shadow: Mask = SHADOW * soft * (1 - covered) * body.mask
    return shadow


def _bare_arms(body: Figure, parsed: Parsing, fitted: Fit) -> Mask:
    """The arms that stay as they are: in front of the torso, beyond both old and new sleeves."""
    arms = np.zeros_like(body.mask)
    for side in SIDES:
        sleeve, line = fitted.sleeves[side], body.arm(side)
        new_end = sleeve.end if sleeve else 0.0
        old_end = float(parsed.sleeve_ends[side]) * length(line)
        start = max(old_end, new_end) - 0.02 * body.scale
        if start >= length(line):
            continue
        point, _, joint = along(line, max(start, 0.05 * body.scale))
        for first, last in pairwise([point, *line[joint + 1 :]]):
            radii = 0.15 * body.scale, 0.12 * body.scale
            arms = np.maximum(arms, capsule(arms.shape, first, last, radii))
    bare = (parsed.skin > 0.2) & (body.mask > 0.4)
    return blur((bare & (arms > 0.5)).astype(np.float32), 0.8)


def _in_front(parsed: Parsing, body: Figure) -> Mask:
    """Head, hair and hands, without a rim of the old top around them."""
    rim_of_old = cv2.dilate(parsed.top, disc(0.007 * body.scale))
    hands = np.maximum(*parsed.hands) * (1 - rim_of_old)
    return np.maximum(np.maximum(parsed.head, parsed.hair), hands).clip(0, 1)
