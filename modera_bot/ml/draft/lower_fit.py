"""Decides where each part of a bottom goes on a body.

Trousers are two strips, one a leg, that meet in the middle above the crotch; a skirt is one.
Lengths on the body are shares of its scale (the shoulder width) or of its torso's length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modera_bot.ml.draft.limbs import Arm as Limb
from modera_bot.ml.draft.limbs import across_arm
from modera_bot.ml.draft.lower_shape import LowerShape
from modera_bot.ml.draft.torso import body_half, usual_half
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, along, length
from modera_bot.ml.parsing.lower import TO_THE_FOOT, Lower
from modera_bot.ml.parsing.parse import Parsing

#: Where a waistband sits and the crotch is, in torso lengths below the collar. A top that ends
#: above the waistband, or is tucked in, has it where the top ends.
WAISTBAND, CROTCH = 0.86, 1.2

#: A bottom is at least this much wider than the body, and at the hips at most so much.
CLOSEST, WIDEST = 1.03, 1.1

#: How much wider than the hips a skirt usually is there.
FLARE = 1.1

#: How far from the torso's axis the hips' middle may be, as a share of the scale.
MOST_ASIDE = 0.08

#: Legs of trousers that lie flat are wider than they hang.
HANGING = 1.0

#: Trousers that cover more of the way from waist to ankle reach the ankle, and hang over it by
#: as much of the leg; or as the old ones do.
TO_THE_ANKLE, OVER_ANKLE = 0.84, 1.02

#: A hem nearer than this to the old one, in shares of the leg, counts as the same.
SAME_HEM = 0.05

#: A leg as wide as the old one but for this share is taken for as wide: nothing is erased.
SAME_WIDTH = 0.15

#: How far down a leg, as a share of it, its inner side still leads away from the crotch.
INNER = 0.3

#: Over how many rows to either side widths are smoothed: hands hide where the hips end.
SMOOTHED = 3


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a bottom: edges (n, 2) on the body and in the garment's cut-out."""

    body: tuple[Vector, Vector]
    garment: tuple[Vector, Vector]


@dataclass(frozen=True, slots=True)
class LowerFit:
    """Where a bottom goes: the strips, left first, and where it ends on each leg.

    `ends` (2,) are shares of the legs, which may be above 1: over the ankle.
    """

    strips: tuple[Strip, ...]
    ends: Vector


def fit_bottom(
    shape: LowerShape, body: Figure, parsed: Parsing, lower: Lower, legs: tuple[Limb, Limb]
) -> LowerFit:
    """Fit the bottom of `shape` on `body`, whose bare `legs` are known."""
    return _Fitting(shape, body, parsed, lower, legs).fit()


