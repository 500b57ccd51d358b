"""Whole-body poses by DWPose: YOLOX finds people, an RTMPose network their 133 points.

After "Effective Whole-body Pose Estimation with Two-stages Distillation" (Yang et al. 2023),
"YOLOX" (Ge et al. 2021), and MMPose's conventions for top-down crops and SimCC (Li et al.
2022). Both networks are ONNX files; they get BGR pixels, as FASHN VTON 1.5 was trained with.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.files import DETECTOR, ESTIMATOR
from modera_bot.ml.fashn.inputs import Pixels
from modera_bot.ml.fashn.posemap import NOBODY, Coordinates, Pose

Floats = NDArray[np.float32]

# The detector: a square of pixels, grey where the picture does not reach, and its three grids.
_DETECTOR_SIDE, _DETECTOR_GREY, _STRIDES = 640, 114, (8, 16, 32)
_PERSON = 0  # COCO's class
_LEAST_PERSON = 0.3  # objectness times class score
_MOST_OVERLAP = 0.45  # IoU of two boxes that are two people

# The estimator: width and height of its crop, how much more than the box it shows, how many
# bins a pixel has, and ImageNet's mean and deviation in the order of the channels as given.
_CROP, _CROP_MARGIN, _BINS_PER_PIXEL = (288, 384), 1.25, 2
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)

#: A point below this score counts as not seen.
LEAST_POINT = 0.3

#: Where OpenPose's 18 joints stand among COCO's points with the neck put in as number 17.
_OPENPOSE = (0, 17, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
_NECK, _SHOULDERS = 17, (5, 6)
# Of 134 points: 18 joints, 6 of the feet, then these.
_FACE, _LEFT_HAND, _RIGHT_HAND = slice(24, 92), slice(92, 113), slice(113, 134)
_BELOW_HEAD = slice(1, 14)


@dataclass(frozen=True, slots=True)
class WholeBodies:
    """n people: `points` (n, 134, 2) in pixels, `scores` (n, 134); OpenPose's joints first."""

    points: Coordinates
    scores: Coordinates


def find_pose(
    picture: Pixels,
    folder: Path,
    *,
    at: tuple[float, float] | None = None,
    somebody: bool = False,
) -> Pose:
    """The pose of the most prominent person, or of the one at `at` (x, y in shares).

    `picture` is RGB (height, width, 3); `folder` holds the two networks. Where nobody is
    found, the whole picture is searched for joints if `somebody` must be there, and NOBODY is
    returned if not. Raises BackendError when a network is missing or damaged.
    """
    bgr = np.ascontiguousarray(picture[..., ::-1])
    boxes = detect_people(bgr, folder / DETECTOR)
    height, width = picture.shape[:2]
    if not len(boxes):
        if not somebody:
            return NOBODY
        boxes = np.array([[0, 0, width, height]], np.float32)
    elif at is not None:
        boxes = boxes[[nearest(boxes, (at[0] * width, at[1] * height))]]
    return to_pose(with_neck(*estimate_points(bgr, boxes, folder / ESTIMATOR)), height, width)


# --- people ------------------------------------------------------------------------------


def detect_people(bgr: Pixels, network: Path) -> Floats:
    """Boxes of people, (n, 4): left, top, right, bottom in pixels, the surest first."""
    scale = _DETECTOR_SIDE / max(bgr.shape[:2])
    (raw,) = _run(network, _letterboxed(bgr, scale))
    boxes, scores = decode_boxes(raw[0])
    return boxes[_apart(boxes, scores)] / np.float32(scale)


def _letterboxed(bgr: Pixels, scale: float) -> Floats:
    """The picture in the top left corner of a grey square, (1, 3, side, side), 0 to 255."""
    height, width = (max(1, int(side * scale)) for side in bgr.shape[:2])
    square = np.full((_DETECTOR_SIDE, _DETECTOR_SIDE, 3), _DETECTOR_GREY, np.uint8)
    square[:height, :width] = cv2.resize(bgr, (width, height), interpolation=cv2.INTER_LINEAR)
    return square.transpose(2, 0, 1)[None].astype(np.float32)


