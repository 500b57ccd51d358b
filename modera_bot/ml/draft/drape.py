"""Lays a sleeve along an arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.draft.limbs import Arm, across_arm
from modera_bot.ml.draft.sleeves import SLICES, Sleeve, resampled
from modera_bot.ml.parsing.figure import OUT, Figure, Vector, length

#: How wide a sleeve hangs, over its flat width: it is flat at half of its circumference.
HANGING = 2 / np.pi

#: A sleeve is at most this much thicker than the arm, however bulky the old one was.
THICKEST = 1.9

#: A sleeve that covers more of the arm than this reaches the wrist.
LONG_SLEEVE = 0.74

#: Sleeves whose ends are nearer than this, in arm lengths, count as equally long.
SAME_SLEEVE = 0.1


@dataclass(frozen=True, slots=True)
class SleeveFit:
    """Where a sleeve goes: its edges on the body (SLICES, 2), as in `Sleeve`.

    `end` is how far from the shoulder joint, along the arm, it ends.
    """

    outer: Vector
    inner: Vector
    end: float


@dataclass(frozen=True, slots=True)
class Armhole:
    """The ends (2,) of the hole in a top, on the body, that a sleeve hangs on."""

    tip: Vector
    armpit: Vector

    def line(self, arm: Arm) -> Vector:
        """The middle line (3, 2) of a sleeve for `arm`: from here to the wrist."""
        start = (self.tip + self.armpit)[None] / 2
        return np.concatenate([start, arm.line[1:]]).astype(np.float32)


def drape(
    cut: Sleeve,
    body: Figure,
    arm: Arm,
    side: int,
    hole: Armhole,
    ratio: float,
    old_end: float | None,
) -> SleeveFit:
    """Lay a sleeve along the arm from the armhole.

    `ratio` is pixels on the body for one of the garment; `old_end` is the share of the arm
    that the old sleeve covers, None for a sleeve that reaches the wrist anyway.
    """
    tip, armpit, line = hole.tip, hole.armpit, hole.line(arm)
    whole = length(line)
    shoulder = length(arm.line) - whole  # from the joint to the armhole
    covers = whole if old_end is None else min(ratio * cut.length, whole)
    if old_end is not None:
        old = old_end * length(body.arm(side)) - shoulder
        if abs(old - covers) < SAME_SLEEVE * whole:
            covers = max(covers, old + 0.03 * body.scale)
    outer: list[Vector] = [tip, *_deltoid(body, side, tip, line)]
    inner: list[Vector] = [armpit]
    radii: list[float] = []
    for step in np.linspace(0.12, 1, 14):
        distance = float(step) * covers
        point, normal = across_arm(line, distance, OUT[side], body.scale)
        bare = arm.radius(distance + max(shoulder, 0))
        seen = body.reach(point, normal, 2.6 * bare)
        seen = seen if seen < 2.4 * bare else 1.1 * bare  # it runs along another limb
        half = HANGING * ratio * cut.cuff / 2 * (1.2 - 0.2 * float(step))
        radii.append(float(min(max(half, 1.05 * seen, 1.1 * bare), THICKEST * bare)))
        outer.append(point + normal * np.float32(np.mean(radii[-2:])))
        under = point - normal * np.float32(np.clip(half, 1.1 * bare, 1.5 * bare))
        blend = np.float32(np.clip((distance / body.scale - 0.05) / 0.3, 0, 1))
        inner.append(under + (armpit - under) * np.float32(0.6) * (1 - blend))
    return SleeveFit(
        outer=resampled(np.array(outer, np.float32), SLICES),
        inner=resampled(np.array(inner, np.float32), SLICES),
        end=shoulder + covers,
    )


def _deltoid(body: Figure, side: int, tip: Vector, line: Vector) -> list[Vector]:
    """Points of the shoulder's curve between its tip and the arm's outer side."""
    joint = body.shoulders[side]
    _, normal = across_arm(line, 0.0, OUT[side], body.scale)
    start = (tip - joint) / max(float(np.linalg.norm(tip - joint)), 1e-6)
    points = []
    for turn in (0.33, 0.66):
        toward = start * (1 - turn) + normal * turn
        toward = toward / max(float(np.linalg.norm(toward)), 1e-6)
        reach = body.reach(joint, toward, 0.34 * body.scale) / body.scale
        radius = 0.16 if reach > 0.3 else float(np.clip(1.03 * reach, 0.12, 0.21))
        points.append(joint + toward * radius * body.scale)
    return points
