"""Single-shot detection as BlazePose and BlazeFace do it: anchors, decoding, weighted NMS."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby

import cv2
import numpy as np

from modera_bot.ml.base import Picture
from modera_bot.ml.body.networks import (
    FACE_DETECTION,
    POSE_DETECTION,
    Floats,
    Networks,
    sigmoid,
)

#: Boxes that overlap (IoU) by more than this are about the same thing.
SAME_IOU = 0.3


@dataclass(frozen=True, slots=True)
class Detector:
    """How one detection network is fed and read.

    `strides` has one entry for each layer of anchors, two anchors a cell; equal neighbours
    share their cells.
    """

    network: str
    side: int
    strides: tuple[int, ...]
    keypoints: int
    boxes_output: str
    scores_output: str


POSE = Detector(POSE_DETECTION, 224, (8, 16, 32, 32, 32), 4, "Identity", "Identity_1")
FACE = Detector(FACE_DETECTION, 128, (8, 16, 16, 16), 6, "regressors", "classificators")


@dataclass(frozen=True, slots=True)
class Detection:
    """`box` is x0, y0, x1, y1 and `keypoints` (k, 2), in pixels; `score` is 0 to 1."""

    box: Floats
    keypoints: Floats
    score: float


def detect(
    networks: Networks, detector: Detector, picture: Picture, threshold: float
) -> list[Detection]:
    """What `detector` finds in `picture` with at least `threshold`, the surest first."""
    framed, scale, corner = _letterbox(picture, detector.side)
    outputs = networks[detector.network](framed)
    scores = sigmoid(outputs[detector.scores_output][:, 0])
    sure = scores >= threshold
    if not sure.any():
        return []
    points = _decode(outputs[detector.boxes_output][sure], anchors(detector)[sure], detector)
    merged = _merge(points, scores[sure])
    return [_located((points * detector.side - corner) / scale, score) for points, score in merged]


@cache
def anchors(detector: Detector) -> Floats:
    """Centres (n, 2) of the anchors as fractions of the side; all have the width 1."""
    layers = []
    for stride, same in groupby(detector.strides):
        cells = detector.side // stride
        y, x = np.mgrid[0:cells, 0:cells]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        layers.append(np.repeat(centres, 2 * len(list(same)), axis=0))
    return np.concatenate(layers).astype(np.float32)


def _letterbox(picture: Picture, side: int) -> tuple[Floats, float, Floats]:
    """The picture fitted into a black square, −1 to 1; its scale and its corner there."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    shrinks = scale < 1
    small = cv2.resize(
        picture, inner, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    left, top = (side - inner[0]) // 2, (side - inner[1]) // 2
    framed = np.full((side, side, 3), -1, np.float32)
    framed[top : top + inner[1], left : left + inner[0]] = small.astype(np.float32) / 127.5 - 1
    return framed, scale, np.array([left, top], np.float32)


def _decode(raw: Floats, centres: Floats, detector: Detector) -> Floats:
    """Box corners, then key points, as points (n, 2 + k, 2) in fractions of the side."""
    parts = np.asarray(raw / detector.side, np.float32)
    middle, half = parts[:, 0:2] + centres, parts[:, 2:4] / 2
    keypoints = parts[:, 4 : 4 + 2 * detector.keypoints].reshape(len(raw), -1, 2)
    points = [(middle - half)[:, None], (middle + half)[:, None], keypoints + centres[:, None]]
    return np.concatenate(points, axis=1)


def _merge(points: Floats, scores: Floats) -> list[tuple[Floats, float]]:
    """Non-maximum suppression that averages, by score, all that overlaps the best."""
    merged = []
    left = np.argsort(-scores)
    while left.size:
        best = left[0]
        same = _overlap(points[best], points[left]) > SAME_IOU
        same[0] = True  # a box without an area overlaps nothing, not even itself
        group = left[same]
        mean = np.average(points[group], axis=0, weights=scores[group])
        merged.append((mean.astype(np.float32), float(scores[best])))
        left = left[~same]
    return merged


def _overlap(one: Floats, others: Floats) -> Floats:
    """IoU of one box with others, each given by its corners in the first two points."""
    low, high = np.maximum(one[0], others[:, 0]), np.minimum(one[1], others[:, 1])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (others[:, 1] - others[:, 0]).prod(axis=1)
    union = (one[1] - one[0]).prod() + areas - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float32)


def _located(points: Floats, score: float) -> Detection:
    return Detection(points[:2].reshape(4), points[2:], score)
