"""A transparent canvas over a photo: what is never painted stays the photo, bit for bit."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.draft.colour import Colours

#: Coverage below this changes no channel by a whole grey level: it is dropped.
FAINTEST = 1 / 256


class Canvas:
    """Colours painted so far, premultiplied by how much they cover; (height, width)."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.paint: Colours = np.zeros((*shape, 3), np.float32)
        self.cover: Mask = np.zeros(shape, np.float32)

    def over(
        self,
        colour: Colours,
        alpha: Mask,
        box: tuple[slice, slice] = (slice(None), slice(None)),
    ) -> None:
        """Paint `colour` (RGB of 0..1) over what is there, within `box`."""
        self.paint[box] += (colour - self.paint[box]) * alpha[..., None]
        # the paint is premultiplied: what was there has lost `alpha` of its share already
        self.cover[box] += (1 - self.cover[box]) * alpha

    def darken(self, amount: Mask) -> None:
        """Cast a shadow: over the photo's pixels as over the paint."""
        self.over(np.zeros(3, np.float32), amount)

    def reveal(self, mask: Mask) -> None:
        """Let the photo through again: what is in front of everything painted so far."""
        self.paint *= (1 - mask)[..., None]
        self.cover *= 1 - mask

    def onto(self, photo: Picture, corner: tuple[int, int], factor: float, grain: float) -> Picture:
        """A copy of `photo` with the canvas on it, enlarged by `factor`.

        `corner` (left, top) is where the canvas lies, in pixels of the photo; `grain` is the
        spread of the noise (0..1) that makes the paint look like the photo.
        """
        left, top = corner
        height, width = self.cover.shape
        size = round(width * factor), round(height * factor)
        width = min(size[0], photo.shape[1] - left)
        height = min(size[1], photo.shape[0] - top)
        layers = np.dstack([self.paint, self.cover])
        if factor != 1:
            layers = cv2.resize(layers, size, interpolation=cv2.INTER_LINEAR)
        layers = layers[:height, :width]
        cover = layers[..., 3:].clip(0, 1)
        result = photo.copy()
        part = result[top : top + height, left : left + width]
        noise = np.random.default_rng(0).standard_normal((height, width, 1), np.float32)
        mixed = part * (1 - cover) + 255 * (layers[..., :3] + noise * grain * cover)
        changed = cover[..., 0] > FAINTEST
        part[changed] = np.rint(mixed.clip(0, 255)).astype(np.uint8)[changed]
        return result


def grain_of(picture: Picture) -> float:
    """The spread of a photo's fine noise, 0 to 1; capped, since texture looks like noise."""
    green = np.ascontiguousarray(picture[..., 1])
    residue = green.astype(np.float32) - cv2.medianBlur(green, 3)
    return min(float(np.abs(residue).mean()) * 1.25 / 255, 0.02)
