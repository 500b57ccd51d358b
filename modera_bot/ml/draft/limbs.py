"""How thick a person's bare arm is, and where: measured where it can be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.parsing.figure import OUT, Figure, Vector, along, capsule, length

#: Usual radii of a bare arm at shoulder, elbow and wrist, as shares of the body's scale.
USUAL = (0.135, 0.105, 0.075)

#: How far a person's arm may differ from that.
THINNEST, THICKEST = 0.75, 1.3

#: Old sleeves longer than this share of the arm leave too little of it to measure.
MEASURABLE = 0.8


@dataclass(frozen=True, slots=True)
class Arm:
    """A bare arm: its middle line (3, 2), shoulder to wrist, and its radii there, in pixels."""

    line: Vector
    radii: Vector

    def radius(self, distance: float) -> float:
        """Radius at a distance from the shoulder along the line."""
        upper = float(np.linalg.norm(self.line[1] - self.line[0]))
        return float(np.interp(distance, [0, upper, length(self.line)], self.radii))

    def region(self, shape: tuple[int, int], start: float = 0.0) -> Mask:
        """Where the arm is, 0 to 1, from `start` pixels down its line."""
        start = min(start, length(self.line))
        point, _, joint = along(self.line, start)
        mask = np.zeros(shape, np.float32)
        first, radius = point, self.radius(start)
        for last, thin in zip(self.line[joint + 1 :], self.radii[joint + 1 :], strict=True):
            mask = np.maximum(mask, capsule(shape, first, last, (radius, float(thin))))
            first, radius = last, float(thin)
        return mask


def bare_arm(body: Figure, side: int, sleeve_end: float) -> Arm:
    """The arm on one side, measured below the old sleeve, which covers `sleeve_end` of it."""
    line = body.arm(side)
    radii = np.array(USUAL, np.float32) * body.scale
    usual = Arm(line, radii)
    if sleeve_end > MEASURABLE or body.arm_seen[side] < 0.5:
        return usual
    whole = length(line)
    thickness, shifts = [], []
    for share in np.linspace(sleeve_end + 0.06, min(sleeve_end + 0.3, 0.95), 4):
        point, normal = across_arm(line, float(share) * whole, OUT[side], body.scale)
        limit = 2.2 * usual.radius(float(share) * whole)
        outer, inner = (body.reach(point, sign * normal, limit) for sign in (1, -1))
        if outer < limit and inner < limit:
            thickness.append((outer + inner) / 2 / usual.radius(float(share) * whole))
            shifts.append((outer - inner) / 2)
    if not thickness:
        return usual
    _, normal = across_arm(line, sleeve_end * whole, OUT[side], body.scale)
    shift = normal * float(np.median(shifts))
    factor = float(np.clip(np.median(thickness), THINNEST, THICKEST))
    moved = line + shift * np.array([[0.3], [1], [1]], np.float32)
    return Arm(moved.astype(np.float32), radii * np.float32(factor))


def across_arm(line: Vector, distance: float, out: float, scale: float) -> tuple[Vector, Vector]:
    """A point of the arm and the direction away from the body there, smooth at the elbow."""
    point, _, _ = along(line, distance)
    bones = np.diff(line, axis=0)
    bones = bones / np.linalg.norm(bones, axis=1, keepdims=True).clip(1e-6)
    past = (distance - float(np.linalg.norm(line[1] - line[0]))) / (0.3 * scale) + 0.5
    share = float(np.clip(past, 0, 1))
    bone = bones[0] * (1 - share) + bones[1] * share
    bone = bone / max(float(np.linalg.norm(bone)), 1e-6)
    normal = np.array([bone[1], -bone[0]], np.float32) * out
    return point, normal
