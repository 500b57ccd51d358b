"""Where the old clothes end: the hem of the top, its cuffs, and what is worn on the legs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.colour import Colours, difference, nearest_colour
from modera_bot.ml.parsing.figure import Figure, Vector, length
from modera_bot.ml.parsing.skin import skin_likeness

#: Between which shares of the torso's length a top's hem is looked for.
HEM_RANGE = (0.6, 1.55)

#: Below this ΔE between the top and what is under it, the hem can't be seen.
HEM_CONTRAST = 9.0


def hem(lab: Colours, body: Figure, top: Colours, lower: Colours) -> float | None:
    """Where the top's colours give way to the lower garment's, in pixels from the collar."""
    steps, (first, last) = 80, HEM_RANGE
    columns = [
        _profile(
            lab,
            body.at(aside * body.scale, first * body.torso),
            body.at(aside * body.scale, last * body.torso),
            0.02 * body.scale,
            steps,
        )
        for aside in (-0.14, 0.0, 0.14)
    ]
    profile = np.stack(columns, axis=1)
    to_top, to_lower = nearest_colour(profile, top), nearest_colour(profile, lower)
    below = (1 / (1 + np.exp(np.clip((to_lower - to_top) / 4, -30, 30)))).mean(axis=1)
    at = split(below)
    if at in (0, steps) or to_top[at:].mean() < HEM_CONTRAST:
        return None
    return (first + (last - first) * at / steps) * body.torso


def sleeve_end(lab: Colours, body: Figure, side: int, tone: Vector, cloth: Colours) -> float:
    """The share of the arm that is under cloth: the best split into cloth, then skin."""
    return _covered(lab, body.arm(side), 0.05 * body.scale, tone, cloth)


def leg_end(lab: Colours, body: Figure, side: int, tone: Vector, cloth: Colours) -> float:
    """The share of the leg, from the hip joint to the ankle, that is under cloth."""
    return _covered(lab, body.leg(side), 0.06 * body.scale, tone, cloth)


def _covered(lab: Colours, line: Vector, half: float, tone: Vector, cloth: Colours) -> float:
    """The share of a limb that is under cloth; `line` (3, 2) are its joints."""
    profile = np.concatenate(
        [
            _profile(lab, line[0], line[1], half, 24),
            _profile(lab, line[1], line[2], 0.8 * half, 24),
        ]
    )
    closer = difference(profile, tone, 0.5) - nearest_colour(profile, cloth, 0.5)
    bare = ((skin_likeness(profile, tone) - 0.1) / 0.6).clip(0, 1)
    index = split((bare * 1.3 / (1 + np.exp(np.clip(closer / 3, -30, 30)))).clip(0, 1))
    upper, whole = length(line[:2]), max(length(line), 1e-6)
    reached = min(index, 24) / 24 * upper + max(index - 24, 0) / 24 * (whole - upper)
    return reached / whole


def split(second: NDArray[np.float32]) -> int:
    """Where a row of likelihoods of the second class is best split into first, then second."""
    wrong = np.concatenate([[0], np.cumsum(second)])
    wrong += np.concatenate([np.cumsum((1 - second)[::-1])[::-1], [0]])
    return int(wrong.argmin())


def _profile(lab: Colours, start: Vector, end: Vector, half: float, steps: int) -> Colours:
    """Median colour across a line, at `steps` places along it."""
    bone = end - start
    normal = np.array([-bone[1], bone[0]]) / max(float(np.linalg.norm(bone)), 1e-6)
    shares, offsets = np.linspace(0, 1, steps), np.linspace(-half, half, 7)
    points = start + shares[:, None, None] * bone + offsets[None, :, None] * normal
    height, width = lab.shape[:2]
    x, y = np.rint(points).astype(int).clip(0, (width - 1, height - 1)).transpose(2, 0, 1)
    return np.asarray(np.median(lab[y, x], axis=1), np.float32)
