"""A photo on the canvas that a hosted model works on, and its picture back in the photo's frame.

Models take certain sizes or ratios. The photo is scaled to fit; where its ratio is not to be
had, its edges are carried on to fill the canvas, and cut off again afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from modera_bot.errors import BackendError, Code
from modera_bot.ml.base import Picture

#: A returned picture's ratio may differ from the canvas by this share; more is another frame.
OTHER_RATIO = 0.04

Ratio = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """A canvas of `size` with the photo in `box` (left, top, width, height), in pixels."""

    size: tuple[int, int]
    box: tuple[int, int, int, int]


def free_frame(width: int, height: int, *, pixels: float, step: int = 16) -> Frame:
    """A canvas of about `pixels` in the photo's own ratio, both sides divisible by `step`.

    Ratios beyond 1:3 and 3:1 are filled up to those.
    """
    ratio = min(max(width / height, 1 / 3), 3.0)
    tall = max(step, round(math.sqrt(pixels / ratio) / step) * step)
    wide = max(step, round(tall * ratio / step) * step)
    wide = min(max(wide, math.ceil(tall / 3 / step) * step), 3 * tall)
    return _placed((wide, tall), width / height, step)


def nearest_ratio(width: int, height: int, ratios: Iterable[Ratio]) -> Ratio:
    """The ratio that changes the photo's frame least."""
    wanted = math.log(width / height)
    return min(ratios, key=lambda ratio: abs(math.log(ratio[0] / ratio[1]) - wanted))


def fixed_frame(width: int, height: int, ratio: Ratio, *, pixels: float) -> Frame:
    """A canvas of about `pixels` in a given ratio."""
    tall = math.sqrt(pixels * ratio[1] / ratio[0])
    return _placed((round(tall * ratio[0] / ratio[1]), round(tall)), width / height, 1)


def _placed(size: tuple[int, int], ratio: float, slack: int) -> Frame:
    """The photo as large as it can be, centred; a difference of rounding is stretched away."""
    width, height = size
    inner_width, inner_height = min(width, height * ratio), min(height, width / ratio)
    if width - inner_width <= slack and height - inner_height <= slack:
        return Frame(size, (0, 0, width, height))
    wide, tall = round(inner_width), round(inner_height)
    return Frame(size, ((width - wide) // 2, (height - tall) // 2, wide, tall))


def framed(photo: Picture, frame: Frame) -> Picture:
    """The photo on its canvas. Runs in a picture process, which has OpenCV."""
    import cv2

    from modera_bot.ml.colour import sized

    left, top, width, height = frame.box
    placed = sized(photo, (width, height))
    right, bottom = frame.size[0] - left - width, frame.size[1] - top - height
    if not (left or top or right or bottom):
        return placed
    return np.asarray(
        cv2.copyMakeBorder(placed, top, bottom, left, right, cv2.BORDER_REPLICATE), np.uint8
    )


def unframed(made: Picture, frame: Frame) -> Picture:
    """What a model returned for the canvas, without what was filled up.

    It may have another scale. Raises BackendError when it shows another frame altogether.
    """
    height, width = made.shape[:2]
    ratio = (width / height) / (frame.size[0] / frame.size[1])
    if not 1 / (1 + OTHER_RATIO) <= ratio <= 1 + OTHER_RATIO:
        wanted = f"{frame.size[0]}×{frame.size[1]}"
        raise BackendError(Code.BACKEND_FAILED, f"a picture of {width}×{height} for {wanted}")
    across, down = width / frame.size[0], height / frame.size[1]
    left, top, wide, tall = frame.box
    columns = slice(round(left * across), round((left + wide) * across))
    rows = slice(round(top * down), round((top + tall) * down))
    return np.ascontiguousarray(made[rows, columns])
