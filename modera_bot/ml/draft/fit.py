"""Decides where each part of a top goes on a body.

Lengths on the body are shares of its scale (the shoulder width) or of its torso's length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.draft.drape import LONG_SLEEVE, Armhole, SleeveFit, drape
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import Arm
from modera_bot.ml.draft.torso import body_half, neck_top, usual_half
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, length
from modera_bot.ml.parsing.parse import Parsing

#: A top hangs at least this much clear of the body, and at most this much wider than usual.
CLOSEST, WIDEST = 1.03, 1.32

#: Cloth that lies flat in a product shot is wider than it hangs, since a body is round: how
#: much of the width beyond the torso's own is seen when it is worn.
EASE = 0.4

#: How much of the torso's half width faces the eye squarely.
FACING = 0.55

#: Between which shares of the torso's length a top of usual proportions ends, or a cropped one.
HEMS, CROPPED_HEMS = (0.96, 1.2), (0.62, 1.12)

#: What the product shot tells about length is rough; the old top, if within this many torso
#: lengths, tells how long this person's tops are, and counts as much.
LIKE_HEM = 0.35

#: By how much a top is scaled down the body, over how much it is across.
LENGTHENED = (0.75, 1.2)

#: The same across its middle, where prints are: as down the body, but hardly less than across.
MIDDLE = 0.95

#: A photo that ends less than this many torso lengths below the collar shows no hem.
CUT_OFF = 1.4

#: A hem that would end this much above or below the old one, in torso lengths, counts as the
#: same: the new top then just covers the old one, and nothing need be erased.
SAME_HEM = (0.16, 0.08)


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a top goes. `body` and `garment` (n, 2) are points that belong together.

    `tips`, `armpits` and `necks` (2, 2) are key points on the body by side, `edge` (m, 2) the
    torso part's rough outline there and `sides` its two upright lines, from the armpits down.
    `hem` is how far down from the collar it ends.
    """

    body: Vector
    garment: Vector
    edge: Vector
    sides: tuple[Vector, Vector]
    tips: Vector
    armpits: Vector
    necks: Vector
    hem: float
    sleeves: tuple[SleeveFit | None, SleeveFit | None]


def fit(shape: TopShape, body: Figure, parsed: Parsing, arms: tuple[Arm, Arm]) -> Fit:
    """Fit the top of `shape` on `body`, whose bare `arms` are known."""
    return Fitting(shape, body, parsed).fit(arms)


