"""Takes away what the old top leaves around the new one: skin, background, lower garment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.draft.colour import Colours, blur, fill_in, to_rgb
from modera_bot.ml.draft.figure import SIDES, Figure, capsule
from modera_bot.ml.draft.fit import Fit
from modera_bot.ml.draft.parse import Parsing

#: Radii of a bare arm at shoulder, elbow and wrist, as shares of the scale.
ARM = (0.15, 0.115, 0.085)

#: Skin gets darker toward an arm's edge, where it turns away from the light.
TURN = 0.16


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Where the old top is still seen, by what belongs there instead; each 0 to 1."""

    background: Mask
    lower: Mask
    chest: Mask
    arms: Mask


def leftovers(body: Figure, parsed: Parsing, fitted: Fit, covered: Mask) -> Leftovers:
    """Sort what the new top, opaque where `covered`, leaves of the old one."""
    old = (cv2.dilate(parsed.top, np.ones((5, 5), np.uint8)) * (body.mask > 0.02)).clip(0, 1)
    left = old * (covered < 0.98)
    across, down = body.axes()
    arms = np.zeros_like(left)
    for side in SIDES:
        arms = np.maximum(arms, arm_region(body, side))
    pits = max(body.place(armpit)[1] for armpit in fitted.armpits)
    reach = max(abs(body.place(tip)[0]) for tip in fitted.tips)
    chest = ((down < pits) & (np.abs(across) < reach)).astype(np.float32) * (body.mask > 0.5)
    half = np.interp(down / body.torso, (0, 1, 1.6), (0.5, 0.6, 0.7)) * body.scale
    lower = (
        (down > min(fitted.hem, parsed.hem or fitted.hem) - 4) & (np.abs(across) < half)
    ).astype(np.float32)
    arms = arms * left * (1 - chest)
    chest = chest * left
    lower = lower * left * (1 - arms) * (1 - chest)
    return Leftovers(
        background=left * (1 - arms) * (1 - chest) * (1 - lower),
        lower=lower,
        chest=chest,
        arms=arms,
    )


def arm_region(body: Figure, side: int) -> Mask:
    """Where a bare arm would be, 0 to 1."""
    shoulder, elbow, wrist = body.arm(side)
    radii = [share * body.scale for share in ARM]
    shape = body.mask.shape
    upper = capsule(shape, shoulder, elbow, (radii[0], radii[1]))
    lower = capsule(shape, elbow, wrist, (radii[1], radii[2]))
    return np.maximum(upper, lower)


def background(picture: Colours, body: Figure) -> Colours:
    """The picture with the person taken out, smoothly."""
    person = cv2.dilate(
        (body.mask > 0.02).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=3
    )
    return fill_in(picture, 1 - person.astype(np.float32))


def lower_garment(picture: Colours, body: Figure, parsed: Parsing) -> Colours:
    """The lower garment, carried on upwards."""
    _, down = body.axes()
    hem = parsed.hem if parsed.hem is not None else 1.1 * body.torso
    known = (down > hem + 0.03 * body.torso) & (down < hem + 0.5 * body.torso) & (body.mask > 0.95)
    for hand in parsed.hands:
        known &= cv2.dilate(hand, np.ones((9, 9), np.uint8)) < 0.05
    if known.sum() < 50:
        return np.broadcast_to(to_rgb(parsed.lower_colour[None, None]), picture.shape)
    return fill_in(picture, known.astype(np.float32))


def skin(picture: Colours, body: Figure, parsed: Parsing, region: Mask) -> Colours:
    """Skin for `region`: the tone of the hands and neck nearby, rounded off at the edges."""
    known = (parsed.skin > 0.35) & (body.mask > 0.9) & (parsed.head < 0.5) & (parsed.hair < 0.1)
    known = known & (parsed.top < 0.05)
    _, down = body.axes()
    known &= down < 1.6 * body.torso
    near = fill_in(picture, known.astype(np.float32))
    tones = np.stack([parsed.neck_tone, *parsed.skin_tones])
    tone = to_rgb(np.median(tones, axis=0)[None, None])
    depth = cv2.distanceTransform((region > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    edge = 1 - (depth / (0.06 * body.scale)).clip(0, 1)
    rounded = blur((1 - TURN * edge * edge).astype(np.float32), 1.5)
    return np.asarray((0.5 * near + 0.5 * tone) * rounded[..., None], np.float32)
