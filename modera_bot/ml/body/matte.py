"""The outline of one person, to the pixel.

Two networks see it independently, the pose's and one trained on selfies; their blend is good
to a few pixels, and a guided filter puts it on the picture's own edges.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.body.guided import guided
from modera_bot.ml.body.networks import SELFIE, Networks
from modera_bot.ml.body.pose import SIDE, Pose

POSE_SHARE, SELFIE_SHARE = 0.55, 0.45

#: The rough outline is worked on at this size at most: the networks see 256 pixels.
WORK = 384

#: What the selfie network sees is the person's box and this much more (width, height).
ROOM = (0.18, 0.08)

#: The guided filter's window as a share of the person's height, and what is flat to it.
RADIUS, FLAT = 0.010, 3e-4

#: The filter leaves a soft ramp; these values become 0 and 1.
RAMP = (0.35, 0.70)

#: Parts of the outline smaller than this share of its largest part are dropped.
MIN_PART = 0.05


@dataclass(frozen=True, slots=True)
class Box:
    """Whole pixels; `right` and `bottom` are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    def of(self, picture: Picture) -> Picture:
        return picture[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, slots=True)
class _Rough:
    """What both networks see in the person's box, in a copy that is `scale` times as large.

    `near` is where the pose's sees the person or nearly so.
    """

    box: Box
    scale: float
    ours: Mask
    theirs: Mask
    near: Mask
    tall: float

    @property
    def agreement(self) -> float:
        """IoU."""
        return _iou(self.ours > 0.5, (self.theirs > 0.5) & (self.near > 0))


def outline(networks: Networks, picture: Picture, pose: Pose) -> tuple[Mask, float]:
    """The mask of the person, as large as the picture, and how far the two networks agree
    (IoU)."""
    mask = np.zeros(picture.shape[:2], np.float32)
    seen = _rough(networks, picture, pose)
    if seen is None:
        return mask, 0.0
    box = seen.box
    blend = POSE_SHARE * seen.ours + SELFIE_SHARE * seen.theirs
    rough = np.asarray(blend * cv2.GaussianBlur(seen.near, (0, 0), 2 * seen.scale), np.float32)
    fine = guided(box.of(picture), rough, max(2, round(RADIUS * seen.tall)), FLAT)
    fine = ((fine - RAMP[0]) / (RAMP[1] - RAMP[0])).clip(0, 1)
    parts = cv2.resize(_main_parts(rough > 0.5), box.size, interpolation=cv2.INTER_NEAREST)
    mask[box.top : box.bottom, box.left : box.right] = fine * parts
    return mask, seen.agreement


def agreement(networks: Networks, picture: Picture, pose: Pose) -> float:
    """How far the two networks agree on the outline (IoU), without making it."""
    seen = _rough(networks, picture, pose)
    return 0.0 if seen is None else seen.agreement


def _rough(networks: Networks, picture: Picture, pose: Pose) -> _Rough | None:
    box = _box(pose, picture)
    if box is None:
        return None
    scale = min(1.0, WORK / max(box.size))
    ours = _pose_outline(pose, box, scale)
    theirs = _selfie_outline(networks, box.of(picture), ours)
    tall = ours.shape[0] / (1 + 2 * ROOM[1])
    return _Rough(box, scale, ours, theirs, _near(ours, max(3, round(0.012 * tall))), tall)


def _box(pose: Pose, picture: Picture) -> Box | None:
    """The person's box with room around it, inside the picture; None if there is nothing."""
    rows, columns = np.nonzero(pose.outline > 0.4)
    if len(rows) < 50:
        return None
    corners = np.array(
        [(x, y) for x in (columns.min(), columns.max() + 1) for y in (rows.min(), rows.max() + 1)],
        np.float32,
    )
    corners = pose.region.to_picture(corners, SIDE)
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = (high - low) * ROOM + 8
    limit = picture.shape[1], picture.shape[0]
    left, top = np.floor(low - room).clip(0, limit).astype(int).tolist()
    right, bottom = np.ceil(high + room).clip(0, limit).astype(int).tolist()
    return Box(left, top, right, bottom) if right - left > 8 and bottom - top > 8 else None


def _pose_outline(pose: Pose, box: Box, scale: float) -> Mask:
    """The pose network's outline, brought from its turned region into the scaled box."""
    size = tuple(max(1, round(length * scale)) for length in box.size)
    matrix = pose.region.placed(1.0, -box.left, -box.top).placed(scale).back(SIDE)
    turned = cv2.warpAffine(pose.outline, matrix, size, flags=cv2.INTER_CUBIC)
    return np.asarray(turned, np.float32).clip(0, 1)


def _selfie_outline(networks: Networks, inside: Picture, ours: Mask) -> Mask:
    small = cv2.resize(inside, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    found = networks[SELFIE](np.divide(small, 255, dtype=np.float32))["activation_10"][..., 0]
    theirs = cv2.resize(found, ours.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(theirs, np.float32)


def _near(ours: Mask, reach: int) -> Mask:
    """1 where the pose network sees the person or nearly so: not for other people."""
    size = 2 * reach + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate((ours > 0.15).astype(np.float32), disc), np.float32)


def _main_parts(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """1 in the large parts of a mask, grown by a few pixels so that soft edges stay."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0  # the background
    large = (areas > 0) & (areas >= MIN_PART * areas.max())
    kept = cv2.dilate(large.astype(np.uint8)[labels], np.ones((7, 7), np.uint8))
    return np.asarray(kept, np.uint8)


def _iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))