class Fitting:
    """One top on one body; collects the points that belong together.

    What hangs below the waist may go elsewhere: `_hem`, `_downs` and `_halves` say where.
    """

    def __init__(self, shape: TopShape, body: Figure, parsed: Parsing) -> None:
        self.shape, self.body, self.parsed = shape, body, parsed
        self.on_body: list[Vector] = []
        self.on_garment: list[Vector] = []
        self.tips = np.stack([self._tip(side) for side in SIDES])
        self.across = self._scale()
        self.neck_top = neck_top(body)
        self.hem = self._hem()
        self.along = self._along()
        self.middle = max(self.along, MIDDLE * self.across)

    def fit(self, arms: tuple[Arm, Arm]) -> Fit:
        necks, armpits = self._necks(), self._armpits()
        for side in SIDES:
            self._pair(necks[side], self.shape.necks[side])
            self._pair(self.tips[side], self.shape.tips[side])
            self._pair(armpits[side], self.shape.armpits[side])
            self._pair_shoulder(necks[side], side)
        self._pair_neckline(necks)
        sides = self._pair_torso(necks, armpits)
        sleeves = self._sleeves(armpits, arms)
        return Fit(
            body=np.array(self.on_body, np.float32),
            garment=np.array(self.on_garment, np.float32),
            edge=self._edge(necks, armpits, sides),
            sides=(np.array(sides[0], np.float32), np.array(sides[1], np.float32)),
            tips=self.tips,
            armpits=armpits,
            necks=necks,
            hem=self.hem,
            sleeves=sleeves,
        )

    def _pair(self, on_body: Vector, on_garment: Vector) -> None:
        self.on_body.append(on_body)
        self.on_garment.append(on_garment)

    def _tip(self, side: int) -> Vector:
        """The seam of the shoulder: where the outline is, up and out from the joint."""
        body = self.body
        direction = OUT[side] * 0.4 * body.right - 0.92 * body.down
        reach = body.reach(body.shoulders[side], direction, 0.35 * body.scale)
        reach = float(np.clip(reach, 0.09 * body.scale, 0.17 * body.scale))
        tip: Vector = body.shoulders[side] + direction * reach
        return tip

    def _scale(self) -> float:
        """Pixels on the body for one of the garment: no picture tells a size, so it fits."""
        chest = 0.33 * self.body.torso
        halves = [body_half(self.body, self.parsed, chest, side) for side in SIDES]
        return CLOSEST * sum(halves) / max(self.shape.chest, 1.0)

    def _hem(self) -> float:
        """How far below the collar the top ends."""
        shape, torso, old = self.shape, self.body.torso, self.parsed.hem
        long = shape.bottom - shape.neck_y
        low, high = HEMS if long > 1.05 * shape.chest else CROPPED_HEMS
        hem = float(np.clip(self.neck_top + self.across * long, low * torso, high * torso))
        if old is None:
            end = float(self.body.mask.shape[0] - self.body.collar[1])
            # an old top that the photo cuts off is covered beyond there
            return max(hem, end + 0.1 * torso) if end < CUT_OFF * torso else hem
        if abs(old - hem) > LIKE_HEM * torso:
            return hem
        hem = (hem + old) / 2
        covers = -SAME_HEM[0] * torso < hem - old < SAME_HEM[1] * torso
        return old + 0.01 * torso if covers else hem

    def _along(self) -> float:
        """Pixels down the body for one of the garment.

        Who is broader than the garment's mannequin widens it, but makes it no longer: the
        neckline and the sleeves grow as much as the whole garment does in length.
        """
        long = max(self.shape.bottom - self.shape.neck_y, 1.0)
        low, high = LENGTHENED
        along = (self.hem - self.neck_top) / long / self.across
        return self.across * float(np.clip(along, low, high))

    def _sleeves(
        self, armpits: Vector, arms: tuple[Arm, Arm]
    ) -> tuple[SleeveFit | None, SleeveFit | None]:
        """Both sleeves, or neither, reach the wrist.

        Whether they do shows by the chest, too, since a coat's length tells nothing of it.
        """
        holes = [Armhole(self.tips[side], armpits[side]) for side in SIDES]
        widest = max(self.across, self.along)
        long = any(
            cut is not None and widest * cut.length > LONG_SLEEVE * length(hole.line(arm))
            for cut, hole, arm in zip(self.shape.sleeves, holes, arms, strict=True)
        )
        one, other = (
            drape(
                cut,
                self.body,
                arms[side],
                side,
                holes[side],
                widest if long else self.along,
                None if long else float(self.parsed.sleeve_ends[side]),
            )
            if cut
            else None
            for side, cut in zip(SIDES, self.shape.sleeves, strict=True)
        )
        return one, other

    def _necks(self) -> Vector:
        """The neckline's ends: on the line from neck to shoulder tip, as wide as it is cut."""
        body = self.body
        middle = body.collar * 0.55 + body.chin * 0.45
        widths = [body.reach(middle, out * body.right, 0.3 * body.scale) for out in OUT]
        neck = float(np.clip(min(widths), 0.13 * body.scale, 0.19 * body.scale))
        cut = self.along * self.shape.neck_width / 2
        half = float(np.clip(cut, 1.02 * neck, 0.46 * body.scale))
        necks = []
        for side in SIDES:
            tip_across, tip_down = body.place(self.tips[side])
            start = 0.24 * body.scale
            share = float(np.clip((half - start) / max(abs(tip_across) - start, 1.0), 0, 0.8))
            down = self.neck_top + (tip_down - self.neck_top) * share
            necks.append(body.at(OUT[side] * half, down))
        return np.array(necks, np.float32)

    def _armpits(self) -> Vector:
        body, shape = self.body, self.shape
        armpits = []
        for side in SIDES:
            drop = self.along * float(shape.armpits[side, 1] - shape.tips[side, 1])
            down = body.place(self.tips[side])[1] + drop
            down = float(np.clip(down, 0.19 * body.torso, 0.46 * body.torso))
            half = self.across * abs(float(shape.armpits[side, 0]) - shape.centre)
            usual = usual_half(body, down)
            armpits.append(body.at(OUT[side] * float(np.clip(half, usual, 1.3 * usual)), down))
        return np.array(armpits, np.float32)

    def _pair_neckline(self, necks: Vector) -> None:
        """The lowest point of the neckline: as deep as it is cut."""
        shape, depth = self.shape, self.shape.neck_depth
        ends = float(np.mean([self.body.place(neck)[1] for neck in necks]))
        lowest = np.array([shape.centre, shape.neck_y + depth], np.float32)
        self._pair(self.body.at(0, ends + self.along * depth), lowest)

    def _pair_shoulder(self, neck: Vector, side: int) -> None:
        """The upper edge between neck and shoulder tip: cloth lies on the shoulder."""
        body, line, tip = self.body, self.shape.shoulder_line, self.tips[side]
        for share in (0.35, 0.7):
            ends = self.shape.necks[side, 0], self.shape.tips[side, 0]
            x = round(float(ends[0] * (1 - share) + ends[1] * share))
            if line[x] < 0:
                continue
            straight = neck * (1 - share) + tip * share
            across, down = body.place(straight)
            above = body.reach(body.at(across, 0), -body.down, 0.4 * body.scale)
            bulge = float(np.clip(above + down, 0.0, 0.06 * body.scale))
            lifted = straight - body.down * (bulge + 0.006 * body.scale)
            self._pair(lifted, np.array([x, line[x]], np.float32))

    def _pair_torso(self, necks: Vector, armpits: Vector) -> tuple[list[Vector], list[Vector]]:
        """Row by row from the armpits down; returns the two edges on the body."""
        body, shape = self.body, self.shape
        pit_y = float(shape.armpits[:, 1].mean())
        top, first = (float(np.mean([body.place(p)[1] for p in ends])) for ends in (necks, armpits))
        # armpits are where the body has them; what hangs from the neck may be higher up
        lift = 0.5 * (first - top - self.across * (pit_y - shape.neck_y))
        long = max(shape.bottom - pit_y, 1.0)
        shares = (shape.rows[:, 0] - pit_y) / long
        downs = self._downs(first, shares)
        halves = _smooth(
            np.stack([self._halves(*row) for row in zip(downs, shape.rows, strict=True)])
        )
        self._pair(body.at(0, first - lift), np.array([shape.centre, pit_y], np.float32))
        edges: tuple[list[Vector], list[Vector]] = ([], [])
        for share, down, half, (y, *xs) in zip(shares, downs, halves, shape.rows, strict=True):
            hangs = self._sag(share) - lift * (1 - share)
            self._pair(body.at(0, down + hangs), np.array([shape.centre, y], np.float32))
            for side, x in zip(SIDES, xs, strict=True):
                edge = body.at(OUT[side] * half[side], down)
                edges[side].append(edge)
                self._pair(edge, np.array([x, y], np.float32))
                # the middle keeps its proportions: cloth turns away from the eye at the sides
                cut = self.across * abs(x - shape.centre)
                inner = FACING * min(cut, half[side])
                at = body.at(OUT[side] * inner, down + hangs * (1 - (inner / half[side]) ** 2))
                aside = shape.centre + OUT[side] * inner / self.middle
                self._pair(at, np.array([aside, y], np.float32))
        return edges

    def _downs(self, first: float, shares: Vector) -> Vector:
        """Pixels below the collar of each row, which lie at `shares` of the way to the hem.

        `first` is where the armpits are. A print on the chest keeps its shape; what length
        differs is taken up further down.
        """
        long = self.shape.bottom - float(self.shape.armpits[:, 1].mean())
        hangs = self.hem - first
        natural = float(np.clip(self.middle * max(long, 1.0) / max(hangs, 1.0), 0.6, 1.35))
        eased = natural * shares + (1 - natural) * shares**2
        return (first + eased * hangs).astype(np.float32)

    def _halves(self, down: float, row: Vector) -> NDArray[np.float64]:
        """Half the new top's width on either side, in one row of the garment."""
        halves = []
        for side in SIDES:
            own = body_half(self.body, self.parsed, min(down, 1.3 * self.body.torso), side)
            cut = self.across * abs(float(row[1 + side]) - self.shape.centre)
            cut = own + EASE * (cut - own) if cut > own else cut
            widest = max(WIDEST * usual_half(self.body, down), own)
            halves.append(min(max(cut, CLOSEST * own), widest))
        return np.array(halves)

    def _sag(self, share: float) -> float:
        """How much lower than at its sides a top hangs in front: a hem runs around the body."""
        return 0.03 * self.body.scale * share * share

    def _edge(
        self, necks: Vector, armpits: Vector, sides: tuple[list[Vector], list[Vector]]
    ) -> Vector:
        """The torso's outline, with room for what stands above the neck and below the hem."""
        body = self.body
        up, lift, drop = (body.down * share * body.scale for share in (-0.22, -0.03, 0.06))
        left, right = (
            [necks[s] + up, self.tips[s] + lift, armpits[s], *sides[s], sides[s][-1] + drop]
            for s in SIDES
        )
        return np.array(left + right[::-1], np.float32)


def _smooth(halves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Widths (rows, 2) without jumps from row to row."""
    framed = np.concatenate([halves[:1], halves, halves[-1:]])
    return 0.25 * framed[:-2] + 0.5 * framed[1:-1] + 0.25 * framed[2:]
