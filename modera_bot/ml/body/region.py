"""A turned square of a picture: what the networks look at, and the way back."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Picture
from modera_bot.ml.body.networks import Floats


@dataclass(frozen=True, slots=True)
class Region:
    """Square of `size` pixels around the point `centre`, turned by `angle` radians.

    At angle 0 the square stands upright; a positive angle turns it clockwise.
    """

    centre: Floats
    size: float
    angle: float = 0.0

    def matrix(self, side: int) -> NDArray[np.float64]:
        """The affine map (2, 3) from picture to a crop of `side` × `side` pixels."""
        scale = side / max(self.size, 1.0)
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        turn = np.array([[cos, sin], [-sin, cos]])
        shift = side / 2 - turn @ self.centre
        return np.column_stack([turn, shift])

    def back(self, side: int) -> NDArray[np.float64]:
        """The affine map (2, 3) from such a crop to the picture."""
        return np.asarray(cv2.invertAffineTransform(self.matrix(side)), np.float64)

    def placed(self, scale: float, left: float = 0.0, top: float = 0.0) -> "Region":
        """The same region where the picture is scaled, then moved into a larger one."""
        centre = self.centre * np.float32(scale) + np.array([left, top], np.float32)
        return Region(centre, self.size * scale, self.angle)

    def crop(self, picture: Picture, side: int) -> Picture:
        """The region as a picture (side, side, 3); black where it leaves the picture."""
        return np.asarray(cv2.warpAffine(picture, self.matrix(side), (side, side)), np.uint8)

    def cut(self, picture: Picture, side: int) -> Floats:
        """The same with values from 0 to 1, as networks want it."""
        return np.divide(self.crop(picture, side), 255, dtype=np.float32)

    def to_picture(self, points: Floats, side: int) -> Floats:
        """Points (n, 2) of a crop as points of the picture."""
        return move(points, self.back(side))


def move(points: Floats, matrix: NDArray[np.float64]) -> Floats:
    """Apply an affine map (2, 3) to points (n, 2)."""
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
