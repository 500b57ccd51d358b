"""A transparent canvas over a photo: what is never painted stays the photo, bit for bit."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import Colours

#: Rows and columns of a picture.
Box = tuple[slice, slice]
EVERYWHERE: Box = (slice(None), slice(None))

#: Coverage below this changes no channel by a whole grey level: it is dropped.
FAINTEST = 1 / 256


class Canvas:
    """Colours painted so far, premultiplied by how much they cover; (height, width).

    `cloth` is how much of what is seen of each pixel is the new garment.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.paint: Colours = np.zeros((*shape, 3), np.float32)
        self.cover: Mask = np.zeros(shape, np.float32)
        self.cloth: Mask = np.zeros(shape, np.float32)

    def over(
        self, colour: Colours, alpha: Mask, box: Box = EVERYWHERE, *, cloth: bool = False
    ) -> None:
        """Paint `colour` (RGB of 0..1) over what is there; both lie within `box`."""
        inner = extent(alpha)
        if inner is None:
            return
        paint, cover = self.paint[box][inner], self.cover[box][inner]
        alpha = alpha[inner]
        colour = colour[inner] if colour.ndim == 3 else colour
        # the paint is premultiplied: what was there loses `alpha` of its share
        paint += (colour - paint) * alpha[..., None]
        cover += (1 - cover) * alpha
        seen = self.cloth[box][inner]
        seen += (float(cloth) - seen) * alpha

    def darken(self, amount: Mask) -> None:
        """Cast a shadow: over the photo's pixels as over the paint."""
        cloth = self.cloth.copy()
        self.over(np.zeros(3, np.float32), amount)
        self.cloth = cloth  # it is still seen

    def reveal(self, mask: Mask) -> None:
        """Let the photo through again: what is in front of everything painted so far."""
        self.paint *= (1 - mask)[..., None]
        self.cover *= 1 - mask
        self.cloth *= 1 - mask

    def onto(self, photo: Picture, corner: tuple[int, int], factor: float, grain: float) -> Picture:
        """A copy of `photo` with the canvas on it, enlarged by `factor`.

        `corner` (left, top) is where the canvas lies, in pixels of the photo; `grain` is the
        spread of the noise (0..1) that makes the paint look like the photo.
        """
        layers = np.dstack([self.paint, self.cover])
        if factor != 1:
            size = [round(side * factor) for side in self.cover.shape]
            layers = cv2.resize(layers, size[::-1], interpolation=cv2.INTER_LINEAR)
        left, top = corner
        result = photo.copy()
        part = result[top : top + layers.shape[0], left : left + layers.shape[1]]
        layers = layers[: part.shape[0], : part.shape[1]]
        painted = extent(np.maximum(layers[..., 3] - np.float32(FAINTEST), 0))
        if painted is None:
            return result
        part, layers = part[painted], layers[painted]
        cover = layers[..., 3:].clip(0, 1)
        noise = np.random.default_rng(0).standard_normal((*part.shape[:2], 1), np.float32)
        mixed = part * (1 - cover) + 255 * (layers[..., :3] + noise * grain * cover)
        changed = cover[..., 0] > FAINTEST
        part[changed] = np.rint(mixed[changed].clip(0, 255)).astype(np.uint8)
        return result


def extent(mask: Mask) -> Box | None:
    """The smallest box that holds all that is above 0; None if nothing is."""
    inside = mask > 0
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def grain_of(picture: Picture) -> float:
    """The spread of a photo's fine noise, 0 to 1; capped, since texture looks like noise."""
    green = np.ascontiguousarray(picture[..., 1])
    residue = green.astype(np.float32) - cv2.medianBlur(green, 3)
    return min(float(np.abs(residue).mean()) * 1.25 / 255, 0.02)
