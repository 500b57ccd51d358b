"""Light: carries the folds and shadows of the old clothes over to the new ones."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import (
    Colours,
    Flags,
    blur,
    closed,
    grown,
    masked_blur,
    resized,
    shrunk,
    to_lab,
)
from modera_bot.ml.draft.warp import Layer
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import Figure, Vector
from modera_bot.ml.parsing.parse import Parsing

#: How strongly the old light's slow changes and its fine ones (folds) count, as exponents.
SLOW, FINE = 0.6, 1.0

#: The same under the old hem, whose folds run another way.
SLOW_BELOW, FINE_BELOW = 0.35, 0.0

#: What differs more in hue (ΔE) from the rest of the old garment is printed on it.
PRINT = 12.0

#: What lies between parts of a print, or this near to it, is printed too; share of the scale.
PRINT_REACH = 0.02

#: How far beyond an old cuff or hem its light fades out, as a share of the scale.
FADE = 0.05

#: How dark the shadow is that a garment casts on the body, and how far below it, as a share of
#: the scale.
SHADOW, DROP = 0.3, 0.015

#: How much darker a garment is at its outline, where the cloth turns away.
RIM = 0.2

#: White paper in the product photo is this bright in a well exposed picture.
PAPER = 0.90

#: Between which factors the garment is brought to the scene's white; and the exponent, since
#: what is dark around somebody may be a dark wall as well as dim light.
GAIN, WALL = (0.72, 1.06), 0.5


def light(lab: Colours, body: Figure, parsed: Parsing) -> Colours:
    """For each pixel (height, width, 1), what the garment's colours are multiplied with."""
    size = lab.shape[1::-1]
    body = body.resized(0.5)
    half = body.mask.shape[1::-1]
    small = resized(lab, half)
    _, down = body.axes()
    hem = 0.5 * parsed.hem if parsed.hem is not None else np.inf
    below = (down > hem) & (body.mask > 0.9) & (down < 1.6 * body.torso)
    for hand in parsed.hands:
        below &= resized(hand, half) < 0.1
    total = np.ones(body.mask.shape, np.float32)
    above = resized(parsed.top, half) > 0.9
    for region, slow, fine in ((above, SLOW, FINE), (below, SLOW_BELOW, FINE_BELOW)):
        inner = shrunk(region, 2)
        if inner.sum() > 100:
            ratio, weight = _ratio(small, inner.astype(np.float32), slow, fine, body.scale)
            total *= 1 + (ratio - 1) * weight
    return resized(total.clip(0.55, 1.22), size)[..., None]


def _ratio(lab: Colours, region: Mask, slow: float, fine: float, scale: float) -> tuple[Mask, Mask]:
    """The light of one old garment against its median, and where it is known."""
    lightness, inside, cloth = lab[..., 0], region > 0, region
    # a print is no fold: what has another hue than most of the cloth is looked past
    hue = np.linalg.norm(lab[..., 1:] - np.median(lab[inside][:, 1:], axis=0), axis=-1)
    reach = PRINT_REACH * scale
    region = region * ~grown(closed(hue > PRINT, reach), reach)
    plain = _plainness(lab, inside, region, scale)
    inside = region > 0
    detail = masked_blur(lightness, region, 0.010 * scale)
    median = float(np.median(lightness[inside]))
    broad = _broad(lightness, region, 0.09 * scale, median)
    dark = float(np.clip((median - 8) / 25, 0.25, 1))  # black cloth shows no shadows
    slowly = ((broad + 15) / (median + 15)).clip(0.5, 1.4) ** (slow * dark * (0.4 + 0.6 * plain))
    finely = ((detail + 12) / (broad + 12)).clip(0.6, 1.25) ** (fine * dark * plain)
    # folds are known where nothing is printed; slow changes are the same across a print
    known = (blur(region, 0.02 * scale) / 0.35).clip(0, 1)
    weight = (blur(cloth, FADE * scale) / 0.5).clip(0, 1)
    return np.asarray(slowly * (1 + (finely - 1) * known), np.float32), weight


def _broad(values: Mask, region: Mask, sigma: float, usual: float) -> Mask:
    """A wide masked blur, worked out at a quarter of the size; `usual` far from the region."""
    size = values.shape[1::-1]
    small = max(1, size[0] // 4), max(1, size[1] // 4)
    weighted, weight = (blur(resized(one, small), sigma / 4) for one in (values * region, region))
    return resized((weighted + 0.01 * np.float32(usual)) / (weight + 0.01), size)


def _plainness(lab: Colours, inside: Flags, region: Mask, scale: float) -> float:
    """1 for plain cloth, 0 where a pattern would be mistaken for folds.

    A pattern shows in how many pixels have another hue than most, or in steps of lightness
    much steeper than those of a fold.
    """
    printed = 1 - float(region[inside].mean())
    lightness = np.ascontiguousarray(lab[..., 0])
    near = blur(lightness, max(0.02 * scale, 1))
    relief = float(np.percentile(np.abs(lightness - near)[inside & (region > 0)], 90))
    return float(np.clip(1.5 - 2 * printed, 0, 1) * np.clip(1.8 - relief / 5, 0, 1))


def lit(picture: Picture, body: Figure, parsed: Parsing) -> Colours:
    """The light on `parsed.top`: what a new garment's colours are multiplied with."""
    shading = light(to_lab(picture), body, parsed) * exposure(picture, body)
    ended(Step.LIGHT, picture, shading)
    return shading


def contact_shadow(covered: Mask, body: Figure, reach: float) -> Mask:
    """The shadow just below and beside a garment; `reach` is how soft, in shares of the scale."""
    step = round(DROP * body.scale)
    soft = np.zeros_like(covered)
    soft[step:] = blur(covered, reach * body.scale)[: len(soft) - step]  # light comes from above
    shadow: Mask = SHADOW * soft * (1 - covered)
    return shadow


def rim(layer: Layer, edges: Sequence[Vector], reach: float) -> Mask:
    """Darkening of a layer toward the lines (n, 2) along which its cloth turns away.

    They are in pixels of the picture, and felt `reach` pixels far. Hems and cuffs are no such
    lines: there the cloth just ends.
    """
    away = np.ones(layer.alpha.shape, np.uint8)
    lines = [np.rint(edge - (layer.left, layer.top)).astype(np.int32) for edge in edges]
    cv2.polylines(away, lines, isClosed=False, color=0)
    depth = cv2.distanceTransform(away, cv2.DIST_L2, 3)
    edge = 1 - (depth / max(reach, 1.0)).clip(0, 1)
    darkened: Mask = (1 - RIM * edge * edge).astype(np.float32)
    return darkened


def exposure(picture: Picture, body: Figure) -> Colours:
    """RGB factors that turn a product photo's white into the scene's; very mild.

    What is worn tells nothing of the light's colour: only what is around the person does.
    """
    seen = picture.reshape(-1, 3)[::7].astype(np.float32) / 255
    around = seen[body.mask.reshape(-1)[::7] < 0.02]
    around = around if len(around) > 100 else seen
    brightest = float(np.percentile(around.mean(axis=1), 97))
    gain = np.clip((brightest / PAPER) ** WALL, *GAIN)
    mean = around.mean(axis=0)
    cast = 1 + 0.25 * (mean / max(float(mean.mean()), 1e-3) - 1)
    return np.asarray(gain * cast.clip(0.92, 1.08), np.float32)
