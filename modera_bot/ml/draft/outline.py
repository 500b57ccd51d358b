"""The silhouette of a garment and the rows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.colour import Flags, large_parts, opened


@dataclass(frozen=True, slots=True)
class Outline:
    """A silhouette, its bounding box (last pixels included) and its upright axis."""

    mask: Flags
    left: int
    right: int
    top: int
    bottom: int
    centre: float

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    def torso(self, y: float) -> tuple[int, int] | None:
        """The run of garment in the row that holds the centre, or lies nearest to it."""
        return run_at(self.mask[int(np.clip(y, 0, len(self.mask) - 1))], self.centre)


def outline_of(mask: Flags) -> Outline | None:
    mask = large_parts(opened(mask, 2), 0.5)
    if mask.sum() < 400:
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1])
    height = bottom - top + 1
    middles = []
    for y in range(int(top + 0.35 * height), int(bottom - 0.05 * height), 3):
        widest = max(runs(mask[y]), key=lambda run: run[1] - run[0], default=None)
        if widest:
            middles.append(sum(widest) / 2)
    if not middles or height < 40:
        return None
    centre = float(np.median(middles))
    if not mask[:, int(centre)].any():
        return None
    return Outline(mask, int(columns[0]), int(columns[-1]), top, bottom, centre)


def runs(row: Flags) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    steps = np.diff(np.concatenate([[0], row.astype(np.int16), [0]]))
    return list(
        zip(
            np.flatnonzero(steps == 1).tolist(),
            (np.flatnonzero(steps == -1) - 1).tolist(),
            strict=True,
        )
    )


def run_at(row: Flags, x: float) -> tuple[int, int] | None:
    """The run that holds x, or else the nearest one."""
    return min(runs(row), key=lambda run: max(run[0] - x, x - run[1], 0), default=None)
