"""Takes away what the old top leaves around the new one: skin, background, lower garment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Colours, Flags, blur, fill_in, grown, resized, shrunk, to_rgb
from modera_bot.ml.draft.fit import Fit
from modera_bot.ml.draft.limbs import Arm
from modera_bot.ml.parsing.figure import OUT, Figure, length
from modera_bot.ml.parsing.parse import Parsing

#: How far around the old top its edge is repainted too, as a share of the scale.
SEAM = 0.014

#: Up to how far beside a new sleeve a bare arm may stick out, as a share of the scale.
SLIVER = 0.06

#: How far about the old top its edges may be where parsing fails, and its shadow lies on skin,
#: ever fainter; as a share of the scale.
NEAR = 0.06

#: How thick an old sleeve may be, over the arm in it; and farther from the body's middle than
#: this, in shares of the scale, is no lower garment.
OLD_SLEEVE, BESIDE = 2.0, 0.62

#: Skin gets darker toward an arm's edge, where it turns away from the light.
TURN = 0.34

#: An arm's middle lies this deep, in radii at the elbow; what is thicker is a little flat.
ROUND = 0.85


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Where the old top is still seen, by what belongs there instead; each 0 to 1.

    `old` is all of the old top, with its edge.
    """

    old: Mask
    background: Mask
    lower: Mask
    chest: Mask
    arms: Mask


def leftovers(
    body: Figure, parsed: Parsing, arms: tuple[Arm, Arm], fitted: Fit, covered: Mask
) -> Leftovers:
    """Sort what the new top, opaque where `covered`, leaves of the old one."""
    near = grown(parsed.top > 0.5, NEAR * body.scale)
    worn = (parsed.top > 0.5) | _old_sleeves(body, parsed, arms)
    worn |= near & _no_skin(body, parsed, arms)
    old = blur(grown(worn, SEAM * body.scale).astype(np.float32), 0.8)
    left = np.asarray(old * (covered < 0.98), np.float32)
    across, down = body.axes()
    starts = [0.0 if one is None else one.end - 0.06 * body.scale for one in fitted.sleeves]
    limbs = np.maximum(
        *(arm.region(body.mask.shape, start) for arm, start in zip(arms, starts, strict=True))
    )
    # within a neckline is skin; beyond it, only if no sleeve covers the shoulders
    ends = fitted.necks if any(fitted.sleeves) else fitted.tips
    width = max(abs(body.place(end)[0]) for end in ends)
    pits = max(body.place(armpit)[1] for armpit in fitted.armpits)
    chest = (down < pits) & (np.abs(across) < width) & (body.mask > 0.5)
    half = (0.5 + 0.12 * (down / body.torso).clip(0, 1.6)) * body.scale
    hem = min(fitted.hem, parsed.hem or fitted.hem)
    lower = (down > hem - 4) & (np.abs(across) < half) & (body.mask > 0.5)
    left = np.maximum(left, _beside_sleeves(body, arms, fitted, covered))
    soft = blur(left, 1)
    shown = {}
    for name, region in (("chest", chest), ("arms", limbs), ("lower", lower)):
        shown[name] = _overlapping(left * region, soft)
        left = left * (1 - region)
    # beyond an old cuff or neckline its shadow on the skin is painted away too
    shadows = blur(near.astype(np.float32), 0.4 * NEAR * body.scale)
    shadows *= (covered < 0.98) * (body.mask > 0.5) * (parsed.head < 0.5) * (parsed.hair < 0.1)
    shown["chest"] = np.maximum(shown["chest"], shadows * chest)
    shown["arms"] = np.maximum(shown["arms"], (limbs * shadows * (1 - chest)).astype(np.float32))
    return Leftovers(old=old, background=_overlapping(left, soft), **shown)


def _old_sleeves(body: Figure, parsed: Parsing, arms: tuple[Arm, Arm]) -> Flags:
    """What is about the arms as far as the old sleeves reach: patterns break up in parsing."""
    across, down = body.axes()
    hem = parsed.hem if parsed.hem is not None else body.torso
    beside = (down < hem) | (np.abs(across) > BESIDE * body.scale)
    shape = body.mask.shape
    sleeved: Flags = np.zeros(shape, bool)
    for side, arm in enumerate(arms):
        wide = Arm(arm.line, arm.radii * np.float32(OLD_SLEEVE))
        end = float(parsed.sleeve_ends[side]) * length(arm.line)
        sleeved |= (wide.region(shape) > 0.5) & (wide.region(shape, end) < 0.5)
    sleeved &= beside & (body.mask > 0.05)
    for front in (parsed.head, parsed.hair, *parsed.hands):
        sleeved &= front < 0.1
    return sleeved


