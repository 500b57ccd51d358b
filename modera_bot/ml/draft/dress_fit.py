"""Decides where each part of a dress goes on a body: above the waist as a top does, below it
as its skirt falls.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.colour import Flags
from modera_bot.ml.draft.fit import Fit, Fitting
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import Arm
from modera_bot.ml.draft.outline import run_at
from modera_bot.ml.draft.torso import body_half
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector
from modera_bot.ml.parsing.lower import Lower, end_of
from modera_bot.ml.parsing.parse import Parsing

#: Where a body is narrowest, in torso lengths (shoulders to hip joints) below the collar.
WAIST = 0.5

#: A dress's waist is sought in this share of the way from its armpits to its hem.
WAIST_SPAN = 0.55

#: A dress no narrower at the waist than this share of its chest is cut straight: it says
#: nothing of where its waist is, which then lies this many chest widths below the neck.
STRAIGHT, USUAL_WAIST = 0.96, 1.2

#: Between how many torso lengths below the collar a dress ends: mid-thigh and ankles.
HEMS = (1.35, 2.6)

#: A hem that would end this near to the old one, in torso lengths, ends there: what proportions
#: tell is rough, and what is covered need not be erased.
SAME_HEM = 0.15

#: How far down, in torso lengths, the hips end, below which a skirt hangs free; and over how
#: many above them it ever less lies on them.
HIPS, FREE = 1.15, 0.4


def fit_dress(
    shape: TopShape,
    garment: Flags,
    body: Figure,
    parsed: Parsing,
    lower: Lower,
    arms: tuple[Arm, Arm],
) -> Fit:
    """Fit the dress of `shape`, whose silhouette is `garment`, on `body` with bare `arms`.

    `lower` is what is worn there, with whose hem it ends if that is near.
    """
    old = min(end_of(body, side, float(lower.ends[side])) for side in SIDES)
    return _DressFitting(shape, waist_of(shape, garment), old, body, parsed).fit(arms)


def waist_of(shape: TopShape, garment: Flags) -> float:
    """The row of a dress's picture at which it is narrowest, or usually would be."""
    first = float(shape.armpits[:, 1].max())
    rows = np.arange(int(first), int(first + WAIST_SPAN * (shape.bottom - first)))
    runs = [run_at(garment[y], shape.centre) for y in rows]
    widths = np.array([run[1] - run[0] if run else np.inf for run in runs], np.float32)
    if not widths.size or widths.min() > STRAIGHT * shape.chest:
        return shape.neck_y + USUAL_WAIST * shape.chest
    narrow = rows[widths < 1.01 * widths.min()]
    return float(narrow.mean())


class _DressFitting(Fitting):
    def __init__(
        self, shape: TopShape, waist: float, old_hem: float, body: Figure, parsed: Parsing
    ) -> None:
        self.waist, self.old_hem = waist, old_hem
        super().__init__(shape, body, parsed)

    def _hem(self) -> float:
        """As far below the waist as the garment's own proportions have it."""
        shape, torso = self.shape, self.body.torso
        down = (WAIST * torso - self.neck_top) / max(self.waist - shape.neck_y, 1.0)
        low, high = (share * torso for share in HEMS)
        hem = float(np.clip(self.neck_top + down * (shape.bottom - shape.neck_y), low, high))
        near = abs(self.old_hem - hem) < SAME_HEM * torso
        return self.old_hem + 0.01 * torso if near else hem

    def _downs(self, first: float, shares: Vector) -> Vector:
        """Waist on waist; above and below, evenly."""
        pit_y = float(self.shape.armpits[:, 1].mean())
        rows = [pit_y, self.waist, self.shape.bottom]
        places = [first, max(WAIST * self.body.torso, first + 1), self.hem]
        downs: Vector = np.interp(
            pit_y + shares * (self.shape.bottom - pit_y), rows, places
        ).astype(np.float32)
        return downs

    def _halves(self, down: float, row: Vector) -> NDArray[np.float64]:
        """Down to the hips as wide as a top; below, as wide as it is cut, past the thighs."""
        cut = np.array([self.across * abs(float(row[1 + s]) - self.shape.centre) for s in SIDES])
        hips = HIPS * self.body.torso
        thighs = np.array([body_half(self.body, self.parsed, hips, side) for side in SIDES])
        free = float(np.clip((down - hips) / (FREE * self.body.torso) + 1, 0, 1))
        skirt = np.maximum(cut, thighs * min(1, hips / down))
        halves: NDArray[np.float64] = skirt * free + super()._halves(down, row) * (1 - free)
        return halves