def decode_boxes(raw: Floats) -> tuple[Floats, Floats]:
    """Boxes of people (n, 4) and scores (n,) from YOLOX's output (cells, 5 + classes).

    A cell holds its box's centre, as an offset in cells, the logarithm of its size in cells,
    whether anything is there, and the classes' scores.
    """
    cells, strides = _cells()
    centres, sizes = (raw[:, :2] + cells) * strides, np.exp(raw[:, 2:4]) * strides
    classes = raw[:, 5:]
    scores = raw[:, 4] * classes[:, _PERSON]
    people = (classes.argmax(axis=1) == _PERSON) & (scores > _LEAST_PERSON)
    boxes = np.hstack([centres - sizes / 2, centres + sizes / 2])
    return boxes[people].astype(np.float32), scores[people].astype(np.float32)


@lru_cache(maxsize=1)
def _cells() -> tuple[Floats, Floats]:
    """Column and row (cells, 2) and stride in pixels (cells, 1) of each of YOLOX's cells."""
    corners, strides = [], []
    for stride in _STRIDES:
        side = _DETECTOR_SIDE // stride
        rows, columns = np.divmod(np.arange(side * side), side)
        corners.append(np.column_stack([columns, rows]))
        strides.append(np.full((side * side, 1), stride))
    return np.vstack(corners).astype(np.float32), np.vstack(strides).astype(np.float32)


def _apart(boxes: Floats, scores: Floats) -> list[int]:
    """Indices of the boxes that stand for different people (greedy NMS), the surest first."""
    kept: list[int] = []
    for candidate in np.argsort(-scores, kind="stable"):
        if all(_overlap(boxes[candidate], boxes[other]) <= _MOST_OVERLAP for other in kept):
            kept.append(int(candidate))
    return kept


def _overlap(first: Floats, second: Floats) -> float:
    """Intersection over union, in whole pixels (a box of one pixel has sides of 1)."""
    corner, opposite = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    shared = float(np.prod(np.maximum(opposite - corner + 1, 0)))
    both = sum(float(np.prod(box[2:] - box[:2] + 1)) for box in (first, second))
    return shared / (both - shared)


def nearest(boxes: Floats, point: tuple[float, float]) -> int:
    """The box that holds a point, the smallest if several do; else the nearest one."""
    spot = np.array(point, np.float32)
    outside = np.maximum(boxes[:, :2] - spot, 0) + np.maximum(spot - boxes[:, 2:], 0)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return int(np.lexsort((areas, np.hypot(*outside.T)))[0])


# --- points ------------------------------------------------------------------------------


def estimate_points(bgr: Pixels, boxes: Floats, network: Path) -> tuple[Coordinates, Coordinates]:
    """COCO-WholeBody's points (n, 133, 2) in pixels and scores (n, 133) of people in boxes."""
    found = [_estimate(bgr, box, network) for box in boxes]
    return np.stack([points for points, _ in found]), np.stack([scores for _, scores in found])


def _estimate(bgr: Pixels, box: Floats, network: Path) -> tuple[Coordinates, Coordinates]:
    to_crop = crop_matrix(box)
    crop = cv2.warpAffine(bgr, to_crop, _CROP, flags=cv2.INTER_LINEAR)
    scaled = (crop.astype(np.float32) - _MEAN) / _DEVIATION
    across, down = _run(network, np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))
    points, scores = decode_simcc(across[0], down[0])
    return (points - to_crop[:, 2]) / to_crop[0, 0], scores


def crop_matrix(box: Floats) -> Coordinates:
    """The affine map (2, 3) from a picture to the crop around a box, of the crop's aspect."""
    width, height = (box[2:] - box[:2]).astype(np.float64) * _CROP_MARGIN
    scale = min(_CROP[0] / width, _CROP[1] / height)
    centre = (box[:2] + box[2:]).astype(np.float64) / 2
    shift = np.array(_CROP) / 2 - centre * scale
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])