def _no_skin(body: Figure, parsed: Parsing, arms: tuple[Arm, Arm]) -> Flags:
    """What of the torso is no skin, also where it looks like what is behind it."""
    down = body.axes()[1]
    hem = parsed.hem if parsed.hem is not None else body.torso
    dressed = (parsed.skin < 0.3) & (body.mask > 0.05) & (down < hem)
    dressed &= down > 0.25 * body.torso  # about the neck are hair and shadows
    for end, arm in zip(parsed.sleeve_ends, arms, strict=True):
        bare = Arm(arm.line, arm.radii + np.float32(SEAM * body.scale))
        dressed &= bare.region(body.mask.shape, float(end) * length(arm.line)) < 0.5
    for hand in parsed.hands:
        dressed &= ~grown(hand > 0.1, SEAM * body.scale)
    return dressed


def _beside_sleeves(body: Figure, arms: tuple[Arm, Arm], fitted: Fit, covered: Mask) -> Mask:
    """Slivers of bare arms that stick out at the side of sleeves, 0 to 1."""
    slivers = np.zeros_like(covered)
    near = grown(covered > 0.5, SLIVER * body.scale)
    for side, (sleeve, arm) in enumerate(zip(fitted.sleeves, arms, strict=True)):
        if sleeve is None:
            continue
        end = min(sleeve.end, length(arm.line)) - SLIVER * body.scale
        across, down = body.axes(fitted.tips[side])
        beyond = (across * OUT[side] > 0) & (down > 0)
        whole = Arm(arm.line, arm.radii * np.float32(1.5))
        sleeved = whole.region(covered.shape) * (1 - whole.region(covered.shape, max(end, 0)))
        slivers = np.maximum(slivers, sleeved * beyond * near * (covered < 0.98))
    return slivers.astype(np.float32)


def _overlapping(part: Mask, soft: Mask) -> Mask:
    """A part of what is left, a little larger: no seam between two parts must stay bare."""
    return (2 * blur(part, 1)).clip(0, 1) * soft


def background(picture: Colours, body: Figure) -> Colours:
    """The picture with the person taken out, smoothly."""
    return fill_in(picture, (~grown(body.mask > 0.02, 3)).astype(np.float32))


def lower_garment(picture: Colours, body: Figure, parsed: Parsing) -> Colours | None:
    """The lower garment, carried on upwards; None if the photo shows none of it."""
    _, down = body.axes()
    hem = parsed.hem if parsed.hem is not None else 1.1 * body.torso
    known = (down > hem + 0.03 * body.torso) & (down < hem + 0.5 * body.torso) & (body.mask > 0.95)
    known &= ~grown(parsed.top > 0.05, 0.03 * body.scale)
    for hand in parsed.hands:
        known &= ~grown(hand > 0.05, 0.015 * body.scale)
    if known.sum() < 50:
        return None
    return fill_in(picture, known.astype(np.float32))


def skin(picture: Colours, body: Figure, parsed: Parsing) -> Colours:
    """Bare skin for the whole picture: as it is seen nearby, farther off as the face has it."""
    size = picture.shape[1::-1]
    half = slice(None, None, 2), slice(None, None, 2)  # what is filled in is smooth anyway
    picture, down = picture[half], body.axes()[1][half]
    known = (parsed.skin[half] > 0.35) & (parsed.hair[half] < 0.1) & (parsed.top[half] < 0.05)
    known &= (body.mask[half] > 0.9) & (parsed.head[half] < 0.5) & (down < 1.6 * body.torso)
    known = shrunk(known, 2)
    light = picture[known].mean(axis=-1)
    if light.size:
        known[known] = light > np.percentile(light, 25)  # what lies in shadow tells no tone
    seen = known.astype(np.float32)
    near = fill_in(picture, seen)
    close = (blur(seen, 0.05 * body.scale) * 4).clip(0, 1)
    tone = 0.5 * near + 0.5 * to_rgb(parsed.tone[None, None])
    return resized((tone + (near - tone) * close[..., None]).astype(np.float32), size)


def roundness(arms: tuple[Arm, Arm], shape: tuple[int, int]) -> Mask:
    """How much darker arms get toward their edges: factors of at most 1."""
    factors = np.full(shape, 1 - TURN, np.float32)
    for arm in arms:
        region = arm.region(shape) > 0.5
        depth = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5)
        edge = 1 - (depth / (ROUND * float(arm.radii[2]))).clip(0, 1)
        turned = (TURN * edge * edge).astype(np.float32)
        factors = np.where(region, np.maximum(factors, 1 - turned), factors)
    return blur(factors, 1.5)
