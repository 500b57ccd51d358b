"""A person's frame: joints by side, the torso's own axes, and lengths to measure with.

Sides are those of the picture: index 0 is left in the picture, 1 is right. `OUT` turns an
index into the sign that leads away from the body's middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.anatomy import Landmark, certainty
from modera_bot.ml.base import Mask, Person
from modera_bot.ml.colour import resized

Vector = NDArray[np.float32]

SIDES = (0, 1)
OUT = (-1.0, 1.0)

#: The fields of a figure that are points.
ARM_JOINTS = ("shoulders", "elbows", "wrists", "fingers")
LEG_JOINTS = ("hips", "knees", "ankles", "feet")
JOINTS = (*ARM_JOINTS, *LEG_JOINTS, "eyes", "chin")

#: The chin in MediaPipe's face mesh.
CHIN = 152

#: Shoulder width over torso length of a frontal body; a turned one shows less.
FRONTAL_SHOULDERS = 0.62


@dataclass(frozen=True, slots=True)
class Figure:
    """Where a person's body is, in pixels of the picture that `mask` covers.

    Arrays by side are (2, 2): side, then x, y. `down` runs from the shoulders' middle to the
    hips' middle, `right` across, both of length 1. `scale` is the shoulder width, or what it
    would be if the person stood frontally; other lengths are fractions of it. `feet` are the
    tips of the feet; `leg_seen` (2, 2) is how sure knee and ankle are, 0 outside the picture.
    """

    mask: Mask
    shoulders: Vector
    elbows: Vector
    wrists: Vector
    fingers: Vector
    hips: Vector
    eyes: Vector
    chin: Vector
    arm_seen: Vector
    hand_seen: Vector
    face_seen: bool
    down: Vector
    right: Vector
    torso: float
    scale: float
    knees: Vector
    ankles: Vector
    feet: Vector
    leg_seen: Vector

    @property
    def collar(self) -> Vector:
        """The middle between the shoulder joints: the origin of `at` and `place`."""
        middle: Vector = self.shoulders.mean(axis=0)
        return middle

    def resized(self, factor: float) -> Figure:
        """The same in a picture `factor` times as large."""
        height, width = self.mask.shape
        size = max(1, round(width * factor)), max(1, round(height * factor))
        return replace(
            self,
            mask=resized(self.mask, size),
            torso=self.torso * factor,
            scale=self.scale * factor,
            **{name: getattr(self, name) * np.float32(factor) for name in JOINTS},
        )

    def at(self, across: float, along: float) -> Vector:
        """The point `across` and `along` pixels from the collar, in the torso's axes."""
        point: Vector = self.collar + self.right * across + self.down * along
        return point

    def place(self, point: Vector) -> tuple[float, float]:
        """How far a point lies across and along the torso, in pixels from the collar."""
        offset = point - self.collar
        return float(offset @ self.right), float(offset @ self.down)

    def axes(self, origin: Vector | None = None) -> tuple[Mask, Mask]:
        """For each pixel, how far it lies across and along the torso from `origin`."""
        origin = self.collar if origin is None else origin
        height, width = self.mask.shape
        x = np.arange(width, dtype=np.float32)[None, :] - origin[0]
        y = np.arange(height, dtype=np.float32)[:, None] - origin[1]
        return x * self.right[0] + y * self.right[1], x * self.down[0] + y * self.down[1]

    def arm(self, side: int, start: Vector | None = None) -> Vector:
        """The arm's bones as a line of three points, from `start` (else the shoulder)."""
        first = self.shoulders[side] if start is None else start
        return np.stack([first, self.elbows[side], self.wrists[side]])

    def leg(self, side: int) -> Vector:
        """The leg's bones as a line of three points, from the hip joint to the ankle."""
        return np.stack([self.hips[side], self.knees[side], self.ankles[side]])

    def reach(
        self, origin: Vector, direction: Vector, limit: float, region: Mask | None = None
    ) -> float:
        """Pixels from `origin` to where the person, or else `region`, ends; at most `limit`."""
        mask = self.mask if region is None else region
        steps = np.arange(int(limit) + 1, dtype=np.float32)
        points = np.rint(origin + steps[:, None] * direction).astype(int)
        height, width = self.mask.shape
        inside = ((points >= 0) & (points < (width, height))).all(axis=1)
        x, y = points.clip(0, (width - 1, height - 1)).T
        outside = np.flatnonzero(~inside | (mask[y, x] <= 0.5))
        return float(outside[0]) if outside.size else limit