class _Fitting:
    def __init__(
        self,
        shape: LowerShape,
        body: Figure,
        parsed: Parsing,
        lower: Lower,
        legs: tuple[Limb, Limb],
    ) -> None:
        self.shape, self.body, self.parsed, self.lower = shape, body, parsed, lower
        self.legs = legs
        self.waist = min(lower.waist, WAISTBAND * body.torso)
        self.crotch = CROTCH * body.torso
        self.aside = self._aside()
        self.across = self._scale()
        self.end = self._end()

    def fit(self) -> LowerFit:
        ends = np.array([self.end, self.end], np.float32)
        if self.shape.legs is None:
            return LowerFit((self._skirt(),), ends)
        return LowerFit(tuple(self._trouser(side, rows) for side, rows in self._sides()), ends)

    def _sides(self) -> list[tuple[int, Vector]]:
        assert self.shape.legs is not None
        return list(zip(SIDES, self.shape.legs, strict=True))

    def _scale(self) -> float:
        """Pixels on the body for one of the garment: no picture tells a size, so it fits.

        At the hips; a skirt flares there, so at its waist as well, which may be cut higher.
        """
        hips = self.crotch - 0.05 * self.body.torso
        widths = [sum(self._hip(down, side) for side in SIDES) for down in (self.waist, hips)]
        if self.shape.crotch is not None:
            rise = float(self.shape.crotch[1] - self.shape.waist[1])
            share = (hips - self.waist) / (self.crotch - self.waist)
            return CLOSEST * widths[1] / max(self.shape.width(share * rise), 1.0)
        at_waist = CLOSEST * widths[0] / max(self.shape.width(0), 1.0)
        at_hips = FLARE * widths[1] / max(self.shape.width((hips - self.waist) / at_waist), 1.0)
        return float(np.sqrt(at_waist * at_hips))

    def _at(self, across: float, down: float) -> Vector:
        """A point so far from the hips' middle, and so far down from the collar."""
        return self.body.at(self.aside + across, down)

    def _aside(self) -> float:
        """How far the hips' middle is off the torso's axis, where both their sides are seen."""
        rows = np.linspace(self.lower.waist + 0.02 * self.body.torso, self.crotch, 8)
        asides = []
        for down in rows.tolist():
            usual = usual_half(self.body, down)
            left, right = (self._seen(down, side) for side in SIDES)
            if 0.7 * usual < min(left, right) and max(left, right) < 1.5 * usual:
                asides.append((right - left) / 2)
        most = MOST_ASIDE * self.body.scale
        return float(np.clip(np.median(asides), -most, most)) if asides else 0.0

    def _seen(self, down: float, side: int) -> float:
        """How far the old garment reaches to one side of the torso's axis."""
        out, limit = OUT[side] * self.body.right, 1.5 * usual_half(self.body, down)
        return self.body.reach(self.body.at(0, down), out, limit, self.lower.region)

    def _hip(self, down: float, side: int) -> float:
        """Half the clothed hips; as usual where a hand hides their edge."""
        body = self.body
        low = max(self.lower.waist + 0.02 * body.torso, down)
        usual, seen = usual_half(body, low), self._seen(low, side)
        x, y = np.rint(body.at(OUT[side] * (seen + 0.02 * body.scale), low)).astype(int)
        height, width = body.mask.shape
        hidden = self.parsed.hands[side][min(y, height - 1), np.clip(x, 0, width - 1)] > 0.3
        widest = max(seen, usual) if hidden or seen < 0.7 * usual else seen
        half = min(widest, body_half(body, self.parsed, min(down, 1.25 * body.torso), side))
        return half - OUT[side] * self.aside

    def _end(self) -> float:
        """The share of the legs, from the hip joint, that is covered."""
        body, shape = self.body, self.shape
        leg = float(np.mean([length(body.leg(side)) for side in SIDES]))
        hips = body.place(body.hips.mean(axis=0))[1]
        long = self.across * (shape.bottom - float(shape.waist[1]))
        covers = long / (hips + leg - WAISTBAND * body.torso)
        old = float(self.lower.ends.mean())
        if covers > TO_THE_ANKLE and shape.legs:
            return old + 0.01 if old > TO_THE_FOOT else OVER_ANKLE
        end = (WAISTBAND * body.torso + long - hips) / leg
        return old + 0.01 if abs(end - old) < SAME_HEM else float(np.clip(end, 0.15, 1.0))

    def _trouser(self, side: int, leg: Vector) -> Strip:
        """One leg and its half of the hips; inner edges first."""
        hips, of_hips = self._hip_rows(side)
        rows, of_rows = self._leg_rows(side, leg, hips[-1])
        body, garment = np.concatenate([hips, rows]), np.concatenate([of_hips, of_rows])
        return Strip((body[:, 0], body[:, 1]), (garment[:, 0], garment[:, 1]))

    def _hip_rows(self, side: int) -> tuple[Vector, Vector]:
        """Inner and outer edge (n, 2, 2) from waist to crotch, on the body and in the garment."""
        shape = self.shape
        assert shape.crotch is not None
        shares = np.linspace(0, 1, len(shape.rows), dtype=np.float32)
        downs = self.waist + (self.crotch - self.waist) * shares
        centres = shape.waist + (shape.crotch - shape.waist) * shares[:, None]
        edges = shape.rows[:, 1 + side]
        cuts = self.across * np.abs(edges - centres[:, 0])
        halves = _smooth([self._half(*row, side) for row in zip(downs, cuts, strict=True)])
        on_body = [
            (self._at(0, down), self._at(OUT[side] * half, down))
            for down, half in zip(downs, halves, strict=True)
        ]
        inner, outer = (np.stack([x, shape.rows[:, 0]], axis=1) for x in (centres[:, 0], edges))
        return np.array(on_body, np.float32), np.stack([inner, outer], axis=1)

    def _leg_rows(self, side: int, leg: Vector, crotch: Vector) -> tuple[Vector, Vector]:
        """The same from below the crotch, whose edges are given, to the hem."""
        body = self.body
        knee = self.legs[side].line[1]
        ankle = body.ankles[side] + knee - body.knees[side]
        line = np.stack([crotch.mean(axis=0), knee, ankle])
        whole, joints = length(line), length(body.leg(side))
        lost = joints - whole  # between hip joint and crotch
        covers = max(self.end * joints - lost, 0.1 * whole)
        distances = np.linspace(0, covers, len(leg))[1:]
        cuts = HANGING * self.across * (leg[1:, 2] - leg[1:, 1]) / 2
        places = [across_arm(line, float(d), OUT[side], body.scale) for d in distances]
        outs, intos = (
            _smooth(
                [
                    self._leg_half(point, sign * normal, side, float(distance) + lost, float(cut))
                    for (point, normal), distance, cut in zip(places, distances, cuts, strict=True)
                ]
            )
            for sign in (1, -1)
        )
        half = float(np.linalg.norm(crotch[1] - crotch[0])) / 2
        rows = []
        for (point, normal), distance, out, into in zip(
            places, distances, outs, intos, strict=True
        ):
            blend = float(np.clip(distance / (INNER * whole), 0, 1))
            below = crotch[0] + body.down * np.float32(distance)
            inner = below + (point - normal * into - below) * np.float32(blend**0.5)
            rows.append((inner, point + normal * np.float32(half + (out - half) * blend)))
        of = np.stack([leg[1:, (2 - side, 0)], leg[1:, (1 + side, 0)]], axis=1)
        return np.array(rows, np.float32), of

    def _half(self, down: float, cut: float, side: int) -> float:
        """Half the new hips: at least what the body's are, and as they are cut."""
        own = self._hip(down, side)
        return float(np.clip(cut, CLOSEST * own, WIDEST * own))

    def _leg_half(
        self, point: Vector, normal: Vector, side: int, distance: float, cut: float
    ) -> float:
        """Half a trouser leg on one side of the bone: as cut, or as the old one if alike."""
        bare = 1.05 * self.legs[side].radius(distance)
        seen = CLOSEST * self.body.reach(point, normal, 3 * bare)
        half = max(cut, bare)
        if distance > float(self.lower.ends[side]) * length(self.body.leg(side)):
            return max(half, min(seen, 1.5 * bare))  # no bare leg may stick out
        return seen if abs(half - seen) < SAME_WIDTH * seen else half

    def _skirt(self) -> Strip:
        body, shape = self.body, self.shape
        ends = [along(body.leg(side), self.end * length(body.leg(side)))[0] for side in SIDES]
        hem = np.mean(ends, axis=0)
        bottom = body.place(hem)[1]
        shares = (shape.rows[:, 0] - shape.rows[0, 0]) / np.ptp(shape.rows[:, 0])
        downs = self.waist + (bottom - self.waist) * shares
        edges = []
        for side in SIDES:
            cuts = self.across * np.abs(shape.rows[:, 1 + side] - shape.waist[0])
            halves = [self._skirt_half(*row, side) for row in zip(downs, cuts, strict=True)]
            places = zip(downs, _smooth(halves), strict=True)
            edges.append(np.array([self._at(OUT[side] * half, down) for down, half in places]))
        of = [shape.rows[:, (1 + side, 0)] for side in SIDES]
        return Strip((edges[0], edges[1]), (of[0], of[1]))

    def _skirt_half(self, down: float, cut: float, side: int) -> float:
        """Half a skirt: as the hips down to them, then at least around the thighs."""
        own = self._hip(down, side)
        if down < self.crotch:
            return max(cut, CLOSEST * own)
        line = self.body.leg(side)
        point, _, _ = along(line, max(0.0, down - self.body.place(line[0])[1]))
        reach = abs(self.body.place(point)[0]) + self.legs[side].radius(down - self.crotch)
        return max(cut, CLOSEST * reach)


def _smooth(halves: Sequence[float]) -> Vector:
    """Widths without jumps from row to row; the first stays as it is, for what it is sewn to."""
    framed = np.pad(np.array(halves, np.float32), SMOOTHED, mode="reflect", reflect_type="odd")
    window = np.hanning(2 * SMOOTHED + 3)[1:-1]
    smooth: Vector = np.convolve(framed, window / window.sum(), mode="valid").astype(np.float32)
    return smooth