def decode_simcc(across: Floats, down: Floats) -> tuple[Coordinates, Coordinates]:
    """Points (k, 2) in pixels of the crop and scores (k,) from SimCC's two classifications.

    `across` (k, bins) classifies x, `down` (k, bins) y; a score is the lesser of the two
    maxima, and a point without a positive one is at -1, -1.
    """
    bins = np.column_stack([across.argmax(axis=1), down.argmax(axis=1)]).astype(np.float64)
    scores = np.minimum(across.max(axis=1), down.max(axis=1)).astype(np.float64)
    bins[scores <= 0] = -_BINS_PER_PIXEL
    return bins / _BINS_PER_PIXEL, scores


def with_neck(points: Coordinates, scores: Coordinates) -> WholeBodies:
    """Put a neck between the shoulders and the joints into OpenPose's order.

    (n, 133, 2) and (n, 133) become 134 points; the neck's score is 1 where both shoulders are
    seen, else 0.
    """
    shoulders = scores[:, _SHOULDERS]
    neck = points[:, _SHOULDERS].mean(axis=1, keepdims=True)
    seen = (shoulders > LEAST_POINT).all(axis=1, keepdims=True).astype(np.float64)
    points = np.insert(points, [_NECK], neck, axis=1)
    scores = np.insert(scores, [_NECK], seen, axis=1)
    order = [*_OPENPOSE, *range(len(_OPENPOSE), points.shape[1])]
    return WholeBodies(points[:, order], scores[:, order])


def to_pose(people: WholeBodies, height: int, width: int) -> Pose:
    """The most prominent person's pose in a picture of that size."""
    one = _most_prominent(people)
    scores = people.scores[one]
    points = people.points[one] / np.array([width, height], np.float64)
    joints = len(_OPENPOSE)
    subset = np.where(scores[:joints] > LEAST_POINT, np.arange(joints), -1.0)
    seen = np.where((scores < LEAST_POINT)[:, None], -1.0, points)
    return Pose(
        candidate=points[:joints],
        subset=subset[None],
        hands=np.stack([seen[_LEFT_HAND], seen[_RIGHT_HAND]]),
        faces=seen[_FACE][None],
    )


def _most_prominent(people: WholeBodies) -> int:
    """Who has the largest area below the head, times the sum of the scores there.

    The area is that of the joints that the first person shows, for everybody: so the
    published pipeline weighs them.
    """
    scores = people.scores[:, _BELOW_HEAD]
    certainty = np.where(scores > LEAST_POINT, scores, 0).sum(axis=1)
    joints = people.points[:, _BELOW_HEAD][:, scores[0] > LEAST_POINT]
    weights = certainty * np.array([_area(points) for points in joints])
    return int(np.argmax(weights if weights.any() else certainty))


def _area(points: Coordinates) -> float:
    """Area of the box around points, those off the picture's left or top left out, in pixels."""
    across, down = points[points[:, 0] > 0, 0], points[points[:, 1] > 0, 1]
    return float(np.ptp(across) * np.ptp(down)) if across.size and down.size else 0.0


# --- networks ----------------------------------------------------------------------------


def _run(network: Path, pixels: Floats) -> list[Floats]:
    """Run a network on its only input."""
    session = _session(network)
    outputs: list[Floats] = session.run(None, {session.get_inputs()[0].name: pixels})
    return outputs


@lru_cache(maxsize=2)  # in the process that runs it; both networks stay warm
def _session(network: Path) -> Any:
    """Open a network, on an NVIDIA GPU where onnxruntime can use one. Raises BackendError."""
    advice = "get it with: modera-bot models pull fashn"
    try:
        import onnxruntime
    except ImportError as error:
        reason = "onnxruntime is not installed; get it with: pip install 'modera-bot[local]'"
        raise BackendError(Code.BACKEND_UNAVAILABLE, reason) from error
    if not network.is_file():
        raise BackendError(Code.MODELS_MISSING, f"{network} is missing; {advice}")
    here = onnxruntime.get_available_providers()
    wanted = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in here]
    try:
        return onnxruntime.InferenceSession(network, providers=wanted)
    except Exception as error:  # its exceptions have no common base
        reason = f"{network} is damaged ({type(error).__name__}); {advice}"
        raise BackendError(Code.MODELS_MISSING, reason) from error
