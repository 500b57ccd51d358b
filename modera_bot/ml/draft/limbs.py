"""How thick a person's bare arm is, and where: measured where it can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, along, capsule, length
from modera_bot.ml.parsing.parse import Parsing

#: Usual radii of a bare arm, as shares of the body's scale: at the shoulder, down the upper arm,
#: at the elbow, where the forearm is thickest, down it, and at the wrist.
USUAL = (0.135, 0.120, 0.100, 0.102, 0.078, 0.062)

#: Where these are: the segment of the arm (upper arm, forearm), and the share of its length.
KNOTS = ((0, 0.0), (0, 0.5), (1, 0.0), (1, 0.25), (1, 0.7), (1, 1.0))

#: How much of a hand is palm, seen from its wrist: there its middle and width are measured.
PALM = (0.1, 0.35)

#: How far a person's arm may differ from that.
THINNEST, THICKEST = 0.75, 1.3

#: Old sleeves longer than this share of the arm leave too little of it to measure.
MEASURABLE = 0.8

#: How far below the old cuff an arm is measured, in shares of its length.
MEASURED = (0.05, 0.16)

#: How much of what the arm's middle lies off the bones is so at the shoulder, too.
SHOULDER_SHIFT = 0.3


@dataclass(frozen=True, slots=True)
class Arm:
    """A bare arm: its middle line (3, 2), shoulder to wrist, and its radii at `knots`, in pixels.

    Legs are alike, from hip to ankle, with knots of their own.
    """

    line: Vector
    radii: Vector
    knots: tuple[tuple[int, float], ...] = KNOTS

    def radius(self, distance: float) -> float:
        """Radius at a distance from the shoulder along the line."""
        return float(np.interp(distance, self._knots(), self.radii))

    def region(self, shape: tuple[int, int], start: float = 0.0) -> Mask:
        """Where the arm is, 0 to 1, from `start` pixels down its line."""
        start = min(start, length(self.line))
        places = [start, *(knot for knot in self._knots() if knot > start)]
        mask, margin = np.zeros(shape, np.float32), float(self.radii.max()) + 2
        low = np.floor(self.line.min(axis=0) - margin).astype(int).clip(0)
        high = np.ceil(self.line.max(axis=0) + margin).astype(int).clip(0, shape[::-1])
        part = mask[low[1] : high[1], low[0] : high[0]]
        for first, last in pairwise(places if len(places) > 1 else [start, start]):
            start_at, end_at = (along(self.line, place)[0] - low for place in (first, last))
            radii = self.radius(first), self.radius(last)
            np.maximum(part, capsule(part.shape, start_at, end_at, radii), out=part)
        return mask

    def _knots(self) -> list[float]:
        upper, fore = (float(bone) for bone in np.linalg.norm(np.diff(self.line, axis=0), axis=1))
        return [share * (fore if lower else upper) + lower * upper for lower, share in self.knots]


def bare_arms(body: Figure, parsed: Parsing) -> tuple[Arm, Arm]:
    """Both arms; under a sleeve to the wrist they are as usual, and lead to the hands."""
    arms = []
    for side in SIDES:
        end, hand = float(parsed.sleeve_ends[side]), parsed.hands[side]
        arm = bare_arm(body, side, end)
        arms.append(_led_to(hand, body, side, arm) if end > MEASURABLE else arm)
    return arms[0], arms[1]


def bare_arm(body: Figure, side: int, sleeve_end: float) -> Arm:
    """The arm on one side, measured below the old sleeve, which covers `sleeve_end` of it."""
    line = body.arm(side)
    radii = np.array(USUAL, np.float32) * body.scale
    usual = Arm(line, radii)
    if sleeve_end > MEASURABLE or body.arm_seen[side] < 0.5:
        return usual
    whole = length(line)
    thickness, shifts = [], []
    for share in sleeve_end + np.linspace(*MEASURED, 4):
        point, normal = across_arm(line, float(share) * whole, OUT[side], body.scale)
        limit = 2.2 * usual.radius(float(share) * whole)
        outer, inner = (body.reach(point, sign * normal, limit) for sign in (1, -1))
        if outer < limit and inner < limit:
            thickness.append((outer + inner) / 2 / usual.radius(float(share) * whole))
            shifts.append((outer - inner) / 2)
    if not thickness:
        return usual
    cuff = (sleeve_end + MEASURED[0]) * whole
    _, normal = across_arm(line, cuff, OUT[side], body.scale)
    upper = float(np.linalg.norm(line[1] - line[0]))
    # the shoulder joint stays nearly where it is, and yet no step may be seen at the old cuff
    stays = SHOULDER_SHIFT + (1 - SHOULDER_SHIFT) * min(cuff / max(upper, 1.0), 1)
    shift = normal * float(np.median(shifts)) / stays
    factor = float(np.clip(np.median(thickness), THINNEST, THICKEST))
    moved = line + shift * np.array([[SHOULDER_SHIFT], [1], [1]], np.float32)
    return Arm(moved.astype(np.float32), radii * np.float32(factor))


def _led_to(hand: Mask, body: Figure, side: int, usual: Arm) -> Arm:
    """The arm with its wrist moved to where the hand, if it is seen, begins."""
    wrist, reach = body.wrists[side], body.fingers[side] - body.wrists[side]
    long = float(np.linalg.norm(reach))
    aside = np.array([reach[1], -reach[0]], np.float32) / max(long, 1e-6)
    shifts = []
    for share in np.linspace(*PALM, 4):
        point = wrist + reach * float(share)
        steps = np.arange(-0.14, 0.14, 0.01)[:, None] * body.scale
        x, y = np.rint(point + steps * aside).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < hand.shape[1]) & (y < hand.shape[0])
        seen = steps[inside][hand[y[inside], x[inside]] > 0.5]
        if seen.size > 2:
            shifts.append(float(seen.mean()))
    if not shifts:
        return usual
    line = usual.line.copy()
    line[2] += aside * float(np.median(shifts))
    return Arm(line, usual.radii)


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
