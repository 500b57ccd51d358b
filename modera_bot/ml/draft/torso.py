"""Measures of a clothed torso, where the outline shows them and where it doesn't.

The usual figures are proportions of clothed adults, found on photographs.
"""

from __future__ import annotations

import numpy as np

from modera_bot.ml.parsing.figure import OUT, Figure
from modera_bot.ml.parsing.parse import Parsing

#: Half the torso's width down the torso, clothed closely: shares of its length, of the scale.
TORSO_ALONG = (0.0, 0.25, 0.5, 0.7, 1.0, 1.3)
TORSO_HALF = (0.45, 0.46, 0.455, 0.475, 0.55, 0.57)


def usual_half(body: Figure, down: float) -> float:
    """Half the width of a closely clothed torso, `down` pixels below the collar."""
    return float(np.interp(down / body.torso, TORSO_ALONG, TORSO_HALF)) * body.scale


def body_half(body: Figure, parsed: Parsing, down: float, side: int) -> float:
    """Half the torso as its outline shows it, or as usual where an arm hides the edge."""
    usual, centre, out = usual_half(body, down), body.at(0, down), OUT[side] * body.right
    seen = body.reach(centre, out, 1.6 * usual)
    if parsed.hem is None or down < parsed.hem - 0.02 * body.torso:
        dressed = body.reach(centre, out, 1.6 * usual, parsed.top)  # without arms and hands
        seen = min(dressed, seen) if dressed > 0.7 * usual else seen
    return usual * 0.96 if seen > 1.25 * usual else max(seen, 0.88 * usual)


def neck_top(body: Figure) -> float:
    """Where the shoulders meet the neck, down from the collar (so it is negative)."""
    places = [body.at(out * 0.36 * body.scale, 0) for out in OUT]
    heights = [body.reach(place, -body.down, 0.6 * body.scale) for place in places]
    seen = [height for height in heights if height < 0.30 * body.scale]
    trapezius = float(np.mean(seen)) if seen else 0.15 * body.scale
    return -float(np.clip(trapezius, 0.10 * body.scale, 0.24 * body.scale)) - 0.06 * body.scale
