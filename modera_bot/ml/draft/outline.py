"""The silhouette of a garment and the rows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.colour import Flags, large_parts, opened

#: What stands in the neck, such as a dummy's or a hanger's hook, is narrower than this, over the
#: torso's width; half as thick as a hook at most, as a share of the longest edge.
NECK, HOOK = 0.42, 0.007


@dataclass(frozen=True, slots=True)
class Outline:
    """A silhouette, its bounding box (last pixels included) and its upright axis.

    `shoulders` is the row in which they begin, below what stands in the neck.
    """

    mask: Flags
    left: int
    right: int
    top: int
    bottom: int
    centre: float
    shoulders: int

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def length(self) -> int:
        """From the shoulders to the hem."""
        return self.bottom - self.shoulders + 1

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
    body = []
    for y in range(int(top + 0.35 * height), int(bottom - 0.05 * height), 3):
        widest = max(runs(mask[y]), key=lambda run: run[1] - run[0], default=None)
        if widest:
            body.append(widest)
    if not body or height < 40:
        return None
    first, last = np.median(body, axis=0)
    centre = float(np.median(np.mean(body, axis=1)))
    if not mask[:, int(centre)].any():
        return None
    shoulders = _shoulders(mask, NECK * float(last - first))
    mask[:shoulders] = opened(mask, HOOK * max(mask.shape))[:shoulders]
    top = int(np.flatnonzero(mask.any(axis=1))[0])
    return Outline(mask, int(columns[0]), int(columns[-1]), top, bottom, centre, shoulders)


def _shoulders(mask: Flags, width: float) -> int:
    """The first row whose outermost pixels are at least `width` apart."""
    extent = mask.shape[1] - mask[:, ::-1].argmax(axis=1) - mask.argmax(axis=1)
    return int((mask.any(axis=1) & (extent >= width)).argmax())


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
