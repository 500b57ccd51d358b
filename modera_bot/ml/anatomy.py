"""The names of a pose's landmarks and what can be measured on a person.

Landmarks are numbered as in BlazePose (arXiv:2006.10204). Left and right are the person's
own, so a person who faces the camera has the left side at the picture's right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Face, Person, Picture

Floats = NDArray[np.float32]


class Landmark(IntEnum):
    """Rows of `Person.pose`, `world`, `visibility` and `presence`."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
HIPS = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)
WRISTS = (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST)
KNEES = (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)

#: A wrist lies over the torso when it is between these shares of the way from the shoulders
#: to the hips, and closer to their axis than this share of the shoulders' width.
TORSO_SPAN, TORSO_HALF_WIDTH = (0.1, 1.0), 0.5

#: How far down from the shoulders to the hips the middle of the chest is.
CHEST = 0.3

#: Cheeks (outer and inner) and forehead in MediaPipe's face mesh; its left and right edge.
SKIN_POINTS = (50, 280, 205, 425, 151, 9, 67, 297)
FACE_EDGES = (234, 454)


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures of one person. Lengths are in pixels, angles in degrees.

    `yaw` is how far the shoulders are turned from the picture's plane (0 to 90), `lean` how far
    the torso is from upright, `hip_angle` the smaller angle between torso and thigh: about 180
    standing, 90 sitting; `thigh` is the longer one as seen: short where knees point to the
    camera. `below_hips` is what the picture holds below the hips. `facing` is false when the
    person shows the back. The `*_seen` are the smaller certainty of the two joints, 0 when one of
    them is outside the picture.
    """

    facing: bool
    yaw: float
    lean: float
    torso: float
    shoulder_width: float
    hip_angle: float
    thigh: float
    below_hips: float
    shoulders_seen: float
    hips_seen: float
    knees_seen: float
    hands_in_front: int


def measure(person: Person) -> Measures:
    """The figures of `person`, from pose alone."""
    points = person.pose[:, :2]
    shoulders, hips = points[list(SHOULDERS)], points[list(HIPS)]
    axis = hips.mean(axis=0) - shoulders.mean(axis=0)
    return Measures(
        facing=bool(points[Landmark.RIGHT_SHOULDER, 0] < points[Landmark.LEFT_SHOULDER, 0]),
        yaw=_yaw(person.world),
        lean=math.degrees(abs(math.atan2(axis[0], axis[1]))),
        torso=_length(axis),
        shoulder_width=_length(shoulders[0] - shoulders[1]),
        hip_angle=min(_hip_angle(person.world, side) for side in (0, 1)),
        thigh=max(_length(points[KNEES[side]] - points[HIPS[side]]) for side in (0, 1)),
        below_hips=float(person.mask.shape[0] - hips[:, 1].mean()),
        shoulders_seen=seen(person, SHOULDERS),
        hips_seen=seen(person, HIPS),
        knees_seen=seen(person, KNEES),
        hands_in_front=_hands_in_front(person),
    )


def certainty(person: Person) -> Floats:
    """How sure each landmark is there and not hidden, (33,), 0 to 1."""
    product: Floats = person.visibility * person.presence
    return product


def seen(person: Person, landmarks: tuple[Landmark, ...]) -> float:
    """The least certainty of some landmarks, 0 when one is outside the picture."""
    height, width = person.mask.shape
    points = person.pose[list(landmarks), :2]
    if (points < 0).any() or (points >= (width, height)).any():
        return 0.0
    return float(certainty(person)[list(landmarks)].min())


def chest(person: Person) -> tuple[float, float]:
    """A point (x, y) on the upper torso, in shares of the picture's width and height."""
    height, width = person.mask.shape
    top, bottom = (person.pose[list(pair), :2].mean(axis=0) for pair in (SHOULDERS, HIPS))
    x, y = top + CHEST * (bottom - top)
    return float(np.clip(x / width, 0, 1)), float(np.clip(y / height, 0, 1))


