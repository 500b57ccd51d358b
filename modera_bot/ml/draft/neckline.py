"""Finds a garment's neck: where the shoulders end, and how the front neckline runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.colour import Colours
from modera_bot.ml.draft.outline import Outline
from modera_bot.ml.parsing.figure import OUT, SIDES, Vector

#: Necklines are seldom flatter than this, depth over width; flatter ones must contrast more,
#: by this ΔE for each 1 of it.
USUAL_NECK, FLATNESS = 0.3, 60.0

#: A contrast (ΔE) fainter than this is no neckline.
FAINTEST = 12.0


def neck_points(outline: Outline, line: NDArray[np.int32], armpits: Vector, tips: Vector) -> Vector:
    """Where shoulders meet the neck: the upper edge's largest bulge over a straight line."""
    necks = []
    for side in SIDES:
        half = abs(float(armpits[side, 0]) - outline.centre)
        inner, outer = 0.10 * half, abs(float(tips[side, 0]) - outline.centre)
        columns = (outline.centre + OUT[side] * np.arange(inner, max(outer, inner + 1))).astype(int)
        columns = columns.clip(outline.left, outline.right)
        heights = line[columns].astype(np.float32)
        chord = np.linspace(heights[0], heights[-1], len(columns))
        x = int(columns[(chord - heights).argmax()])
        if not 0.15 * half <= abs(x - outline.centre) <= 0.75 * half:
            x = int(outline.centre + OUT[side] * 0.38 * half)
        necks.append((x, line[x]))
    return np.array(necks, np.float32)


def neckline(
    lab: Colours, outline: Outline, line: NDArray[np.int32], necks: Vector
) -> tuple[Vector, float]:
    """The front neckline: its two ends on the shoulders, and how deep it hangs below them.

    Of half ellipses hung between the shoulders, the one with the strongest contrast all along
    it: it parts the front from the inside of the back, which lies in shadow. A straight
    stripe contrasts but in places. `necks` is where the search begins.
    """
    collar, middle = float(necks[1, 0] - necks[0, 0]), float(necks[:, 0].mean())
    drops = np.arange(0.16, 1.0, 0.025) * collar
    best, found, depth = FAINTEST, necks, 0.0
    for width in np.arange(0.9, 1.6, 0.07) * collar:
        columns = np.rint(middle + np.array([-0.5, 0.5]) * width).astype(int)
        if (columns < outline.left).any() or (columns > outline.right).any():
            break
        ends = np.stack([columns, line[columns]], axis=1).astype(np.float32)
        scores = _contrast(lab, ends, float(width), drops, max(1.5, 0.03 * collar))
        scores -= FLATNESS * np.maximum(0, USUAL_NECK - drops / width)
        if scores.max() > best:
            best, found, depth = float(scores.max()), ends, float(drops[scores.argmax()])
    if depth:
        return found, depth
    dip = float(line[int(outline.centre)]) - float(necks[:, 1].mean())
    return necks, dip if dip > 0.12 * collar else 0.38 * collar


def _contrast(
    lab: Colours, ends: Vector, width: float, drops: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """How strong (ΔE) half ellipses of several depths part what is in them from what is below.

    An inside that is darker counts more: the back of a garment lies in shadow.
    """
    turn = np.linspace(0.08, 0.92, 33) * np.pi
    across, hang = np.broadcast_arrays(np.cos(turn) * width / 2, np.sin(turn) * drops[:, None])
    rim = ends.mean(axis=0) + np.stack([across, hang], axis=-1)
    normal = np.stack(
        np.broadcast_arrays(np.cos(turn) * drops[:, None], np.sin(turn) * width / 2), axis=-1
    )
    normal = normal * (step / np.linalg.norm(normal, axis=-1, keepdims=True))
    inside, outside = (_samples(lab, rim + sign * normal) for sign in (-1, 1))
    contrast = np.minimum(np.linalg.norm(inside - outside, axis=-1), 25).mean(axis=-1)
    shade = (outside[..., 0] - inside[..., 0]).clip(-25, 25).mean(axis=-1)
    return np.asarray(contrast + 0.6 * shade, np.float64)


def _samples(lab: Colours, points: NDArray[np.float64]) -> Colours:
    height, width = lab.shape[:2]
    x, y = np.moveaxis(np.rint(points).astype(int).clip(0, (width - 1, height - 1)), -1, 0)
    return np.asarray(lab[y, x])
