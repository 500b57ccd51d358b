"""A person's pose as a grey drawing, as FASHN VTON 1.5 reads it.

The skeleton is OpenPose's in DWPose's drawing (limbs as ellipses, joints as discs, hands as
lines and discs, the face as dots), with one grey level for each part instead of a colour.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Coordinates = NDArray[np.float64]
Pixel = tuple[int, int]
Joints = list[Pixel | None]

#: Limbs between joints of OpenPose's 18, in the order of drawing: later ones cover earlier.
LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
#: Lines of a hand: five fingers from the wrist outwards.
HAND_LINES = tuple((0 if joint % 4 == 1 else joint - 1, joint) for joint in range(1, 21))

#: Grey levels of the limbs, which are dimmed; a joint has its limb's, brightened.
_LEVELS = tuple(int(level) for level in np.linspace(20, 240, 18))[: len(LIMBS)]
_LIMB_GAIN, _JOINT_GAIN = 0.6, 1.3
_LIMB_OF_JOINT = tuple(  # the one that ends there; the neck, where all begin, has the first's
    next((limb for limb, (_, end) in enumerate(LIMBS) if end == joint), 0) for joint in range(18)
)
_HAND_LINE_LEVELS = tuple(int(level) for level in np.linspace(160, 220, len(HAND_LINES)))
_HAND_LEVEL, _FACE_LEVEL = 240, 200

# Pixels.
_LIMB_RADIUS, _JOINT_RADIUS, _HAND_RADIUS, _FACE_RADIUS, _HAND_LINE = 4, 4, 4, 3, 2


@dataclass(frozen=True, slots=True)
class Pose:
    """The poses of n people, in OpenPose's layout.

    `candidate` (18n, 2) holds the body's joints, `subset` (n, 18) their rows in it, -1 for a
    joint that isn't seen; `hands` (2n, 21, 2) and `faces` (n, 68, 2) hold points, -1 for
    those not seen. Coordinates are x, y in shares of the picture's width and height.
    """

    candidate: Coordinates
    subset: Coordinates
    hands: Coordinates
    faces: Coordinates


#: A garment that nobody wears has no pose: its map is black.
NOBODY = Pose(np.empty((0, 2)), np.empty((0, 18)), np.empty((0, 21, 2)), np.empty((0, 68, 2)))


def draw(pose: Pose, height: int, width: int) -> NDArray[np.uint8]:
    """Draw poses on black, uint8 (height, width)."""
    size = np.array([width, height], np.float64)
    people = [_joints(pose, rows, size) for rows in pose.subset]
    canvas = np.zeros((height, width), np.uint8)
    _draw_limbs(canvas, people)
    canvas = (canvas * _LIMB_GAIN).astype(np.uint8)
    _draw_joints(canvas, people)
    for hand in pose.hands:
        _draw_hand(canvas, hand * size)
    for face in pose.faces:
        _draw_dots(canvas, face * size, _FACE_RADIUS, _FACE_LEVEL)
    return canvas


def _joints(pose: Pose, rows: Coordinates, size: Coordinates) -> Joints:
    """Where the 18 joints of a person are, None for one that isn't seen."""
    return [None if row < 0 else _pixel(pose.candidate[int(row)] * size) for row in rows]


def _draw_limbs(canvas: NDArray[np.uint8], people: list[Joints]) -> None:
    for (start, end), level in zip(LIMBS, _LEVELS, strict=True):
        for joints in people:
            first, second = joints[start], joints[end]
            if first is not None and second is not None:
                cv2.fillConvexPoly(canvas, _limb(first, second), level)


def _limb(first: Pixel, second: Pixel) -> NDArray[np.int32]:
    """The outline of an ellipse along a limb."""
    across, down = first[0] - second[0], first[1] - second[1]
    middle = int((first[0] + second[0]) / 2), int((first[1] + second[1]) / 2)
    axes = int(math.hypot(across, down) / 2), _LIMB_RADIUS
    angle = int(math.degrees(math.atan2(down, across)))
    return np.array(cv2.ellipse2Poly(middle, axes, angle, 0, 360, 1), np.int32)


def _draw_joints(canvas: NDArray[np.uint8], people: list[Joints]) -> None:
    for joint, limb in enumerate(_LIMB_OF_JOINT):
        level = min(255, int(_LEVELS[limb] * _JOINT_GAIN))
        for joints in people:
            if (pixel := joints[joint]) is not None:
                cv2.circle(canvas, pixel, _JOINT_RADIUS, level, cv2.FILLED)


def _draw_hand(canvas: NDArray[np.uint8], points: Coordinates) -> None:
    for (start, end), level in zip(HAND_LINES, _HAND_LINE_LEVELS, strict=True):
        first, second = _pixel(points[start]), _pixel(points[end])
        if min(*first, *second) > 0:
            cv2.line(canvas, first, second, level, _HAND_LINE)
    _draw_dots(canvas, points, _HAND_RADIUS, _HAND_LEVEL)


def _draw_dots(canvas: NDArray[np.uint8], points: Coordinates, radius: int, level: int) -> None:
    for point in points:
        pixel = _pixel(point)
        if min(pixel) > 0:  # the first row and column count as not seen, like -1
            cv2.circle(canvas, pixel, radius, level, cv2.FILLED)


def _pixel(point: Coordinates) -> Pixel:
    return int(point[0]), int(point[1])
