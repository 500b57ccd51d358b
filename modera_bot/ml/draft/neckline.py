"""Finds a garment's neck: where the shoulders end, and how the front neckline runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.draft.colour import Colours
from modera_bot.ml.draft.figure import OUT, SIDES, Vector
from modera_bot.ml.draft.outline import Outline

#: Necklines are seldom flatter than this, depth over width.
USUAL_NECK = 0.3


def collar(outline: Outline, line: NDArray[np.int32], armpits: Vector, tips: Vector) -> Vector:
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
    stripe contrasts but in places. `necks`, the collar's ends, is where the search begins.
    """
    collar, middle = float(necks[1, 0] - necks[0, 0]), float(necks[:, 0].mean())
    turn = np.linspace(0.08, 0.92, 33) * np.pi
    step = max(1.5, 0.03 * collar)
    best, found, depth = 12.0, necks, 0.0
    for width in np.arange(0.9, 1.6, 0.07) * collar:
        columns = np.rint(middle + np.array([-0.5, 0.5]) * width).astype(int)
        if (columns < outline.left).any() or (columns > outline.right).any():
            break
        ends = np.stack([columns, line[columns]], axis=1).astype(np.float32)
        across, hang = np.cos(turn) * width / 2, np.sin(turn)
        for drop in np.arange(0.16, 1.0, 0.025) * collar:
            rim = ends.mean(axis=0) + np.stack([across, hang * drop], axis=1)
            normal = np.stack([np.cos(turn) * drop, np.sin(turn) * width / 2], axis=1)
            normal *= step / np.linalg.norm(normal, axis=1, keepdims=True)
            inside, outside = (_samples(lab, rim + sign * normal) for sign in (-1, 1))
            contrast = np.minimum(np.linalg.norm(inside - outside, axis=1), 25)
            shade = (outside[:, 0] - inside[:, 0]).clip(-25, 25)
            flat = max(0.0, USUAL_NECK - drop / width)
            score = float(contrast.mean() + 0.6 * shade.mean() - 60 * flat)
            if score > best:
                best, found, depth = score, ends, float(drop)
    if depth:
        return found, depth
    dip = float(line[int(outline.centre)]) - float(necks[:, 1].mean())
    return necks, dip if dip > 0.12 * collar else 0.38 * collar


def _samples(lab: Colours, points: NDArray[np.float64]) -> Colours:
    height, width = lab.shape[:2]
    x, y = np.rint(points).astype(int).clip(0, (width - 1, height - 1)).T
    return np.asarray(lab[y, x])
