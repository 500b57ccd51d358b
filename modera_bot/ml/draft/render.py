"""Puts everything on the canvas, from back to front."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.canvas import Canvas, grain_of
from modera_bot.ml.colour import (
    Colours,
    blur,
    disc,
    to_floats,
)
from modera_bot.ml.draft import erase
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.fit import Fit, fit
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import Arm, bare_arms
from modera_bot.ml.draft.shade import contact_shadow, lit, rim
from modera_bot.ml.draft.top_layers import TopLayers, warp_top
from modera_bot.ml.draft.warp import Layer
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector, along, length, limb
from modera_bot.ml.parsing.parse import Parsing

#: How soft the shadow is on the body beside a top, as a share of the scale.
SHADOW_REACH = 0.02


def draw_top(
    picture: Picture,
    body: Figure,
    parsed: Parsing,
    garment: CutOut,
    shape: TopShape,
) -> Drawn:
    """Draw the top of `shape` on the person in `picture`, whose frame is `body`."""
    arms = bare_arms(body, parsed)
    fitted = fit(shape, body, parsed, arms)
    ended(Step.FIT, picture, fitted)
    layers = warp_top(picture, body, garment, shape, fitted)
    shading = lit(picture, body, parsed)
    canvas = Canvas(body.mask.shape)
    behind = erase.background(to_floats(picture), body)
    render(canvas, picture, behind, body, parsed, arms, fitted, layers, shading)
    return Drawn(canvas, grain_of(picture), canvas.cloth)


def render(
    canvas: Canvas,
    picture: Picture,
    behind: Colours,
    body: Figure,
    parsed: Parsing,
    arms: tuple[Arm, Arm],
    fitted: Fit,
    layers: TopLayers,
    shading: Colours,
) -> None:
    """Paint the `layers` of a garment on the person, over what is on the canvas already.

    `behind` is the picture without the person, `parsed.top` is what it takes the place of, and
    `shading` (height, width, 3) is what its colours are multiplied with.
    """
    size, covered, photo = body.mask.shape, layers.covered, to_floats(picture)
    left = erase.leftovers(body, parsed, arms, fitted, np.maximum(covered, layers.gaps))
    ended(Step.LEFTOVERS, picture, left)
    skin = erase.skin(photo, body, parsed)
    # what was painted before has its shadow already; what is now background gets none
    shadow = (
        contact_shadow(covered, body, SHADOW_REACH)
        * body.mask
        * (canvas.cover == 0)
        * (1 - left.background)
    )
    canvas.over(behind, left.background)
    lower = erase.lower_garment(photo, body, parsed)
    if lower is not None:
        canvas.over(lower, left.lower)
    canvas.over(skin, np.maximum(left.chest, left.arms))
    canvas.darken(shadow)
    if layers.hood is not None:
        behind = layers.hood.alpha * (1 - body.mask[layers.hood.box])
        canvas.over(
            layers.hood.colour * shading[layers.hood.box], behind, layers.hood.box, cloth=True
        )
    canvas.over(layers.carried() * shading, layers.gaps, cloth=True)
    _paint(canvas, layers.torso, shading, fitted.sides, 0.10 * body.scale)
    canvas.over(skin * (erase.roundness(arms, size) * (1 - shadow))[..., None], left.arms)
    canvas.reveal(_bare_arms(body, parsed, fitted) * (1 - np.maximum(left.old, left.arms)))
    for sleeve, place in zip(layers.sleeves, fitted.sleeves, strict=True):
        if place is not None:
            _paint(canvas, sleeve, shading, (place.outer, place.inner), 0.075 * body.scale)
    canvas.reveal(_in_front(parsed, body))


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
        radii = 0.15 * body.scale, 0.12 * body.scale
        arms = np.maximum(arms, limb(arms.shape, [point, *line[joint + 1 :]], radii))
    bare = (parsed.skin > 0.2) & (body.mask > 0.4)
    return blur((bare & (arms > 0.5)).astype(np.float32), 0.8)


def _in_front(parsed: Parsing, body: Figure) -> Mask:
    """Head, hair and hands, without a rim of the old top around them."""
    rim_of_old = cv2.dilate(parsed.top, disc(0.007 * body.scale))
    hands = np.maximum(*parsed.hands) * (1 - rim_of_old)
    return np.maximum(np.maximum(parsed.head, parsed.hair), hands).clip(0, 1)