def chosen(people: Sequence[Person], at: tuple[float, float] | None) -> Person:
    """The person of at least one on whom a point (x, y, in shares of the picture) lies.

    The first, the most prominent, where none is given; the one with the nearest chest where
    the point lies on nobody or on several.
    """
    if at is None:
        return people[0]
    height, width = people[0].mask.shape
    row, column = min(int(at[1] * height), height - 1), min(int(at[0] * width), width - 1)
    there = [person for person in people if person.mask[row, column] > 0.5]
    return min(there or people, key=lambda person: math.dist(chest(person), at))


def scaled(person: Person, factor: float) -> Person:
    """The same person in a copy of the picture that is `factor` times as large."""
    height, width = (max(1, round(length * factor)) for length in person.mask.shape)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    mask = cv2.resize(person.mask, (width, height), interpolation=how)
    face, by = person.face, np.float32(factor)
    return replace(
        person,
        pose=person.pose * by,
        mask=np.asarray(mask, np.float32),
        face=None if face is None else replace(face, mesh=face.mesh * by),
    )


def skin_colour(picture: Picture, face: Face) -> Floats | None:
    """CIE Lab (L 0 to 100) of the cheeks and forehead; None if they are outside the picture.

    The median of what is neither in shadow (darkest fifth) nor a highlight (lightest tenth).
    """
    mesh = face.mesh[:, :2]
    radius = max(1, round(0.035 * _length(mesh[FACE_EDGES[0]] - mesh[FACE_EDGES[1]])))
    patches = [_patch(picture, mesh[index], radius) for index in SKIN_POINTS]
    pixels = np.concatenate(patches)
    if not len(pixels):
        return None
    lab = cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    dark, light = np.percentile(lab[:, 0], (20, 90))
    even = lab[(lab[:, 0] >= dark) & (lab[:, 0] <= light)]
    colour: Floats = np.median(even, axis=0).astype(np.float32)
    return colour


def _yaw(world: Floats) -> float:
    across = world[Landmark.LEFT_SHOULDER] - world[Landmark.RIGHT_SHOULDER]
    return math.degrees(math.atan2(abs(across[2]), abs(across[0])))


def _hip_angle(world: Floats, side: int) -> float:
    hip = world[HIPS[side]]
    torso, thigh = world[SHOULDERS[side]] - hip, world[KNEES[side]] - hip
    cosine = float(torso @ thigh) / max(_length(torso) * _length(thigh), 1e-6)
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


def _hands_in_front(person: Person) -> int:
    """How many wrists lie over the torso; those outside the picture are only guessed."""
    points = person.pose[:, :2]
    top, bottom = (points[list(pair)].mean(axis=0) for pair in (SHOULDERS, HIPS))
    length = max(_length(bottom - top), 1e-6)
    axis = (bottom - top) / length
    width = max(_length(points[SHOULDERS[0]] - points[SHOULDERS[1]]), 0.62 * length)
    from_top = points[list(WRISTS)] - top
    down = from_top @ axis / length
    aside = np.abs(from_top @ np.array([axis[1], -axis[0]])) / width
    low, high = TORSO_SPAN
    frame = person.mask.shape[::-1]
    wrists = points[list(WRISTS)]
    inside = ((wrists >= 0) & (wrists < frame)).all(axis=1)
    over = (low < down) & (down < high) & (aside < TORSO_HALF_WIDTH)
    return int((over & inside).sum())


def _patch(picture: Picture, centre: Floats, radius: int) -> Picture:
    """The pixels (n, 3) of a small square, as far as it lies inside the picture."""
    height, width = picture.shape[:2]
    x, y = np.rint(centre).astype(int)
    columns = slice(max(0, x - radius), min(width, max(0, x + radius + 1)))
    rows = slice(max(0, y - radius), min(height, max(0, y + radius + 1)))
    return picture[rows, columns].reshape(-1, 3)


def _length(vector: Floats) -> float:
    return float(np.linalg.norm(vector))
