"""What goes to the network, as arrays: light enough for the bot's own process."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

#: The categories' numbers in the network; 0 is none.
CATEGORIES = {"tops": 1, "bottoms": 2, "one-pieces": 3}


class Size(NamedTuple):
    """Pixels of a picture or of the canvas."""

    width: int
    height: int


class Padding(NamedTuple):
    """Black columns and rows around a picture on its canvas."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the network sees, on the canvas: RGB (height, width, 3), poses (height, width).

    `padding` is what surrounds the person's picture.
    """

    person: Pixels
    garment: Pixels
    person_pose: Pixels
    garment_pose: Pixels
    padding: Padding


def blank(height: int, width: int) -> Inputs:
    """Inputs that show nothing, to warm a model up with."""
    picture, pose = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    return Inputs(picture, picture, pose, pose, Padding(0, 0, 0, 0))
