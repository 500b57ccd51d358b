"""Puts everything on the canvas, from back to front."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.draft import erase
from modera_bot.ml.draft.canvas import Canvas, grain_of
from modera_bot.ml.draft.colour import blur, grown, shrunk, to_lab
from modera_bot.ml.draft.figure import OUT, SIDES, Figure, along, capsule, length
from modera_bot.ml.draft.fit import Fit
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import Arm
from modera_bot.ml.draft.parse import Parsing
from modera_bot.ml.draft.shade import exposure, light, rim
from modera_bot.ml.draft.warp import Layer, warp_strip, warp_torso

#: How dark the shadow is that the garment casts on the body beside it.
SHADOW = 0.3


def render(
    picture: Picture,
    body: Figure,
    parsed: Parsing,
    arms: tuple[Arm, Arm],
    garment: CutOut,
    shape: TopShape,
    fitted: Fit,
) -> tuple[Canvas, float]:
    """Paint the garment on the person.

    Returns the canvas, of the picture's size, and the grain that its paint should have.
    """
    size = body.mask.shape
    torso, sleeves = _layers(garment, shape, fitted, body)
    covered = np.zeros(size, np.float32)
    for layer in (torso, *sleeves):
        if layer is not None:
            covered[layer.box] += (1 - covered[layer.box]) * layer.alpha
    photo = picture.astype(np.float32) / 255
    left = erase.leftovers(body, parsed, arms, fitted, covered)
    canvas = Canvas(size)
    canvas.over(erase.background(photo, body), blur(left.background, 1))
    canvas.over(erase.lower_garment(photo, body, parsed), blur(left.lower, 1))
    skin = erase.skin(photo, body, parsed)
    canvas.over(skin, blur(left.chest, 1))
    canvas.darken(_contact_shadow(covered, body))
    shading = light(to_lab(picture), body, parsed)
    tint = exposure(picture)
    _paint(canvas, torso, tint, shading, 0.10 * body.scale)
    canvas.over(skin * erase.roundness(arms, size)[..., None], blur(left.arms, 1))
    canvas.reveal(_bare_arms(body, parsed, fitted) * (1 - left.old))
    for sleeve in sleeves:
        _paint(canvas, sleeve, tint, shading, 0.075 * body.scale)
    canvas.reveal(_in_front(parsed))
    return canvas, grain_of(picture)


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
    canvas: Canvas, layer: Layer | None, tint: np.ndarray, shading: Mask, reach: float
) -> None:
    if layer is not None:
        lit = shading[layer.box] * rim(layer.alpha, reach)
        canvas.over(layer.colour * tint * lit[..., None], layer.alpha, layer.box)


def _contact_shadow(covered: Mask, body: Figure) -> Mask:
    """The shadow on the body just below and beside the garment."""
    step = round(0.015 * body.scale)
    soft = np.roll(blur(covered, 0.02 * body.scale), step, axis=0)
    shadow: Mask = SHADOW * soft * (1 - covered) * body.mask
    return shadow


def _bare_arms(body: Figure, parsed: Parsing, fitted: Fit) -> Mask:
    """The arms that stay as they are: in front of the torso, beyond both old and new sleeves."""
    arms = np.zeros_like(body.mask)
    for side in SIDES:
        place = fitted.sleeves[side]
        line = body.arm(side)
        start = max(float(parsed.sleeve_ends[side]), place.share - 0.05 if place else 0.05)
        point, _, joint = along(line, start * length(line))
        for first, last in zip([point, *line[joint + 1 :]], line[joint + 1 :]):
            arms = np.maximum(
                arms, capsule(arms.shape, first, last, (0.15 * body.scale, 0.12 * body.scale))
            )
    bare = (parsed.skin > 0.2) & (body.mask > 0.4)
    return blur((bare & (arms > 0.5)).astype(np.float32), 0.8)


def _in_front(parsed: Parsing) -> Mask:
    """Head, hair and hands."""
    front = np.maximum(parsed.head, parsed.hair)
    for hand in parsed.hands:
        front = np.maximum(front, hand)
    return front.clip(0, 1)
