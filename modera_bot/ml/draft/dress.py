"""Draws a dress, in place of all that is worn above its hem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from modera_bot.ml.base import Picture
from modera_bot.ml.canvas import Canvas, grain_of
from modera_bot.ml.colour import to_floats
from modera_bot.ml.draft import erase
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.dress_fit import fit_dress
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.legs import bare_legs
from modera_bot.ml.draft.limbs import bare_arms
from modera_bot.ml.draft.lower_render import paint_leftovers
from modera_bot.ml.draft.render import render
from modera_bot.ml.draft.shade import lit
from modera_bot.ml.draft.top_layers import warp_top
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import SIDES, Figure
from modera_bot.ml.parsing.lower import Lower, end_of, parse_lower
from modera_bot.ml.parsing.parse import Parsing


def draw_dress(
    picture: Picture,
    body: Figure,
    parsed: Parsing,
    garment: CutOut,
    shape: TopShape,
) -> Drawn:
    """Draw the dress of `shape` on the person in `picture`, whose frame is `body`.

    From back to front: legs and background where a longer or wider lower garment was; then
    as a top.
    """
    lower = parse_lower(picture, body, parsed)
    arms = bare_arms(body, parsed)
    fitted = fit_dress(shape, garment.mask, body, parsed, lower, arms)
    ended(Step.FIT, picture, fitted)
    layers = warp_top(picture, body, garment, shape, fitted)
    shading = lit(picture, body, _like_a_dress(parsed, lower))
    canvas = Canvas(body.mask.shape)
    ends = np.array([_covers(body, side, fitted.hem) for side in SIDES], np.float32)
    photo, legs = to_floats(picture), bare_legs(body, lower)
    behind = erase.background(photo, body)
    paint_leftovers(canvas, photo, behind, body, parsed, lower, legs, layers.covered, ends)
    # what is left of the old top beside the dress is background, however low it reached
    render(canvas, picture, behind, body, replace(parsed, hem=None), arms, fitted, layers, shading)
    return Drawn(canvas, grain_of(picture), canvas.cloth)


def _like_a_dress(parsed: Parsing, lower: Lower) -> Parsing:
    """What is worn as far as its light is that of a dress: trousers fold in other ways."""
    if lower.whole:
        return replace(parsed, top=np.maximum(parsed.top, lower.region), hem=None)
    return replace(parsed, hem=None) if lower.parted else parsed


def _covers(body: Figure, side: int, hem: float) -> float:
    """The share of a leg that a dress covers which ends at `hem`, pixels below the collar."""
    hip, ankle = (end_of(body, side, share) for share in (0.0, 1.0))
    return float(np.clip((hem - hip) / max(ankle - hip, 1.0), 0, 1))
