"""Draws a dress, in place of all that is worn above its hem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.canvas import grain_of
from modera_bot.ml.colour import large_parts, opened
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.dress_fit import fit_dress
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import bare_arms
from modera_bot.ml.draft.render import lit, render
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.parsing.figure import Figure
from modera_bot.ml.parsing.parse import Parsing


def draw_dress(
    picture: Picture,
    person: Person,
    body: Figure,
    parsed: Parsing,
    garment: CutOut,
    shape: TopShape,
) -> Drawn:
    """Draw the dress of `shape` on the `person` in `picture`, whose frame is `body`."""
    arms = bare_arms(body, parsed)
    fitted = fit_dress(shape, garment.mask, body, parsed, arms)
    ended(Step.FIT, picture, fitted)
    worn = replace(parsed, top=_clothes(body, parsed, fitted.hem), hem=None)
    # the folds of top and trousers tell of the light each on its own; those of a dress at once
    shading = lit(picture, body, worn if parsed.hem is None else parsed)
    canvas = render(picture, body, worn, arms, garment, shape, fitted, shading)
    return Drawn(canvas, grain_of(picture), canvas.cloth)


def _clothes(body: Figure, parsed: Parsing, hem: float) -> Mask:
    """All that is worn above the new hem, 0 to 1."""
    _, down = body.axes()
    start = parsed.hem if parsed.hem is not None else body.torso
    below = (body.mask > 0.5) & (down > start) & (down < hem) & (parsed.skin < 0.5)
    for hand in parsed.hands:
        below &= hand < 0.3
    below = large_parts(opened(below, 0.01 * body.scale), 0.05)
    return np.maximum(parsed.top, below.astype(np.float32))