def figure(person: Person) -> Figure:
    """The frame of `person`. Where landmarks are unsure, gates must have refused already."""
    points = person.pose[:, :2].astype(np.float32)
    sure = certainty(person)
    facing = points[Landmark.RIGHT_SHOULDER, 0] <= points[Landmark.LEFT_SHOULDER, 0]

    def rows(joint: str) -> list[int]:
        pair = [Landmark[f"RIGHT_{joint}"], Landmark[f"LEFT_{joint}"]]
        return [int(row) for row in (pair if facing else pair[::-1])]

    shoulders, hips = points[rows("SHOULDER")], points[rows("HIP")]
    spine = hips.mean(axis=0) - shoulders.mean(axis=0)
    torso = max(float(np.linalg.norm(spine)), 1.0)
    down = spine / torso
    right = np.array([down[1], -down[0]], np.float32)
    right = right if right[0] >= 0 else -right
    scale = max(float(np.linalg.norm(shoulders[1] - shoulders[0])), FRONTAL_SHOULDERS * torso)
    return Figure(
        mask=person.mask,
        shoulders=shoulders,
        elbows=points[rows("ELBOW")],
        wrists=points[rows("WRIST")],
        fingers=(points[rows("PINKY")] + points[rows("INDEX")]) * np.float32(0.5),
        hips=hips,
        eyes=points[rows("EYE")],
        chin=_chin(person, shoulders.mean(axis=0) - down * 0.4 * scale),
        arm_seen=sure[rows("ELBOW")],
        hand_seen=sure[rows("WRIST")],
        face_seen=bool(facing and sure[Landmark.NOSE] > 0.6),
        down=down,
        right=right,
        torso=torso,
        scale=scale,
        knees=points[rows("KNEE")],
        ankles=points[rows("ANKLE")],
        feet=points[rows("FOOT_INDEX")],
        leg_seen=np.stack([_inside(person, sure, rows(joint)) for joint in ("KNEE", "ANKLE")], 1),
    )


def _inside(person: Person, sure: Vector, landmarks: list[int]) -> Vector:
    """How sure each of some landmarks is, 0 outside the picture."""
    height, width = person.mask.shape
    points = person.pose[landmarks, :2]
    inside = ((points >= 0) & (points < (width, height))).all(axis=1)
    return np.where(inside, sure[landmarks], np.float32(0))


def _chin(person: Person, usual: Vector) -> Vector:
    """The lowest point of the face: of its mesh, else by its proportions, else as usual."""
    if person.face is not None:
        return person.face.mesh[CHIN, :2].astype(np.float32)
    if certainty(person)[Landmark.NOSE] < 0.6:
        return usual
    mouth = person.pose[[Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT], :2].mean(axis=0)
    eyes = person.pose[[Landmark.LEFT_EYE, Landmark.RIGHT_EYE], :2].mean(axis=0)
    below: Vector = mouth + (mouth - eyes) * 0.72
    return below


def along(line: Vector, distance: float) -> tuple[Vector, Vector, int]:
    """The point `distance` pixels down a line of points, its direction and its segment."""
    lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
    last = len(lengths) - 1
    for index, length in enumerate(lengths):
        if distance <= length or index == last:
            direction = (line[index + 1] - line[index]) / max(float(length), 1e-6)
            return line[index] + direction * distance, direction, index
        distance -= float(length)
    raise ValueError("a line needs two points")


def length(line: Vector) -> float:
    """Length of a line of points, in pixels."""
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def capsule(shape: tuple[int, int], start: Vector, end: Vector, radii: tuple[float, float]) -> Mask:
    """1 within a limb of the given radii at its two ends, else 0; one pixel of soft edge."""
    height, width = shape
    margin = max(radii) + 2
    low = np.floor(np.minimum(start, end) - margin).astype(int).clip(0)
    high = np.ceil(np.maximum(start, end) + margin).astype(int).clip(None, (width, height))
    mask = np.zeros(shape, np.float32)
    if (low >= high).any():
        return mask
    x = np.arange(low[0], high[0], dtype=np.float32)[None, :] - start[0]
    y = np.arange(low[1], high[1], dtype=np.float32)[:, None] - start[1]
    bone = end - start
    share = ((x * bone[0] + y * bone[1]) / max(float(bone @ bone), 1e-6)).clip(0, 1)
    distance = np.hypot(x - share * bone[0], y - share * bone[1])
    radius = radii[0] + (radii[1] - radii[0]) * share
    mask[low[1] : high[1], low[0] : high[0]] = (radius - distance + 0.5).clip(0, 1)
    return mask


def limb(
    shape: tuple[int, int], line: Sequence[Vector] | Vector, radii: tuple[float, float]
) -> Mask:
    """1 within a limb along a line of points, each part of the given radii at its two ends."""
    mask = np.zeros(shape, np.float32)
    for start, end in pairwise(line):
        mask = np.maximum(mask, capsule(shape, start, end, radii))
    return mask
