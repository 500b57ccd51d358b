"""Draws trousers, shorts and skirts, from back to front."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.canvas import Canvas, grain_of
from modera_bot.ml.colour import Colours, blur, grown, to_floats
from modera_bot.ml.draft import erase
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.legs import bare_legs, leg_skin, legs_region
from modera_bot.ml.draft.limbs import Arm as Limb
from modera_bot.ml.draft.lower_fit import LowerFit, Strip, fit_bottom
from modera_bot.ml.draft.lower_shape import LowerShape
from modera_bot.ml.draft.shade import contact_shadow, lit, rim
from modera_bot.ml.draft.warp import Layer, covered_by, warp_strip
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector, length, limb
from modera_bot.ml.parsing.lower import Lower, parse_lower
from modera_bot.ml.parsing.parse import Parsing

#: How far around the old garment its edge is repainted too, as a share of the scale.
SEAM = 0.025

#: How far below an old hem skin is repainted, ever fainter, as a share of the scale.
HEM_SHADOW = 0.08

#: How soft the shadow is that a hem casts on legs and shoes, as a share of the scale.
SHADOW_REACH = 0.03

#: How far around hands their shadows on the old garment are looked past, in shares of the scale.
HANDS_SHADOW = 0.06

#: A garment longer than the old one by this, in shares of the leg, has other folds.
SAME_LENGTH = 0.1

#: How far from its outline a leg's cloth darkens, in shares of the scale.
RIM = 0.08


def draw_bottom(
    picture: Picture, body: Figure, parsed: Parsing, garment: CutOut, shape: LowerShape
) -> Drawn:
    """Draw the bottom of `shape` on the person in `picture`, whose frame is `body`."""
    lower = parse_lower(picture, body, parsed)
    legs = bare_legs(body, lower)
    fitted = fit_bottom(shape, body, parsed, lower, legs)
    ended(Step.FIT, picture, fitted)
    parts = _warped(garment, shape, fitted, body)
    layers = [layer for layer, _ in parts]
    ended(Step.WARP, picture, layers)
    alike = lower.parted == (shape.legs is not None)
    alike &= bool(fitted.ends.mean() < lower.ends.mean() + SAME_LENGTH)
    shading = _lit(picture, body, parsed, lower, alike)
    canvas = Canvas(body.mask.shape)
    photo, covered = to_floats(picture), covered_by(layers, body.mask.shape)
    behind = erase.background(photo, body)
    paint_leftovers(canvas, photo, behind, body, parsed, lower, legs, covered, fitted.ends)
    ended(Step.LEFTOVERS, picture, canvas)
    for layer, strip in parts:
        edges = strip.body if shape.legs is None else strip.body[1:]
        shade = shading[layer.box] * rim(layer, edges, RIM * body.scale)[..., None]
        canvas.over(layer.colour * shade, layer.alpha, layer.box, cloth=True)
    canvas.reveal(_in_front(body, parsed, lower))
    return Drawn(canvas, grain_of(picture), canvas.cloth)


def paint_leftovers(
    canvas: Canvas,
    photo: Colours,
    behind: Colours,
    body: Figure,
    parsed: Parsing,
    lower: Lower,
    legs: tuple[Limb, Limb],
    covered: Mask,
    ends: Vector,
) -> None:
    """Paint over what a new garment, opaque where `covered`, leaves to be seen of the old bottom.

    `behind` is the photo without the person; `legs` are bare; `ends` (2,) are the shares of them
    that the new one covers.
    """
    old = blur(grown(lower.region > 0.5, SEAM * body.scale).astype(np.float32), 1.5)
    left = np.asarray(old * (covered < 0.98) * (1 - lower.feet), np.float32)
    starts = (ends - 0.08) * np.array([length(body.leg(side)) for side in SIDES], np.float32)
    bare = legs_region(legs, body.mask.shape, starts)
    canvas.over(behind, left)
    skin = leg_skin(photo, body, parsed, lower)
    # below an old hem its shadow on the skin is painted away too
    reach = HEM_SHADOW * body.scale
    shaded = blur(grown(lower.region > 0.5, reach).astype(np.float32), 0.4 * reach) * body.mask
    shaded *= (covered < 0.98) * (1 - lower.feet)
    canvas.over(
        skin * erase.roundness(legs, body.mask.shape)[..., None], np.maximum(left, shaded) * bare
    )
    person = body.mask * (1 - left * (1 - bare))
    canvas.darken(contact_shadow(covered, body, SHADOW_REACH) * person)


def _warped(
    garment: CutOut, shape: LowerShape, fitted: LowerFit, body: Figure
) -> list[tuple[Layer, Strip]]:
    """The strips that the picture shows, warped."""
    parts = []
    for side, strip in enumerate(fitted.strips):
        layer = warp_strip(
            garment.colour,
            garment.alpha if shape.legs is None else garment.alpha * _half(garment, shape, side),
            body=strip.body,
            garment=strip.garment,
            shape=body.mask.shape,
        )
        if layer is not None:
            parts.append((layer, strip))
    return parts


def _lit(picture: Picture, body: Figure, parsed: Parsing, lower: Lower, alike: bool) -> Colours:
    """What the garment's colours are multiplied with: the light on the old one, if `alike`.

    A skirt has no folds of trousers, and long trousers not those of shorts.
    """
    by_hands = grown(np.maximum(*parsed.hands) > 0.1, HANDS_SHADOW * body.scale)
    region = lower.region * np.float32(alike) * ~by_hands
    return lit(picture, body, replace(parsed, top=region, hem=None))


def _half(garment: CutOut, shape: LowerShape, side: int) -> Mask:
    """One side of trousers, 0 to 1: the other leg must not show through the gap between them."""
    assert shape.crotch is not None
    height, width = garment.alpha.shape
    ys = np.arange(height, dtype=np.float32)[:, None]
    ends = shape.waist, shape.crotch
    middle = np.interp(ys, [p[1] for p in ends], [p[0] for p in ends]).astype(np.float32)
    beyond = np.arange(width, dtype=np.float32)[None, :] - middle
    overlap = 1.5  # pixels: no slit may show where the sides meet
    half: Mask = ((beyond if side else -beyond) + overlap).clip(0, 1)
    return half


def _in_front(body: Figure, parsed: Parsing, lower: Lower) -> Mask:
    """All above the top's hem, and hands, forearms, sleeves and long hair below it."""
    rim_of_old = blur(grown(lower.region > 0.5, 0.007 * body.scale).astype(np.float32), 0.8)
    arms = np.zeros_like(body.mask)
    for side in SIDES:
        radii = 0.15 * body.scale, 0.08 * body.scale
        arms = np.maximum(arms, limb(arms.shape, body.arm(side), radii))
    bare = (parsed.skin > 0.2) & (body.mask > 0.4) & (arms > 0.5) & (lower.region < 0.5)
    hands = np.maximum(np.maximum(*parsed.hands), blur(bare.astype(np.float32), 0.8))
    front = np.maximum(np.maximum(parsed.head, parsed.hair), hands * (1 - rim_of_old))
    return np.maximum(np.maximum(front, lower.sleeves), lower.above).clip(0, 1)
